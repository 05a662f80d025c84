"""One fix of one person, and the reasons for which a fix is not stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeGuard

MAX_CODE_LENGTH = 100
FIRST_YEAR, LAST_YEAR = 1970, 2200
FAR = 1e9  # no coordinate of any system is larger; degrees are judged by the first step
OPTIONAL_LIMITS = {"accuracy_m": 1e7, "speed_mps": 1e5, "battery": 100.0}


class Reason(StrEnum):
    """Why a fix was rejected; also the name of its counter."""

    INVALID = "invalid"  # not a fix at all: a field is missing, of a wrong type or out of range
    OUTSIDE_CRS = "outside_crs"  # numbers that cannot lie in the source's coordinate system
    UNKNOWN_PERSON = "unknown_person"  # nobody of this code in the caller's area
    FUTURE = "future"
    OUTDATED = "outdated"
    OUTSIDE = "outside"  # far from the site
    ACCURACY = "accuracy"  # too vague to say in which grid
    OFF_DUTY = "off_duty"  # outside a shift a position is nobody's business
    DUPLICATE = "duplicate"
    SPEED = "speed"  # nobody gets there that fast


@dataclass(slots=True)  # not frozen, nor is Seen: frozen ones take five times as long to make
class Fix:
    """Where a person (by code) was: aware time, metres, m/s, battery percent. `lon` and `lat` are
    as the source sends them until the first step makes them degrees in WGS 84."""

    index: int
    person: str
    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    battery: float | None = None


def parse(rows: Sequence[Any], *, first: int = 0) -> tuple[list[Fix], list[int]]:
    """Rows of a decoded JSON body as fixes numbered from `first`, and the numbers of the others."""
    fixes: list[Fix] = []
    invalid: list[int] = []
    for index, row in enumerate(rows, first):
        fix = parse_one(index, row)
        if fix is None:
            invalid.append(index)
        else:
            fixes.append(fix)
    return fixes, invalid


def parse_one(index: int, row: Any) -> Fix | None:
    """One row as a fix, None when it is not one. Unknown fields are ignored."""
    if not isinstance(row, dict):
        return None
    person, lon, lat = row.get("person"), row.get("lon"), row.get("lat")
    if not isinstance(person, str) or not 0 < len(person) <= MAX_CODE_LENGTH or "\0" in person:
        return None
    if not (_is_number(lon) and _is_number(lat) and -FAR <= lon <= FAR and -FAR <= lat <= FAR):
        return None
    at = parse_time(row.get("at"))
    if at is None:
        return None
    values: list[float | None] = []
    for name, limit in OPTIONAL_LIMITS.items():
        value = row.get(name)
        if value is not None and not (_is_number(value) and 0 <= value <= limit):
            return None
        values.append(None if value is None else float(value))
    return Fix(index, person, at, float(lon), float(lat), *values)


def parse_time(value: Any) -> datetime | None:
    """ISO 8601 with an offset, or seconds since 1970, as an aware time; None for anything else."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
        elif _is_number(value):
            at = datetime.fromtimestamp(value, UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    if at.tzinfo is None or not FIRST_YEAR < at.year < LAST_YEAR:
        return None
    return at


def _is_number(value: Any) -> TypeGuard[float]:
    return type(value) is float or type(value) is int  # a bool is neither; limits refuse a NaN
