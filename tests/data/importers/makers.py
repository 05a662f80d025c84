"""Makers of the archives and workbooks that the tests of reading need."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook


def zipped(path: Path, entries: Mapping[str, bytes], *, gbk: bool = False) -> Path:
    """An archive; `gbk` writes the names as Chinese archivers do, without the UTF-8 flag."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    data = buffer.getvalue()
    if gbk:
        for name in entries:
            stand_in, real = name.encode(), name.replace("QQQQ", "网格").encode("gbk")
            assert len(stand_in) == len(real)
            data = data.replace(stand_in, real)
    path.write_bytes(data)
    return path


def workbook(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """An XLSX file with these rows in its sheets."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def rewritten(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """A workbook or archive with a part changed in place."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    assert old in entries[part]
    entries[part] = entries[part].replace(old, new)
    return zipped(path, entries)
