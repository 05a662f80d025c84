"""The duty rooms of the town: two people a community and four of the town, a day each in turn.

They mind their room round the clock, with the phone on the table. Names and numbers are invented,
as those of the other forces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import shapely

from data.demo import layout
from data.demo.clockwork import SITE_TZ
from data.demo.division import place_code
from data.demo.model import Person, Post, Shift, Town
from data.demo.names import make_names
from data.demo.plane import rng_for

FORCE = "duty"  # of Person.force_type
KIND = "duty"  # of Shift.kind
_PART = 11
_FIRST_PHONE = 19_900_005_001
_OF_A_COMMUNITY, _OF_THE_TOWN = 2, 4
_TURNS = 2
_FROM, _LASTS = time(8), timedelta(days=1)
_EARLY_MIN = 12  # who takes over comes before the other one goes
COUNT = _OF_A_COMMUNITY * len(layout.PLACES) + _OF_THE_TOWN
ON_DUTY = COUNT // _TURNS


def make_staff(*, seed: int, taken: Sequence[str]) -> tuple[tuple[Person, ...], tuple[Post, ...]]:
    """People with their duty posts; nobody bears a name that is `taken`."""
    areas = [place_code(n) for n in range(len(layout.PLACES)) for _ in range(_OF_A_COMMUNITY)]
    areas += [layout.TOWN_CODE] * _OF_THE_TOWN
    drawn = make_names(rng=rng_for(seed=seed, part=_PART), count=len(areas) + len(taken))
    free = [name for name in drawn if name not in set(taken)]
    people = tuple(
        Person(f"D{n + 1:04d}", name, str(_FIRST_PHONE + n), area, FORCE, "full_time", None)
        for n, (name, area) in enumerate(zip(free, areas, strict=False))
    )
    return people, posts_of(people)


def posts_of(people: Sequence[Person]) -> tuple[Post, ...]:
    """The duty posts of those among these people who mind a room."""
    return tuple(Post(p.code, "duty", p.area_code, None) for p in people if p.force_type == FORCE)


def shifts_of(*, people: Sequence[Person], day: date) -> tuple[Shift, ...]:
    """Who minds the rooms from the morning of a day to the next; everybody comes."""
    start = datetime.combine(day, _FROM, SITE_TZ)
    staff = [person for person in people if person.force_type == FORCE]
    return tuple(
        Shift(p.code, KIND, start, start + _LASTS, start - timedelta(minutes=n % _EARLY_MIN + 1))
        for n, p in enumerate(staff)
        if (n + day.toordinal()) % _TURNS == 0
    )


def places_m(
    *, town: Town, shapes: Mapping[str, shapely.Geometry]
) -> dict[str, tuple[float, float]]:
    """Where each of them sits, by person code, in metres: in the midst of his community, that of
    the whole town in its first one. `shapes` are the grids by code, in metres."""
    rooms = {
        grid.area_code: shapely.point_on_surface(shapes[grid.code])
        for grid in town.grids
        if grid.kind == "administrative"
    }
    staff = [person for person in town.people if person.force_type == FORCE]
    first = next(iter(rooms.values()), shapely.Point())
    seats = {p.code: rooms.get(p.area_code, first) for p in staff}
    return {code: (seat.x, seat.y) for code, seat in seats.items()}
