"""XLSX: sheets, titles, dates; formulas never computed; workbooks of strangers."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from data.importers import errors
from data.importers import workbook as workbook_
from tests.data.importers.conftest import Importer, reasons
from tests.data.importers.makers import rewritten, workbook, zipped
from tests.data.importers.test_reading import load

SHEET = "xl/worksheets/sheet1.xml"
STAFF: list[list[Any]] = [["编号", "姓名", "电话"], ["P1", "张三", 13800000001]]


def test_a_sheet_is_a_table(tmp_path: Path) -> None:
    rows = [
        ["code", "at", None, "code"],
        [7.0, datetime(2026, 7, 14, 9, 30), True, "x"],
        [],
        ["渠头村", None, None, None],
    ]
    table = load(workbook(tmp_path / "a.xlsx", Sheet1=rows, Sheet2=[], Sheet3=[[None, ""]]))
    assert table.columns == {
        "code": [7, "渠头村"],
        "at": ["2026-07-14T09:30:00", None],
        "column 3": [True, None],
        "code_2": ["x", None],
    }
    assert not table.faults


def test_several_sheets_are_asked_about(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 网格员=STAFF, 网格长=[*STAFF, ["P2", "李四", None]])
    with pytest.raises(errors.ChooseLayer, match="网格员, 网格长"):
        load(path)
    assert load(path, layer="网格长").length == 2
    with pytest.raises(errors.NoSuchLayer):
        load(path, layer="无")


def test_a_title_above_the_header_is_said(tmp_path: Path) -> None:
    table = load(workbook(tmp_path / "a.xlsx", one=[["某镇网格员花名册"], *STAFF]))
    assert (list(table.columns), table.length) == (["编号", "姓名", "电话"], 1)
    assert [reason for reason, _ in table.notes] == ["title_skipped"]


def test_a_formula_gives_its_stored_value_or_is_refused(tmp_path: Path) -> None:
    rows = [["code", "name"], ["1", "=1+1"], ["2", "plain"], ["3", "=1+2"]]
    path = workbook(tmp_path / "a.xlsx", one=rows)
    table = load(path)
    assert table.faults == {
        0: ("bare_formula", {"cell": "B2"}),
        2: ("bare_formula", {"cell": "B4"}),
    }
    rewritten(path, SHEET, b"<f>1+1</f><v />", b"<f>1+1</f><v>99</v>")
    table = load(path)
    assert table.columns["name"] == [99, "plain", None]
    assert list(table.faults) == [2]


def test_an_error_in_a_cell_is_no_value(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", one=[["code", "n"], ["1", "#N/A"]])
    assert load(path).columns["n"] == [None]


def test_too_many_columns_or_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.TooManyColumns, match="5000"):
        load(workbook(tmp_path / "a.xlsx", one=[[f"c{n}" for n in range(5_000)]]))
    path = workbook(tmp_path / "b.xlsx", one=[["code"], ["1"]])
    rewritten(path, SHEET, b'<row r="2"', b'<row r="99999999999"')
    with pytest.raises(errors.TooLarge):
        load(path)


def test_a_size_that_the_sheet_lies_about_is_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", one=STAFF)
    rewritten(path, SHEET, b'ref="A1:C2"', b'ref="A1:XFD1048576"')
    assert load(path).length == 1


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_entities_in_a_workbook_are_refused(tmp_path: Path, part: str) -> None:
    path = workbook(tmp_path / "a.xlsx", one=STAFF)
    rewritten(path, part, b"<", b'<!DOCTYPE x [<!ENTITY a "b">]><')
    with pytest.raises(errors.Unreadable, match="DOCTYPE"):
        load(path)


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_workbook_cut_off_is_refused_in_words(tmp_path: Path, kept: float) -> None:
    path = workbook(tmp_path / "a.xlsx", one=STAFF)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(errors.Unreadable, match="fetch it again"):
        load(path)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_a_workbook_with_a_broken_part_is_refused_in_words(tmp_path: Path, part: str) -> None:
    path = workbook(tmp_path / "a.xlsx", one=STAFF)
    rewritten(path, part, b"</", b"<oops ")
    with pytest.raises(errors.Unreadable, match="save it again"):
        load(path)
    zipped(path, {"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"})
    with pytest.raises(errors.Unreadable, match="save it again"):
        load(path)


def test_a_workbook_with_bad_bytes_inside_is_refused_in_words(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", one=[["code"], *([f"n{n}"] for n in range(200))])
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(SHEET).header_offset + 30 + len(SHEET)
    data = bytearray(path.read_bytes())
    data[at : at + 20] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(errors.Unreadable, match="save it again"):
        load(path)


def test_an_old_or_locked_workbook_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(errors.OldWorkbook, match=r"Save it as \.xlsx"):
        load(path)


def test_an_empty_workbook_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(errors.Unreadable, match="a header is needed"):
        load(workbook(tmp_path / "a.xlsx", one=[]))
    assert workbook_.MAX_ROWS == 1_048_576


async def test_facilities_from_a_workbook(importer: Importer, tmp_path: Path) -> None:
    rows = [
        ["编号", "名称", "经度", "纬度", "服务半径"],
        ["S1", "渠头驿站", 112.905, 35.605, 500],
        ["S2", "巴公驿站", "=A1", 35.605, 500],
        ["S3", "三驿站", float(200), 35.605, 500],
    ]
    path = workbook(tmp_path / "a.xlsx", one=rows)
    report = await importer("facilities", path, group="station")
    assert report["rows_imported"] == 1
    assert reasons(report) == {2: "bare_formula", 3: "out_of_range"}
