"""How long to ring, and when a call goes on or is over. Pure: values in, values out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from data.calls.lifecycle import OPEN, AttemptState
from data.calls.model import Attempt, Outcome, Rules, Step, Target

S = AttemptState
LEASE = timedelta(seconds=5)  # a device that was dialled says within this that it rings
AWAY = timedelta(seconds=5)  # a device that went away while it rang may come back within this
RING_LASTS = timedelta(seconds=12)  # on a page of which no process says that it lives: two beats
QUEUE_LASTS = timedelta(seconds=10)  # a process that holds his channel takes it within this
HELD_WAITS = timedelta(seconds=2)  # and if that process lives, it is waited for again and again
CLOCKS_DIFFER = timedelta(seconds=5)  # those of two machines may, by so much
MOST_TRIES = 3
WHY = {S.FAILED: {"why": "waited_too_long"}}  # what time did, where the state does not say it

# For a store without a policy of its own, and for what no policy fits.
DEFAULT_STEPS = (
    Step(Target.OWNER),
    Step(Target.NEAREST, k=3),
    Step(Target.GRID_CHIEF, ring_s=30),
    Step(Target.COMMUNITY_DUTY, ring_s=30),
    Step(Target.SUBDISTRICT_DUTY, ring_s=60),
)
DEFAULT_RULES = Rules(ack_timeout_s=600)
ONE_PERSON = (Step(Target.PERSON),)
CROWD = (Step(Target.CROWD, ring_s=45),)


def expired(attempt: Attempt, real: datetime) -> AttemptState | None:
    """What time alone makes of an open attempt, None when it may go on.

    Who is in another call waits without a lease until this step's time is over. So does whose page
    stands open while its process has more to do than it can: he is not offline.
    """
    rang_out = attempt.ring_until is not None and attempt.ring_until <= real
    lapsed = attempt.lease_until is not None and attempt.lease_until <= real
    match attempt.state:
        case S.QUEUED if rang_out and attempt.lease_until is None:
            return S.BUSY
        case S.QUEUED if attempt.held:
            return S.FAILED if rang_out else None
        case S.QUEUED if lapsed or rang_out:
            return S.OFFLINE
        case S.DIALLING if rang_out or (lapsed and attempt.try_ >= MOST_TRIES):
            return S.OFFLINE
        case S.DIALLING if lapsed:
            return S.INTERRUPTED
        case S.RINGING | S.ANSWERED if rang_out:
            return S.NO_ANSWER
        case S.RINGING if lapsed:
            return S.OFFLINE if attempt.try_ >= MOST_TRIES else S.INTERRUPTED
    return None


class Next(StrEnum):
    """What a session does now."""

    WAIT = "wait"
    ACKED = "acked"
    STEP = "step"  # the next one
    HOLD = "hold"  # an unclear result: the dispatcher decides
    END = "end"


@dataclass(frozen=True, slots=True)
class Tally:
    """How a session's attempts stand: by state, in all and of its present step. `next_at` is when
    time may next change one (real); `left_out` whether somebody was left out by the rules."""

    total: Mapping[AttemptState, int] = field(default_factory=Counter)
    step: Mapping[AttemptState, int] = field(default_factory=Counter)
    next_at: datetime | None = None
    left_out: bool = False

    @property
    def open(self) -> bool:
        """Whether somebody may still answer."""
        return any(self.total.get(state) for state in OPEN)

    @property
    def open_step(self) -> bool:
        """Whether somebody of the present step may."""
        return any(self.step.get(state) for state in OPEN)

    @property
    def acks(self) -> int:
        return self.total.get(S.ACKNOWLEDGED, 0)


def decide(tally: Tally, rules: Rules, *, last: bool) -> Next:
    """What follows when the present step has been resolved; `last` when no step is left.

    An unclear result is never followed by a silent next call.
    """
    if rules.need and tally.acks >= rules.need:
        return Next.ACKED
    if tally.open_step:
        return Next.WAIT
    if not last:
        return Next.HOLD if tally.step.get(S.AMBIGUOUS) else Next.STEP
    return Next.WAIT if tally.open else Next.END


def outcome(tally: Tally, rules: Rules) -> Outcome:
    """How a session ends when nobody can answer any more."""
    if tally.acks:
        return Outcome.ACKNOWLEDGED if tally.acks >= rules.need else Outcome.TOO_FEW
    for state, found in (
        (S.AMBIGUOUS, Outcome.AMBIGUOUS),
        (S.NO_ANSWER, Outcome.NO_ANSWER),
        (S.DECLINED, Outcome.DECLINED),
        (S.BUSY, Outcome.BUSY),
    ):
        if tally.total.get(state):
            return found
    if any(tally.total.values()):
        return Outcome.UNREACHABLE
    return Outcome.NOT_ALLOWED if tally.left_out else Outcome.NOBODY_ON_DUTY
