"""CSV: delimiter and encoding found out, each broken line kept as a fault of its own row."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from data.importers import encodings
from data.importers.errors import Unreadable
from data.importers.table import Reading, Table, check_columns, unique

DELIMITERS = ",;\t|"
MAX_LINES = 200  # of one record: an unclosed quote is not followed to the end of the file


def read(path: Path, *, name: str, reading: Reading) -> Table:
    """A CSV file with a header as a table of texts. Raises Unreadable, AskEncoding."""
    data = path.read_bytes()
    encoding = encodings.decide(data, path=name, said=reading.encoding)
    try:
        content = data.decode(encoding.name, errors="strict" if encoding.certain else "replace")
    except UnicodeDecodeError as error:
        raise Unreadable(path=name, format="CSV", why=str(error)) from error
    rows, unclosed = _rows(content.replace("\x00", ""), name, reading.delimiter)
    if not rows:
        raise Unreadable(path=name, format="CSV", why="it is empty; a header is needed")
    check_columns(rows[0], name)
    table = _table(name, rows[0], rows[1:])
    table.faults.update({row - 1: ("unclosed_quote", {}) for row in unclosed if row})
    if not encoding.certain:
        table.notes.append(("guessed_encoding", {"file": name, "encoding": encoding.name}))
    return table


class _Lines:
    """The physical lines of a text for csv.reader, which may be set back to an earlier one."""

    def __init__(self, content: str) -> None:
        self.lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.at = 0
        self.record = 0  # where the present record began

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines) or self.at - self.record >= MAX_LINES:
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1] + "\n"

    def odd_quotes(self) -> bool:
        """Whether the present record opens a quote more than it closes."""
        return bool(sum(line.count('"') for line in self.lines[self.record : self.at]) % 2)

    def restart(self) -> str:
        """Go back behind the first line of the present record, and return that line."""
        self.at = self.record + 1
        return self.lines[self.record]


def _rows(content: str, name: str, delimiter: str | None) -> tuple[list[list[str]], set[int]]:
    """The records, and which of them never close a quote. Such a one would swallow all that
    follows: its first line stands alone, and the rest is read as rows."""
    lines = _Lines(content)
    delimiter = delimiter or max(DELIMITERS, key=lines.lines[0].count)
    csv.field_size_limit((1 << 31) - 1)
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[list[str]] = []
    unclosed: set[int] = set()
    try:
        while lines.at < len(lines.lines):
            lines.record = lines.at
            row = next(reader, [])
            if lines.at - lines.record > 1 and lines.odd_quotes():
                row = lines.restart().split(delimiter)
                reader = csv.reader(lines, delimiter=delimiter)
                unclosed.add(len(rows))
            if row:
                rows.append(row)
    except csv.Error as error:
        raise Unreadable(path=name, format="CSV", why=str(error)) from error
    return rows, unclosed


def _table(name: str, header: list[str], rows: list[list[str]]) -> Table:
    names = unique([cell.strip().lstrip("\ufeff") for cell in header])
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
