"""Grids from files: each reason to reject a row, merging, repair, versions, the same file twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.data.importers.conftest import Importer, box, point, reasons, write_csv, write_geojson

WEST = box(112.901, 35.601, 112.909, 35.609)
FAR = box(100.0, 10.0, 100.1, 10.1)


def grid(code: str | None, name: str | None, geometry: Any) -> tuple[dict[str, Any], Any]:
    return {"code": code, "name": name}, geometry


async def test_each_bad_row_is_rejected_with_its_reason(importer: Importer, tmp_path: Path) -> None:
    bow_tie_line = {"type": "Polygon", "coordinates": [[[112.9, 35.6], [112.91, 35.6]] * 2]}
    file = write_geojson(
        tmp_path / "grids.geojson",
        [
            grid("G1", "好", WEST),
            grid("", "no code", WEST),
            grid("G3", None, WEST),
            grid("G4", "no geometry", None),
            grid("G5", "empty", {"type": "Polygon", "coordinates": []}),
            grid("G6", "line", {"type": "LineString", "coordinates": [[112.9, 35.6], [113, 36]]}),
            grid("G7", "nowhere", FAR),
            grid("G8", "feet", box(739826, 2908285, 740000, 2909000)),
            grid("G1", "好", WEST),
            grid("G1", "另一个", box(112.905, 35.601, 112.909, 35.602)),
            grid("G11", "flat", bow_tie_line),
            grid("G12", "not a shape", {"type": "Polygon", "coordinates": "x"}),
            grid("G13", "many", {"type": "Polygon", "coordinates": [[[1, 2], [3]]]}),
        ],
    )
    report = await importer("grids", file, group="service")
    assert reasons(report) == {
        2: "no_code",
        3: "nameless",
        4: "no_geometry",
        5: "empty_geometry",
        6: "wrong_geometry",
        7: "orphan",
        8: "out_of_range",
        9: "duplicate",
        10: "conflict",
        11: "invalid_geometry",
        12: "invalid_geometry",
        13: "invalid_geometry",
    }
    assert (report["rows"], report["rows_imported"], report["units"]) == (13, 1, 1)
    assert all(one["message"] and "{" not in one["message"] for one in report["rejected"])


async def test_outside_the_parent_that_the_row_names(importer: Importer, tmp_path: Path) -> None:
    rows = [
        ({"code": "A", "name": "a", "parent": "code-west"}, WEST),
        ({"code": "B", "name": "b", "parent": "code-east"}, WEST),
        ({"code": "C", "name": "c", "parent": "code-nowhere"}, WEST),
        ({"code": "D", "name": "d", "parent": ""}, WEST),
    ]
    file = write_geojson(tmp_path / "grids.geojson", rows)
    report = await importer("grids", file, group="service", maps={"parent": "parent"})
    assert reasons(report) == {2: "outside_parent", 3: "orphan", 4: "orphan"}
    assert "0 %" in report["rejected"][0]["message"]


async def test_the_parent_by_name_and_by_location(importer: Importer, tmp_path: Path) -> None:
    rows = [({"code": "A", "name": "a", "village": "west"}, WEST)]
    file = write_geojson(tmp_path / "grids.geojson", rows)
    await importer("grids", file, group="k1", maps={"parent": "village"}, parent_by="name")
    await importer("grids", file, group="k2", parent_by="location")
    await importer("grids", file, group="k3", parent="code-west")
    await importer("grids", file, group="k4", maps={"parent": "village"}, parent_by="location")
    found = await importer.rows(
        "SELECT a.name FROM grid g JOIN area a ON a.id = g.area_id WHERE g.kind LIKE 'k_'"
    )
    assert found == [("west",)] * 4


async def test_a_grid_across_the_border(importer: Importer, tmp_path: Path) -> None:
    """Half and half goes to the smaller id, most of it decides, little of it is not enough."""
    rows = [
        grid("half", "h", box(112.905, 35.60, 112.915, 35.61)),
        grid("most", "m", box(112.909, 35.60, 112.915, 35.61)),
        grid("both", "b", box(112.88, 35.60, 112.92, 35.61)),
        grid("many", "y", box(112.89, 35.595, 112.93, 35.615)),
    ]
    file = write_geojson(tmp_path / "g.geojson", rows)
    report = await importer("grids", file, group="k")
    found = await importer.rows(
        "SELECT g.code, a.name FROM grid g JOIN area a ON a.id = g.area_id WHERE kind = 'k'"
        " ORDER BY g.id"
    )
    assert found == [("half", "west"), ("most", "east"), ("both", "示范镇")]
    assert reasons(report) == {4: "orphan"}


async def test_a_unit_in_several_rows_becomes_one(importer: Importer, tmp_path: Path) -> None:
    rows = [
        grid("A", "甲", box(112.901, 35.601, 112.903, 35.603)),
        grid("B", "乙", box(112.905, 35.605, 112.906, 35.606)),
        grid("A", "甲", box(112.903, 35.601, 112.904, 35.603)),
        grid("A", "甲", box(112.907, 35.601, 112.908, 35.603)),
    ]
    file = write_geojson(tmp_path / "grids.geojson", rows)
    report = await importer("grids", file, group="service")
    assert (report["rows_imported"], report["rows_merged"], report["units"]) == (2, 2, 2)
    found = await importer.rows(
        "SELECT ST_NumGeometries(geom), ST_XMin(geom), ST_XMax(geom) FROM grid WHERE code = 'A'"
    )
    assert found == [(2, 112.901, 112.908)]
    again = await importer("grids", file, group="service")
    assert again["rows_unchanged"] == 4


async def test_broken_rings_are_repaired_and_reported(importer: Importer, tmp_path: Path) -> None:
    bow_tie = [[112.901, 35.601], [112.903, 35.603], [112.903, 35.601], [112.901, 35.603]]
    rows = [
        grid("A", "bow tie", {"type": "Polygon", "coordinates": [[*bow_tie, bow_tie[0]]]}),
        grid("B", "open", {"type": "Polygon", "coordinates": [WEST["coordinates"][0][:-1]]}),
        grid(
            "C",
            "mixed",
            {"type": "GeometryCollection", "geometries": [point(112.9, 35.6), WEST]},
        ),
    ]
    file = write_geojson(tmp_path / "grids.geojson", rows)
    report = await importer("grids", file, group="k")
    assert report["rows_imported"] == 3
    assert report["repaired"] == [
        {"row": 1, "how": "Self-intersection"},
        {"row": 2, "how": "Ring not closed"},
    ]
    found = await importer.rows(
        "SELECT bool_and(ST_IsValid(geom)), count(*) FROM grid WHERE kind='k'"
    )
    assert found == [(True, 3)]


async def test_dry_run_and_strict_write_nothing(importer: Importer, tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "g.geojson", [grid("A", "a", WEST), grid("B", "", WEST)])
    trial = await importer("grids", file, group="k", dry_run=True)
    assert (trial["rows_imported"], trial["rows_rejected"]) == (1, 1)
    assert trial["warnings"][-1]["reason"] == "dry_run"
    strict = await importer("grids", file, group="k", strict=True)
    assert (strict["rows_imported"], strict["units"]) == (0, 0)
    assert reasons(strict) == {1: "strict", 2: "nameless"}
    assert await importer.rows("SELECT FROM grid_kind WHERE kind = 'k'") == []
    good = write_geojson(tmp_path / "good.geojson", [grid("A", "a", WEST)])
    assert (await importer("grids", good, group="k", strict=True))["rows_imported"] == 1


async def test_the_same_file_twice_changes_nothing(importer: Importer, tmp_path: Path) -> None:
    rows = [grid(f"G{n}", f"g{n}", WEST) for n in range(5)]
    file = write_geojson(tmp_path / "g.geojson", rows)
    await importer("grids", file, group="k")
    before = await importer.rows("SELECT grid::text FROM grid ORDER BY id")
    report = await importer("grids", file, group="k")
    assert (report["rows_unchanged"], report["units"]) == (5, 5)
    assert await importer.rows("SELECT grid::text FROM grid ORDER BY id") == before


async def test_a_moved_border_is_a_version_from_now_and_yesterday_keeps_its_own(
    importer: Importer, tmp_path: Path
) -> None:
    """W-1 has a chief and a worker; its new outline is another version, also of their posts, and
    an event of before keeps the grid of its day."""
    reported = write_csv(
        tmp_path / "e.csv", "id,type,opened,lon,lat", "1,垃圾,2026-07-01 08:00,112.9095,35.605"
    )
    await importer("events", reported, source="s")
    columns = "person_id, role, grid_id, nullif(valid_from, '-infinity')"
    before = await importer.rows(f"SELECT {columns} FROM post ORDER BY 1")
    smaller = box(112.90, 35.60, 112.909, 35.61)
    file = write_geojson(tmp_path / "g.geojson", [grid("W-1", "W-1", smaller)])
    report = await importer("grids", file, group="service")
    assert report["rows_imported"] == 1
    assert "open_posts" in [one["reason"] for one in report["warnings"]]
    old, new = await importer.rows(
        "SELECT version, id, predecessor, nullif(valid_from, '-infinity'), valid_to FROM grid"
        " WHERE code = 'W-1' ORDER BY version"
    )
    assert (old[0], new[0], new[2]) == (1, 2, [old[1]])
    assert old[4] == new[3] and new[4] is None
    posts = f"SELECT {columns}, valid_to FROM post WHERE grid_id = %s"
    was = [row for row in before if row[2] == old[1]]
    assert len(was) == 2
    ended = await importer.rows(posts + " ORDER BY 1", [old[1]])
    assert ended == [(*row, old[4]) for row in was]
    goes_on = await importer.rows(posts + " ORDER BY 1", [new[1]])
    assert goes_on == [(*row[:2], new[1], new[3], None) for row in was]
    assert await importer.rows("SELECT grid_ids FROM event") == [([old[1]],)]


async def test_a_new_name_changes_the_grid_in_place(importer: Importer, tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "g.geojson", [grid("A", "old", WEST)])
    await importer("grids", file, group="k")
    write_geojson(tmp_path / "g.geojson", [grid("A", "new", WEST)])
    assert (await importer("grids", file, group="k"))["rows_imported"] == 1
    assert await importer.rows("SELECT name, version FROM grid WHERE kind = 'k'") == [("new", 1)]


async def test_without_a_key_the_content_is_the_key(importer: Importer, tmp_path: Path) -> None:
    rows = [({"title": "a"}, WEST), ({"title": "b"}, WEST), ({"title": "a"}, WEST)]
    file = write_geojson(tmp_path / "g.geojson", rows)
    report = await importer("grids", file, group="k", maps={"name": "title"})
    assert (report["rows_imported"], reasons(report)) == (2, {3: "duplicate"})
    assert "keyed_by_content" in [one["reason"] for one in report["warnings"]]
    again = await importer("grids", file, group="k", maps={"name": "title"})
    assert (again["rows_unchanged"], again["rows_rejected"]) == (2, 1)


async def test_several_columns_make_a_key(importer: Importer, tmp_path: Path) -> None:
    rows = [({"a": 1.0, "b": "x"}, WEST), ({"a": 1, "b": "y"}, WEST), ({"a": None, "b": ""}, WEST)]
    file = write_geojson(tmp_path / "g.geojson", rows)
    report = await importer("grids", file, group="k", key=("a", "b"))
    assert reasons(report) == {3: "no_code"}
    found = await importer.rows("SELECT code, name FROM grid WHERE kind = 'k' ORDER BY code")
    assert found == [("1-x", "1-x"), ("1-y", "1-y")]


async def test_several_files_are_one_import(importer: Importer, tmp_path: Path) -> None:
    one = write_geojson(tmp_path / "one.geojson", [grid("A", "a", WEST)])
    two = write_geojson(tmp_path / "two.geojson", [grid("A", "a", WEST), grid("B", "b", WEST)])
    report = await importer("grids", one, two, group="k")
    assert [(r["file"], r["row"]) for r in report["rejected"]] == [("two.geojson", 1)]
    assert report["rows_imported"] == 2


async def test_a_kind_by_column_and_a_row_without_one(importer: Importer, tmp_path: Path) -> None:
    rows = [
        ({"code": "A", "name": "a", "k": "服务网格"}, WEST),
        ({"code": "A", "name": "a", "k": "micro"}, WEST),
        ({"code": "C", "name": "c", "k": ""}, WEST),
    ]
    file = write_geojson(tmp_path / "g.geojson", rows)
    report = await importer("grids", file, maps={"kind": "k"})
    assert reasons(report) == {3: "no_group"}
    found = await importer.rows("SELECT kind FROM grid WHERE code = 'A' ORDER BY kind")
    assert found == [("micro",), ("service",)]


async def test_events_that_were_there_first_get_a_new_grid(
    importer: Importer, tmp_path: Path
) -> None:
    events = write_csv(
        tmp_path / "e.csv",
        "id,type,opened,lon,lat",
        "1,垃圾,2026-07-01 08:00,112.905,35.605",
        "2,垃圾,2026-07-01 08:00,112.9099,35.6099",
    )
    await importer("events", events, source="s")
    file = write_geojson(tmp_path / "g.geojson", [grid("A", "a", WEST)])
    await importer("grids", file, group="late")
    (new,) = await importer.rows("SELECT id FROM grid WHERE kind = 'late'")
    found = await importer.rows(
        "SELECT source_key FROM event WHERE grid_ids @> ARRAY[%s]::integer[]", [new[0]]
    )
    assert found == [("1",)]


async def test_projected_coordinates_equal_postgis(importer: Importer, tmp_path: Path) -> None:
    """CGCS2000 3° zone 38 (EPSG:4547), given by --crs, against ST_Transform of the store."""
    (row,) = await importer.rows(
        "SELECT ST_AsGeoJSON(ST_Transform(geom, 4547), 6)::json FROM grid WHERE code = 'W-1'"
    )
    file = write_geojson(tmp_path / "g.geojson", [grid("A", "a", row[0])])
    refused = await importer("grids", file, group="k")
    assert reasons(refused) == {1: "out_of_range"}
    await importer("grids", file, group="k", crs="EPSG:4547")
    (far,) = await importer.rows(
        "SELECT ST_HausdorffDistance(a.geom, b.geom) FROM grid a, grid b"
        " WHERE a.code = 'W-1' AND b.kind = 'k'"
    )
    assert far[0] < 1e-8
