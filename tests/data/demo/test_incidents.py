"""Rates, hours, mix, outcomes and dirt of the demo's events, and history = stream."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
import shapely

from data.demo.clockwork import SITE_TZ, add_working, midnight_s
from data.demo.dirt import RATES
from data.demo.event_types import EVENT_CLASSES, EVENT_TYPES, SOURCES, type_shares
from data.demo.incidents import DUPLICATE, NO_POINT, OUTSIDE, Incidents, IncidentWorld, is_rainy
from data.demo.model import Town
from data.demo.plane import METRES_PER_LAT, METRES_PER_LON

NOW = datetime(2026, 7, 14, 9, 42, 17, tzinfo=SITE_TZ)


@pytest.fixture(scope="module")
def year(world: IncidentWorld) -> Incidents:
    return world.history(now=NOW)


def test_a_year_has_about_eighty_thousand_reports(year: Incidents) -> None:
    assert 76_000 < len(year) < 85_000
    assert len(set(year.key)) == len(year)
    assert (np.diff(year.opened_s) >= 0).all()
    assert year.opened_s.max() <= NOW.timestamp()


@pytest.mark.parametrize("bit", sorted(RATES))
def test_the_rate_of_each_kind_of_dirt(year: Incidents, bit: int) -> None:
    rate = ((year.dirt & bit) > 0).mean()
    assert 0.85 * RATES[bit] < rate < 1.15 * RATES[bit]


def test_mix_sources_hours_and_outcomes(year: Incidents) -> None:
    for group in EVENT_CLASSES:
        own = [k for k, t in enumerate(EVENT_TYPES) if t.class_code == group.code]
        assert abs(np.isin(year.kind, own).mean() - group.share) < 0.03
    share = np.bincount(year.source, minlength=len(SOURCES)) / len(year)
    assert abs(share[0] - 0.82) < 0.04
    hour = (year.opened_s + 8 * 3600) % 86_400 // 3600
    assert 0.04 < ((hour < 6) | (hour >= 20)).mean() < 0.08
    assert (hour == 8).mean() > 0.12
    assert 0.74 < (year.settled == 0).mean() < 0.82
    end = np.where(year.closed_s < 0, int(NOW.timestamp()), year.closed_s)
    assert 0.013 < (end > year.due_s).mean() < 0.027
    asked = year.satisfied >= 0
    assert 0.28 < asked.mean() < 0.32
    assert 0.92 < (year.satisfied[asked] == 1).mean() < 0.94


def test_every_morning_looks_like_a_working_morning(world: IncidentWorld) -> None:
    rows = []
    for k in range(0, 160, 4):
        now = NOW - timedelta(days=k)
        if is_rainy(seed=7, day=now.date()) or is_rainy(seed=7, day=now.date() - timedelta(days=1)):
            continue
        seen = world.history(now=now, days=45)
        moment, live = now.timestamp(), seen.closed_s < 0
        overdue = live & (seen.due_s < moment)
        yellow = live & ~overdue & (moment >= seen.opened_s + 0.8 * (seen.due_s - seen.opened_s))
        today = seen.opened_s >= midnight_s(now.date())
        rows.append((live.sum(), overdue.sum(), yellow.sum(), today.sum()))
    opened, overdue, yellow, today = np.median(np.array(rows), axis=0)
    assert 50 <= opened <= 70
    assert 2 <= overdue <= 5
    assert 4 <= yellow <= 9
    assert 75 <= today <= 105


def test_a_downpour_multiplies_the_reports(world: IncidentWorld) -> None:
    days = [date(2025, 7, 15) + timedelta(days=k) for k in range(365)]
    wet = [len(world.day(d)) for d in days if is_rainy(seed=7, day=d)]
    dry = [len(world.day(d)) for d in days if not is_rainy(seed=7, day=d)]
    assert 4 <= len(wet) <= 25
    assert 2.2 < np.mean(wet) / np.mean(dry) < 2.8


def test_history_is_the_stream_seen_later(world: IncidentWorld) -> None:
    start, end = NOW - timedelta(hours=26), NOW
    before = world.history(now=start, days=60)
    after = world.history(now=end, days=61)
    reported = world.reported(start=start, end=end)
    closed = world.closed(start=start, end=end)
    open_before = set(before.key[before.closed_s < 0])
    open_after = set(after.key[after.closed_s < 0])
    assert (open_before | set(reported.key)) - set(closed.key) == open_after
    assert (reported.closed_s == -1).all()
    assert set(closed.key) <= open_before | set(reported.key)


def test_a_day_depends_on_seed_and_day_alone(world: IncidentWorld) -> None:
    other = IncidentWorld(stage=world.stage)
    first, second = world.day(date(2026, 3, 3)), other.day(date(2026, 3, 3))
    assert (first.text == second.text).all()
    assert (first.closed_s == second.closed_s).all()
    assert np.array_equal(first.lon, second.lon, equal_nan=True)


def test_clean_points_lie_in_the_grid_and_community_they_name(
    town: Town, world: IncidentWorld, year: Incidents
) -> None:
    shapes = {grid.code: grid.geometry for grid in town.grids}
    clean = year.take(np.isin(year.dirt, (0, 1)) & (np.arange(len(year)) % 7 == 0))
    own = np.array([shapes[world.stage.grid_codes[k]] for k in clean.grid], dtype=object)
    near = shapely.buffer(own, 22.0 / METRES_PER_LAT)
    assert shapely.contains_xy(near, clean.lon, clean.lat).all()
    assert shapely.contains_xy(own, clean.lon, clean.lat).mean() > 0.95
    assert (world.stage.area_of_grid[clean.grid] == clean.area).all()


def test_points_missing_outside_and_repeated(town: Town, year: Incidents) -> None:
    lost = (year.dirt & NO_POINT) > 0
    assert np.isnan(year.lon[lost]).all()
    assert not np.isnan(year.lon[~lost]).any()
    assert all(year.address[lost])
    outside = (year.dirt & OUTSIDE) > 0
    whole = next(a.geometry for a in town.areas if a.level == "town")
    assert not shapely.contains_xy(whole, year.lon[outside], year.lat[outside]).any()
    again = ((year.dirt & DUPLICATE) > 0) & ~lost
    lon, lat = year.lon[again] * METRES_PER_LON, year.lat[again] * METRES_PER_LAT
    rows = np.flatnonzero(again)
    found = 0
    for row, x, y in zip(rows[:300], lon, lat, strict=False):
        part = slice(max(0, row - 40), row)
        gap = np.hypot(year.lon[part] * METRES_PER_LON - x, year.lat[part] * METRES_PER_LAT - y)
        found += bool(((gap < 50) & (year.kind[part] == year.kind[row])).any())
    assert found > 0.93 * min(300, len(rows))


def test_working_time_stops_at_noon_and_overnight() -> None:
    at = [
        datetime(2026, 7, 14, h, m, tzinfo=SITE_TZ) for h, m in ((11, 0), (17, 30), (3, 0), (13, 0))
    ]
    due = add_working(at_s=np.array([int(t.timestamp()) for t in at]), minutes=np.full(4, 120.0))
    local = [datetime.fromtimestamp(s, SITE_TZ) for s in due]
    assert [(t.day, t.hour, t.minute) for t in local] == [
        (14, 15, 0), (15, 9, 30), (14, 10, 0), (14, 16, 0),
    ]  # fmt: skip


def test_type_shares_sum_to_one() -> None:
    assert type_shares().sum() == pytest.approx(1.0)
    assert len({t.code for t in EVENT_TYPES}) == len(EVENT_TYPES)
