"""Several levels or kinds in one file, told apart by a column, as Chinese districts send them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.importers.errors import MissingOption, NotConfirmed
from data.importers.options import Options
from data.importers.run import import_files
from tests.data.importers.conftest import AT, Importer, box, reasons, write_csv, write_geojson

DISTRICT = [
    ("G1", "第一网格", "网格", "幸福社区", box(0, 0, 1, 1)),
    ("C1", "幸福社区", "社区", "J1", box(0, 0, 2, 2)),
    ("J1", "朝阳街道", "街道", "Q1", box(0, 0, 4, 4)),
    ("X1", "某小区", "小区", "C1", box(0, 0, 1, 1)),
    ("Q1", "示范区", "区", "", box(0, 0, 8, 8)),
    ("G2", "第二网格", "网格", "幸福社区", box(1, 0, 2, 1)),
    ("C2", "和平社区", "Community", "J1", box(2, 0, 4, 2)),
    ("W1", "第一微网格", "微网格", "C2", box(2, 0, 3, 1)),
]


def district(path: Path) -> Path:
    names = ("编码", "名称", "层级", "上级")
    return write_geojson(path, [(dict(zip(names, row, strict=False)), row[4]) for row in DISTRICT])


async def parents(importer: Importer) -> dict[str, str]:
    rows = await importer.rows(
        "SELECT a.level || ':' || a.code, p.code FROM area a JOIN area p ON p.id = a.parent_id"
        " UNION ALL SELECT g.kind || ':' || g.code, a.code FROM grid g"
        " JOIN area a ON a.id = g.area_id WHERE g.valid_to IS NULL"
    )
    return dict(rows)


def said(report: Any, reason: str) -> list[str]:
    return [one["message"] for one in report["warnings"] if one["reason"] == reason]


async def test_four_levels_in_one_file(empty: Importer, tmp_path: Path) -> None:
    """Areas first, parents before children; then the grids out of the very same file."""
    file = district(tmp_path / "区.geojson")
    report = await empty("areas", file)
    assert report["recognised"] == {
        "code": "编码",
        "name": "名称",
        "level": "层级",
        "parent": "上级",
    }
    assert reasons(report) == {
        1: "other_level",
        6: "other_level",
        8: "other_level",
        4: "unknown_level",
    }
    (told,) = said(report, "other_level")
    assert "网格 2, 微网格 1" in told and "import grids FILE" in told and "层级" in told
    assert await parents(empty) == {
        "district:Q1": "000000000000",
        "subdistrict:J1": "Q1",
        "community:C1": "J1",
        "community:C2": "J1",
    }
    given: dict[str, Any] = {"maps": {"level": "层级"}, "strict": True}
    report = await empty("grids", file, group="service", values={"小区": "社区"}, **given)
    assert set(reasons(report)) == {2, 3, 4, 5, 7}, "rows of other levels are no fault"
    assert (report["rows_imported"], len(said(report, "parents_by_name"))) == (3, 1)
    assert [p for k, p in (await parents(empty)).items() if k[:8] == "service:"] == [
        *("C1", "C1", "C2"),
    ]


async def test_a_level_may_be_picked_out_and_words_explained(
    empty: Importer, tmp_path: Path
) -> None:
    file = district(tmp_path / "a.geojson")
    report = await empty("areas", file, group="区", parent_by="location")
    assert set(reasons(report).values()) == {"other_level"}
    assert report["rows_imported"] == 2, "what is no word for a level is of the level that is said"
    report = await empty("areas", file, values={"小区": "sector"}, parent_by="location")
    assert (report["rows_imported"], report["rows_unchanged"]) == (4, 1)
    rows = "Q2,乙区,1,", "J2,乙街道,2,Q2", "Z,?,9,J2"
    numbered = write_csv(tmp_path / "n.csv", "编码,名称,级别,上级", *rows)
    words = {"1": "区", "2": "subdistrict"}
    report = await empty("areas", numbered, values=words, parent_by="code")
    assert reasons(report) == {1: "orphan", 2: "orphan", 3: "unknown_level"}
    rows = "Q2,乙区,1,000000000000", "J2,乙街道,2,Q2"
    root = write_csv(tmp_path / "r.csv", "编码,名称,级别,上级", *rows)
    assert (await empty("areas", root, values=words, strict=True))["rows_imported"] == 2


async def test_comprehensive_grids_tile_unasked(importer: Importer, tmp_path: Path) -> None:
    """So that a check of a new town's grids looks for gaps between them, and not in markets."""
    rows = [
        ({"编码": str(n), "名称": f"格{n}", "t": kind}, box(n / 8, 0, n / 8 + 1 / 8, 1))
        for n, kind in enumerate(("comprehensive", "综合网格", "dedicated"))
    ]
    await importer("grids", write_geojson(tmp_path / "g.geojson", rows), maps={"kind": "t"})
    tiles = dict(await importer.rows("SELECT kind, tiles FROM grid_kind WHERE kind <> 'service'"))
    assert tiles == {"comprehensive": True, "综合网格": True, "dedicated": False}


async def test_kinds_of_grids_in_one_file(importer: Importer, tmp_path: Path) -> None:
    rows = [("a", "综合网格"), ("b", "专属网格"), ("c", "社区"), ("d", "网格"), ("e", "")]
    places = [box(112.9 + n / 1000, 35.6, 112.901 + n / 1000, 35.601) for n in range(5)]
    features = [
        ({"编码": c, "名称": c, "t": t}, at) for (c, t), at in zip(rows, places, strict=True)
    ]
    file = write_geojson(tmp_path / "g.geojson", features)
    report = await importer("grids", file, maps={"kind": "t"})
    assert reasons(report) == {3: "other_level", 5: "no_group"}
    made = await importer.rows("SELECT kind, name_en FROM grid_kind WHERE kind <> 'service'")
    assert set(made) >= {("综合网格", "综合网格"), ("专属网格", "专属网格"), ("grid", "Grid")}
    report = await importer("grids", file, maps={"kind": "t"}, values={"专属网格": "service"})
    assert (report["rows_imported"], report["rows_unchanged"]) == (1, 2)
    with pytest.raises(MissingOption, match="--kind"):
        await importer("grids", file)


async def test_recognised_columns_are_confirmed(importer: Importer, tmp_path: Path) -> None:
    """What nobody confirms is not imported; where nobody can be asked, it is said."""
    file = write_csv(tmp_path / "c.csv", "编码,名称", "c9,村")
    shown: list[dict[str, str]] = []

    def no(recognised: Any) -> bool:
        shown.append(dict(recognised))
        return False

    who = importer.database, importer.actor_id
    with pytest.raises(NotConfirmed, match="--map FIELD=COLUMN"):
        await import_files(
            *who, "areas", [str(file)], Options(group="community"), at=AT, confirm=no
        )
    assert shown == [{"code": "编码", "name": "名称"}]
    report = await importer("areas", file, group="community", parent="100", dry_run=True)
    assert said(report, "recognised")[0].startswith(
        "Columns recognised by their names: code = 编码, name = 名称."
    )
    report = await importer("areas", file, group="x", maps={"code": "编码", "name": "名称"})
    assert report["recognised"] == {} and not said(report, "recognised")


async def test_a_chief_named_beside_his_grid(importer: Importer, tmp_path: Path) -> None:
    """The column of chiefs in a table of grids is a file of people, too."""
    grids = await importer.rows("SELECT code FROM grid ORDER BY id LIMIT 1")
    file = write_csv(
        *(
            tmp_path / "g.csv",
            "网格编码,网格长,联系电话,工号",
            f"{grids[0][0]},王建国,13900000000,7",
        ),
    )
    report = await importer("people", file)
    assert report["recognised"]["name"] == "网格长"
    (post,) = await importer.rows(
        "SELECT h.role FROM post h JOIN person p ON p.id = h.person_id WHERE p.code = '7'"
    )
    assert post == ("grid_chief",)
