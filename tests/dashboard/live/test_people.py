"""People's states in arrays equal the rule said one by one, and the totals add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.live.people import People, count
from dashboard.live.protocol import State
from data.feed.people import FeedPerson, FeedPosition, FeedShift

T = datetime(2026, 7, 14, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FRESH_S, AGEING_S, OFFLINE_S = 60, 300, 1800
PEOPLE = [FeedPerson(10 + n, f"p{n}", f"p{n}", 1, "grid_worker") for n in range(5)]
MINUTES = st.integers(-300, 300)


@st.composite
def shifts(draw: st.DrawFn) -> FeedShift:
    planned = T + draw(MINUTES) * MINUTE
    planned_end = planned + draw(st.integers(1, 600)) * MINUTE
    started = draw(st.none() | MINUTES)
    ended = draw(st.none() | MINUTES)
    return FeedShift(
        draw(st.integers(10, 15)),  # 15 is nobody
        planned,
        planned_end,
        None if started is None else T + started * MINUTE,
        planned_end if ended is None else T + ended * MINUTE,
    )


POSITIONS = st.builds(
    lambda who, seconds: FeedPosition(who, T - timedelta(seconds=seconds), 112.9, 35.6, None),
    st.integers(10, 15),
    st.sampled_from([-5, 0, 59, 60, 61, 300, 301, 1800, 1801, 5000]),
)


def expected(person: int, shifts_: list[FeedShift], fixes: list[FeedPosition]) -> State:
    begun = [
        s.started_at
        for s in shifts_
        if s.person_id == person and s.started_at and s.started_at <= T < s.ends_at
    ]
    if not begun:
        return State.OFF_DUTY
    last = next((f for f in reversed(fixes) if f.person_id == person), None)
    if last is None or last.at < max(begun):
        return State.NO_POSITION
    age_s = (T - last.at).total_seconds()
    for state, limit_s in ((State.FRESH, FRESH_S), (State.AGEING, AGEING_S)):
        if age_s <= limit_s:
            return state
    return State.STALE if age_s <= OFFLINE_S else State.OFFLINE


@settings(max_examples=200)
@given(st.lists(shifts(), max_size=12), st.lists(POSITIONS, max_size=12))
def test_states_follow_the_rule(shifts_: list[FeedShift], fixes: list[FeedPosition]) -> None:
    people = People(PEOPLE)
    people.set_shifts(shifts_)
    for fix in fixes:
        people.set_positions([fix])
    since, rostered = people.duty(T.timestamp())
    states = people.states(
        at=T.timestamp(), since=since, fresh_s=FRESH_S, ageing_s=AGEING_S, offline_s=OFFLINE_S
    )
    assert [State(s) for s in states] == [expected(p.id, shifts_, fixes) for p in PEOPLE]
    n = count(states, rostered)
    assert n["on_duty"] == n["fresh"] + n["ageing"] + n["stale"] + n["offline"]
    assert n["on_duty"] == n["online"] + n["offline"] and n["no_position"] <= n["offline"]
    covered = {s.person_id for s in shifts_ if s.planned_start <= T < s.planned_end} - {15}
    assert n["rostered"] == len(covered)


def test_a_person_without_a_position_has_no_place() -> None:
    people = People(PEOPLE)
    people.set_positions([FeedPosition(10, T, 112.9, 35.6, 8.0)])
    states = np.array([State.FRESH, *[State.NO_POSITION] * 3, State.OFF_DUTY], np.uint8)
    rows = people.rows(states=states, box=(112.8, 35.5, 113.0, 35.7))
    assert rows["x"].tolist() == [32768, 0, 0, 0, 0]
    assert rows["at"].tolist() == [int(T.timestamp()), 0, 0, 0, 0]
    assert rows["state"].tolist() == [0, 4, 4, 4, 5]
