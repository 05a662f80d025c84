"""Which encoding a file is in: decided from its bytes, asked for where they do not tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.importers.errors import AskEncoding

# Common hanzi of names and addresses start in these GB2312 rows; random Latin-1 text does not.
_COMMON = range(0x4E00, 0xA000)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name, and whether it was said (by the user, a mark, the file) or only fits."""

    name: str
    certain: bool


def decide(data: bytes, *, path: str, said: str | None = None) -> Encoding:
    """The encoding of text. Raises AskEncoding when neither UTF-8 nor GB18030 fits."""
    if said is not None:
        return Encoding(known(said, path=path), certain=True)
    for mark, codec in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return Encoding(codec, certain=True)
    if _fits(data, "utf-8"):
        return Encoding("utf-8", certain=True)
    if _looks_chinese(data):
        return Encoding("gb18030", certain=False)
    raise AskEncoding(path=path)


def decide_values(values: Iterable[bytes], *, path: str, said: str | None) -> Encoding:
    """The same for a table's values, each of which may be cut off in the middle of a character."""
    foreign = [value for value in values if not value.isascii()]
    if said is None and foreign and all(_fits(value, "utf-8") for value in foreign):
        return Encoding("utf-8", certain=True)
    whole = b"\n".join(foreign)
    if said is None and not whole:
        return Encoding("utf-8", certain=True)
    return decide(whole, path=path, said=said)


def known(name: str, *, path: str) -> str:
    """A codec's name as Python knows it; GBK is read as GB18030, which holds it."""
    import codecs

    try:
        found = codecs.lookup(name.strip()).name
    except LookupError:
        raise AskEncoding(path=path) from None
    return "gb18030" if found in {"gbk", "gb2312"} else found


def _fits(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError as error:
        # A value cut off in a DBF column ends in half a character.
        return error.end >= len(data) and error.reason == "unexpected end of data"
    return True


def _looks_chinese(data: bytes) -> bool:
    """GB18030 decodes nearly all of it, and into hanzi more than into anything else."""
    decoded = data.decode("gb18030", errors="replace")
    foreign = [char for char in decoded if not char.isascii()]
    if not foreign or foreign.count("\ufffd") > len(foreign) / 50:
        return False
    return sum(ord(char) in _COMMON for char in foreign) >= 0.6 * len(foreign)
