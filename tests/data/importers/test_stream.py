"""A large CSV goes in by blocks, in one transaction, with memory that does not grow with it."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.imports import telling
from data.importers import remarks, sample, stream
from data.importers import report as report_
from data.importers.errors import AskDateOrder, TooLargeWhole
from data.importers.options import Options
from data.importers.reading import read
from data.importers.report import State
from data.importers.run import import_files
from data.importers.table import Reading, silent
from tests.data.importers.conftest import AT, Importer, reasons, say

PEAK = """
import resource, sys
from data.importers import stream
from data.importers.table import Reading, silent
stream.LARGE, stream.ROWS = 1 << 20, 5_000
blocks = stream.blocks(sys.argv[1], reading=Reading(), progress=silent)
print(sum(block.length for block in blocks))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def big(path: Path, mb: int, *, encoding: str = "utf-8") -> tuple[Path, int]:
    """A CSV of about so many megabytes, and its number of rows."""
    lines = [f"{n},2026-07-01 08:00,街面秩序,{'长' * 60},112.9,35.6\n" for n in range(5_000)]
    chunk = "".join(lines).encode(encoding)
    times = (mb << 20) // len(chunk) + 1
    with path.open("wb") as file:
        file.write("id,opened,type,text,lon,lat\n".encode(encoding))
        for _ in range(times):
            file.write(chunk)
    return path, times * len(lines)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Each file is read in a process of its own, whose peak is asked for."""
    peaks = []
    for mb in (6, 24):
        path, rows = big(tmp_path / f"{mb}.csv", mb)
        command = [sys.executable, "-c", PEAK, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        assert int(said.stdout.split()[0]) == rows
        peaks.append(int(said.stdout.split()[1]))
    assert peaks[1] < peaks[0] * 1.1, peaks


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four rows, of any file that is not tiny."""
    monkeypatch.setattr(stream, "LARGE", 10)
    monkeypatch.setattr(stream, "ROWS", 4)


def events(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(["工单编号,上报时间,描述,经度,纬度", *rows, ""]).encode(encoding))
    return path


ROWS = [
    *("a,13/07/2026 08:00,甲,112.905,35.605", "b,02/07/2026 08:00,乙,112.915,35.605"),
    *("c,02/07/2026 08:00,丙,x,35.605", "d,02/07/2026 08:00,丁,,"),
    *("a,02/07/2026 08:00,甲又来,112.905,35.605", "e,03/07/2026,戊,112.905,35.605"),
    *("f,99/99/2026,己,112.905,35.605", 'g,03/07/2026,"庚', "h,03/07/2026,辛,112.905,35.605"),
]


async def account(importer: Importer) -> list[Any]:
    return await importer.rows(
        "SELECT source_key, text, opened_at, area_id, grid_ids, geom FROM event ORDER BY 1"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_blocks_give_what_the_whole_gives(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    file = events(tmp_path / "e.csv", *ROWS, encoding=encoding)
    whole = await importer("events", file, source="s")
    found = await account(importer)
    assert reasons(whole) == {
        3: "bad_number",
        5: "duplicate",
        7: "bad_time",
        8: "unclosed_quote",
    }
    monkeypatch.setattr(stream, "LARGE", 10)
    monkeypatch.setattr(stream, "ROWS", 4)
    again = await importer("events", file, source="s")
    assert again["rows_unchanged"] == whole["rows_imported"] and await account(importer) == found
    report = await importer("events", file, source="t")
    for one in (whole, report):
        one["warnings"] = sorted(one["warnings"], key=str)
        del one["run"]
    assert report["warnings"] == whole["warnings"]
    assert report == whole


async def test_one_transaction_whatever_the_number_of_blocks(
    importer: Importer, small: None, tmp_path: Path
) -> None:
    file = events(tmp_path / "e.csv", *ROWS)
    assert (await importer("events", file, source="s", strict=True))["rows_rejected"] == 9
    assert (await importer("events", file, source="s", dry_run=True))["rows_imported"] == 5
    assert await account(importer) == []
    late = events(tmp_path / "l.csv", *[f"{n},2026-07-01,x,," for n in range(9)], "z,1/2/2026,x,,")
    with pytest.raises(AskDateOrder):
        await importer("events", late, source="s")
    assert await account(importer) == [], "what earlier blocks had written is gone with the last"


@pytest.mark.parametrize("start", ["", '{"type": "FeatureCollection", "features": []}\n'])
def test_what_is_held_as_a_whole_is_refused_above_the_limit_in_words(
    tmp_path: Path, start: str
) -> None:
    """The limit is a setting, by which the same file goes in."""
    path, _ = big(tmp_path / "a.csv", 1)
    path.write_bytes(start.encode() + path.read_bytes())
    with pytest.raises(TooLargeWhole, match=r"has 1 MB, at most 0 can .* WANGGE_IMPORT_MB"):
        read(str(path), reading=Reading(whole_mb=0))
    if not start:
        assert read(str(path), reading=Reading(whole_mb=2)).length


def test_the_foreign_bytes_of_a_large_file_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may come late, behind megabytes of ASCII."""
    monkeypatch.setattr(stream, "LARGE", 10)
    plain = [f"{n},2026-07-01,none,," for n in range(60_000)]
    for encoding in ("utf-8", "gb18030"):
        row = "z,2026-07-01,街道路面破损需要维修,,"
        path = events(tmp_path / "e.csv", *plain, row, encoding="utf-8")
        data = path.read_bytes()
        at = data.index(b"\n")
        path.write_bytes(b"id,opened,text,lon,lat" + data[at:].decode().encode(encoding))
        *_, last = stream.blocks(str(path), reading=Reading(), progress=silent)
        assert last.columns["text"][-1] == "街道路面破损需要维修"


def plain(path: Path, rows: int) -> Path:
    """Every other row has a time that cannot be read."""
    lines = [
        f"{path.stem}{n},{'2026-07-01' if n % 2 else 'one day'},{'长' * 30},112.905,35.605"
        for n in range(rows)
    ]
    return events(path, *lines)


async def test_an_import_needs_no_more_memory_for_more_rows(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of Python's memory, from the file to the report: a list of rows, keys or reasons that
    grows with the file would be seen. The first import pays for what stays loaded."""
    monkeypatch.setattr(stream, "LARGE", 10)
    monkeypatch.setattr(stream, "CHUNK", 1 << 12)
    monkeypatch.setattr(stream, "ROWS", 200)
    monkeypatch.setattr(remarks, "MOST_TOLD", 50)
    monkeypatch.setattr(sample, "MOST", 50)
    peaks = []
    for name, rows in (("warm", 400), ("a", 400), ("b", 4_000)):
        file = plain(tmp_path / f"{name}.csv", rows)
        gc.collect()
        tracemalloc.start()
        ledger = await import_files(
            importer.database,
            importer.actor_id,
            "events",
            [str(file)],
            Options(source="s"),
            at=AT,
        )
        held = sum(1 for _ in ledger.stored_rest()) + len(ledger.rejected.told)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (ledger.rows, len(ledger.rejected), held) == (rows, rows // 2, rows // 2)
        assert ledger.count(State.IMPORTED) == rows // 2
    assert peaks[2] < peaks[1] + 150_000, peaks


async def test_of_many_rejected_rows_the_first_are_listed_and_all_are_counted(
    importer: Importer, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remarks, "MOST_TOLD", 3)
    monkeypatch.setattr(report_, "MOST_TOLD", 3)
    file = events(tmp_path / "e.csv", *ROWS, *(f"r{n},once,x,," for n in range(20)))
    options = Options(source="s", reading=Reading())
    who = importer.database, importer.actor_id, "events", [str(file)]
    ledger = await import_files(*who, options, at=AT)
    report = ledger.as_json(say)
    assert (report["rows"], report["rows_imported"], report["rows_rejected"]) == (29, 5, 24)
    assert reasons(report) == {3: "bad_number", 5: "duplicate", 7: "bad_time"}
    (untold,) = [one for one in report["warnings"] if one["reason"] == "untold"]
    assert untold["message"].startswith("21 more rows were rejected than the report lists: ")
    rest = [(one["row"], one["reason"]) for one in ledger.stored_rest()]
    assert rest == [(8, "unclosed_quote"), *((row, "bad_time") for row in range(10, 30))]
    assert ledger.stored(2)["reasons"] == {
        "bad_number": 1, "duplicate": 1, "bad_time": 21, "unclosed_quote": 1
    }  # fmt: skip
    assert ledger.stored(1)["warnings"][-1]["fields"]["n"] == 23
    table = "".join(telling.as_csv(ledger.stored(3), "en", ledger.stored_rest())).splitlines()
    assert [line.split(",")[2] for line in table if line.startswith("rejected")] == [
        *("3", "5", "7", "8"),
        *map(str, range(10, 30)),
    ]
    strict = await import_files(*who, replace(options, strict=True, source="t"), at=AT)
    assert strict.count(State.REJECTED) == len(strict.rejected) == 29
    assert strict.rejected.counts["strict"] == 5
