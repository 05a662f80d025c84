"""Instants in addresses, as people and programs write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from data.errors import Invalid, Said
from data.staff.positions.fix import FIRST_YEAR, LAST_YEAR

SPACE_FOR_PLUS = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)$")


def instant(text: str, zone: tzinfo, *, name: str = "at") -> datetime:
    """An ISO 8601 instant in UTC; without an offset it is meant in `zone`. Raises Invalid.

    A `+` that arrived as a space is taken as what it was.
    """
    try:
        when = datetime.fromisoformat(SPACE_FOR_PLUS.sub(r"\1+\2", text.strip()))
        when = (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        why = "write it as 2026-07-14T09:42:00+08:00"
        raise Invalid(what=f"{name}={text}", why=why) from None
    if not FIRST_YEAR < when.year < LAST_YEAR:
        raise Invalid(
            what=f"{name}={text}", why=Said("the year {year} is not believed", year=when.year)
        )
    return when
