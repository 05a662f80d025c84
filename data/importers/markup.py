"""XML from strangers: within bounds, and no document type, so that no entity can be declared.

Names are given without prefix: what GPX and KML mean never hangs on it, and many a file that
people have uses a prefix that it does not declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from data.errors import Said
from data.importers import encodings
from data.importers.errors import TooLarge, Unreadable
from data.importers.table import Reading

Note = tuple[str, dict[str, object]]
MAX_ELEMENTS = 5_000_000
MAX_DEPTH = 100
CHUNK = 1 << 16
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")
NO_TYPE = "it declares a document type (DOCTYPE), which is refused; save it without one"


class _Refused(Exception):
    """The document type, the depth or the number of elements is out of bounds."""


def parse(path: Path, *, name: str, format: str, reading: Reading) -> tuple[Element, list[Note]]:
    """The root element of a file, and what to note. Raises Unreadable, TooLarge, AskEncoding."""
    return tree(path.read_bytes(), name=name, format=format, reading=reading)


def tree(data: bytes, *, name: str, format: str, reading: Reading) -> tuple[Element, list[Note]]:
    """The root element of a document. Raises as `parse`."""
    data, notes = _utf8(data, name, reading)
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH:
            raise Unreadable(path=name, format=format, why="its elements are nested too deeply")
        if count > MAX_ELEMENTS:
            raise TooLarge(path=name, limit=Said("{n} elements", n=MAX_ELEMENTS))
        builder.start(local(tag), attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(local(tag))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
        root: Element = builder.close()
        return root, notes
    except _Refused as error:
        raise Unreadable(path=name, format=format, why=NO_TYPE) from error
    except expat.ExpatError as error:
        why = Said(
            "it is damaged or cut off in line {line}, column {column}; export it again",
            line=error.lineno,
            column=error.offset + 1,
        )
        raise Unreadable(path=name, format=format, why=why) from error


def has_type(stream: IO[bytes]) -> bool:
    """Whether XML declares a document type before its root; what is no XML declares none."""
    parser = expat.ParserCreate()
    done = False

    def stop(*_: object) -> None:
        nonlocal done
        done = True

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = _refuse, stop
    try:
        while not done and (chunk := stream.read(CHUNK)):
            parser.Parse(chunk)
    except _Refused:
        return True
    except expat.ExpatError:
        return False
    return False


def _refuse(*_: object) -> None:
    raise _Refused


def local(tag: str) -> str:
    """A name without its prefix."""
    return tag.rpartition(":")[2]


def texts(element: Element) -> Iterator[tuple[str, str]]:
    """The leaves below an element as (name, text), without the empty ones."""
    for one in element.iter():
        if one is not element and not len(one) and (said := (one.text or "").strip()):
            yield one.tag, said


def _utf8(data: bytes, name: str, reading: Reading) -> tuple[bytes, list[Note]]:
    """The document in UTF-8: expat knows no GBK. A declaration that contradicts the bytes is
    worth nothing."""
    found = DECLARED.search(data[:200])
    said = reading.encoding
    if said is None and found is not None and not found[1].lower().startswith(b"utf-16"):
        said = found[1].decode()
        try:
            return data.decode(encodings.known(said, path=name)).encode(), []
        except UnicodeDecodeError:
            said = None
    encoding = encodings.decide(data, path=name, said=said)
    try:
        decoded = data.decode(encoding.name, errors="strict" if encoding.certain else "replace")
    except UnicodeDecodeError as error:
        raise Unreadable(path=name, format="XML", why=str(error)) from error
    note: Note = ("guessed_encoding", {"file": name, "encoding": encoding.name})
    return decoded.encode(), [] if encoding.certain else [note]
