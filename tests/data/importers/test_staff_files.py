"""A newer staff file: what it no longer names ends, when asked, and only what its source named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from data.importers.errors import MissingOption
from tests.data.importers.conftest import AT, Importer, reasons, write_csv

HEADER = "code,name,role,grid"
BOTH = ("p1,张三,网格长,W-1", "p1,张三,网格员,E-1", "p2,李四,网格员,W-1")
LATER = AT + timedelta(days=30)


async def posts(importer: Importer) -> dict[tuple[str, str], bool]:
    """(person, role) → whether it is still held, of those that files named."""
    rows = await importer.rows(
        "SELECT p.code, h.role, h.valid_to IS NULL FROM post h JOIN person p ON p.id = h.person_id"
        " WHERE p.code LIKE 'p_' ORDER BY h.id"
    )
    return {(code, role): held for code, role, held in rows}


async def active(importer: Importer) -> list[str]:
    rows = await importer.rows("SELECT code FROM person WHERE active AND code LIKE 'p_' ORDER BY 1")
    return [code for (code,) in rows]


def warnings(report: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {one["reason"]: one["message"] for one in report["warnings"]}


async def test_a_newer_file_ends_nothing_unless_asked(importer: Importer, tmp_path: Path) -> None:
    await importer("people", write_csv(tmp_path / "a.csv", HEADER, *BOTH), source="hr")
    newer = write_csv(tmp_path / "b.csv", HEADER, BOTH[0])
    await importer("people", newer, source="hr", at=LATER)
    assert all((await posts(importer)).values())
    with pytest.raises(MissingOption):
        await importer("people", newer, ending_missing=True, at=LATER)
    trial = await importer(
        "people", newer, source="hr", ending_missing=True, dry_run=True, at=LATER
    )
    assert "2 posts" in warnings(trial)["missing_ended"]
    assert "1 people" in warnings(trial)["missing_ended"]
    assert all((await posts(importer)).values())
    await importer("people", newer, source="hr", ending_missing=True, at=LATER)
    assert await posts(importer) == {
        ("p1", "grid_chief"): True,
        ("p1", "grid_worker"): False,
        ("p2", "grid_worker"): False,
    }
    assert await active(importer) == ["p1"]
    ended = await importer.rows("SELECT DISTINCT valid_to FROM post WHERE valid_to IS NOT NULL")
    assert ended == [(LATER,)]
    again = await importer("people", newer, source="hr", ending_missing=True, at=LATER)
    assert "0 posts" in warnings(again)["missing_ended"] and again["rows_unchanged"] == 1


async def test_who_comes_back_begins_anew(importer: Importer, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", HEADER, *BOTH)
    without = write_csv(tmp_path / "b.csv", HEADER, *BOTH[:2])
    await importer("people", file, source="hr")
    await importer("people", without, source="hr", ending_missing=True, at=LATER)
    again = await importer("people", file, source="hr", at=LATER + timedelta(days=1))
    assert (again["rows_imported"], again["rows_unchanged"]) == (1, 2)
    assert await active(importer) == ["p1", "p2"]
    spans = await importer.rows(
        "SELECT nullif(valid_from, '-infinity'), valid_to FROM post h"
        " JOIN person p ON p.id = h.person_id WHERE p.code = 'p2' ORDER BY h.id"
    )
    assert spans == [(None, LATER), (LATER + timedelta(days=1), None)]


async def test_others_posts_stay(importer: Importer, tmp_path: Path) -> None:
    """Of another source, or of a file without one; a post without a source is adopted."""
    await importer("people", write_csv(tmp_path / "a.csv", HEADER, "p1,张三,网格长,W-1"))
    await importer("people", write_csv(tmp_path / "b.csv", HEADER, BOTH[2]), source="volunteers")
    file = write_csv(tmp_path / "c.csv", HEADER, "p3,王五,网格员,E-1")
    report = await importer("people", file, source="hr", ending_missing=True)
    assert "0 posts" in warnings(report)["missing_ended"]
    assert all((await posts(importer)).values()) and len(await active(importer)) == 3
    adopting = write_csv(tmp_path / "d.csv", HEADER, "p1,张三,网格长,W-1", "p3,王五,网格员,E-1")
    await importer("people", adopting, source="hr")
    await importer("people", file, source="hr", ending_missing=True)
    assert (await posts(importer))["p1", "grid_chief"] is False


async def test_a_broken_file_sends_nobody_away(importer: Importer, tmp_path: Path) -> None:
    await importer("people", write_csv(tmp_path / "a.csv", HEADER, *BOTH), source="hr")
    slip = write_csv(tmp_path / "b.csv", HEADER, BOTH[0], "p2,李四,网格员,W-l")
    names = write_csv(tmp_path / "c.csv", "code,name", "p1,张三")
    for file in (slip, names):
        report = await importer("people", file, source="hr", ending_missing=True, at=LATER)
        assert "missing_kept" in warnings(report)
        assert all((await posts(importer)).values())
    assert reasons(await importer("people", slip, source="hr")) == {2: "orphan"}
