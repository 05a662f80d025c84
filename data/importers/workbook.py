"""XLSX: one sheet as a table. Formulas are never computed: the value stored with one counts."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import Any

from data.errors import Said
from data.importers import markup
from data.importers.errors import ChooseLayer, NoSuchLayer, TooLarge, Unreadable
from data.importers.table import Reading, Table, check_columns, text, unique

MAX_ROWS = 1_048_576  # Excel's own; a row's number in the file is not believed beyond it
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
Cells = tuple[Any, ...]
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
MALFORMED = (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError)


def read(path: Path, *, name: str, reading: Reading) -> Table:
    """The one sheet with anything in it, or the one asked for, with its first row as header.

    Raises Unreadable, ChooseLayer, NoSuchLayer, TooManyColumns, TooLarge.
    """
    formulas = _check_parts(path, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are left out
            return _read(path, name, reading.layer, formulas)
    except (*DAMAGED, *MALFORMED) as error:
        raise _damaged(name) from error


def _damaged(name: str) -> Unreadable:
    why = "the workbook is damaged or cut off; open it in Excel or WPS and save it again"
    return Unreadable(path=name, format="XLSX", why=why)


def _check_parts(path: Path, name: str) -> bool:
    """Refuse a part that declares entities; say whether any sheet holds a formula."""
    formulas = False
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.namelist():
                if part.endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as stream:
                        if markup.has_type(stream):
                            raise Unreadable(path=name, format="XLSX", why=markup.NO_TYPE)
                if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                    formulas = formulas or FORMULA.search(archive.read(part)) is not None
    except DAMAGED as error:
        raise _damaged(name) from error
    return formulas


def _read(path: Path, name: str, layer: str | None, formulas: bool) -> Table:
    from openpyxl import load_workbook  # takes a third of a second: only where it is needed

    with path.open("rb") as one, path.open("rb") as other:  # by content, whatever the name
        values = load_workbook(one, read_only=True, data_only=True)
        sheet = _sheet(values, name, layer)
        twin: Iterator[Cells] = iter(())
        if formulas:
            twin = _rows(load_workbook(other, read_only=True)[sheet.title], name)
        return _table(name, list(_pairs(_rows(sheet, name), twin)))


def _sheet(workbook: Any, name: str, layer: str | None) -> Any:
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if layer is not None:
        if layer not in sheets:
            raise NoSuchLayer(path=name, layer=layer, layers=", ".join(sheets))
        return sheets[layer]
    full = [one for one in sheets.values() if any(any(map(_some, r)) for r in _rows(one, name))]
    if not full:
        raise Unreadable(path=name, format="XLSX", why="it is empty; a header is needed")
    if len(full) > 1:
        raise ChooseLayer(path=name, layers=", ".join(one.title for one in full))
    return full[0]


def _rows(sheet: Any, name: str) -> Iterator[Cells]:
    """The cells row by row; what the sheet says of its size is not believed."""
    sheet.reset_dimensions()
    for count, row in enumerate(sheet.iter_rows()):
        if count >= MAX_ROWS:
            raise TooLarge(path=name, limit=Said("{n} rows", n=MAX_ROWS))
        yield row


def _some(cell: Any) -> bool:
    return cell.value is not None and text(cell.value) != ""


def _pairs(rows: Iterator[Cells], twin: Iterator[Cells]) -> Iterator[tuple[list[Any], str | None]]:
    """Each row that is not empty: its values, and the first formula in it without stored value."""
    for row, formulas in zip_longest(rows, twin, fillvalue=()):
        bare = None
        for cell, formula in zip(row, formulas, strict=False):
            if formula.value is not None and formula.data_type == "f" and cell.value is None:
                bare = bare or f"{formula.coordinate}"
        found = [_plain(cell) for cell in row]
        while found and found[-1] in (None, ""):
            found.pop()
        if found or bare:
            yield found, bare


def _plain(cell: Any) -> Any:
    """A cell's value, times as ISO text; nothing for an error like #N/A."""
    value = cell.value
    if cell.data_type == "e":
        return None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value


def _table(name: str, rows: Sequence[tuple[list[Any], str | None]]) -> Table:
    """The first row is the header, but for a title that stands alone above one."""
    rows = list(rows)
    notes: list[tuple[str, dict[str, Any]]] = []
    alone = [value for value in rows[0][0] if value not in (None, "")]
    if len(rows) > 1 and len(alone) == 1 and len(rows[1][0]) > 1:
        notes.append(("title_skipped", {"file": name, "title": text(alone[0])[:80]}))
        rows = rows[1:]
    header = [text(value) for value in rows[0][0]]
    check_columns(header, name)
    width = len(header)
    table = Table(name, len(rows) - 1, {}, notes=notes)
    for number, (values, bare) in enumerate(rows[1:]):
        if bare is not None:
            table.faults[number] = ("bare_formula", {"cell": bare})
        elif len(values) > width:
            table.faults[number] = ("broken_row", {"found": len(values), "wanted": width})
        values += [None] * (width - len(values))
    named = unique([one or f"column {n}" for n, one in enumerate(header, 1)])
    table.columns = {key: [values[at] for values, _ in rows[1:]] for at, key in enumerate(named)}
    return table
