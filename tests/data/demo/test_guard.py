"""The guard over a store: files that come in, and what sources have brought, in GCJ-02 unmarked."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from numpy.typing import NDArray

from dashboard.cli import main
from dashboard.embedded import Store
from data import actors, feed_shifts, guard, sources
from data.calls.model import Moment
from data.database import Database, fetch_all
from data.demo.incidents import IncidentWorld
from data.demo.model import Town as Demo
from data.errors import NotFound
from data.importers import sample, stream
from data.importers.options import Options
from data.importers.report import Ledger, State
from data.importers.run import import_files
from data.importers.table import Reading
from geo import shifted
from tests.factories import NOON, Town, make_town

Points = NDArray[np.float64]
LAY = """INSERT INTO road (class, geom)
         SELECT 'minor', ST_GeomFromWKB(w, 4326) FROM unnest(%s::bytea[]) w"""


@pytest.fixture
async def place(database: Database, store: Store, town: Demo) -> Town:
    """The small town of two communities, on the demo town's roads."""
    made = await make_town(database, store.admin_url)
    wkb = [shapely.to_wkb(road.geometry) for road in town.roads]
    async with database.acting(made.system_id) as link:
        await link.execute(LAY, [wkb])
    return made


@pytest.fixture
def points(world: IncidentWorld) -> Points:
    """Three days of honest events."""
    rows = world.between(start=NOON - timedelta(days=3), end=NOON)
    found = np.column_stack([rows.lon, rows.lat])
    return found[np.isfinite(found).all(axis=1)]


def gcj02(points: Points) -> Points:
    return np.column_stack(shifted.wgs84_to_gcj02(*points.T))


def write(path: Path, points: Points) -> str:
    rows = [f"{n},2026-07-01 08:00,{x!r},{y!r}" for n, (x, y) in enumerate(points.tolist())]
    path.write_text("\n".join(["id,opened,lon,lat", *rows]), encoding="utf-8")
    return str(path)


async def bring(place: Town, file: str, source: str, crs: str | None, **more: Any) -> Ledger:
    options = Options(reading=Reading(crs=crs), source=source, **more)
    return await import_files(place.database, place.system_id, "events", [file], options, at=NOON)


def warned(ledger: Ledger) -> dict[str, Any]:
    return {one.reason: one.fields for one in ledger.warnings if one.reason.startswith("shift_")}


async def test_a_file_and_a_source_are_told_and_nothing_is_moved(
    place: Town, points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    bad, good = write(tmp_path / "bad.csv", gcj02(points)), write(tmp_path / "good.csv", points)
    for dry_run in (True, False):
        said = warned(await bring(place, bad, "hotline", "wgs84", dry_run=dry_run))
        assert set(said) == {"shift_crs"}
        assert (said["shift_crs"]["crs"], said["shift_crs"]["reference"]) == ("gcj02", "roads")
        assert 540 < int(said["shift_crs"]["shift"]) < 560
    async with place.database.acting(place.system_id) as link:
        (row,) = await fetch_all(link, "SELECT ST_X(geom) AS x FROM event WHERE source_key = '0'")
        assert row["x"] == float(gcj02(points)[0, 0])  # as the file has it
        found = await guard.check(link, at=NOON, only=[("events", "hotline")])
    assert [one.reason for one in found] == ["shift_crs"]
    assert found[0].finding.conversion == "GCJ02>WGS84"
    assert warned(await bring(place, bad, "right", "gcj02")) == {}
    assert warned(await bring(place, good, "honest", "wgs84")) == {}
    twice = warned(await bring(place, good, "twice", "gcj02"))["shift_crs"]
    assert (twice["crs"], twice["conversion"]) == ("wgs84", "WGS84 → GCJ02")
    few = write(tmp_path / "few.csv", gcj02(points[:30]))
    assert warned(await bring(place, few, "few", "wgs84")) == {}
    await _by_command(store, monkeypatch)


async def _by_command(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", store.app_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    monkeypatch.setenv("WANGGE_LANG", "en")

    async def wangge(*given: str) -> Any:
        command = ["check", "coordinates", *given]
        return await asyncio.to_thread(CliRunner().invoke, main, command)

    every = await wangge("--layer", "events", "--report", "json")
    told = {one["name"]: one for one in json.loads(every.stdout)}
    reasons = {name: one["reason"] for name, one in told.items()}
    assert reasons == {
        "hotline": "shift_crs", "right": "shift_fits", "honest": "shift_fits",
        "twice": "shift_crs", "few": "shift_too_few",
    }  # fmt: skip
    assert told["hotline"]["before_m"] > 3 * told["hotline"]["after_m"]
    one = await wangge("--source", "hotline", "--strict")
    assert one.exit_code == 1 and "GCJ02 → WGS84 would fit" in one.stdout
    assert "say --crs gcj02" in one.stdout
    assert (await wangge("--source", "honest", "--strict")).exit_code == 0
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert "与本站点的道路整体偏移" in (await wangge("--source", "hotline")).stdout
    assert (await wangge("--source", "nobody")).exit_code == 1
    assert (await wangge("--layer", "nothing")).exit_code == 2
    assert (await wangge("--layer", "grids:none")).exit_code == 1


async def test_a_feed_of_positions_is_told_until_its_source_declares_what_it_sends(
    place: Town, points: Points
) -> None:
    """Fixes that came before a declaration say nothing of it."""
    async with place.database.acting(place.system_id) as link:
        source_id = await actors.ensure_source(link, "gps")
        for person, there in zip(
            place.people.values(), np.array_split(gcj02(points), 4), strict=True
        ):
            rows = {
                "p": person,
                "s": source_id,
                "x": there[:140, 0].tolist(),
                "y": there[:140, 1].tolist(),
            }
            await link.execute(WALK, {**rows, "at": NOON})
        (found,) = await guard.of_source(link, "gps", at=NOON)
        assert (found.what, found.finding.conversion) == ("positions", "GCJ02>WGS84")
        assert found.crs == "gcj02"
        now = Moment(site=NOON, real=NOON)
        assert await feed_shifts.renew(link, now)
        (kept,) = await feed_shifts.suspected(link)
        assert (kept.source, kept.what, kept.crs) == ("gps", "positions", "gcj02")
        assert kept.shift_m == pytest.approx(552, rel=0.03) and kept.share > 0.9
        await sources.set_system(link, "gps", sources.parse("gcj02"))
        assert not await feed_shifts.renew(link, now)  # another process has looked just now
        later = Moment(site=NOON, real=NOON + feed_shifts.EVERY)
        assert await feed_shifts.renew(link, later)
        assert await feed_shifts.suspected(link) == []
        assert await guard.of_source(link, "gps", at=NOON) == []
        with pytest.raises(NotFound):
            await guard.of_source(link, "nobody", at=NOON)


async def test_outlines_are_held_against_the_areas_that_are_here(
    place: Town, town: Demo, tmp_path: Path
) -> None:
    """Grids in GCJ-02 under communities in WGS-84: told before a row is written."""
    async with place.database.acting(place.system_id) as link:
        for area in town.areas:
            if area.level == "community":
                given = [area.code, area.name, shapely.to_wkb(area.geometry), place.areas["root"]]
                await link.execute(AREA, given)
    for way, reasons in ((gcj02, {"shift_crs"}), (lambda points: points, set[str]())):
        features = [
            {
                "type": "Feature",
                "properties": {"code": grid.code, "name": grid.name},
                "geometry": shapely.geometry.mapping(shapely.transform(grid.geometry, way)),
            }
            for grid in town.grids
            if grid.kind == "service"
        ]
        file = tmp_path / f"{len(reasons)}.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        options = Options(group="tried", dry_run=True)
        ledger = await import_files(
            place.database, place.system_id, "grids", [str(file)], options, at=NOON
        )
        said = warned(ledger)
        assert set(said) == reasons
        if reasons:
            assert (said["shift_crs"]["crs"], said["shift_crs"]["reference"]) == (
                "gcj02",
                "borders",
            )


AREA = """INSERT INTO area (code, name, level, geom, parent_id)
          VALUES (%s, %s, 'community', ST_Multi(ST_GeomFromWKB(%s, 4326)), %s)"""
WALK = """
WITH fix AS (
    SELECT %(at)s::timestamptz - n * interval '20 minutes' AS at, x, y
    FROM unnest(%(x)s::float8[], %(y)s::float8[]) WITH ORDINALITY AS f (x, y, n)
), kept AS (
    INSERT INTO position_history (person_id, area_id, at, lon, lat, source_id, original_lon,
                                  original_lat)
    SELECT %(p)s, p.area_id, at, x, y, %(s)s, x, y FROM fix, person p WHERE p.id = %(p)s
)
INSERT INTO latest_position (person_id, area_id, at, lon, lat, source_id, original_lon,
                             original_lat)
SELECT %(p)s, p.area_id, at, x, y, %(s)s, x, y FROM fix, person p WHERE p.id = %(p)s
ORDER BY at DESC LIMIT 1
"""


async def test_a_large_file_is_judged_by_all_its_blocks(
    place: Town, points: Points, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first block has no place at all; the sample of the others is an even one, and small."""
    monkeypatch.setattr(stream, "LARGE", 10)
    monkeypatch.setattr(stream, "ROWS", 500)
    monkeypatch.setattr(sample, "MOST", 400)
    for name, given, reasons in (("bad", gcj02(points), {"shift_crs"}), ("good", points, set())):
        lines = Path(write(tmp_path / f"{name}.csv", given)).read_text().splitlines()
        nowhere = [f"nowhere{n},2026-07-01 08:00,," for n in range(500)]
        file = tmp_path / f"{name}.csv"
        file.write_text("\n".join([lines[0], *nowhere, *lines[1:]]))
        ledger = await bring(place, str(file), name, "wgs84")
        assert set(warned(ledger)) == reasons
        assert ledger.count(State.IMPORTED) == ledger.rows == len(nowhere) + len(given) > 1_000
