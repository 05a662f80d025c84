"""Whom to ring, for how long, and when a call is over. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from data.calls.lifecycle import OPEN, AttemptState
from data.calls.model import Attempt, Candidate, Leg, Outcome, Step
from data.staff.standing import by_post

S = AttemptState
LEASE = timedelta(seconds=5)  # a device that was dialled says within this that it rings
QUEUE_LASTS = timedelta(seconds=10)  # a process that holds his channel takes it within this
MOST_TRIES = 3
MOST_LEGS = 6  # rung at the same time; more would be an alarm, not a call

# For a store without a policy of its own.
ONE_STEP = (Step(target="owner"),)


def rank(candidate: Candidate) -> tuple[int, float, float, int]:
    """The order of calling: role, then the smaller grid, then the nearer person."""
    order = by_post(candidate.role, grid_size=candidate.grid_size, distance_m=candidate.distance_m)
    return *order, candidate.person_id


def legs(
    candidates: Iterable[Candidate], step: Step, *, himself: bool = False, most: int = MOST_LEGS
) -> list[Leg]:
    """The attempts of one step, best first; one person once per channel.

    Of a place, those on duty are rung. A person who was clicked `himself` is also rung off duty
    when his page is open: he can see that and decline.
    """
    best: dict[int, Candidate] = {}
    for candidate in sorted(candidates, key=rank):
        wanted = candidate.on_duty or (himself and candidate.channels)
        if wanted:
            best.setdefault(candidate.person_id, candidate)
    chosen = list(best.values())
    # Within a full list, those who can be reached go before those who cannot.
    if len(chosen) > most:
        chosen = sorted(chosen, key=lambda one: not one.channels)[:most]
        chosen.sort(key=rank)
    return [
        Leg(candidate, channel, channel in candidate.channels, number)
        for number, candidate in enumerate(chosen, start=1)
        for channel in step.channels
    ]


def expired(attempt: Attempt, real: datetime) -> AttemptState | None:
    """What time alone makes of an open attempt, None when it may go on."""
    rang_out = attempt.ring_until is not None and attempt.ring_until <= real
    lapsed = attempt.lease_until is not None and attempt.lease_until <= real
    match attempt.state:
        case S.QUEUED if lapsed or rang_out:
            return S.OFFLINE
        case S.DIALLING if rang_out or (lapsed and attempt.try_ >= MOST_TRIES):
            return S.OFFLINE
        case S.DIALLING if lapsed:
            return S.INTERRUPTED
        case S.RINGING | S.ANSWERED if rang_out:
            return S.NO_ANSWER
    return None


def conclude(attempts: Sequence[Attempt]) -> Outcome | None:
    """How a session ends with these attempts, None while somebody may still answer."""
    states = {attempt.state for attempt in attempts}
    if S.ACKNOWLEDGED in states:
        return Outcome.ACKNOWLEDGED
    if states & OPEN:
        return None
    if not states:
        return Outcome.NOBODY_ON_DUTY
    for state, outcome in (
        (S.AMBIGUOUS, Outcome.AMBIGUOUS),
        (S.NO_ANSWER, Outcome.NO_ANSWER),
        (S.DECLINED, Outcome.DECLINED),
    ):
        if state in states:
            return outcome
    return Outcome.UNREACHABLE


def next_look(attempts: Iterable[Attempt]) -> datetime | None:
    """When time may next change something (real time), None when nothing is open."""
    times = [
        time
        for attempt in attempts
        if attempt.state in OPEN
        for time in (
            attempt.ring_until,
            attempt.lease_until if attempt.state in (S.QUEUED, S.DIALLING) else None,
        )
        if time is not None
    ]
    return min(times, default=None)
