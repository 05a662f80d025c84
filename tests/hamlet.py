"""The demo's town in small: one sector, two communities, four workers who never rest.

Its events and walks come from the demo's own machinery, so that they are seeded and simulated
as the whole town is, in a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np
import shapely

from data.demo import layout
from data.demo.clockwork import SITE_TZ
from data.demo.event_types import EVENT_TYPES
from data.demo.model import Area, Building, Facility, Feature, Grid, Person, Post, Road, Shift, Town
from data.demo.plane import geometry_to_degrees
from data.demo.scene import Scene
from data.demo.stage import Stage
from data.demo.walkers import Round, Walkers

SEED = 7
SIDE_M = 800.0
PLACES = ("WEST", "EAST")
WORKERS = ("W0001", "W0002", "W0003", "W0004")


class Hamlet(Scene):
    """A scene whose workers are on shift at any hour, so that tests run at any hour."""

    def shifts(self, days: Iterable[date]) -> tuple[Shift, ...]:
        made = []
        for day in days:
            start = datetime(day.year, day.month, day.day, tzinfo=SITE_TZ)
            end = start + timedelta(days=1)
            made += [Shift(person.code, "day", start, end, start) for person in self.people]
        return tuple(made)


def _square(place: int) -> shapely.MultiPolygon:
    box = shapely.box(place * SIDE_M, 0.0, (place + 1) * SIDE_M, SIDE_M)
    return shapely.MultiPolygon([geometry_to_degrees(box)])


def _both() -> shapely.MultiPolygon:
    box = geometry_to_degrees(shapely.box(0.0, 0.0, 2 * SIDE_M, SIDE_M))
    return shapely.MultiPolygon([box])


def people() -> tuple[Person, ...]:
    """Two of each community."""
    return tuple(
        Person(code, f"张{code}", f"1990000{code[1:]}", PLACES[n // 2], "grid_worker", None, None)
        for n, code in enumerate(WORKERS)
    )


def town() -> Town:
    """What is seeded."""
    first = Area(layout.DISTRICT_CODE, "示范区", "district", None, _both(), 2, 1, 0)
    above = [
        Area(layout.TOWN_CODE, "示范镇", "town", layout.DISTRICT_CODE, _both(), 2, 1, 0),
        Area("SECTOR", "一片", "sector", layout.TOWN_CODE, _both(), 2, 1, 0),
    ]
    places = [
        Area(code, code, "community", "SECTOR", _square(n), 1, 1, 0)
        for n, code in enumerate(PLACES)
    ]
    grids = [
        Grid(f"{code}-{letter}", code, kind, code, _square(n), 1, 1)
        for letter, kind in (("A", "administrative"), ("S", "service"))
        for n, code in enumerate(PLACES)
    ]
    inside = geometry_to_degrees(shapely.Point(100.0, 100.0))
    house = geometry_to_degrees(shapely.box(50.0, 50.0, 60.0, 60.0))
    return Town(
        seed=SEED,
        areas=(first, *above, *places),
        grids=tuple(grids),
        roads=(Road("一街", "main", shapely.LineString(house.exterior.coords)),),
        features=(Feature("water", "池", house),),
        buildings=(Building("B1", "WEST", "WEST-S", "一街1号", 2, house),),
        facilities=(Facility("F1", "clinic", "卫生室", "WEST", inside, 800.0, "一街1号"),),
        people=people(),
        posts=tuple(Post(p.code, "grid_worker", p.area_code, f"{p.area_code}-S") for p in people()),
        teams=(),
        planted_defects=(),
        graph=cast(Any, None),  # only a stage is made from it
    )


def scene() -> Hamlet:
    """What lives: three spots in each community, and a round of 200 m for each worker."""
    spots = np.array([(100.0 + 200 * k, 300.0) for k in range(3)])
    stage = Stage(
        seed=SEED,
        grid_codes=tuple(f"{code}-S" for code in PLACES),
        area_codes=PLACES,
        area_of_grid=np.array([0, 1]),
        place_names=("西村", "东村"),
        spot_m=np.vstack([spots, spots + np.array([SIDE_M, 0.0])]),
        spot_street=np.zeros(6, dtype=np.int64),
        streets=("一街",),
        first=np.array([0, 3, 6]),
        grid_weight=np.array([0.5, 0.5]),
        border_m=np.array([(SIDE_M - 1.0, 200.0)]),
        border_grid=np.array([0]),
        hot_spot=np.array([0, 4]),
        hot_type=np.array([0, len(EVENT_TYPES) // 2]),
        outline_m=np.array([(0.0, 0.0), (2 * SIDE_M, 0.0), (2 * SIDE_M, SIDE_M), (0.0, SIDE_M)]),
    )
    way = np.array([(100.0, 300.0), (200.0, 300.0), (100.0, 300.0)])
    along = np.array([0.0, 100.0, 200.0])
    steps = Round(way, along, np.array([0.0, 160.0]), np.array([0.0, 200.0]))
    return Hamlet(people(), stage, Walkers(SEED, dict.fromkeys(WORKERS, steps), {}))
