"""Names and cells of a file are its sender's words: no path, and no formula in a report."""

from __future__ import annotations

import pytest

from dashboard.imports import telling
from dashboard.imports.spool import plain


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("站点.csv", "站点.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\grids.shp.zip", "grids.shp.zip"),
        ("..", "file"),
        (".csv", "csv"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("x" * 300 + ".geojson", "x" * 60 + ".geojson"),
    ],
)
def test_a_files_name_stays_in_its_folder(name: str, kept: str) -> None:
    assert plain(name) == kept


def test_no_cell_of_a_report_is_a_formula() -> None:
    remark = {"row": 1, "file": "=cmd|' /C calc'!A0", "reason": "nameless", "fields": {}}
    text = "".join(telling.as_csv({"rejected": [remark], "repaired": [], "warnings": []}, "en"))
    assert "'=cmd|" in text and "\n=cmd" not in text and ",=cmd" not in text
    for cell in ("=1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"):
        assert telling.harmless(cell) == f"'{cell}"
    assert telling.harmless("1 = 1") == "1 = 1"
