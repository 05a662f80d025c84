"""What of another system's JSON means what: paths to fields, our words for theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from math import isfinite
from typing import Any

from data.errors import Invalid, Said
from data.events.report import Report

FIELDS = (
    *("id", "type", "time", "text", "lon", "lat", "address", "severity"),
    *("due", "closed", "updated"),
)
TIMES = ("time", "due", "closed", "updated")
JOINED = ("text", "address")  # may be put together of several paths
LENGTHS = {"id": 200, "type": 200, "text": 5_000, "address": 500, "severity": 100}
MOST_ITEMS = 500
MOST_STEPS = 20
FIRST_MS = 1e11  # a number of seconds as large as this is a number of milliseconds
STEP = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<index>\d{1,4})\]")
PATH = re.compile(r"(\$\.?)?([^.\[\]]+|\[\d{1,4}\])(\.[^.\[\]]+|\[\d{1,4}\])*")

Path = tuple[str | int, ...]


class Unread(Exception):
    """A field of an item says nothing that can be used: the field's name, and a reason in short."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class Mapping:
    """`items` leads to the list in a body (none: the body itself); `fields` lead to the values in
    an item; `constants` stand in for values that it lacks; `values` put our words for theirs."""

    items: Path = ()
    fields: Dictionary[str, tuple[Path, ...]] = field(default_factory=dict)
    constants: Dictionary[str, str] = field(default_factory=dict)
    values: Dictionary[str, Dictionary[str, str]] = field(default_factory=dict)


def parse(given: Any) -> Mapping:
    """A mapping from JSON: {"items", "map", "constants", "values"}. Raises Invalid."""
    if not isinstance(given, dict) or not set(given) <= {"items", "map", "constants", "values"}:
        raise Invalid(what="mapping", why="it is made of items, map, constants and values")
    fields = _texts(given, "map")
    constants = _texts(given, "constants")
    values = given.get("values") or {}
    if not isinstance(values, dict):
        raise Invalid(what="values", why="a JSON object is needed")
    known = {*fields, *constants, *values}
    for name in sorted(known - set(FIELDS)):
        words = Said("choose one of {expected}", expected=", ".join(FIELDS))
        raise Invalid(what=name, why=words)
    for name in ("id", "type"):
        if name not in fields and (name == "id" or name not in constants):
            raise Invalid(what=name, why="say where it stands")
    return Mapping(
        items=_path(given["items"]) if given.get("items") else (),
        fields={name: _paths(name, path) for name, path in fields.items()},
        constants=constants,
        values={name: _texts(values, name) for name in values},
    )


def _texts(given: Dictionary[str, Any], name: str) -> dict[str, str]:
    found = given.get(name) or {}
    if not isinstance(found, dict) or not all(type(one) is str for one in found.values()):
        raise Invalid(what=name, why="a JSON object of texts is needed")
    return dict(found)


def _paths(name: str, text: str) -> tuple[Path, ...]:
    parts = text.split("+") if name in JOINED else [text]
    return tuple(_path(part.strip()) for part in parts)


def _path(text: Any) -> Path:
    """`data.list[0].name`, also with a leading `$.`. Raises Invalid."""
    if not isinstance(text, str) or len(text) > 500 or not PATH.fullmatch(text):
        raise Invalid(what=str(text)[:100], why="write a path as data.list[0].name")
    text = text.removeprefix("$").removeprefix(".")
    steps = [int(one["index"]) if one["index"] else one["name"] for one in STEP.finditer(text)]
    if not 0 < len(steps) <= MOST_STEPS:
        raise Invalid(what=text[:100], why="write a path as data.list[0].name")
    return tuple(steps)


def items(mapping: Mapping, body: Any) -> list[Any]:
    """What a body holds: one thing or several. Raises Invalid for more than MOST_ITEMS."""
    found = _at(body, mapping.items)
    found = found if isinstance(found, list) else [found]
    if len(found) > MOST_ITEMS:
        raise Invalid(what="items", why=Said("a list of at most {n} is needed", n=MOST_ITEMS))
    return found


def read(mapping: Mapping, item: Any, *, now: datetime, zone: tzinfo) -> Report:
    """An item as a report. A time without offset is meant in `zone`, none is `now`; a point that
    is only half there is none that can be believed. Raises Unread."""
    if not isinstance(item, dict):
        raise Unread("", "no_object")
    said = {name: _text(mapping, name, item) for name in LENGTHS}
    for name in ("id", "type"):
        if said[name] is None:
            raise Unread(name, "missing")
    times = {name: _time(_value(mapping, name, item), name, zone) for name in TIMES}
    lon, lat = (_number(_value(mapping, name, item), name) for name in ("lon", "lat"))
    if (lon is None) != (lat is None):
        raise Unread("lon" if lon is None else "lat", "missing")
    severity = said["severity"]
    return Report(
        key=str(said["id"]),
        type=str(said["type"]),
        opened_at=times["time"] or min(now, times["closed"] or now),
        text=said["text"] or "",
        lon=lon,
        lat=lat,
        address=said["address"],
        due_at=times["due"],
        closed_at=times["closed"],
        revised_at=times["updated"],
        detail={} if severity is None else {"severity": severity},
    )


def _at(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _value(mapping: Mapping, name: str, item: Any) -> Any:
    """The scalar of a field, in our words where there are some; None where nothing is said."""
    for path in mapping.fields.get(name, ()):
        value = _at(item, path)
        if isinstance(value, dict | list):
            raise Unread(name, "no_scalar")
        if value is not None and value != "":
            spoken = mapping.values.get(name, {})
            return spoken.get(_spoken(value), value) if spoken else value
    return mapping.constants.get(name)


def _spoken(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, "") if type(value) is bool else str(value)


def _text(mapping: Mapping, name: str, item: Any) -> str | None:
    if name in JOINED and len(mapping.fields.get(name, ())) > 1:
        found = [_at(item, path) for path in mapping.fields[name]]
        text = "\n".join(
            _spoken(one)
            for one in found
            if one not in (None, "") and not isinstance(one, dict | list)
        )
    else:
        value = _value(mapping, name, item)
        text = "" if value is None else _spoken(value)
    if len(text) > LENGTHS[name]:
        raise Unread(name, "too_long")
    if "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise Unread(name, "bad_text")
    return text or None


def _number(value: Any, name: str) -> float | None:
    if value is None:
        return None
    try:
        found = float(value) if type(value) in (int, float, str) else float("nan")
    except (ValueError, OverflowError):
        found = float("nan")
    if not isfinite(found):
        raise Unread(name, "bad_number")
    return found


def _time(value: Any, name: str, zone: tzinfo) -> datetime | None:
    """ISO 8601, also with a space, or seconds or milliseconds since 1970."""
    if value is None:
        return None
    try:
        if type(value) is str and not re.fullmatch(r"\d{9,14}", value, re.ASCII):
            at = datetime.fromisoformat(value.strip().replace("/", "-"))
            return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        seconds = float(value) if type(value) in (int, float, str) else float("nan")
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= FIRST_MS else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise Unread(name, "bad_time") from None
