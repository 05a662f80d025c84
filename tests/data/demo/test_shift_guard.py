"""The guard against the demo town's own roads, buildings and borders, with planted shifts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from data.demo.incidents import IncidentWorld
from data.demo.model import Town
from geo import shift_guard, shifted
from geo.shift_guard import Finding, judge, judge_outlines
from tests.factories import NOON

Points = NDArray[np.float64]
METRE = np.array([1 / 90_500, 1 / 111_000])  # degrees at 35.6° north


def lines(town: Town) -> NDArray[Any]:
    return np.array([road.geometry for road in town.roads], dtype=object)


@pytest.fixture(scope="module")
def honest(world: IncidentWorld) -> Points:
    """A month of located events: beside the roads, 1 % of them in GCJ-02, some outside."""
    rows = world.history(now=NOON, days=30)
    points = np.column_stack([rows.lon, rows.lat])
    return points[np.isfinite(points).all(axis=1)]


def moved(points: Points, *ways: str) -> Points:
    for way in ways:
        points = np.column_stack(getattr(shifted, way)(*points.T))
    return points


def some(points: Points, n: int, noise_m: float, seed: int = 0) -> Points:
    rng = np.random.default_rng(seed)
    chosen: Points = points[rng.choice(len(points), n, replace=False)]
    return chosen + rng.normal(0, noise_m, (n, 2)) * METRE


@pytest.mark.parametrize(
    ("ways", "conversion", "shift_m"),
    [
        (("wgs84_to_gcj02",), "GCJ02>WGS84", 552),
        (("wgs84_to_bd09",), "BD09>WGS84", 1_300),
        (("gcj02_to_wgs84",), "WGS84>GCJ02", 552),  # undone where nothing had been done
        (("wgs84_to_bd09", "gcj02_to_wgs84"), "BD09>GCJ02", 890),  # undone as the wrong one
    ],
)
@pytest.mark.parametrize("noise_m", [5.0, 30.0])
def test_a_shifted_feed_is_told_with_what_would_fit(
    town: Town,
    honest: Points,
    ways: tuple[str, ...],
    conversion: str,
    shift_m: float,
    noise_m: float,
) -> None:
    found = judge(some(moved(honest, *ways), 1_500, noise_m), lines(town))
    assert (found.verdict, found.conversion) == ("shifted", conversion)
    assert found.shift_m == pytest.approx(shift_m, rel=0.02)
    assert found.after_m < min(noise_m + 3, 0.6 * found.before_m)


@pytest.mark.parametrize("share", [0.8, 0.9, 1.0])
def test_of_mixed_points_the_share_is_told(town: Town, honest: Points, share: float) -> None:
    """Some phones of a source send GCJ-02, the others do not."""
    points = some(honest, 1_500, 8.0)
    shifted_ = moved(points, "wgs84_to_gcj02")
    chosen = np.random.default_rng(1).random(len(points)) < share
    found = judge(np.where(chosen[:, None], shifted_, points), lines(town))
    assert (found.verdict, found.conversion) == ("shifted", "GCJ02>WGS84")
    assert found.share == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize("noise_m", [5.0, 30.0])
@pytest.mark.parametrize("n", [100, 1_500])
def test_an_honest_feed_raises_no_alarm(town: Town, honest: Points, noise_m: float, n: int) -> None:
    """Also with every hundredth event in GCJ-02: a share is no shift of the whole."""
    found = judge(some(honest, n, noise_m, seed=n), lines(town))
    assert found.verdict == "fits" or (n == 100 and found.verdict == "unclear")
    assert found.shift_m < shift_guard.LEAST_SHIFT_M


@pytest.mark.parametrize(
    ("east_m", "north_m"),
    [(0, 130), (-160, 120), (70, -280), (-420, 0), (390, 390), (0, -700)],
)
def test_a_shift_of_another_datum_is_told_in_every_direction(
    town: Town, honest: Points, east_m: float, north_m: float
) -> None:
    """Of Beijing 1954 or Xian 1980 taken as WGS-84, or a slip in an origin: 130 to 700 m that no
    conversion of ours explains."""
    found = judge(some(honest + METRE * (east_m, north_m), 1_500, 10.0), lines(town))
    assert (found.verdict, found.conversion) == ("shifted", "")
    assert np.hypot(found.east_m - east_m, found.north_m - north_m) < 2 * shift_guard.STEP_M


def test_a_shift_that_no_conversion_explains_is_told_as_it_is(town: Town, honest: Points) -> None:
    found = judge(some(honest + METRE * (300, -200), 1_500, 10.0), lines(town))
    assert (found.verdict, found.conversion) == ("shifted", "")
    assert (found.east_m, found.north_m) == pytest.approx((300, -200), abs=shift_guard.STEP_M)


def test_points_at_the_towns_border_and_points_of_no_order_raise_none(
    town: Town, honest: Points
) -> None:
    """Half of their surroundings have no roads at all; a shift inwards would seem to help."""
    whole = next(area.geometry for area in town.areas if area.level == "town")
    edge = shapely.buffer(shapely.boundary(whole), 0.006)
    west, south, east, north = whole.bounds
    anywhere = np.random.default_rng(3).uniform((west, south), (east, north), (800, 2))
    for points in (honest[shapely.contains_xy(edge, *honest.T)], anywhere):
        assert judge(points, lines(town)).verdict in ("fits", "unclear")


def test_people_walk_on_roads_and_who_stands_still_counts_once(
    town: Town, walkers: Any, honest: Points
) -> None:
    """One phone lies on a desk all day and sends a thousand fixes."""
    desk = np.repeat(honest[:1], 1_000, axis=0)
    assert judge(moved(desk, "wgs84_to_gcj02"), lines(town)) == Finding("too_few", 1)
    mixed = np.concatenate([moved(desk, "wgs84_to_gcj02"), some(honest, 500, 10.0)])
    assert judge(mixed, lines(town)).verdict == "fits"


def test_facilities_are_held_against_buildings(town: Town) -> None:
    points = np.array([(one.geometry.x, one.geometry.y) for one in town.facilities])
    houses = np.array([house.geometry for house in town.buildings], dtype=object)
    assert judge(points, houses).verdict == "fits"
    found = judge(moved(points, "wgs84_to_gcj02"), houses)
    assert (found.verdict, found.conversion) == ("shifted", "GCJ02>WGS84")


Shift = Callable[[Points], Points]


def test_grids_are_held_against_the_borders_of_their_parents(town: Town) -> None:
    """A part of the communities' borders only is a border of service grids."""
    grids = np.array([g.geometry for g in town.grids if g.kind == "service"], dtype=object)
    parents = np.array([a.geometry for a in town.areas if a.level == "community"], dtype=object)
    found = judge_outlines(grids, parents)
    assert (found.verdict, found.before_m) == ("fits", pytest.approx(0, abs=0.5))

    def shifted_by(way: str) -> Shift:
        return lambda points: moved(points, way)

    for way, conversion in (("wgs84_to_gcj02", "GCJ02>WGS84"), ("wgs84_to_bd09", "BD09>WGS84")):
        found = judge_outlines(shapely.transform(grids, shifted_by(way)), parents)
        assert (found.verdict, found.conversion) == ("shifted", conversion)
        assert found.after_m < 1 and found.before_m > 30 and found.east_m > 500
    parents = shapely.transform(parents, shifted_by("wgs84_to_gcj02"))
    assert judge_outlines(grids, parents).conversion == "WGS84>GCJ02"  # it is the parents


def test_few_points_are_said_to_be_too_few(town: Town, honest: Points) -> None:
    rows = moved(some(honest, 30, 0.0), "wgs84_to_gcj02")
    assert judge(rows, lines(town)).verdict == "too_few"
    assert judge(honest, lines(town)[:0]).verdict == "too_few"
    nowhere = np.full((500, 2), np.nan)
    assert judge(nowhere, lines(town)) == Finding("too_few", 0)
    far = some(honest, 500, 5.0) + np.array([10.0, 5.0])
    assert judge(far, lines(town)).verdict == "too_few"  # nothing of the reference is near


def test_the_same_points_give_the_same_words(town: Town, honest: Points) -> None:
    points = moved(some(honest, 1_500, 20.0), "wgs84_to_gcj02")
    turned = points[np.random.default_rng(1).permutation(len(points))]
    first, second = (judge(one, lines(town)) for one in (points, turned))
    assert first.conversion == second.conversion == "GCJ02>WGS84"
    assert second.after_m == pytest.approx(first.after_m, abs=3)


def test_three_days_are_enough(world: IncidentWorld, town: Town) -> None:
    """A source that declares GCJ-02 too late is noticed within days."""
    rows = world.between(start=NOON - timedelta(days=3), end=NOON)
    points = np.column_stack([rows.lon, rows.lat])
    assert judge(moved(points, "wgs84_to_gcj02"), lines(town)).conversion == "GCJ02>WGS84"
