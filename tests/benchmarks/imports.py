"""What people own goes in: 7,700 grids with their areas by location, and a city's 58,251 events.

Beside each, the same rows through ogr2ogr where it is installed, else through a bare COPY: no
checks, no parents, no grids of events, no log.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import psycopg
import shapely

from dashboard.embedded import Store
from data import actors
from data.database import Database
from data.importers.options import Options
from data.importers.report import Ledger, State
from data.importers.run import import_files
from data.importers.table import Reading
from geo import polygons
from tests.benchmarks import _cpu
from tests.benchmarks._town import BOX, store, tiling
from tests.benchmarks.run import Figure

BAR = "IMPORT"
POLYGONS, AREAS = 7_700, 60
EVENTS = 58_251
AT = datetime(2026, 7, 14, 4, tzinfo=UTC)
BOSTON = Path(__file__).parents[2].parent / "shared" / "realdata" / "boston"
REQUESTS = "311_service_requests_2011.zip"
MAPS = {
    "id": "case_enquiry_id",
    "opened": "open_dt",
    "due": "target_dt",
    "closed": "closed_dt",
    "class": "subject",
    "address": "location",
    "text": "case_title",
}


@dataclass(slots=True)
class Spent:
    """Seconds on the wall, and of both processors' work: ours and PostgreSQL's."""

    wall: float = 0.0
    cpu: float = 0.0


async def run() -> list[Figure]:
    """Both imports with their references."""
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as name:
        folder = Path(name)
        shapes = tiling(POLYGONS)
        areas, grids = _areas(folder, shapes), _grids(folder / "grids.geojson", shapes)
        async with store() as made, Database(made.app_url, made.readonly_url) as database:
            imported = _Importer(database, made, await _system(database))
            await imported("areas", areas, group="community")
            places = await imported("grids", grids, group="service", parent_by="location")
            file, given = _events(folder, shapes)
            events = await imported("events", file, source="bench", crs="EPSG:4326", **given)
            bare = _ogr2ogr(made, grids) or _copy_shapes(made, shapes), _copy_rows(made, file)
    return [
        _figure(f"import of {POLYGONS:,} polygons, areas by location", places, 10, bare[0]),
        _figure(f"import of {EVENTS:,} events ({Path(file).name})", events, 15, bare[1]),
    ]


def _figure(what: str, spent: Spent, limit: float, bare: tuple[str, Spent]) -> Figure:
    return Figure(
        BAR,
        what,
        spent.wall,
        "s",
        limit,
        at_most=True,
        reference=bare[1].wall,
        reference_what=bare[0],
        note=f"processor {spent.cpu:.1f} s, reference {bare[1].cpu:.1f} s",
    )


async def _system(database: Database) -> int:
    async with database.acting(None) as link:
        return (await actors.system_actor(link)).id


class _Importer:
    """Imports a file whole and measures it."""

    def __init__(self, database: Database, made: Store, actor_id: int) -> None:
        self.database, self.made, self.actor_id = database, made, actor_id

    async def __call__(
        self, noun: str, file: Path, *, crs: str | None = None, **given: Any
    ) -> Spent:
        options = Options(reading=Reading(crs=crs), **given)
        with _measured(self.made) as spent:
            ledger: Ledger = await import_files(
                self.database, self.actor_id, noun, [str(file)], options, at=AT
            )
        assert ledger.count(State.IMPORTED) == ledger.rows > 0
        return spent


@contextmanager
def _measured(made: Store) -> Iterator[Spent]:
    server, spent = _cpu.postmaster(made.admin_url), Spent()

    def cpu() -> float:
        return _cpu.seconds(os.getpid()) + _cpu.seconds(server, children=True)

    before, began = cpu(), perf_counter()
    yield spent
    spent.wall, spent.cpu = perf_counter() - began, cpu() - before


def _areas(folder: Path, shapes: list[Any]) -> Path:
    """Communities of whole grids: each takes those that lie next to its middle."""
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    seeds = np.random.default_rng(5).uniform(BOX[:2], BOX[2:], size=(AREAS, 2))
    nearest = ((middles[:, None] - seeds[None]) ** 2).sum(axis=2).argmin(axis=1)
    parts = [[shapes[n] for n in np.flatnonzero(nearest == one)] for one in range(AREAS)]
    whole = [polygons.union(some) for some in parts if some]
    return _write(folder / "areas.geojson", "C", whole)


def _grids(path: Path, shapes: list[Any]) -> Path:
    return _write(path, "G", shapes)


def _write(path: Path, letter: str, shapes: list[Any]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"{letter}{n}", "name": f"{letter}{n}"},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for n, shape in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _events(folder: Path, shapes: list[Any]) -> tuple[Path, dict[str, Any]]:
    """Boston's requests where they are, else as many rows of their kind and width."""
    if (BOSTON / REQUESTS).exists():
        return BOSTON / REQUESTS, {"maps": MAPS, "timezone": "America/New_York"}
    random = np.random.default_rng(11)
    points = random.uniform(BOX[:2], BOX[2:], size=(EVENTS, 2)).round(6)
    lines = ["id,opened,due,closed,class,type,address,text,lon,lat,rest"]
    for n, (lon, lat) in enumerate(points.tolist()):
        day, hour = 1 + n % 28, n % 24
        times = f"2026-03-{day:02} {hour:02}:05:11,2026-04-{day:02} {hour:02}:00:00,"
        times += f"2026-03-{day:02} {hour:02}:45:00" if n % 9 else ""
        what = f"class {n % 12},type {n % 141},{n % 900} Some Street,a request of type {n % 141}"
        lines.append(f"{n},{times},{what},{lon},{lat},{'x' * 200}")
    path = folder / "events.csv"
    path.write_text("\n".join(lines))
    return path, {}


def _ogr2ogr(made: Store, file: Path) -> tuple[str, Spent] | None:
    program = shutil.which("ogr2ogr")
    if program is None:
        return None
    command = [program, "-f", "PostgreSQL", f"PG:{made.admin_url}", str(file)]
    with _measured(made) as spent:
        subprocess.run([*command, "-nln", "bare_grid"], check=True)
    return "ogr2ogr", spent


def _copy_shapes(made: Store, shapes: list[Any]) -> tuple[str, Spent]:
    def rows() -> Iterator[tuple[str, str]]:
        for n, one in enumerate(shapely.to_wkb(np.array(shapes, dtype=object), hex=True)):
            yield f"G{n}", one

    return _copy(made, "code text, geom geometry", rows)


def _copy_rows(made: Store, file: Path) -> tuple[str, Spent]:
    """The file's lines, whole, into one column."""

    def rows() -> Iterator[tuple[str]]:
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                data = archive.read(archive.namelist()[0])
        else:
            data = file.read_bytes()
        for line in data.decode().splitlines():
            yield (line,)

    return _copy(made, "line text", rows)


def _copy(
    made: Store, columns: str, rows: Callable[[], Iterator[tuple[str, ...]]]
) -> tuple[str, Spent]:
    with psycopg.connect(made.admin_url) as link, _measured(made) as spent:
        link.execute(f"CREATE TABLE bare ({columns})".encode())
        with link.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            for row in rows():
                copy.write_row(row)
        link.execute("DROP TABLE bare")
        link.commit()
    return "bare COPY", spent
