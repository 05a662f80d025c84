"""The figures of the wall at any instant, computed in SQL under the caller's policies.

The live feed keeps `events` and `people` in memory by the same rules; a test compares both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from data.calls import selftest
from data.database import Connection, fetch_all, fetch_one
from data.places.site import Site
from data.queries import load

SQL = load(__file__)
SHIFT_BEFORE = timedelta(days=2)  # a shift that covers t was planned to start in (t−2 d, t+1 d]
SHIFT_AFTER = timedelta(days=1)
REFERENCE_DAYS = 7
RANKING_ROWS = 8

Areas = Sequence[int] | None  # None: whatever the actor may see


async def events(connection: Connection, *, at: datetime, areas: Areas = None) -> dict[str, int]:
    """Open events by light, and located + unlocated = open."""
    row = await fetch_one(connection, SQL.events, {"at": at, "areas": _list(areas)})
    assert row is not None
    return row


async def people(
    connection: Connection, *, at: datetime, site: Site, areas: Areas = None, latest: bool = True
) -> dict[str, int]:
    """On duty = fresh + ageing + stale + offline (no position is part of offline).

    `latest` takes each person's latest position as it is; without it `at` lies in the past, and
    what was not known yet then is looked up in the history.
    """
    given = {
        "at": at,
        "areas": _list(areas),
        "after": at - SHIFT_BEFORE,
        "until": at + SHIFT_AFTER,
        "fresh_s": site.fresh_s,
        "ageing_s": site.ageing_s,
        "offline_s": site.offline_s,
    }
    row = await fetch_one(connection, SQL.people_now if latest else SQL.people_then, given)
    assert row is not None
    return row


async def today(
    connection: Connection, *, at: datetime, site: Site, areas: Areas = None
) -> dict[str, Any]:
    """Reported and closed since the site's midnight, rates (None without cases), hours, classes."""
    start, end = site.day_of(at)
    first = site.midnight((start - timedelta(days=REFERENCE_DAYS)).date())
    given = {
        "at": at,
        "areas": _list(areas),
        "start": start,
        "end": end,
        "first": first,
        "zone": site.timezone,
    }
    rates = await fetch_one(connection, SQL.closed_today, given)
    hours = await fetch_all(connection, SQL.by_hour, given)
    classes = await fetch_all(connection, SQL.by_class, given)
    assert rates is not None
    day = start.date()
    by_hour = _hours([row for row in hours if row["day"] == day])
    return {
        "reported": sum(by_hour),
        **rates,
        "by_hour": by_hour,
        "by_hour_median": _median_hours([row for row in hours if row["day"] != day]),
        "by_class": _classes(classes, day),
    }


async def ranking(
    connection: Connection, *, at: datetime, site: Site, areas: Areas = None
) -> list[dict[str, Any]]:
    """The most loaded grids of the site's load kind: open events per grid worker."""
    given = {"at": at, "areas": _list(areas), "kind": site.load_kind, "rows": RANKING_ROWS}
    return await fetch_all(connection, SQL.ranking, given)


async def vacancy(
    connection: Connection, *, at: datetime, site: Site, areas: Areas = None
) -> dict[str, Any]:
    """Grids of the load kind on which nobody with a post is on duty, and grids without a chief.

    Outside the site's duty hours nobody is amiss on a grid but who is rostered and has not come;
    the other empty ones are `left_to_duty_room`, which is None within them. `no_chief` looks at
    the kinds that have chiefs at all. All are None where there are no posts.
    """
    given = {
        "at": at,
        "areas": _list(areas),
        "kind": site.load_kind,
        "in_hours": site.in_duty_hours(at),
        "after": at - SHIFT_BEFORE,
        "until": at + SHIFT_AFTER,
    }
    row = await fetch_one(connection, SQL.vacancy, given)
    assert row is not None
    return row


async def day_block(
    connection: Connection, *, at: datetime, site: Site, areas: Areas = None
) -> dict[str, Any]:
    """What the feed refreshes every few seconds: today, ranking, vacancy, self_test."""
    return {
        "today": await today(connection, at=at, site=site, areas=areas),
        "ranking": await ranking(connection, at=at, site=site, areas=areas),
        "vacancy": await vacancy(connection, at=at, site=site, areas=areas),
        "self_test": await selftest.counts(connection, at=at, areas=areas),
    }


def _list(areas: Areas) -> list[int] | None:
    return None if areas is None else list(areas)


def _hours(rows: list[dict[str, Any]]) -> list[int]:
    found = {row["hour"]: row["n"] for row in rows}
    return [found.get(hour, 0) for hour in range(24)]


def _median_hours(rows: list[dict[str, Any]]) -> list[float]:
    """The median of each hour over the reference days; a day without reports counts as 0."""
    by_day: dict[Any, list[int]] = {}
    for row in rows:
        by_day.setdefault(row["day"], [0] * 24)[row["hour"]] = row["n"]
    days = list(by_day.values()) + [[0] * 24] * (REFERENCE_DAYS - len(by_day))
    return [float(median(day[hour] for day in days)) for hour in range(24)]


def _classes(rows: list[dict[str, Any]], day: Any) -> list[dict[str, Any]]:
    """Reports of today by class with the median of the reference days, most first."""
    found: dict[str, dict[str, Any]] = {}
    before: dict[str, list[int]] = {}
    for row in rows:
        key = row["class"]
        names = {"class": key, "name_zh": row["name_zh"], "name_en": row["name_en"]}
        entry = found.setdefault(key, {**names, "n": 0})
        if row["day"] == day:
            entry["n"] = row["n"]
        else:
            before.setdefault(key, []).append(row["n"])
    for key, entry in found.items():
        past = before.get(key, [])
        entry["median"] = float(median(past + [0] * (REFERENCE_DAYS - len(past))))
    return sorted(found.values(), key=lambda entry: (-entry["n"], -entry["median"], entry["class"]))
