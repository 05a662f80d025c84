"""A town's own roads, waters, woods and buildings from files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely

from dashboard.embedded import Store
from dashboard.imports.look import describe
from data import actors, migrate
from data.feed import places as feed
from data.importers import journal, values
from data.importers.errors import MissingOption
from data.importers.table import Reading, silent
from data.query import layers
from data.staff import duty
from geo.shifted import wgs84_to_gcj02
from tests.data.importers.conftest import AT, Importer, box, point, reasons, write_geojson
from tests.factories import Town


def line(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": points}


def lines(*parts: list[tuple[float, float]]) -> dict[str, Any]:
    return {"type": "MultiLineString", "coordinates": parts}


def warned(report: Any) -> set[str]:
    return {one["reason"] for one in report["warnings"]}


async def version(importer: Importer) -> str:
    async with importer.database.acting(importer.actor_id) as link:
        return (await feed.read(link, AT)).version


Rows = list[tuple[dict[str, Any], Any]]
ROADS: Rows = [
    ({"osm_id": "1", "name": "中兴大街", "fclass": "primary"}, line((112.9, 35.6), (112.92, 35.6))),
    ({"osm_id": "2", "name": None, "fclass": "Residential"}, line((112.9, 35.6), (112.9, 35.61))),
    ({"osm_id": "3", "name": "北环", "fclass": "国道"},
     lines([(112.9, 35.61), (112.91, 35.61)], [(112.911, 35.61), (112.92, 35.61)])),
    ({"osm_id": "4", "name": None, "fclass": "proposed"}, line((112.9, 35.6), (112.92, 35.61))),
    ({"osm_id": "2", "name": None, "fclass": "residential"}, line((112.9, 35.61), (112.9, 35.62))),
    ({"osm_id": "1", "name": "别名", "fclass": "primary"}, line((112.9, 35.6), (112.93, 35.6))),
    ({"osm_id": "7", "name": None, "fclass": "track"}, box(112.9, 35.6, 112.91, 35.61)),
    ({"osm_id": "8", "name": None, "fclass": "track"}, line((112.9, 35.6), (112.9, 35.6))),
    ({"osm_id": None, "name": None, "fclass": "track"}, line((112.9, 35.6), (112.9, 35.61))),
    ({"osm_id": "9", "name": None, "fclass": "track"}, None),
    ({"osm_id": "10", "name": None, "fclass": None}, line((112.9, 35.605), (112.91, 35.605))),
]  # fmt: skip


async def test_roads_have_a_class_and_a_name_or_none(importer: Importer, tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "roads.geojson", ROADS)
    async with importer.database.acting(importer.actor_id) as link:
        words = await values.read(link)
    looked = describe(str(file), Reading(), words, None, silent)
    assert looked["guess"] == "ground" and looked["meant"]["ground"]["class"] == "fclass"
    [classes] = [one["values"] for one in looked["columns"] if one["name"] == "fclass"]
    said = {one["value"]: one["means"].get("class") for one in classes}
    assert said["国道"] == "trunk" and said["proposed"] is None and "" not in said
    empty = await version(importer)
    trial = await importer("ground", file, group="road", dry_run=True)
    assert trial["rows_imported"] == 5 and await version(importer) == empty
    report = await importer("ground", file, group="road", source="osm")
    assert report["rows_imported"] == 5 and report["rows_merged"] == 1 and report["units"] == 5
    assert reasons(report) == {
        6: "conflict", 7: "wrong_geometry", 8: "invalid_geometry", 9: "no_code", 10: "no_geometry"
    }  # fmt: skip
    assert report["recognised"] == {"code": "osm_id", "class": "fclass"}
    [unknown] = [one for one in report["warnings"] if one["reason"] == "unknown_class"]
    assert unknown["message"].startswith("1 roads") and "proposed 1" in unknown["message"]
    drawn = await version(importer)
    assert drawn != empty

    async with importer.database.acting(importer.actor_id) as link:
        roads = await layers.read(link, "roads", at=AT)
        phone = await duty.ground(link, duty.Box(112.89, 35.59, 112.93, 35.63))
    told = [(one.properties["class"], one.properties["name"]) for one in roads]
    assert told == [
        ("main", "中兴大街"), ("minor", None), ("trunk", "北环"), ("minor", None), ("minor", None)
    ]  # fmt: skip
    assert [json.loads(str(one.geometry))["type"] for one in roads][:3] == [
        "LineString", "MultiLineString", "MultiLineString"
    ]  # fmt: skip
    assert len(phone["roads"]) == 7, "a road in pieces is drawn piece by piece"
    assert all(isinstance(one["shape"][0][0], float) for one in phone["roads"])

    again = await importer("ground", file, group="road", source="osm")
    assert (again["rows_unchanged"], again["rows_rejected"]) == (6, 5)
    assert await version(importer) == drawn
    meant = {"proposed": "track"}
    later = await importer("ground", file, group="road", source="osm", classes=meant)
    assert (later["rows_imported"], later["rows_unchanged"]) == (1, 5)
    assert await version(importer) != drawn, "screens that are open draw it anew"
    classes = "SELECT code, class FROM road WHERE code IN ('osm:4', '4')"
    assert await importer.rows(classes) == [("osm:4", "track")]
    other = await importer("ground", file, group="铁路", source="survey", maps={"class": "name"})
    assert other["rows_imported"] == 5, "another source numbers its rows alike"
    rail = "SELECT DISTINCT class FROM road WHERE code IN ('survey:2', 'survey:10')"
    assert await importer.rows(rail) == [("rail",)]


MIXED: Rows = [
    ({"类型": "水库", "名称": "水磨水库", "户数": None}, box(112.901, 35.601, 112.903, 35.603)),
    ({"类型": "河流", "名称": "东河", "户数": None}, line((112.9, 35.6), (112.92, 35.61))),
    ({"类型": "林地", "名称": None, "户数": None}, box(112.905, 35.601, 112.907, 35.603)),
    ({"类型": "房屋", "名称": "一号楼", "户数": 24}, box(112.904, 35.604, 112.905, 35.605)),
    ({"类型": "房屋", "名称": "二号楼", "户数": -1}, box(112.914, 35.604, 112.915, 35.605)),
    ({"类型": "房屋", "名称": "远楼", "户数": 1}, box(10, 10, 10.1, 10.1)),
    ({"类型": "房屋", "名称": "三号楼", "户数": 8}, box(112.914, 35.606, 112.915, 35.607)),
    ({"类型": "沙漠", "名称": None, "户数": None}, box(112.905, 35.601, 112.907, 35.603)),
    ({"类型": None, "名称": None, "户数": None}, box(112.905, 35.601, 112.907, 35.603)),
    ({"类型": "林地", "名称": None, "户数": None}, box(112.905, 35.601, 112.907, 35.603)),
    ({"类型": "林地", "名称": None, "户数": None}, point(112.906, 35.602)),
]


async def test_waters_woods_and_buildings_of_one_file(
    importer: Importer, town: Town, tmp_path: Path
) -> None:
    """Keyed by their content; a building belongs to the area that it stands in, and only those
    see it that see the area."""
    file = write_geojson(tmp_path / "mixed.geojson", MIXED)
    report = await importer("ground", file)
    assert report["rows_imported"] == 5 and "keyed_by_content" in warned(report)
    assert "no_class" not in warned(report), "it holds no roads"
    assert reasons(report) == {
        5: "bad_number", 6: "orphan", 8: "unknown_ground", 9: "no_group", 10: "duplicate",
        11: "wrong_geometry",
    }  # fmt: skip
    fills = "SELECT kind, name, GeometryType(geom) FROM ground ORDER BY id"
    assert await importer.rows(fills) == [
        ("water", "水磨水库", "MULTIPOLYGON"), ("water", "东河", "LINESTRING"),
        ("wood", None, "MULTIPOLYGON"),
    ]  # fmt: skip
    assert (await importer("ground", file))["rows_unchanged"] == 5

    async with town.database.acting(town.system_id) as link:
        west, _ = await actors.create_token(link, role="administrator", area="code-west")
    mine = Importer(town.database, west.id)
    houses = "SELECT b.dwellings, a.name FROM building b JOIN area a ON a.id = b.area_id"
    assert await mine.rows(houses) == [(24, "west")]
    assert sorted(await importer.rows(houses)) == [(8, "east"), (24, "west")]
    async with town.database.acting(town.system_id) as link:
        phone = await duty.ground(link, duty.Box(112.89, 35.59, 112.93, 35.63))
    assert len(phone["buildings"]) == 2 and len(phone["buildings"][0][0]) == 2
    assert sorted(fill["kind"] for fill in phone["fills"]) == ["water", "wood"]
    theirs = write_geojson(tmp_path / "east.geojson", MIXED[6:7])
    assert reasons(await mine("ground", theirs)) == {1: "orphan"}

    with pytest.raises(MissingOption, match="--kind"):
        await importer("ground", write_geojson(tmp_path / "plain.geojson", ROADS))
    nothing = await importer("ground", file, group="desert")
    assert set(reasons(nothing).values()) == {"unknown_ground"}


async def test_with_roads_the_guard_tells_what_is_shifted(
    importer: Importer, tmp_path: Path
) -> None:
    """Stations along the town's own roads, delivered in GCJ-02 and read as WGS-84."""
    rng = np.random.default_rng(7)
    starts = rng.uniform((112.89, 35.59), (112.93, 35.62), (30, 2))
    bends = np.cumsum(rng.normal(0, 0.0012, (30, 12, 2)), axis=1)
    streets = [shapely.LineString(path) for path in starts[:, None, :] + bends]
    rows = [({"n": n}, shapely.geometry.mapping(one)) for n, one in enumerate(streets)]
    file = write_geojson(tmp_path / "roads.geojson", rows)
    report = await importer("ground", file, group="road", key=("n",))
    assert report["rows_imported"] == 30 and warned(report) == {"no_class"}
    spots = [s.interpolate(at, normalized=True) for s in streets for at in rng.uniform(0, 1, 6)]
    lon, lat = wgs84_to_gcj02(np.array([p.x for p in spots]), np.array([p.y for p in spots]))
    shifted = [({"n": n}, point(x, y)) for n, (x, y) in enumerate(zip(lon, lat, strict=True))]
    stations = write_geojson(tmp_path / "stations.geojson", shifted)
    given: dict[str, Any] = {"group": "station", "key": ("n",), "dry_run": True}
    wrong = await importer("facilities", stations, **given)
    [said] = [one for one in wrong["warnings"] if one["reason"] == "shift_crs"]
    assert "roads" in said["message"] and "--crs gcj02" in said["message"]
    right = await importer("facilities", stations, crs="gcj02", **given)
    assert not {one for one in warned(right) if one.startswith("shift_")}


async def test_what_was_imported_before_this_upgrade_can_still_be_undone(
    importer: Importer, store: Store, tmp_path: Path
) -> None:
    """A store as it was before: the ground is not journaled and has no keys."""
    tables = ("road", "ground", "building")
    [upgrade] = [one for one in migrate.files() if one.name.endswith("_ground.sql")]
    with psycopg.connect(store.admin_url) as link:
        for name in tables:
            for trigger in ("notify_places", "journal_insert", "journal_update"):
                link.execute(f"DROP TRIGGER {trigger} ON {name}".encode())
            link.execute(f"ALTER TABLE {name} DROP COLUMN content_hash".encode())
        link.execute("ALTER TABLE road DROP COLUMN code, DROP CONSTRAINT road_geom_check")
        link.execute("ALTER TABLE ground DROP COLUMN code")
        link.execute("ALTER TABLE building DROP CONSTRAINT building_geom_check")
        link.execute("DROP INDEX ground_geom")
        link.execute("DELETE FROM import_table WHERE tab = ANY (%s)", [list(tables)])
    station = [({"code": "f", "name": "站"}, point(112.905, 35.605))]
    await importer("facilities", write_geojson(tmp_path / "s.geojson", station), group="station")
    with psycopg.connect(store.admin_url) as link:
        link.execute(upgrade.read_bytes())
    _, counts = await journal.undo(importer.database, importer.actor_id, None, at=AT, real=AT)
    assert counts["facility"] == 1
    assert await importer.rows("SELECT FROM facility") == []
