"""Polygons as people draw them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from geo import polygons

BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def test_a_good_polygon_comes_back_as_it_is() -> None:
    whole, how = polygons.repair(box(0, 0, 1, 1))
    assert how is None and whole is not None and whole.equals(box(0, 0, 1, 1))


def test_a_bow_tie_keeps_both_wings() -> None:
    whole, how = polygons.repair(BOW_TIE)
    assert how == "Self-intersection"
    assert whole is not None and whole.is_valid and whole.area == pytest.approx(2)


def test_what_has_no_area_is_nothing() -> None:
    assert polygons.repair(Polygon([(0, 0), (1, 1), (2, 2)]))[0] is None
    assert polygons.repair(LineString([(0, 0), (1, 1)])) == (None, None)


def test_collections_give_their_polygons() -> None:
    mixed = GeometryCollection([Point(0, 0), box(0, 0, 1, 1), MultiPolygon([box(2, 0, 3, 1)])])
    assert len(polygons.polygons_of(mixed)) == 2
    overlapping = GeometryCollection([box(0, 0, 2, 1), box(1, 0, 3, 1)])
    whole, how = polygons.repair(overlapping)
    assert whole is not None and (whole.area, how) == (3, "Overlapping parts")


def test_union_and_sameness() -> None:
    assert polygons.union([box(0, 0, 1, 1), box(1, 0, 2, 1)]).equals(box(0, 0, 2, 1))
    assert polygons.same(one=box(0, 0, 1, 1), other=box(0, 0, 1.05, 1))
    assert not polygons.same(one=box(0, 0, 1, 1), other=box(0.5, 0, 1.5, 1))
    share = polygons.share_inside(geometry=box(0, 0, 1, 1), container=box(0.75, 0, 5, 5))
    assert share == pytest.approx(0.25)
    assert polygons.share_inside(geometry=Point(9, 9), container=box(0, 0, 1, 1)) == 0


COORDINATE = st.integers(-5, 5)


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=12))
def test_whatever_is_drawn_comes_back_valid_or_not_at_all(ring: list[tuple[int, int]]) -> None:
    whole, _ = polygons.repair(Polygon(ring))
    if whole is not None:
        assert whole.is_valid and whole.area > 0
        hull = shapely.convex_hull(shapely.MultiPoint(ring))
        assert whole.within(hull.buffer(1e-9))


def test_what_crosses_itself_everywhere_is_not_repaired() -> None:
    """It would take minutes and all memory; an outline with some crossings is."""
    turn = np.arange(20_000) * 2.5
    star = Polygon(np.column_stack([np.sin(turn), np.cos(turn)]))
    assert polygons.repair(star) == (None, "Self-intersection, too often to be repaired")
    east = np.arange(3_000)
    wave = np.column_stack([east, np.where(east % 30, 0.0, -2.0)])  # through the other side
    coast, how = polygons.repair(Polygon([*wave, (3_000, -1), (-1, -1)]))
    assert coast is not None and coast.is_valid and how == "Self-intersection"
