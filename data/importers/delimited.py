"""CSV: delimiter and encoding found out, each broken line kept as a fault of its own row."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Any

from data.importers import encodings
from data.importers.errors import Unreadable
from data.importers.table import Reading, Table

DELIMITERS = ",;\t|"


def read(path: Path, *, name: str, reading: Reading) -> Table:
    """A CSV file with a header as a table of texts. Raises Unreadable, AskEncoding."""
    data = path.read_bytes()
    encoding = encodings.decide(data, path=name, said=reading.encoding)
    try:
        content = data.decode(encoding.name, errors="strict" if encoding.certain else "replace")
    except UnicodeDecodeError as error:
        raise Unreadable(path=name, format="CSV", why=str(error)) from error
    rows = _rows(content.replace("\x00", ""), name, reading.delimiter)
    if not rows:
        raise Unreadable(path=name, format="CSV", why="it is empty; a header is needed")
    table = _table(name, rows[0], rows[1:])
    if not encoding.certain:
        table.notes.append(("guessed_encoding", {"file": name, "encoding": encoding.name}))
    return table


def _rows(content: str, name: str, delimiter: str | None) -> list[list[str]]:
    header = content.split("\n", 1)[0]
    delimiter = delimiter or max(DELIMITERS, key=header.count)
    csv.field_size_limit(min(sys.maxsize, 1 << 31 - 1))
    try:
        return [row for row in csv.reader(io.StringIO(content), delimiter=delimiter) if row]
    except csv.Error as error:
        raise Unreadable(path=name, format="CSV", why=str(error)) from error


def _table(name: str, header: list[str], rows: list[list[str]]) -> Table:
    names = _unique([cell.strip().lstrip("\ufeff") for cell in header])
    table = Table(name, len(rows), {})
    width = len(names)
    for index, row in enumerate(rows):
        if len(row) != width:
            extra = row[width:]
            if any(extra) or len(row) < width:
                table.faults[index] = ("broken_row", {"found": len(row), "wanted": width})
            rows[index] = (row + [""] * width)[:width]
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    table.columns = dict(zip(names, columns, strict=True))
    return table


def _unique(names: list[str]) -> list[str]:
    """Column names, each once; a name that comes again gets its number."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result
