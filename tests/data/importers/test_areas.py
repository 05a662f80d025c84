"""Areas: levels in one file or one by one, without outline, with codes that repeat per level."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.places.areas import AmbiguousArea
from tests.data.importers.conftest import Importer, box, reasons, write_csv, write_geojson


def area(code: str, level: str, parent: str, geometry: Any) -> tuple[dict[str, Any], Any]:
    return {"code": code, "name": f"n{code}", "level": level, "parent": parent}, geometry


async def tree(importer: Importer) -> dict[str, str | None]:
    rows = await importer.rows(
        "SELECT a.level || ':' || a.code, p.level || ':' || p.code FROM area a"
        " LEFT JOIN area p ON p.id = a.parent_id WHERE a.parent_id IS NOT NULL"
    )
    return dict(rows)


async def test_a_whole_tree_in_one_file_in_any_order(empty: Importer, tmp_path: Path) -> None:
    rows = [
        area("c1", "社区", "t1", box(0, 0, 1, 1)),
        area("t1", "town", "d1", box(0, 0, 2, 2)),
        area("c2", "community", "t9", box(0, 0, 1, 1)),
        area("c3", "community", "t1", box(5, 5, 6, 6)),
        area("c4", "planet", "t1", box(0, 0, 1, 1)),
        area("d1", "District", "000000000000", box(0, 0, 4, 4)),
    ]
    rows[0][0]["level"] = "村社"
    file = write_geojson(tmp_path / "a.geojson", rows)
    report = await empty("areas", file)
    assert reasons(report) == {3: "orphan", 4: "outside_parent", 5: "unknown_level"}
    assert await tree(empty) == {
        "district:d1": "site:000000000000",
        "town:t1": "district:d1",
        "community:c1": "town:t1",
    }
    assert (await empty("areas", file))["rows_unchanged"] == 3


async def test_an_area_without_outline_is_the_union_of_its_children(
    empty: Importer, tmp_path: Path
) -> None:
    towns = write_csv(tmp_path / "t.csv", "code,name", "t1,甲镇", "t2,乙镇")
    assert (await empty("areas", towns, group="town"))["rows_imported"] == 2
    rows = [
        area("a", "", "t1", box(0, 0, 1, 1)),
        area("b", "", "t1", box(7, 7, 8, 8)),
        area("c", "", "t2", box(3, 3, 4, 4)),
    ]
    file = write_geojson(tmp_path / "c.geojson", rows)
    report = await empty("areas", file, group="community")
    assert report["rows_imported"] == 3, "a parent without an outline of its own bounds nothing"
    inside = [({"code": "v", "name": "v"}, box(3.1, 3.1, 3.9, 3.9))]
    file = write_geojson(tmp_path / "v.geojson", inside)
    await empty("areas", file, group="village", parent_by="location")
    assert (await tree(empty))["village:v"] == "community:c"
    across = [
        ({"code": "s", "name": "s"}, box(-0.1, 0, 1, 1)),
        ({"code": "x", "name": "x"}, box(50, 50, 51, 51)),
    ]
    file = write_geojson(tmp_path / "s.geojson", across)
    report = await empty("areas", file, group="sector", parent_by="location")
    assert (await tree(empty))["sector:s"] == "town:t1"
    assert reasons(report) == {2: "orphan"}


async def test_the_one_area_above_needs_no_outline(empty: Importer, tmp_path: Path) -> None:
    """A town made without geometry takes all communities; with a second one they must say which."""
    await empty("areas", write_csv(tmp_path / "t.csv", "code,name", "t1,甲镇"), group="town")
    for n in range(2):
        rows = [({"code": f"c{n}", "name": "村"}, box(n, 5 * n, n + 1, 5 * n + 1))]
        file = write_geojson(tmp_path / "c.geojson", rows)
        assert (await empty("areas", file, group="community"))["rows_imported"] == 1
    assert set((await tree(empty)).values()) == {"site:000000000000", "town:t1"}
    await empty("areas", write_csv(tmp_path / "t.csv", "code,name", "t2,乙镇"), group="town")
    rows = [({"code": "c9", "name": "村"}, box(50, 50, 51, 51))]
    file = write_geojson(tmp_path / "c.geojson", rows)
    assert reasons(await empty("areas", file, group="community")) == {1: "orphan"}
    assert (await empty("areas", file, group="community", parent="t2"))["rows_imported"] == 1


async def test_codes_may_repeat_on_another_level(empty: Importer, tmp_path: Path) -> None:
    divisions = [({"no": n, "name": f"D{n}"}, box(n, 0, n + 1, 1)) for n in (1, 2)]
    battalions = [({"no": n, "name": f"B{n}"}, box(n, 0, n + 0.5, 1)) for n in (1, 2)]
    companies = [({"no": f"E{n}", "bn": n}, box(n, 0, n + 0.2, 1)) for n in (1, 2)]
    for name, rows, level, more in (
        ("d", divisions, "division", {}),
        ("b", battalions, "battalion", {"parent_by": "location"}),
        ("c", companies, "company", {"maps": {"parent": "bn"}}),
    ):
        file = write_geojson(tmp_path / f"{name}.geojson", rows)
        report = await empty("areas", file, group=level, key=("no",), **more)
        assert report["rows_imported"] == 2
    assert await tree(empty) == {
        "division:1": "site:000000000000",
        "division:2": "site:000000000000",
        "battalion:1": "division:1",
        "battalion:2": "division:2",
        "company:E1": "battalion:1",
        "company:E2": "battalion:2",
    }


async def test_the_parent_by_a_name_that_two_have(empty: Importer, tmp_path: Path) -> None:
    towns = write_csv(tmp_path / "t.csv", "code,name", "t1,新村", "t2,新村")
    await empty("areas", towns, group="town")
    file = write_csv(tmp_path / "c.csv", "code,name,parent", "c,n,新村", "d,n,旧村")
    report = await empty("areas", file, group="community", parent_by="name")
    assert reasons(report) == {1: "ambiguous_parent", 2: "orphan"}


async def test_a_changed_area_is_changed_in_place(empty: Importer, tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "a.geojson", [area("t", "town", "", box(0, 0, 1, 1))])
    await empty("areas", file)
    (before,) = await empty.rows("SELECT id FROM area WHERE code = 't'")
    write_geojson(tmp_path / "a.geojson", [area("t", "town", "", box(0, 0, 2, 1))])
    assert (await empty("areas", file))["rows_imported"] == 1
    names = write_csv(tmp_path / "n.csv", "code,name,population", "t,nt,86000")
    assert (await empty("areas", names, group="town"))["rows_imported"] == 1
    found = await empty.rows("SELECT id, population, ST_XMax(geom) FROM area WHERE code = 't'")
    assert found == [(before[0], 86000, 2.0)]


async def test_a_new_level_is_made_and_said(empty: Importer, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "t.csv", "code,name", "t1,x")
    trial = await empty("areas", file, group="precinct", dry_run=True)
    assert "would_create_level" in [one["reason"] for one in trial["warnings"]]
    report = await empty("areas", file, group="precinct")
    assert [one["reason"] for one in report["warnings"]] == ["created_level"]
    again = await empty("areas", file, group="precinct")
    assert (again["rows_unchanged"], again["warnings"]) == (1, [])


async def test_a_code_of_two_levels_is_asked_about(importer: Importer, tmp_path: Path) -> None:
    """Nothing stands directly below both: a grid, a person and `--parent` must say which."""
    rows = [({"code": "code-west", "name": "西片区"}, box(112.89, 35.59, 112.93, 35.62))]
    await importer("areas", write_geojson(tmp_path / "s.geojson", rows), group="sector")
    grid = [
        ({"code": "g", "name": "g", "parent": "code-west"}, box(112.901, 35.601, 112.902, 35.602))
    ]
    grids = write_geojson(tmp_path / "g.geojson", grid)
    people = write_csv(tmp_path / "p.csv", "code,name,parent", "p,n,code-west")
    for noun, file in (("grids", grids), ("people", people)):
        given = {"group": "service"} if noun == "grids" else {}
        report = await importer(noun, file, **given)
        assert reasons(report) == {1: "ambiguous_parent"}
        assert "sector:code-west, community:code-west" in report["rejected"][0]["message"]
        assert reasons(await importer(noun, file, parent="code-west", **given)) == reasons(report)
        for chosen in ({"parent_level": "sector"}, {"parent": "sector:code-west"}):
            report = await importer(noun, file, dry_run=True, **chosen, **given)
            assert report["rows_imported"] == 1
        assert (await importer(noun, file, parent_level="sector", **given))["rows_imported"] == 1
    found = await importer.rows(
        "SELECT level FROM area a JOIN person p ON p.area_id = a.id WHERE p.code = 'p'"
        " UNION ALL SELECT level FROM area a JOIN grid g ON g.area_id = a.id WHERE g.code = 'g'"
    )
    assert found == [("sector",), ("sector",)]
    events = write_csv(tmp_path / "e.csv", "id,opened", "1,2026-07-14 09:00")
    with pytest.raises(AmbiguousArea):
        await importer("events", events, source="s", parent="code-west")
    assert (await importer("events", events, source="s", parent="sector:code-west"))["units"] == 1
