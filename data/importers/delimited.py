"""CSV: delimiter and encoding found out, each broken line kept as a fault of its own row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from data.importers import encodings, files
from data.importers.errors import Unreadable
from data.importers.table import Reading, Table, check_columns, unique

DELIMITERS = ",;\t|"
MAX_LINES = 200  # of one record: an unclosed quote is not followed to the end of the file


def read(path: Path, *, name: str, reading: Reading) -> Table:
    """A CSV file with a header as a table of texts. Raises Unreadable, AskEncoding,
    TooLargeWhole."""
    files.check_whole(path, name, reading)
    data = path.read_bytes()
    encoding = encodings.decide(data, path=name, said=reading.encoding)
    try:
        content = data.decode(encoding.name, errors="strict" if encoding.certain else "replace")
    except UnicodeDecodeError as error:
        raise Unreadable(path=name, format="CSV", why=str(error)) from error
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = records(iter(lines), name, reading.delimiter)
    header, _ = next(rows, ([], False))
    names = names_of(header, name)
    made = table(name, names, list(rows))
    if not encoding.certain:
        made.notes.append(("guessed_encoding", {"file": name, "encoding": encoding.name}))
    return made


def names_of(header: list[str], name: str) -> list[str]:
    """The columns' names. Raises Unreadable, TooManyColumns."""
    if not header:
        raise Unreadable(path=name, format="CSV", why="it is empty; a header is needed")
    check_columns(header, name)
    return unique([cell.strip().lstrip("\ufeff") for cell in header])


class _Lines:
    """The physical lines of a text for csv.reader, which may be set back to an earlier one; no
    more of them is held than the present record has."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.source = lines
        self.held: list[str] = []
        self.at = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.at >= MAX_LINES:
            raise StopIteration
        if self.at == len(self.held):
            self.held.append(next(self.source).replace("\x00", ""))
        self.at += 1
        return self.held[self.at - 1] + "\n"

    def begin(self) -> bool:
        """Begin a record where the last one ended; False where there is none any more."""
        del self.held[: self.at]
        self.at = 0
        if not self.held:
            self.held += [one.replace("\x00", "") for one in islice(self.source, 1)]
        return bool(self.held)

    def odd_quotes(self) -> bool:
        """Whether the present record opens a quote more than it closes."""
        return bool(sum(line.count('"') for line in self.held[: self.at]) % 2)

    def restart(self) -> str:
        """Go back behind the first line of the present record, and return that line."""
        self.at = 1
        return self.held[0]


def records(
    source: Iterator[str], name: str, delimiter: str | None
) -> Iterator[tuple[list[str], bool]]:
    """The records that are not empty, the header too, and whether each never closes a quote. Such
    a one would swallow all that follows: its first line stands alone, and the rest is read as
    rows. Raises Unreadable."""
    lines = _Lines(source)
    if not lines.begin():
        return
    delimiter = delimiter or max(DELIMITERS, key=lines.held[0].count)
    csv.field_size_limit((1 << 31) - 1)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        while lines.begin():
            if '"' not in lines.held[0]:  # a record by itself: a third of the time
                if lines.restart():
                    yield lines.held[0].split(delimiter), False
                continue
            row, unclosed = next(reader, []), False
            if lines.at > 1 and lines.odd_quotes():
                row, unclosed = lines.restart().split(delimiter), True
                reader = csv.reader(lines, delimiter=delimiter)
            if row:
                yield row, unclosed
    except csv.Error as error:
        raise Unreadable(path=name, format="CSV", why=str(error)) from error


def table(name: str, names: list[str], found: list[tuple[list[str], bool]]) -> Table:
    """Records as a table; what is broken of them is a fault of its own row."""
    made = Table(name, len(found), {})
    width = len(names)
    rows = [row for row, _ in found]
    for index, (row, unclosed) in enumerate(found):
        if len(row) != width:
            extra = row[width:]
            if any(extra) or len(row) < width:
                made.faults[index] = ("broken_row", {"found": len(row), "wanted": width})
            rows[index] = (row + [""] * width)[:width]
        if unclosed:
            made.faults[index] = ("unclosed_quote", {})
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    made.columns = dict(zip(names, columns, strict=True))
    return made
