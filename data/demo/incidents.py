"""What happens in the demo town: any day's events, as a pure function of seed and day.

History and live stream are cut from the same days, so what the wall shows as closed yesterday
is what the simulator would have reported and closed. Rates, hours, mix, sources, outcomes and
the deliberate dirt follow the figures of real towns. Columns are numpy arrays; times are epoch
seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data.demo.clockwork import add_time, day_of, midnight_s
from data.demo.dirt import BORDER, DUPLICATE, GCJ02, NO_ADDRESS, NO_POINT, OUTSIDE, soil
from data.demo.event_types import EVENT_TYPES, SOURCES, type_shares
from data.demo.plane import Floats, Ints
from data.demo.stage import Stage

__all__ = [
    "BORDER", "DUPLICATE", "GCJ02", "NO_ADDRESS", "NO_POINT", "OUTSIDE",
    "SETTLED_AT", "IncidentWorld", "Incidents",
]  # fmt: skip

_PART = 9
SETTLED_AT = ("grid", "community", "town", "district")
_PER_DAY = 212.0
_WEEKDAY = (1.15, 1.0, 1.0, 1.0, 1.0, 0.97, 0.92)
_RAIN_FACTOR = 2.5
_HOURS = (
    0.35, 0.25, 0.2, 0.2, 0.25, 0.75, 2.2, 6.5, 20.0, 19.0, 11.0, 5.0,
    2.5, 3.5, 8.0, 9.5, 7.5, 3.5, 1.5, 0.8, 1.6, 1.2, 0.8, 0.4,
)  # fmt: skip
_SELF_RESOLVED = {
    "appearance": 0.86, "hazard": 0.78, "street_order": 0.87, "facility": 0.48,
    "population": 0.9, "environment": 0.62, "service": 0.85, "dispute": 0.55,
    "market": 0.3, "emergency": 0.1, "other": 0.6,
}  # fmt: skip
_REPEAT_SHARE = 0.29
_OVERDUE_SHARE = 0.11  # of the escalated ones: about 2 % of all
_OVERTIME_MINUTES = 1100.0
_ASKED, _SATISFIED = 0.30, 0.93
_LONGEST_OPEN_DAYS = 40


@dataclass(frozen=True, slots=True)
class Incidents:
    """Events as columns of equal length.

    `kind` and `source` index EVENT_TYPES and SOURCES; `area` and `grid` index the stage's codes
    (-1: none, the event is outside or has no point); `closed_s` is -1 while open; `lon`, `lat`
    are NaN without a point; `satisfied` is 1, 0 or -1 (not asked); `dirt` is a bit mask.
    """

    key: NDArray[np.object_]
    opened_s: Ints
    due_s: Ints
    closed_s: Ints
    kind: Ints
    source: Ints
    area: Ints
    grid: Ints
    lon: Floats
    lat: Floats
    address: NDArray[np.object_]
    text: NDArray[np.object_]
    settled: Ints
    satisfied: Ints
    dirt: Ints

    def __len__(self) -> int:
        return len(self.key)

    def take(self, which: NDArray[np.bool_] | Ints) -> Incidents:
        """The chosen rows."""
        return Incidents(*(getattr(self, f.name)[which] for f in fields(self)))

    def with_closed(self, closed_s: Ints) -> Incidents:
        """The same rows with other closing times."""
        row = {f.name: getattr(self, f.name) for f in fields(self)}
        return Incidents(**{**row, "closed_s": closed_s})


def _joined(parts: Iterable[Incidents]) -> Incidents:
    rows = list(parts)
    return Incidents(
        *(np.concatenate([getattr(r, f.name) for r in rows]) for f in fields(Incidents))
    )


class IncidentWorld:
    """The events of one stage. Each day is drawn once and remembered; nothing else is kept."""

    def __init__(self, *, stage: Stage) -> None:
        self.stage = stage
        self._days: dict[date, Incidents] = {}

    def day(self, day: date) -> Incidents:
        """All events reported on one day of the site, with when they will be closed."""
        if day not in self._days:
            self._days[day] = _draw(self.stage, day)
        return self._days[day]

    def between(self, *, start: datetime, end: datetime) -> Incidents:
        """Events reported in (start, end], with when they will be closed."""
        first, last = day_of(start), day_of(end)
        days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
        rows = _joined(self.day(day) for day in days)
        return rows.take((rows.opened_s > start.timestamp()) & (rows.opened_s <= end.timestamp()))

    def history(self, *, now: datetime, days: int = 365) -> Incidents:
        """Everything reported in the days before `now`, as it stands at `now`."""
        return self.as_of(now=now, start=now - timedelta(days=days), end=now)

    def as_of(self, *, now: datetime, start: datetime, end: datetime) -> Incidents:
        """Everything reported in (start, end], as it stands at `now`."""
        rows = self.between(start=start, end=end)
        return rows.with_closed(np.where(rows.closed_s <= now.timestamp(), rows.closed_s, -1))

    def reported(self, *, start: datetime, end: datetime) -> Incidents:
        """The live stream: what is reported in (start, end], all of it still open."""
        rows = self.between(start=start, end=end)
        return rows.with_closed(np.full(len(rows), -1, dtype=np.int64))

    def closed(self, *, start: datetime, end: datetime) -> Incidents:
        """The live stream: what is closed in (start, end], whenever it was reported."""
        rows = self.between(start=end - timedelta(days=_LONGEST_OPEN_DAYS + 1), end=end)
        return rows.take((rows.closed_s > start.timestamp()) & (rows.closed_s <= end.timestamp()))


@cache
def _type_columns() -> tuple[Floats, NDArray[np.bool_], Floats, NDArray[np.bool_]]:
    """Limit in minutes, whether it is working time, chance of self-resolution, wet weather."""
    limit = np.array([t.limit_minutes for t in EVENT_TYPES], dtype=float)
    working = np.array([t.mode == "working" for t in EVENT_TYPES])
    alone = np.array([_SELF_RESOLVED[t.class_code] for t in EVENT_TYPES])
    wet = {"E0406", "C0104", "L2105", "L2103", "C0402", "E0402"}
    return limit, working, alone, np.array([t.code in wet for t in EVENT_TYPES])


def is_rainy(*, seed: int, day: date) -> bool:
    """Whether it pours that day: most often from June to September."""
    rng = np.random.default_rng([seed, _PART, day.toordinal(), 1])
    return bool(rng.random() < (0.07 if 6 <= day.month <= 9 else 0.018))


def _draw(stage: Stage, day: date) -> Incidents:
    rng = np.random.default_rng([stage.seed, _PART, day.toordinal()])
    usual, extra = _how_many(rng, stage, day)
    n = usual + extra
    kind, spot = _what_and_where(rng, stage, n, extra)
    opened = np.sort(midnight_s(day) + _moments(rng, n))
    lot = soil(rng=rng, stage=stage, spot=spot)
    kind, street = kind[lot.copied_from], stage.spot_street[spot[lot.copied_from]]
    again = (lot.dirt & DUPLICATE) > 0
    due, closed, settled = _lives(rng, kind, opened, again)
    source = rng.choice(len(SOURCES), n, p=[s[3] for s in SOURCES])
    satisfied = np.where(rng.random(n) < _SATISFIED, 1, 0)
    return Incidents(
        key=np.array([f"{day:%Y%m%d}-{k:04d}" for k in range(1, n + 1)], dtype=object),
        opened_s=opened,
        due_s=due,
        closed_s=closed,
        kind=kind,
        source=np.where(again, rng.integers(1, 3, n), source),  # residents report it once more
        area=lot.area,
        grid=lot.grid,
        lon=lot.lon,
        lat=lot.lat,
        address=_addresses(rng, stage, lot.area, street, lot.dirt),
        text=_texts(rng, stage, kind, lot.area, street),
        settled=settled,
        satisfied=np.where(rng.random(n) < _ASKED, satisfied, -1),
        dirt=lot.dirt,
    )


def _how_many(rng: np.random.Generator, stage: Stage, day: date) -> tuple[int, int]:
    """As on any such day, and more for the rain."""
    usual = int(_PER_DAY * _WEEKDAY[day.weekday()] * rng.normal(1.0, 0.06))
    rainy = is_rainy(seed=stage.seed, day=day)
    return usual, int(usual * (_RAIN_FACTOR - 1.0)) if rainy else 0


def _moments(rng: np.random.Generator, n: int) -> Ints:
    hours = np.array(_HOURS) / sum(_HOURS)
    seconds: Ints = rng.choice(24, n, p=hours) * 3600 + rng.integers(0, 3600, n)
    return seconds


def _what_and_where(
    rng: np.random.Generator, stage: Stage, n: int, extra: int
) -> tuple[Ints, Ints]:
    """Type and spot of each event; hot spots recur, and a downpour gathers at a few of them."""
    kind = rng.choice(len(EVENT_TYPES), n, p=type_shares())
    grid = np.searchsorted(np.cumsum(stage.grid_weight), rng.random(n)).clip(
        0, len(stage.grid_weight) - 1
    )
    count = np.diff(stage.first)[grid]
    spot = stage.first[grid] + (rng.random(n) * count).astype(np.int64)
    again = rng.random(n) < _REPEAT_SHARE
    rank = (rng.random(n) ** 1.3 * len(stage.hot_spot)).astype(np.int64)
    # A hot spot changes where; what comes there keeps the mix, half of the time its own type.
    spot = np.where(again, stage.hot_spot[rank], spot)
    own_kind = again & (rng.random(n) < 0.5)
    kind = np.where(own_kind, stage.hot_type[rank], kind)
    if extra:
        wet = np.flatnonzero(_type_columns()[3])
        pools = rng.choice(stage.hot_spot, 9)
        late = rng.permutation(n)[:extra]
        kind[late] = rng.choice(wet, extra, p=np.array([3, 1, 1, 3, 1, 1]) / 10)
        spot[late] = np.where(rng.random(extra) < 0.6, rng.choice(pools, extra), spot[late])
    return kind, spot


def _lives(
    rng: np.random.Generator, kind: Ints, opened: Ints, again: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints]:
    """Due time, closing time and the level that settled each event; repeats are merged soon."""
    n = len(kind)
    limit, working, alone, _ = _type_columns()
    due = add_time(at_s=opened, minutes=limit[kind], working=working[kind])
    on_spot = again | (rng.random(n) < alone[kind])
    quick = opened + (rng.lognormal(np.log(11.0), 0.7, n) * 60).astype(np.int64)
    quick = np.minimum(quick, opened + ((due - opened) * 0.7).astype(np.int64))
    share = rng.beta(3.2, 1.15, n) * 0.985  # of the limit; most are settled in its second half
    slow = add_time(at_s=opened, minutes=limit[kind] * share, working=working[kind])
    over = due + (rng.exponential(_OVERTIME_MINUTES, n).clip(6.0, 4000.0) * 60).astype(np.int64)
    closed = np.where(rng.random(n) < _OVERDUE_SHARE, over, slow)
    level = rng.choice([1, 2, 3], n, p=[0.25, 0.69, 0.06])
    return due, np.where(on_spot, quick, closed), np.where(on_spot, 0, level)


def _addresses(
    rng: np.random.Generator, stage: Stage, area: Ints, street: Ints, dirt: Ints
) -> NDArray[np.object_]:
    number = rng.integers(1, 130, len(area))
    out = np.empty(len(area), dtype=object)
    for k, (a, s, no, d) in enumerate(
        zip(area.tolist(), street.tolist(), number.tolist(), dirt.tolist(), strict=True)
    ):
        if d & NO_ADDRESS:
            out[k] = None
        elif d & OUTSIDE:
            out[k] = "镇界外"
        else:
            out[k] = f"{_where(stage, a, s)}{no}号"
    return out


def _where(stage: Stage, area: int, street: int) -> str:
    village = stage.place_names[area]
    return village + stage.streets[street].removeprefix(village[:-1])


def _texts(
    rng: np.random.Generator, stage: Stage, kind: Ints, area: Ints, street: Ints
) -> NDArray[np.object_]:
    choice = rng.random(len(kind))
    out = np.empty(len(kind), dtype=object)
    for k, (t, a, s, c) in enumerate(
        zip(kind.tolist(), area.tolist(), street.tolist(), choice.tolist(), strict=True)
    ):
        texts = EVENT_TYPES[t].texts
        text = texts[int(c * len(texts))]
        out[k] = text.replace("{s}", stage.streets[s] if a < 0 else _where(stage, a, s))
    return out
