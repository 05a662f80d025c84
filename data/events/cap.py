"""Reads messages of the Common Alerting Protocol (OASIS CAP 1.2, also 1.1), as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from xml.etree.ElementTree import Element

import shapely
from shapely import Geometry, Point, Polygon

from data.errors import Invalid, Said
from data.importers import markup
from data.importers.table import Reading
from geo import circles, polygons

STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
KINDS = ("Alert", "Update", "Cancel", "Ack", "Error")
NAME = re.compile(r"[^\s,<&\x00]{1,300}")
MOST_INFOS = 20
MOST_PARTS = 1_000  # polygons and circles
MOST_REFERENCES = 1_000
MOST_TEXT = 5_000
MOST_ADDRESS = 500
WIDEST_M = 2_000_000.0


@dataclass(frozen=True, slots=True)
class Info:
    """What a message says in one language."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `infos` have the Chinese first; severity, urgency and certainty are those of the
    first, as are `effective` and `onset`; `expires` is the last of all, None where one has none.

    `extent` is the ground in degrees (WGS 84), None where no polygon or circle can be read;
    `names` are the sender and identifier, `references` those of earlier messages.
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
    area: str
    geocodes: tuple[str, ...]
    codes: tuple[str, ...]  # what kinds of events it says: their names and codes

    @property
    def name(self) -> str:
        """Sender and identifier as references write them."""
        return f"{self.sender},{self.identifier}"

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
    first = said[0] if said else None
    expires = [_time(one, "expires") for one in said]
    areas = [area for one in said for area in one.findall("area")]
    return Message(
        sender=_name(root, "sender"),
        identifier=_name(root, "identifier"),
        sent=sent,
        status=_word(root, "status", STATUSES),
        kind=_word(root, "msgType", KINDS),
        references=_references(_text(root, "references")),
        infos=tuple(_info(one) for one in said),
        facts={} if first is None else dict(_facts(first)),
        effective=(None if first is None else _time(first, "effective")) or sent,
        expires=None if None in expires else max((one for one in expires if one), default=None),
        extent=_extent(areas),
        area="、".join(dict.fromkeys(filter(None, (_text(one, "areaDesc") for one in areas))))[
            :MOST_ADDRESS
        ],
        geocodes=tuple(
            dict.fromkeys(_text(one, "value") for area in areas for one in area.findall("geocode"))
        )[:MOST_PARTS],
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


def _is_chinese(info: Element) -> bool:
    return _text(info, "language").lower().startswith("zh")


def _info(info: Element) -> Info:
    texts = (_text(info, name)[:MOST_TEXT] for name in ("headline", "description", "instruction"))
    return Info(_text(info, "language") or "en-US", _text(info, "event")[:200], *texts)


def _facts(info: Element) -> Iterator[tuple[str, str]]:
    for name in ("category", "urgency", "severity", "certainty", "onset", "senderName", "web"):
        if text := _text(info, name):
            yield name, text[:300]


def _codes(info: Element) -> Iterator[str]:
    yield from (_text(one, "value") for one in info.findall("eventCode"))
    yield _text(info, "event")


def _extent(areas: list[Element]) -> Geometry | None:
    """All polygons and circles together; one that cannot be read is left out."""
    parts = [
        part
        for area in areas
        for part in (
            *(_polygon((one.text or "").split()) for one in area.findall("polygon")),
            *(_circle((one.text or "").split()) for one in area.findall("circle")),
        )
        if part is not None
    ][:MOST_PARTS]
    return shapely.union_all(parts) if parts else None


def _polygon(pairs: list[str]) -> Geometry | None:
    points = [_point(one) for one in pairs]
    corners = [one for one in points if one is not None]
    if len(corners) < len(points) or len(set(corners)) < 3:
        return None
    return polygons.repair(Polygon(corners))[0]


def _circle(words: list[str]) -> Geometry | None:
    """`lat,lon radius`, the radius in kilometres; 0 is a point."""
    centre = _point(words[0]) if len(words) == 2 else None
    try:
        radius_m = float(words[1]) * 1_000 if centre else -1.0
    except ValueError:
        radius_m = -1.0
    if centre is None or not 0 <= radius_m <= WIDEST_M:
        return None
    if radius_m == 0:
        return Point(centre)
    return polygons.repair(circles.circle(*centre, radius_m))[0]


def _point(text: str) -> tuple[float, float] | None:
    """(lon, lat) of `lat,lon`; None for what is no place."""
    try:
        lat, lon = (float(one) for one in text.split(","))
    except ValueError:
        return None
    fine = isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    return (lon, lat) if fine else None
