"""People with contacts and posts; facilities with their radius."""

from __future__ import annotations

from pathlib import Path

from tests.data.importers.conftest import Importer, box, point, reasons, write_csv, write_geojson


async def test_people_hold_posts_on_grids_and_areas(importer: Importer, tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "p.csv",
        "编号,姓名,电话,岗位,网格,parent",
        "p1,张三,19900000001,网格长,W-1,",
        "p1,张三,19900000001,网格员,E-1,",
        "p2,李四,,副书记,,code-east",
        ",无号,,,,",
        "p4,,,,,",
        "p5,王五,,网格员,X-9,",
        "p6,赵六,,,,code-nowhere",
        "p1,张三,19900000001,网格长,W-1,",
        "p1,另一人,,网格长,W-1,",
        "p7,无岗,,,,",
    )
    report = await importer("people", file)
    assert reasons(report) == {
        4: "no_code",
        5: "nameless",
        6: "orphan",
        7: "orphan",
        8: "duplicate",
        9: "conflict",
    }
    assert (report["rows_imported"], report["rows_merged"], report["units"]) == (3, 1, 3)
    posts = await importer.rows(
        "SELECT p.name, h.role, g.code, a.name FROM post h JOIN person p ON p.id = h.person_id"
        " LEFT JOIN grid g ON g.id = h.grid_id JOIN area a ON a.id = h.area_id"
        " WHERE p.code LIKE 'p_' ORDER BY h.id"
    )
    assert sorted(posts, key=str) == [
        ("张三", "grid_chief", "W-1", "west"),
        ("张三", "grid_worker", "E-1", "east"),
        ("李四", "副书记", None, "east"),
    ]
    phones = await importer.rows(
        "SELECT c.address FROM contact c JOIN person p ON p.id = c.person_id WHERE p.code LIKE 'p_'"
    )
    assert phones == [("19900000001",)]
    again = await importer("people", file)
    assert (again["rows_unchanged"], again["rows_rejected"]) == (4, 6)


async def test_a_grid_code_of_two_kinds_needs_the_kind(importer: Importer, tmp_path: Path) -> None:
    grid = [({"code": "W-1", "name": "w"}, box(112.901, 35.601, 112.909, 35.609))]
    await importer("grids", write_geojson(tmp_path / "g.geojson", grid), group="micro")
    file = write_csv(tmp_path / "p.csv", "code,name,grid", "p1,张三,W-1")
    assert reasons(await importer("people", file)) == {1: "ambiguous_grid"}
    assert (await importer("people", file, group="micro"))["rows_imported"] == 1


async def test_facilities_with_kind_and_radius(importer: Importer, tmp_path: Path) -> None:
    rows = [
        ({"code": "f1", "name": "驿站", "r": 500, "address": "x"}, point(112.905, 35.605)),
        ({"code": "f2", "name": "中心", "r": None}, box(112.911, 35.601, 112.912, 35.602)),
        ({"code": "f3", "name": "无", "r": "far"}, point(112.905, 35.605)),
        ({"code": "f4", "name": "无", "r": 1}, None),
        ({"code": "f1", "name": "驿站", "r": 500}, point(112.905, 35.605)),
        ({"code": "f6", "name": "远", "r": 1}, point(10, 10)),
        ({"code": "f7", "name": "零", "r": 0}, point(112.905, 35.605)),
    ]
    file = write_geojson(tmp_path / "f.geojson", rows)
    report = await importer("facilities", file, group="station", maps={"service_radius_m": "r"})
    assert reasons(report) == {
        3: "bad_number",
        4: "no_geometry",
        5: "duplicate",
        6: "orphan",
        7: "bad_number",
    }
    assert report["repaired"] == [{"row": 2, "how": "Point on surface"}]
    found = await importer.rows(
        "SELECT f.code, f.service_radius_m, a.name FROM facility f JOIN area a ON a.id = f.area_id"
        " ORDER BY f.code"
    )
    assert found == [("f1", 500.0, "west"), ("f2", None, "east")]
    again = await importer("facilities", file, group="station", maps={"service_radius_m": "r"})
    assert again["rows_unchanged"] == 2
