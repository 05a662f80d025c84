"""A large CSV in blocks: as many rows at a time as fit in little memory, however long it is."""

from __future__ import annotations

import codecs
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data.importers import delimited, encodings, files
from data.importers.encodings import Encoding
from data.importers.errors import Unreadable
from data.importers.table import Progress, Reading, Table

LARGE = 32 << 20  # bytes; smaller files are read whole
ROWS = 25_000
CHARACTERS = 16 << 20
CHUNK = 1 << 20


def is_large(paths: Sequence[str]) -> bool:
    """Whether these files are one that is to be read in blocks, should it be a CSV."""
    if len(paths) != 1:
        return False
    file = Path(paths[0])
    packed = file.suffix.lower() == ".zip"
    return file.is_file() and file.stat().st_size > (LARGE // 8 if packed else LARGE)


def blocks(path: str, *, reading: Reading, progress: Progress) -> Iterator[Table]:
    """The blocks of a large CSV, also in a zip; none where it is no such. Raises ImportRefused."""
    with tempfile.TemporaryDirectory(prefix="wangge-import-") as folder:
        found = files.find(path, work=Path(folder), reading=reading)
        if found.format == "csv" and found.path.stat().st_size > LARGE:
            try:
                yield from _blocks(found, reading, progress)
            except UnicodeDecodeError as error:
                raise Unreadable(path=found.name, format="CSV", why=str(error)) from error


def _blocks(found: files.Found, reading: Reading, progress: Progress) -> Iterator[Table]:
    encoding = _encoding(found.path, found.name, reading)
    size = found.path.stat().st_size
    errors = "strict" if encoding.certain else "replace"
    with (
        found.path.open("rb") as file,
        io.TextIOWrapper(file, encoding=encoding.name, errors=errors) as text,
    ):
        lines = (line.rstrip("\n") for line in text)
        rows = delimited.records(lines, found.name, reading.delimiter)
        header, _ = next(rows, ([], False))
        names = delimited.names_of(header, found.name)
        notes = [] if encoding.certain else [_guessed(found.name, encoding)]
        while block := _some(rows):
            made = delimited.table(found.name, names, block)
            made.notes, notes = notes, []
            progress("read", file.tell(), size)
            yield made


def _guessed(name: str, encoding: Encoding) -> tuple[str, dict[str, Any]]:
    return "guessed_encoding", {"file": name, "encoding": encoding.name}


def _some(rows: Iterator[tuple[list[str], bool]]) -> list[tuple[list[str], bool]]:
    block, held = [], 0
    for row in rows:
        block.append(row)
        held += sum(map(len, row[0]))
        if len(block) >= ROWS or held >= CHARACTERS:
            break
    return block


def _encoding(path: Path, name: str, reading: Reading) -> Encoding:
    """The encoding of a whole file, looked at piece by piece; where it is not UTF-8, by the
    piece that is not."""
    with path.open("rb") as stream:
        start = stream.read(CHUNK)
        if reading.encoding is not None or not start.isascii():
            head = start[: start.rfind(b"\n") + 1] or start
            found = encodings.decide(head, path=name, said=reading.encoding)
            if found.name != "utf-8" or reading.encoding is not None:
                return found
        decoder = codecs.getincrementaldecoder("utf-8")()
        piece = start
        try:
            while piece:
                decoder.decode(piece)
                piece = stream.read(CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            foreign = piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1] or piece
            return encodings.decide(foreign, path=name)
    return Encoding("utf-8", certain=True)
