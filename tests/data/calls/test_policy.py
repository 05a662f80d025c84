"""The rules of a call, without a store."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.calls import policy
from data.calls.lifecycle import (
    ENDED,
    LATE,
    OPEN,
    TRANSITIONS,
    AttemptState,
    By,
    NotPossible,
    check,
)
from data.calls.model import Attempt, Outcome, Rules
from data.calls.policy import Next, Tally

NOW = datetime(2026, 7, 14, tzinfo=UTC)
S = AttemptState


def attempt(state: AttemptState, **given: object) -> Attempt:
    return Attempt(1, 1, 0, 1, "page", 1, state, **given)  # type: ignore[arg-type]


def test_what_has_ended_stays_so() -> None:
    late = [t for t in TRANSITIONS if t.before in ENDED]
    assert {t.before for t in late} == LATE and {t.by for t in late} == {By.PERSON}
    assert frozenset(S) == OPEN | ENDED
    reached = {t.after for t in TRANSITIONS}
    assert reached == frozenset(S) - {S.QUEUED}


def test_an_answered_line_is_not_an_acknowledgement() -> None:
    assert not any(t.after is S.ACKNOWLEDGED and t.by is not By.PERSON for t in TRANSITIONS)
    with pytest.raises(NotPossible, match="answered cannot become acknowledged"):
        check(S.ANSWERED, S.ACKNOWLEDGED, By.CHANNEL)


@pytest.mark.parametrize(
    ("states", "need", "last", "after"),
    [
        ([S.RINGING, S.DECLINED], 1, False, Next.WAIT),
        ([S.RINGING, S.ACKNOWLEDGED], 1, False, Next.ACKED),
        ([S.RINGING, S.ACKNOWLEDGED], 2, False, Next.WAIT),
        ([S.ACKNOWLEDGED, S.ACKNOWLEDGED, S.RINGING], 2, False, Next.ACKED),
        ([S.ACKNOWLEDGED, S.NO_ANSWER], 2, False, Next.STEP),
        ([S.ACKNOWLEDGED, S.RINGING], 0, True, Next.WAIT),  # of a group all are waited for
        ([S.ACKNOWLEDGED, S.NO_ANSWER], 0, True, Next.END),
        ([], 1, False, Next.STEP),
        ([], 1, True, Next.END),
        ([S.NO_ANSWER], 1, False, Next.STEP),
        ([S.NO_ANSWER, S.AMBIGUOUS], 1, False, Next.HOLD),
        ([S.NO_ANSWER, S.AMBIGUOUS], 1, True, Next.END),
        ([S.AMBIGUOUS, S.RINGING], 1, False, Next.WAIT),
    ],
)
def test_what_follows(states: list[AttemptState], need: int, last: bool, after: Next) -> None:
    tally = Tally(Counter(states), Counter(states))
    assert policy.decide(tally, Rules(need=need), last=last) is after


def test_the_last_step_waits_for_those_who_still_ring_from_before() -> None:
    tally = Tally(Counter([S.RINGING, S.NO_ANSWER]), Counter([S.NO_ANSWER]))
    assert policy.decide(tally, Rules(), last=True) is Next.WAIT
    assert policy.decide(tally, Rules(), last=False) is Next.STEP


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ([], Outcome.NOBODY_ON_DUTY),
        ([S.OFFLINE, S.FAILED], Outcome.UNREACHABLE),
        ([S.OFFLINE, S.BUSY], Outcome.BUSY),
        ([S.OFFLINE, S.NO_ANSWER, S.DECLINED], Outcome.NO_ANSWER),
        ([S.OFFLINE, S.DECLINED], Outcome.DECLINED),
        ([S.NO_ANSWER, S.AMBIGUOUS], Outcome.AMBIGUOUS),
        ([S.NO_ANSWER, S.ACKNOWLEDGED], Outcome.TOO_FEW),
    ],
)
def test_how_a_call_ends(states: list[AttemptState], outcome: Outcome) -> None:
    assert policy.outcome(Tally(Counter(states)), Rules(need=2)) is outcome


def test_left_out_by_the_rules_is_not_nobody() -> None:
    assert policy.outcome(Tally(left_out=True), Rules()) is Outcome.NOT_ALLOWED
    one = Tally(Counter([S.ACKNOWLEDGED, S.NO_ANSWER]))
    assert policy.outcome(one, Rules(need=0)) is Outcome.ACKNOWLEDGED


def test_who_is_in_another_call_is_waited_for_until_the_step_is_over() -> None:
    later = NOW + timedelta(seconds=1)
    assert policy.expired(attempt(S.QUEUED, ring_until=later), NOW) is None
    assert policy.expired(attempt(S.QUEUED, ring_until=NOW), NOW) is S.BUSY


def test_what_time_alone_does() -> None:
    past, later = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
    assert policy.expired(attempt(S.RINGING, ring_until=later), NOW) is None
    assert policy.expired(attempt(S.RINGING, ring_until=later, lease_until=later), NOW) is None
    gone = attempt(
        S.RINGING, ring_until=later, lease_until=past
    )  # the device, and it did not return
    assert policy.expired(gone, NOW) is S.INTERRUPTED
    assert policy.expired(attempt(S.RINGING, ring_until=NOW), NOW) is S.NO_ANSWER
    assert policy.expired(attempt(S.QUEUED, ring_until=later, lease_until=NOW), NOW) is S.OFFLINE
    held = replace(attempt(S.QUEUED, ring_until=later, lease_until=NOW), held=True)
    assert policy.expired(held, NOW) is None, "his page stands open: he is not offline"
    assert policy.expired(held, later) is S.FAILED
    assert policy.expired(replace(held, lease_until=None), later) is S.BUSY
    lapsed = attempt(S.DIALLING, ring_until=later, lease_until=NOW)
    assert policy.expired(lapsed, NOW) is S.INTERRUPTED
    last = Attempt(1, 1, 0, 1, "page", policy.MOST_TRIES, S.DIALLING, NOW, later)
    assert policy.expired(last, NOW) is S.OFFLINE
    assert policy.expired(attempt(S.ACKNOWLEDGED, ring_until=past), NOW) is None
