"""The rules of a call, without a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calls import policy
from data.calls.lifecycle import ENDED, OPEN, TRANSITIONS, AttemptState, By, NotPossible, check
from data.calls.model import Attempt, Candidate, Outcome, Step

NOW = datetime(2026, 7, 14, tzinfo=UTC)
STEP = Step(target="owner")
S = AttemptState


def someone(id_: int, role: str = "grid_worker", **given: object) -> Candidate:
    values: dict[str, object] = {
        "name": f"p{id_}",
        "on_duty": True,
        "channels": frozenset({"page"}),
        **given,
    }
    return Candidate(person_id=id_, role=role, **values)  # type: ignore[arg-type]


def attempt(state: AttemptState, **given: object) -> Attempt:
    return Attempt(1, 1, 1, "page", 1, state, **given)  # type: ignore[arg-type]


def test_what_has_ended_stays_so() -> None:
    assert not [t for t in TRANSITIONS if t.before in ENDED]
    assert frozenset(S) == OPEN | ENDED
    reached = {t.after for t in TRANSITIONS}
    assert reached == frozenset(S) - {S.QUEUED}


def test_an_answered_line_is_not_an_acknowledgement() -> None:
    assert not any(t.after is S.ACKNOWLEDGED and t.by is not By.PERSON for t in TRANSITIONS)
    with pytest.raises(NotPossible, match="answered cannot become acknowledged"):
        check(S.ANSWERED, S.ACKNOWLEDGED, By.CHANNEL)


def test_chief_then_workers_then_by_distance() -> None:
    people = [
        someone(1, distance_m=50.0),
        someone(2, distance_m=20.0),
        someone(3),
        someone(4, "grid_chief", distance_m=900.0),
        someone(5, "gardener", distance_m=1.0),
        someone(6, grid_size=2.0, distance_m=1.0),
    ]
    assert [leg.candidate.person_id for leg in policy.legs(people, STEP)] == [4, 2, 1, 3, 6, 5]


def test_one_person_with_two_posts_is_rung_once_by_the_better() -> None:
    (leg,) = policy.legs([someone(1), someone(1, "grid_chief")], STEP)
    assert leg.candidate.role == "grid_chief"


def test_off_duty_people_are_left_alone_unless_clicked_themselves() -> None:
    off = someone(1, on_duty=False)
    assert policy.legs([off], STEP) == []
    assert len(policy.legs([off], STEP, himself=True)) == 1
    assert policy.legs([someone(1, on_duty=False, channels=frozenset())], STEP, himself=True) == []


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), max_size=40))
def test_no_call_becomes_an_alarm(people: list[tuple[int, bool, bool]]) -> None:
    found = [
        someone(i, on_duty=duty, channels=frozenset({"page"} if page else ()))
        for i, duty, page in people
    ]
    legs = policy.legs(found, STEP)
    assert len(legs) <= policy.MOST_LEGS
    assert len({leg.candidate.person_id for leg in legs}) == len(legs)
    reachable = {c.person_id for c in found if c.on_duty and c.channels}
    rung = {leg.candidate.person_id for leg in legs if leg.reachable}
    # Nobody who can be reached is left out for somebody who cannot.
    assert len(rung) >= min(policy.MOST_LEGS, len(reachable)) - _same_person_conflicts(found)


def _same_person_conflicts(found: list[Candidate]) -> int:
    """The strategy may describe one person both reachable and not; posts agree in the store."""
    states: dict[int, set[frozenset[str]]] = {}
    for one in found:
        states.setdefault(one.person_id, set()).add(one.channels)
    return sum(len(channels) > 1 for channels in states.values())


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ([], Outcome.NOBODY_ON_DUTY),
        ([S.OFFLINE, S.FAILED, S.BUSY], Outcome.UNREACHABLE),
        ([S.OFFLINE, S.NO_ANSWER, S.DECLINED], Outcome.NO_ANSWER),
        ([S.OFFLINE, S.DECLINED], Outcome.DECLINED),
        ([S.NO_ANSWER, S.AMBIGUOUS], Outcome.AMBIGUOUS),
        ([S.RINGING, S.DECLINED], None),
        ([S.RINGING, S.ACKNOWLEDGED], Outcome.ACKNOWLEDGED),
    ],
)
def test_how_a_call_ends(states: list[AttemptState], outcome: Outcome | None) -> None:
    assert policy.conclude([attempt(state) for state in states]) is outcome


def test_what_time_alone_does() -> None:
    past, later = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
    assert policy.expired(attempt(S.RINGING, ring_until=later, lease_until=past), NOW) is None
    assert policy.expired(attempt(S.RINGING, ring_until=NOW), NOW) is S.NO_ANSWER
    assert policy.expired(attempt(S.QUEUED, ring_until=later, lease_until=NOW), NOW) is S.OFFLINE
    lapsed = attempt(S.DIALLING, ring_until=later, lease_until=NOW)
    assert policy.expired(lapsed, NOW) is S.INTERRUPTED
    last = Attempt(1, 1, 1, "page", policy.MOST_TRIES, S.DIALLING, NOW, later)
    assert policy.expired(last, NOW) is S.OFFLINE
    assert policy.expired(attempt(S.ACKNOWLEDGED, ring_until=past), NOW) is None
