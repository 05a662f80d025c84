"""The forces: who holds which post, and who is on duty."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from statistics import median

from data.demo.clockwork import SITE_TZ
from data.demo.model import Town
from data.demo.people import shifts_of


def test_names_and_numbers_are_invented_and_unique(town: Town) -> None:
    assert len({p.code for p in town.people}) == len(town.people)
    assert len({p.name for p in town.people}) == len(town.people)
    assert all(2 <= len(p.name) <= 3 for p in town.people)
    numbers = {p.phone for p in town.people}
    assert len(numbers) == len(town.people)
    assert all(number.startswith("19900") and len(number) == 11 for number in numbers)


def test_posts_point_to_grids_and_people_that_exist(town: Town) -> None:
    grids = {g.code: g for g in town.grids}
    people = {p.code for p in town.people}
    kind_of_role = {
        "grid_chief": {"administrative"},
        "grid_instructor": {"administrative"},
        "grid_worker": {"service", "zone"},
        "stand_in": {"service"},
        "grid_helper": {"service", "zone"},
        "micro_grid_head": {"micro"},
    }
    for post in town.posts:
        assert post.person_code in people
        if post.role in ("sector_leader", "duty"):
            assert post.grid_code is None
            continue
        assert post.grid_code is not None
        assert grids[post.grid_code].kind in kind_of_role[post.role]
        assert grids[post.grid_code].area_code == post.area_code


def test_every_worker_has_a_beat_and_four_grids_have_nobody(town: Town) -> None:
    held = {p.grid_code for p in town.posts if p.role == "grid_worker"}
    empty = [g for g in town.grids if g.kind in ("service", "zone") and g.code not in held]
    holders = {p.person_code for p in town.posts if p.role in ("grid_worker", "grid_chief")}
    workers = {p.code for p in town.people if p.force_type == "grid_worker"}
    assert len(empty) == 4
    assert holders == workers


def test_the_roster_has_60_percent_by_day_and_8_by_night(town: Town) -> None:
    worked: Counter[str] = Counter()
    for k in range(14):
        shifts = shifts_of(people=town.people, day=date(2026, 7, 1) + timedelta(days=k))
        kinds = Counter(shift.kind for shift in shifts)
        absent = sum(s.started_at is None for s in shifts if s.kind == "day")
        assert kinds == {"day": 196, "night": 25}
        assert 6 <= absent <= 7
        worked.update(s.person_code for s in shifts)
    assert len(worked) == 316
    assert min(worked.values()) >= 5


def test_the_roster_depends_on_person_and_day_alone(town: Town) -> None:
    day = date(2026, 7, 14)
    assert shifts_of(people=town.people, day=day) == shifts_of(people=town.people, day=day)


def empty(town: Town, day: date, hour: int) -> int:
    """Service grids on which none of its workers is on duty at an hour of a day."""
    at = datetime.combine(day, time(hour), SITE_TZ)
    shifts = [*shifts_of(people=town.people, day=day - timedelta(days=1))]
    shifts += shifts_of(people=town.people, day=day)
    on = {s.person_code for s in shifts if s.started_at and s.started_at <= at < s.planned_end}
    field = ("grid_worker", "stand_in")
    manned = {p.grid_code for p in town.posts if p.role in field and p.person_code in on}
    return sum(grid.kind == "service" and grid.code not in manned for grid in town.grids)


def test_each_service_grid_has_a_worker_and_a_stand_in(town: Town) -> None:
    holders: dict[str | None, set[str]] = {}
    for post in town.posts:
        if post.role in ("grid_worker", "stand_in"):
            holders.setdefault(post.grid_code, set()).add(post.person_code)
    for grid in town.grids:
        if grid.kind == "service":
            assert len(holders[grid.code]) >= 2, grid.code


def test_a_handful_of_grids_is_empty_by_day_and_most_by_night(town: Town) -> None:
    days = [date(2026, 7, 1) + timedelta(days=k) for k in range(60)]
    by_day = [empty(town, day, 10) for day in days]
    assert 3 <= median(by_day) <= 8 and max(by_day) <= 14
    assert sum(3 <= n <= 8 for n in by_day) > 0.75 * len(days)
    assert 3 <= empty(town, date(2026, 7, 14), 10) <= 8
    assert min(empty(town, day, 2) for day in days) > 120
