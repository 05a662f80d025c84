"""Tables as files for spreadsheets, piece by piece: CSV and XLSX that never stand in memory whole.

No cell is a formula. The XLSX is written here because openpyxl builds every cell as an object: ten
times the time, in the process that serves screens.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Protocol
from xml.sax.saxutils import escape

from dashboard.imports.telling import harmless

Cell = str | int | float | None
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
    "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}


class Sheet(Protocol):
    """A file that grows: each call gives the bytes that are new."""

    media_type: str

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes: ...

    def end(self) -> bytes: ...


class Csv:
    """UTF-8 with the mark by which Excel knows it; lines end as RFC 4180 says."""

    media_type = "text/csv; charset=utf-8"

    def __init__(self, title: str) -> None:
        self._start = "\ufeff"

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        file = io.StringIO()
        file.write(self._start)
        self._start = ""
        csv.writer(file).writerows([_plain(cell) for cell in row] for row in rows)
        return file.getvalue().encode()

    def end(self) -> bytes:
        return b""


class Xlsx:
    """One sheet; numbers are numbers, all else is text."""

    media_type = f"{KIND}.sheet"

    def __init__(self, title: str) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name='
        name = escape(re.sub(r"[][:*?/\\]", " ", title)[:31], {'"': "&quot;"})
        parts = {
            **PARTS,
            "xl/workbook.xml": f'{book}"{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        }
        for path, text in parts.items():
            self._zip.writestr(path, HEAD + text)
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w")
        frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        view = f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
        self._sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}">{view}<sheetData>'.encode())

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        text = "".join(f"<row>{''.join(map(_xml, row))}</row>" for row in rows)
        self._sheet.write(text.encode())
        return self._sink.taken()

    def end(self) -> bytes:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._zip.close()
        return self._sink.taken()


FORMATS: dict[str, type[Csv] | type[Xlsx]] = {"csv": Csv, "xlsx": Xlsx}


class _Sink(io.RawIOBase):
    """A file that cannot be sought in and gives away what was written."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._bytes += data
        return len(data)

    def taken(self) -> bytes:
        taken, self._bytes = bytes(self._bytes), bytearray()
        return taken


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    return harmless(cell) if isinstance(cell, str) else cell


def _xml(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if not isinstance(cell, str):
        return f"<c><v>{cell}</v></c>"
    text = escape(NOT_XML.sub("\ufffd", harmless(cell)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
