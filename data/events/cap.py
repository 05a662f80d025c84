"""Reads messages of the Common Alerting Protocol (OASIS CAP 1.2, also 1.1), as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from shapely import Geometry

from data.errors import Invalid, Said
from data.events import grounds
from data.events.grounds import Flaw
from data.importers import markup
from data.importers.table import Reading

STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
KINDS = ("Alert", "Update", "Cancel", "Ack", "Error")
NAME = re.compile(r"[^\s,<&\x00]{1,300}")
MOST_INFOS = 20
MOST_CODES = 1_000
MOST_REFERENCES = 1_000
MOST_TEXT = 5_000
MOST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class Info:
    """What a message says in one language; `area` names the ground in it."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str
    area: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `infos` have the Chinese first; severity, urgency and certainty are those of the
    first, as are `effective` and `onset`; `expires` is the last of all, None where one has none.

    `extent` is the ground in degrees (WGS 84), None where no polygon or circle can be read, and
    `flaws` what was wrong with it; `references` name earlier messages as `name` does this one.
    """

    sender: str
    identifier: str
    sent: datetime
    status: str
    kind: str
    references: tuple[str, ...]
    infos: tuple[Info, ...]
    facts: dict[str, str]
    effective: datetime
    expires: datetime | None
    extent: Geometry | None
    flaws: tuple[Flaw, ...]
    geocodes: tuple[str, ...]
    codes: tuple[str, ...]  # what kinds of events it says: their names and codes

    @property
    def name(self) -> str:
        """Sender and identifier as references write them."""
        return f"{self.sender},{self.identifier}"

    @property
    def area(self) -> str:
        """What its ground is called in the first language that names it."""
        return next((one.area for one in self.infos if one.area), "")

    @property
    def text(self) -> str:
        """Headline, description and instruction in the first language."""
        if not self.infos:
            return ""
        one = self.infos[0]
        parts = dict.fromkeys((one.headline or one.event, one.description, one.instruction))
        return "\n".join(part for part in parts if part)[:MOST_TEXT]


def read(data: bytes) -> Message:
    """A message of a document. Raises Invalid, ImportRefused."""
    root, _ = markup.tree(data, name="alert", format="CAP", reading=Reading())
    if root.tag != "alert":
        raise Invalid(what="alert", why="there is no alert element in it")
    sent = _time(root, "sent")
    if sent is None:
        raise Invalid(what="sent", why="this is missing")
    said = sorted(root.findall("info")[:MOST_INFOS], key=lambda one: not _is_chinese(one))
    first = said[0] if said else Element("info")
    areas = [area for one in said for area in one.findall("area")]
    extent, flaws = grounds.read(areas)
    return Message(
        sender=_name(root, "sender"),
        identifier=_name(root, "identifier"),
        sent=sent,
        status=_word(root, "status", STATUSES),
        kind=_word(root, "msgType", KINDS),
        references=_references(_text(root, "references")),
        infos=tuple(_info(one) for one in said),
        facts=dict(_facts(first)),
        effective=_time(first, "effective") or sent,
        expires=_last([_time(one, "expires") for one in said]),
        extent=extent,
        flaws=flaws,
        geocodes=_geocodes(areas),
        codes=tuple(dict.fromkeys(code for one in said for code in _codes(one))),
    )


def _text(element: Element, name: str) -> str:
    return (element.findtext(name) or "").replace("\0", "").strip()


def _name(root: Element, name: str) -> str:
    """Raises Invalid for what references could not name: spaces, commas, nothing at all."""
    text = _text(root, name)
    if not NAME.fullmatch(text):
        raise Invalid(what=name, why="it is needed, without spaces and commas")
    return text


def _word(root: Element, name: str, words: tuple[str, ...]) -> str:
    text = _text(root, name)
    if text not in words:
        raise Invalid(what=name, why=Said("choose one of {expected}", expected=", ".join(words)))
    return text


def _time(element: Element, name: str) -> datetime | None:
    """Raises Invalid for a time without offset."""
    text = _text(element, name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min
    if at.tzinfo is None:
        raise Invalid(what=name, why="a time with its zone is needed")
    return at


def _references(text: str) -> tuple[str, ...]:
    """`sender,identifier,sent` each; the time says nothing more."""
    found = (one.split(",") for one in text.split()[:MOST_REFERENCES])
    return tuple(dict.fromkeys(f"{one[0]},{one[1]}" for one in found if len(one) > 1))


def _last(ends: list[datetime | None]) -> datetime | None:
    """The last of several ends; None where one has none."""
    known = [one for one in ends if one is not None]
    return max(known) if known and len(known) == len(ends) else None


def _geocodes(areas: list[Element]) -> tuple[str, ...]:
    codes = (_text(one, "value") for area in areas for one in area.findall("geocode"))
    return tuple(dict.fromkeys(codes))[:MOST_CODES]


def _is_chinese(info: Element) -> bool:
    return _text(info, "language").lower().startswith("zh")


def _info(info: Element) -> Info:
    names = dict.fromkeys(_text(area, "areaDesc") for area in info.findall("area"))
    return Info(
        language=_text(info, "language") or "en-US",
        event=_text(info, "event")[:200],
        headline=_text(info, "headline")[:MOST_TEXT],
        description=_text(info, "description")[:MOST_TEXT],
        instruction=_text(info, "instruction")[:MOST_TEXT],
        area="、".join(filter(None, names))[:MOST_ADDRESS],
    )


def _facts(info: Element) -> Iterator[tuple[str, str]]:
    for name in ("category", "urgency", "severity", "certainty", "onset", "senderName", "web"):
        if text := _text(info, name):
            yield name, text[:300]


def _codes(info: Element) -> Iterator[str]:
    yield from (_text(one, "value") for one in info.findall("eventCode"))
    yield _text(info, "event")
