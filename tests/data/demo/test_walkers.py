"""Workers walk on roads, where they are depends on person and time alone, phones are phones."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import shapely

from data.demo.clockwork import SITE_TZ
from data.demo.model import Shift, Town
from data.demo.people import shifts_of
from data.demo.plane import to_metres
from data.demo.walkers import Walkers

NOW = datetime(2026, 7, 14, 9, 42, 17, tzinfo=SITE_TZ)


def on_duty(town: Town, now: datetime) -> list[Shift]:
    shifts = shifts_of(people=town.people, day=now.date())
    return [s for s in shifts if s.started_at and s.started_at <= now < s.planned_end]


def test_true_places_lie_on_walkable_roads(town: Town, walkers: Walkers) -> None:
    roads = np.array(town.graph.edges, dtype=object)[town.graph.walkable]
    moments = NOW.timestamp() + np.arange(40) * 911.0
    at = np.vstack([walkers.places_m(person=p, at_s=moments) for p in walkers.rounds])
    _, distance = shapely.STRtree(roads).query_nearest(
        shapely.points(at), return_distance=True, all_matches=False
    )
    assert len(walkers.rounds) == 316
    assert distance.max() < 0.01


def test_nobody_is_faster_than_an_electric_bike(walkers: Walkers) -> None:
    moments = NOW.timestamp() + np.arange(0, 6000.0, 5.0)
    for person in walkers.rounds:
        steps = np.diff(walkers.places_m(person=person, at_s=moments), axis=0)
        assert np.hypot(*steps.T).max() / 5.0 < 6.0


def test_a_window_cut_in_two_gives_the_same_fixes(town: Town, walkers: Walkers) -> None:
    shifts = on_duty(town, NOW)
    start, middle, end = (NOW + timedelta(seconds=s) for s in (-600, -217, 0))
    whole = walkers.fixes(shifts=shifts, start=start, end=end)
    first = walkers.fixes(shifts=shifts, start=start, end=middle)
    second = walkers.fixes(shifts=shifts, start=middle, end=end)
    assert len(whole) == len(first) + len(second)
    assert (whole.lon == np.concatenate([first.lon, second.lon])).all()
    assert (np.diff(whole.at_s) >= 0).all()


def test_phones_have_every_state_of_freshness(town: Town, walkers: Walkers) -> None:
    shifts = on_duty(town, NOW)
    fixes = walkers.fixes(shifts=shifts, start=NOW - timedelta(hours=4), end=NOW)
    last = dict(zip(fixes.person, fixes.at_s, strict=True))
    age = np.array([NOW.timestamp() - last.get(s.person_code, -np.inf) for s in shifts])
    fresh = (age <= 60).sum()
    ageing = ((age > 60) & (age <= 300)).sum()
    stale = ((age > 300) & (age <= 1800)).sum()
    offline = ((age > 1800) & (age < np.inf)).sum()
    never = np.isinf(age).sum()
    assert fresh + ageing + stale + offline + never == len(shifts)
    assert 180 <= len(shifts) <= 196
    assert fresh > 0.75 * len(shifts)
    assert min(ageing, stale, offline, never) >= 1


def test_fixes_are_near_the_truth_but_for_the_phone_at_home(town: Town, walkers: Walkers) -> None:
    day = NOW.replace(hour=16)
    at_home = set(walkers.home_m)
    for k in range(5):
        now = day + timedelta(days=k)
        shifts = on_duty(town, now)
        fixes = walkers.fixes(shifts=shifts, start=now - timedelta(minutes=30), end=now)
        xy = to_metres(lonlat=np.column_stack([fixes.lon, fixes.lat]))
        for person in set(fixes.person):
            own = fixes.person == person
            if person in at_home:
                assert np.ptp(xy[own], axis=0).max() < 200.0
                assert (fixes.speed_mps[own] == 0).all()
                continue
            true = walkers.places_m(person=person, at_s=fixes.at_s[own])
            off = np.hypot(*(xy[own] - true).T)
            assert (off <= fixes.accuracy_m[own] + 0.01).all()
    assert len(at_home) == 1


def test_nothing_is_sent_outside_a_shift(town: Town, walkers: Walkers) -> None:
    shifts = shifts_of(people=town.people, day=NOW.date())
    night = NOW.replace(hour=3)
    before = walkers.fixes(shifts=shifts, start=night, end=night + timedelta(hours=1))
    assert len(before) == 0
