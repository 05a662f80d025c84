"""What is wrong with polygons that should tile: small stories, and a map spoiled by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.plane import Plane
from geo.topology import Fault, Host, examine

PLANE = Plane(112.9, 35.6)


def box(west: float, south: float, east: float, north: float) -> Any:
    """A box by its metres, in degrees."""
    return degrees(shapely.box(west, south, east, north))


def degrees(shape: Any) -> Any:
    return PLANE.to_degrees(np.array([shape], dtype=object))[0]


def metres(shape: Any) -> Any:
    return PLANE.to_metres(np.array([shape], dtype=object))[0]


def faults(shapes: Sequence[Any], outline: Any = None, **limits: float) -> list[Fault]:
    host = Host(outline, tuple(range(len(shapes))))
    return examine(shapes, hosts=[host], **limits).found


WHOLE = box(0, 0, 200, 100)
LEFT, RIGHT = box(0, 0, 100, 100), box(100, 0, 200, 100)


def test_two_halves_are_the_whole() -> None:
    assert faults([LEFT, RIGHT], WHOLE) == []
    assert faults([LEFT, RIGHT]) == []
    assert faults([], WHOLE)[0].area_m2 == pytest.approx(20_000, rel=1e-3)


def test_a_vertex_that_only_one_neighbour_has_is_no_fault() -> None:
    """The vertex lies on the other's straight edge: straight in degrees, as they are stored."""
    upper, lower = box(100, 50, 200, 100), box(100, 0, 200, 50)
    assert faults([LEFT, upper, lower], WHOLE) == []
    tall = shapely.box(112.0, 35.0, 112.5, 36.0)
    halves = [shapely.box(112.5, 35.0, 113.0, 35.4), shapely.box(112.5, 35.4, 113.0, 36.0)]
    assert faults([tall, *halves], shapely.box(112.0, 35.0, 113.0, 36.0)) == []


def test_a_strip_between_two_is_a_narrow_gap_beside_both() -> None:
    (gap,) = faults([LEFT, box(102, 0, 200, 100)], WHOLE)
    assert (gap.kind, gap.members, gap.host, gap.narrow) == ("gap", (0, 1), 0, True)
    assert gap.area_m2 == pytest.approx(200, rel=1e-3)
    assert gap.width_m == pytest.approx(2, rel=0.03)
    assert gap.shares == pytest.approx((0.49, 0.49), abs=0.01)
    assert metres(gap.shape).symmetric_difference(shapely.box(100, 0, 102, 100)).area < 0.01


def test_a_wide_gap_is_not_narrow_and_the_longest_neighbour_comes_first() -> None:
    shapes = [box(0, 0, 200, 30), box(0, 30, 60, 100), box(120, 30, 200, 100)]
    (gap,) = faults([*shapes, box(60, 80, 120, 100)], WHOLE)
    assert (gap.kind, gap.narrow) == ("gap", False)
    assert gap.members == (0, 3, 1, 2)


def test_a_hole_is_found_without_an_outline_too() -> None:
    ring = metres(WHOLE).difference(shapely.box(90, 40, 110, 60))
    left, right = (degrees(ring.intersection(metres(half))) for half in (LEFT, RIGHT))
    (gap,) = faults([left, right])
    assert (gap.kind, gap.members) == ("gap", (0, 1))
    assert gap.area_m2 == pytest.approx(400, rel=1e-3)


def test_an_overlap_says_which_share_of_each_it_is() -> None:
    (overlap,) = faults([LEFT, box(95, 0, 200, 100)], WHOLE)
    assert (overlap.kind, overlap.members, overlap.narrow) == ("overlap", (0, 1), True)
    assert overlap.area_m2 == pytest.approx(500, rel=1e-3)
    assert overlap.shares == pytest.approx((0.05, 5 / 105), rel=1e-3)


def test_the_same_ground_twice_and_one_within_another_are_overlaps() -> None:
    (twice,) = faults([LEFT, LEFT], LEFT)
    assert (twice.kind, twice.shares) == ("overlap", pytest.approx((1, 1)))
    (within,) = faults([LEFT, box(20, 20, 30, 30)], LEFT)
    assert within.shares == pytest.approx((0.01, 1), rel=1e-3)


def test_a_layer_on_a_layer_with_the_same_outer_border_is_found_inside_too() -> None:
    over = [box(20 * k, 0, 20 * k + 20, 100) for k in range(10)]
    found = faults([LEFT, RIGHT, *over], WHOLE)
    assert {f.members for f in found} == {(k >= 5, k + 2) for k in range(10)}
    assert {f.kind for f in found} == {"overlap"}


def test_what_lacks_along_the_border_is_unfilled_and_not_a_gap() -> None:
    (unfilled,) = faults([LEFT, box(100, 0, 190, 100)], WHOLE)
    assert (unfilled.kind, unfilled.members) == ("unfilled", (1,))
    assert unfilled.area_m2 == pytest.approx(1000, rel=1e-3)


def test_what_reaches_out_is_outside_once_and_an_overlap_where_somebody_is_there() -> None:
    wide, neighbour = box(100, 0, 210, 100), box(200, 0, 300, 100)
    hosts = [Host(WHOLE, (0, 1)), Host(box(200, 0, 300, 100), (2,))]
    found = examine([LEFT, wide, neighbour], hosts=hosts).found
    assert [(f.kind, f.members) for f in found] == [("overlap", (1, 2))]
    gives_way = box(210, 0, 300, 100)
    found = examine([LEFT, wide, gives_way], hosts=hosts).found
    assert [(f.kind, f.members, f.host) for f in found] == [("outside", (1,), 0)]
    assert found[0].shares == pytest.approx((1 / 11,), rel=1e-3)


def test_a_scrap_apart_from_the_body_is_a_sliver_and_goes_to_its_neighbour() -> None:
    torn = shapely.MultiPolygon([metres(LEFT), shapely.box(150, 40, 153, 60)])
    rest = metres(RIGHT).difference(torn)
    found = faults([degrees(torn), degrees(rest)], WHOLE)
    assert [(f.kind, f.members) for f in found] == [("sliver", (0, 1))]
    assert found[0].width_m == pytest.approx(60 / 23, rel=1e-2)
    island = shapely.MultiPolygon([metres(LEFT), shapely.box(120, 30, 170, 70)])
    cut = metres(RIGHT).difference(island)
    assert faults([degrees(island), degrees(cut)], WHOLE) == []


def test_what_is_narrower_than_the_tolerance_is_counted_not_found() -> None:
    shapes = [LEFT, box(100.05, 0, 200, 100)]
    work = examine(shapes, hosts=[Host(WHOLE, (0, 1))], tolerance_m=0.2)
    assert (work.found, work.ignored) == ([], 1)
    assert work.ignored_m2 == pytest.approx(5, rel=1e-2)
    assert [f.kind for f in faults(shapes, WHOLE, tolerance_m=0.02)] == ["gap"]


def test_a_host_that_need_not_be_filled_has_no_gaps() -> None:
    host = Host(WHOLE, (0,), filled=False)
    assert examine([LEFT], hosts=[host]).found == []


@settings(max_examples=25)
@example(seed=314, spoiled=2)  # a sliver so thin that it has no width
@given(seed=st.integers(0, 10_000), spoiled=st.integers(0, 2))
def test_a_spoiled_map_loses_and_doubles_what_the_faults_say(seed: int, spoiled: int) -> None:
    """Cells of a town, some pushed aside: gaps and overlaps are all the ground that is missing
    and all that is double, to the last square metre, whatever was spoiled."""
    random = np.random.default_rng(seed)
    town = shapely.box(0, 0, 1000, 1000)
    points = shapely.multipoints(random.uniform(0, 1000, (12, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=town))
    cells = shapely.set_precision(shapely.intersection(cells, town), 0.001)
    for cell in random.choice(len(cells), spoiled, replace=False):
        moved = shapely.transform(cells[cell], lambda xy: xy + random.uniform(-20, 20, 2))
        cells[cell] = shapely.intersection(moved, town)
    shapes = PLANE.to_degrees(cells)
    found = faults(list(shapes), degrees(town), tolerance_m=0.0)
    flat = PLANE.to_metres(shapes)
    missing = shapely.difference(town, shapely.union_all(flat)).area
    assert {f.kind for f in found} <= {"gap", "overlap", "unfilled"}
    lost = sum(metres(f.shape).area for f in found if f.kind != "overlap")
    assert lost == pytest.approx(missing, abs=1.0)
    pairs = sum(shapely.intersection(flat[a], flat[b]).area for a in range(12) for b in range(a))
    doubled = sum(metres(f.shape).area for f in found if f.kind == "overlap")
    assert doubled == pytest.approx(pairs, abs=1.0)
    assert bool(found) == (spoiled > 0)
