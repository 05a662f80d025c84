"""Columns known by their names: Chinese, English, pinyin, cut off; two that compete are asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from data.importers import columns
from data.importers.errors import CompetingColumns
from data.importers.options import Options
from data.importers.reading import read
from data.importers.run import NOUNS
from data.importers.table import Reading, Table


def choose(noun: str, table: Table, **given: Any) -> dict[str, str]:
    kind = NOUNS[noun]
    known = (*kind.fields, *columns.POSITION)
    chosen = columns.choose(
        table, noun=noun, known=known, key_field=kind.key_field, options=Options(**given)
    )
    return {field: column for field, (column, _) in chosen.found.items()}


def of(*names: str) -> Table:
    """A table of one row in which all values differ."""
    return Table("a.csv", 1, {name: [str(n)] for n, name in enumerate(names)})


@pytest.mark.parametrize(
    ("noun", "given", "expected"),
    [
        (
            "grids",
            {},
            {
                "name": "网格名称",
                "code": "网格编码",
                "parent": "所属社区",
                "households": "户数（户）",
            },
        ),
        ("grids", {}, {"code": "WGBM", "name": "WGMC", "parent": "SJBM"}),
        ("grids", {}, {"code": "Grid Code", "name": "grid_name", "kind": "网格类型"}),
        (
            "areas",
            {"group": "community"},
            {"code": "社区编码", "name": "社区名称", "parent": "街道名称"},
        ),
        ("areas", {"group": "街道"}, {"name": "街道名称", "parent": "所属区"}),
        ("areas", {}, {"name": "名 称", "code": "＊编码", "level": "层级", "parent": "上级"}),
        (
            "people",
            {},
            {
                "code": "工号",
                "name": "姓名",
                "phone": "联系电话",
                "role": "岗位",
                "grid": "所在网格",
            },
        ),
        ("people", {}, {"name": "网格长", "phone": "手机号", "grid": "网格编码", "parent": "社区"}),
        (
            "events",
            {},
            {
                "id": "工单编号",
                "opened": "上报时间",
                "closed": "办结时间",
                "class": "大类",
                "type": "小类",
                "text": "事件描述",
                "address": "地址",
                "lon": "经度",
                "lat": "纬度",
            },
        ),
        (
            "facilities",
            {},
            {"name": "阵地名称", "kind": "类型", "service_radius_m": "服务半径(米)"},
        ),
    ],
)
def test_columns_are_recognised(noun: str, given: dict[str, Any], expected: dict[str, str]) -> None:
    """Whatever else stands beside them."""
    table = of("序号", *expected.values(), "面积", "FID", "备用")
    assert choose(noun, table, **given) == expected


def test_what_the_user_says_is_said_of_no_other_field() -> None:
    table = of("编码", "id", "名称", "所属社区")
    assert choose("grids", table, maps={"name": "编码"}) == {
        "name": "编码",
        "code": "id",
        "parent": "所属社区",
    }


def test_two_columns_that_compete_are_asked_about() -> None:
    with pytest.raises(CompetingColumns, match="名称, mc") as error:
        choose("grids", of("编码", "名称", "mc"))
    assert error.value.said.fields["field"] == "name"
    assert choose("grids", of("编码", "名称", "mc"), maps={"name": "mc"})["name"] == "mc"
    same = Table("a.csv", 2, {"编码": ["1", "2"], "名称": ["甲", "乙"], "mc": ["甲 ", "乙"]})
    assert choose("grids", same)["name"] == "名称", "two that say the same do not compete"
    assert choose("grids", of("name", "名称", "mc"))["name"] == "name"
    stronger = choose("grids", of("网格名称", "名称", "网格编码", "编码", "id"))
    assert stronger == {"name": "网格名称", "code": "网格编码"}


def test_a_row_can_do_without_some_and_then_nobody_is_asked() -> None:
    known = ("code", "name", "phone")
    table = of("工号", "姓名", "手机", "手机号")
    found = columns.choose(table, noun="people", known=known, key_field="code", options=Options())
    assert found.recognised == {"code": "工号", "name": "姓名"}
    assert found.competing == {"phone": "手机, 手机号"}


def test_a_coarser_area_beside_a_row_counts_only_where_nothing_else_places_it() -> None:
    table = of("网格编码", "网格名称", "社区名称", "街道名称")
    assert choose("grids", table)["parent"] == "社区名称"
    table.geometry = np.array([shapely.Point(1, 1)], dtype=object)
    assert "parent" not in choose("grids", table)
    table.columns = {**table.columns, "所属街道": ["x"]}
    assert choose("grids", table)["parent"] == "所属街道"


@pytest.mark.parametrize("codec", ["GBK", "UTF-8"])
def test_names_that_a_shapefile_cut_off_are_recognised(tmp_path: Path, codec: str) -> None:
    """A DBF has ten bytes for a name: three characters in UTF-8, five in GBK."""
    names = ["网格编码", "网格名称", "所属社区编码", "服务半径"]
    file = tmp_path / "g.shp"
    pyogrio.raw.write(
        file,
        np.array([shapely.to_wkb(shapely.box(112.9, 35.6, 112.91, 35.61))], dtype=object),
        [np.array([f"{n}"], dtype=object) for n in range(len(names))],
        np.array([f"f{n}" for n in range(len(names))], dtype=object),
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    header = bytearray(file.with_suffix(".dbf").read_bytes())
    for n, name in enumerate(names):
        header[32 * n + 32 : 32 * n + 43] = name.encode(codec)[:10].ljust(11, b"\0")
    file.with_suffix(".dbf").write_bytes(header)
    file.with_suffix(".cpg").unlink()
    table = read(str(file), reading=Reading())
    found = {field: table.columns[name][0] for field, name in choose("grids", table).items()}
    assert found == {"code": "0", "name": "1", "parent": "2"}
