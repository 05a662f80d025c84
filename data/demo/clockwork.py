"""Working time of the demo's command centre, vectorised: 08-12 and 14-18, every day.

The centre works seven days so that the wall looks alike on whichever day it is started.
Times are epoch seconds; the site is at UTC+8 without summer time.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import numpy as np

from data.demo.plane import Floats, Ints

SITE_TZ = timezone(timedelta(hours=8))
_OFFSET_S = 8 * 3600
_DAY_S = 86_400
_WORK_S = 8 * 3600
_OPENS = np.array([0, 8, 12, 14, 18, 24]) * 3600.0
_WORKED = np.array([0, 0, 4, 4, 8, 8]) * 3600.0


def midnight_s(day: date) -> int:
    """Epoch seconds of the beginning of a day at the site."""
    return int(datetime(day.year, day.month, day.day, tzinfo=SITE_TZ).timestamp())


def day_of(moment: datetime) -> date:
    """The calendar day at the site."""
    return moment.astimezone(SITE_TZ).date()


def add_working(*, at_s: Ints, minutes: Floats) -> Ints:
    """The moment when so many working minutes have passed since `at_s`."""
    local = at_s + _OFFSET_S
    day, within = local // _DAY_S, local % _DAY_S
    total = day * _WORK_S + np.interp(within, _OPENS, _WORKED) + np.maximum(minutes, 1 / 60) * 60
    whole = np.ceil(total / _WORK_S) - 1
    rest = total - whole * _WORK_S
    clock = np.where(rest <= _WORK_S / 2, 8 * 3600 + rest, 10 * 3600 + rest)
    result: Ints = (whole * _DAY_S + clock - _OFFSET_S).astype(np.int64)
    return result


def add_time(
    *, at_s: Ints, minutes: Floats, working: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Ints:
    """Add minutes of the clock that each row goes by."""
    natural = at_s + (minutes * 60).astype(np.int64)
    return np.where(working, add_working(at_s=at_s, minutes=minutes), natural)
