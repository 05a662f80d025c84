"""What became of polygons that were cut anew, told by the ground alone."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.lineage import Change, trace
from geo.plane import Plane, areas_m2

PLANE = Plane(112.9, 35.6)


def box(west: float, east: float) -> Any:
    """A strip of a street by its metres, 100 deep, in degrees."""
    return PLANE.to_degrees(np.array([shapely.box(west, 0, east, 100)], dtype=object))[0]


def told(olds: list[Any], news: list[Any]) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return [(change.kind, change.olds, change.news) for change in trace(olds, news)]


STREET = [box(0, 100), box(100, 200), box(200, 300)]


def test_nothing_changed_whatever_the_order_and_the_starting_corner() -> None:
    turned = [shapely.reverse(shape) for shape in reversed(STREET)]
    assert told(STREET, turned) == [
        ("kept", (0,), (2,)),
        ("kept", (1,), (1,)),
        ("kept", (2,), (0,)),
    ]


def test_a_border_that_moved_concerns_both_sides_and_says_how_much() -> None:
    news = [box(0, 88), box(88, 200), box(200, 300.05)]
    left, right, last = trace(STREET, news)
    assert [c.kind for c in (left, right, last)] == ["moved", "moved", "kept"]
    assert (left.gained, left.lost_m2) == (None, pytest.approx(1200, rel=1e-3))
    assert (right.lost, right.gained_m2) == (None, pytest.approx(1200, rel=1e-3))
    (link,) = left.links
    assert (link.share_of_old, link.share_of_new) == pytest.approx((0.88, 1.0), rel=1e-3)


def test_split_merged_added_and_ended() -> None:
    halves = [box(0, 50), box(50, 100)]
    assert told([STREET[0]], halves) == [("split", (0,), (0, 1))]
    assert told(halves, [STREET[0]]) == [("merged", (0, 1), (0,))]
    assert told([STREET[0]], [STREET[2]]) == [("ended", (0,), ()), ("added", (), (0,))]
    assert told([], STREET[:1]) == [("added", (), (0,))]
    assert told(STREET[:1], []) == [("ended", (0,), ())]
    assert told([], []) == []


def test_three_small_ones_of_one_and_one_large_of_thirds_are_found_too() -> None:
    thirds = [box(0, 33), box(33, 66), box(66, 100)]
    assert told([STREET[0]], thirds) == [("split", (0,), (0, 1, 2))]
    assert told(thirds, [STREET[0]]) == [("merged", (0, 1, 2), (0,))]


def test_several_to_several_are_redrawn() -> None:
    assert told([box(0, 100), box(100, 200)], [box(0, 60), box(60, 140), box(140, 200)]) == [
        ("redrawn", (0, 1), (0, 1, 2))
    ]


@settings(max_examples=40)
@given(
    before=st.lists(st.integers(1, 99), unique=True, max_size=6),
    after=st.lists(st.integers(1, 99), unique=True, max_size=6),
)
def test_everybody_is_in_one_change_and_no_ground_is_lost(
    before: list[int], after: list[int]
) -> None:
    """A street of 100 m cut twice at random: each piece is told of once, links add up."""
    olds, news = cut(before), cut(after)
    changes = trace(olds, news)
    assert sorted(k for c in changes for k in c.olds) == list(range(len(olds)))
    assert sorted(k for c in changes for k in c.news) == list(range(len(news)))
    assert not {c.kind for c in changes} & {"added", "ended"}
    assert sum(c.gained_m2 for c in changes) == pytest.approx(
        sum(c.lost_m2 for c in changes), abs=1e-2
    )
    for change in changes:
        assert after_before(change, olds, news)


def after_before(change: Change, olds: list[Any], news: list[Any]) -> bool:
    """What they have after is what they had before, with what was gained and without the lost."""
    had = areas_m2(np.array([olds[k] for k in change.olds])).sum()
    has = areas_m2(np.array([news[k] for k in change.news])).sum()
    return bool(abs(had + change.gained_m2 - change.lost_m2 - has) < 1e-2)


def cut(at: list[int]) -> list[Any]:
    marks = [0, *sorted(at), 100]
    return [box(a, b) for a, b in itertools.pairwise(marks)]
