"""The light of an event, at its edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.events.sla import Light, is_open, light, next_change

T = datetime(2026, 7, 14, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MAYBE = st.none() | st.integers(-50, 50).map(lambda s: T + s * SECOND)


@pytest.mark.parametrize(
    ("yellow_s", "due_s", "expected"),
    [
        (None, None, Light.NO_LIMIT),
        (1, 2, Light.GREEN),
        (0, 2, Light.YELLOW),
        (-1, 0, Light.YELLOW),
        (-2, -1, Light.RED),
    ],
)
def test_lights(yellow_s: int | None, due_s: int | None, expected: Light) -> None:
    yellow = None if yellow_s is None else T + yellow_s * SECOND
    due = None if due_s is None else T + due_s * SECOND
    assert light(yellow_at=yellow, due_at=due, at=T) is expected


def test_an_event_is_open_from_its_opening_until_just_before_its_closing() -> None:
    assert is_open(opened_at=T, closed_at=None, at=T)
    assert not is_open(opened_at=T + SECOND, closed_at=None, at=T)
    assert not is_open(opened_at=T - SECOND, closed_at=T, at=T)
    assert is_open(opened_at=T - SECOND, closed_at=T + SECOND, at=T)


@given(MAYBE, MAYBE, MAYBE, st.integers(-60, 60), st.integers(1, 30))
def test_nothing_changes_before_the_next_change(
    yellow: datetime | None, due: datetime | None, closed: datetime | None, now: int, ahead: int
) -> None:
    at = T + now * SECOND
    turn = next_change(yellow_at=yellow, due_at=due, closed_at=closed, at=at)
    later = at + ahead * SECOND
    if turn is not None and later > turn:
        later = turn
    same = light(yellow_at=yellow, due_at=due, at=at) is light(
        yellow_at=yellow, due_at=due, at=later
    )
    still = (closed is None or closed > at) == (closed is None or closed > later)
    assert (same and still) or later == turn
