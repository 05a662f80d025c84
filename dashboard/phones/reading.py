"""What the protocols share: a fix as read, numbers and times as phones write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
FIRST_MS = 1e11  # a number of seconds as large as this is a number of milliseconds (1973 or later)


class Unreadable(Exception):
    """A field of a fix says nothing that can be believed; the exception's text is its name."""


@dataclass(frozen=True, slots=True)
class Read:
    """A row as the intake takes it, and who it names; `wrong` is the field that spoils it."""

    row: dict[str, Any]
    named: str | None = None
    wrong: str | None = None


def number(value: Any, name: str) -> float | None:
    """A number or its decimal text; None where nothing is said. Raises Unreadable."""
    if value is None:
        return None
    if type(value) is str and NUMBER.fullmatch(value):
        value = float(value)
    if type(value) not in (int, float) or not isfinite(value):
        raise Unreadable(name)
    return float(value)


def needed(value: Any, name: str) -> float:
    """A number that must be there. Raises Unreadable."""
    found = number(value, name)
    if found is None:
        raise Unreadable(name)
    return found


def measured(value: Any, name: str, factor: float = 1.0) -> float | None:
    """A speed or a charge: a phone that does not know it says -1. Raises Unreadable."""
    found = number(value, name)
    return None if found is None or found < 0 else found * factor


def instant(value: Any, name: str) -> str:
    """Seconds or milliseconds since 1970, or ISO 8601 with an offset. Raises Unreadable."""
    if type(value) is str and not NUMBER.fullmatch(value):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            raise Unreadable(name) from None
        if at.tzinfo is None:
            raise Unreadable(name)
        return value
    seconds = needed(value, name)
    try:
        return datetime.fromtimestamp(
            seconds / 1000 if abs(seconds) >= FIRST_MS else seconds, UTC
        ).isoformat()
    except (ValueError, OverflowError, OSError):
        raise Unreadable(name) from None
