"""The light of an event: one rule, here and in the SQL of `data/query/summary.sql`.

Green within the limit, yellow from 80 % of it (`yellow_at`), red after `due_at`, and "no limit"
where there is none. An event is open from `opened_at` until just before `closed_at`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Light(StrEnum):
    """What the clock of an open event says."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    NO_LIMIT = "no_limit"


def is_open(*, opened_at: datetime, closed_at: datetime | None, at: datetime) -> bool:
    """Whether an event is open at `at`."""
    return opened_at <= at and (closed_at is None or closed_at > at)


def light(*, yellow_at: datetime | None, due_at: datetime | None, at: datetime) -> Light:
    """The light of an open event at `at`."""
    if due_at is None:
        return Light.NO_LIMIT
    if due_at < at:
        return Light.RED
    if yellow_at is not None and yellow_at <= at:
        return Light.YELLOW
    return Light.GREEN


def next_change(
    *,
    yellow_at: datetime | None,
    due_at: datetime | None,
    closed_at: datetime | None,
    at: datetime,
) -> datetime | None:
    """The first instant from `at` on at which an open event closes or its light may change.

    `due_at` itself still counts: red begins just after it.
    """
    ahead = [t for t in (yellow_at, closed_at) if t is not None and t > at]
    if due_at is not None and due_at >= at:
        ahead.append(due_at)
    return min(ahead, default=None)
