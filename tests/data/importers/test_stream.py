"""A large CSV goes in by blocks, in one transaction, with memory that does not grow with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from data.importers import delimited, stream
from data.importers.errors import AskDateOrder, TooLarge
from data.importers.reading import read
from data.importers.table import Reading, silent
from tests.data.importers.conftest import Importer, reasons

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


def test_a_large_file_of_anything_else_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "MAX_WHOLE", 1 << 20)
    path, _ = big(tmp_path / "a.csv", 2)
    with pytest.raises(TooLarge, match=r"more than 1 MB. Split it"):
        read(str(path), reading=Reading())


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
