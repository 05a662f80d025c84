"""Which requests an address asks for: its filters, its range of at most 90 days, its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from data.errors import Invalid, Said
from data.query.requests import Filter

SPAN = timedelta(days=90)
MOST = 1_000
EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
LAST_PAGE = 100_000
STATUSES = ("open", "closed")

Values = Callable[[str], Sequence[str]]  # all values of a parameter
Instant = Callable[[str, str], datetime]  # of a text and its parameter's name; raises Invalid


def read(values: Values, now: datetime, instant: Instant) -> Filter:
    """The filter of a query. Raises Invalid for what means nothing; unknown ids and codes mean
    nothing that is here."""
    start, end = _range(_one(values, "start_date"), _one(values, "end_date"), now, instant)
    size = _whole(values, "page_size", MOST, MOST)
    page = _whole(values, "page", 1, LAST_PAGE)
    ids = _many(values, "service_request_id")
    return Filter(
        start=start,
        end=end,
        ids=None if ids is None else [int(one) for one in ids if is_id(one)][:MOST],
        codes=_many(values, "service_code"),
        open=_open(_many(values, "status")),
        most=size,
        skip=(page - 1) * size,
    )


def is_id(text: str) -> bool:
    """Whether a text can be the id of an event."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def _one(values: Values, name: str) -> str | None:
    given = [one.strip() for one in values(name) if one.strip()]
    if len(set(given)) > 1:
        raise Invalid(what=name, why="it is said twice, and differently")
    return given[0] if given else None


def _many(values: Values, name: str) -> list[str] | None:
    """Repeated, or separated by commas; None where it says nothing."""
    found = [part.strip() for one in values(name) for part in one.split(",")]
    found = [one.replace("\0", "") for one in found if one]
    return found or None


def _open(statuses: list[str] | None) -> bool | None:
    wanted = set(statuses or STATUSES)
    if not wanted <= set(STATUSES):
        raise Invalid(what="status", why=Said("choose one of {expected}", expected="open, closed"))
    return None if len(wanted) == 2 else wanted == {"open"}


def _range(
    start: str | None, end: str | None, now: datetime, instant: Instant
) -> tuple[datetime, datetime]:
    """At most 90 days; where one end is not said, as much as possible of the past of the other."""
    first = instant(start, "start_date") if start else None
    last = instant(end, "end_date") if end else None
    if first is None:
        last = last or now
        return max(last, EARLIEST + SPAN) - SPAN, last
    if last is None:
        return first, min(first + SPAN, max(first, now))
    if last < first:
        raise Invalid(what="end_date", why="it lies before start_date")
    if last - first > SPAN:
        raise Invalid(what="start_date, end_date", why="at most 90 days lie between them")
    return first, last


def _whole(values: Values, name: str, default: int, most: int) -> int:
    given = _one(values, name)
    if given is None:
        return default
    if not is_id(given) or not 1 <= int(given) <= most:
        raise Invalid(what=name, why=Said("a number from 1 to {most} is needed", most=most))
    return int(given)
