"""The life of one attempt to reach one person: the table is the documentation.

Answered is not acknowledged: a voicemail answers too. What has ended stays as it ended, but for
the person's own word after a ring that nobody heard of or that ran out while the call goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.errors import WanggeError


class AttemptState(StrEnum):
    """Where one attempt stands."""

    QUEUED = "queued"  # nobody has taken it to his channel yet
    DIALLING = "dialling"  # handed to the device, which has not said that it rings
    RINGING = "ringing"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"  # 收到
    BUSY = "busy"
    DECLINED = "declined"  # 去不了
    NO_ANSWER = "no_answer"
    OFFLINE = "offline"  # no way to his device now
    FAILED = "failed"
    CANCELLED = "cancelled"  # somebody else came, or the caller ended it
    INTERRUPTED = "interrupted"  # process or device went away meanwhile; dialled again
    AMBIGUOUS = "ambiguous"  # the line broke while connecting; never followed in silence


class By(StrEnum):
    """Who moves an attempt."""

    CHANNEL = "channel"
    DEVICE = "device"
    PERSON = "person"
    ENGINE = "engine"
    CALLER = "caller"


S, B = AttemptState, By
OPEN = frozenset({S.QUEUED, S.DIALLING, S.RINGING, S.ANSWERED})
ENDED = frozenset(S) - OPEN
# The person may still answer while the call runs: what we know of his phone is not what he saw.
LATE = frozenset({S.NO_ANSWER, S.AMBIGUOUS, S.OFFLINE})


@dataclass(frozen=True, slots=True)
class Transition:
    """`before` → `after`, moved by `by`."""

    before: AttemptState
    after: AttemptState
    by: By


T = Transition
TRANSITIONS = frozenset(
    {
        T(S.QUEUED, S.DIALLING, B.CHANNEL),
        T(S.DIALLING, S.RINGING, B.DEVICE),
        T(S.DIALLING, S.RINGING, B.CHANNEL),
        T(S.DIALLING, S.ANSWERED, B.CHANNEL),
        T(S.RINGING, S.ANSWERED, B.CHANNEL),
        T(S.DIALLING, S.BUSY, B.CHANNEL),
        T(S.DIALLING, S.NO_ANSWER, B.CHANNEL),
        T(S.DIALLING, S.OFFLINE, B.CHANNEL),
        T(S.DIALLING, S.FAILED, B.CHANNEL),
        T(S.DIALLING, S.AMBIGUOUS, B.CHANNEL),
        T(S.QUEUED, S.OFFLINE, B.ENGINE),  # nobody holds his channel
        T(S.QUEUED, S.FAILED, B.ENGINE),  # his page stands open, and nobody got to it in time
        T(S.QUEUED, S.BUSY, B.ENGINE),  # in another call all the time
        T(S.DIALLING, S.INTERRUPTED, B.ENGINE),  # the lease ran out
        T(S.DIALLING, S.OFFLINE, B.ENGINE),  # dialled to the end, never heard of
        T(S.RINGING, S.INTERRUPTED, B.ENGINE),  # the device went away and did not come back
        T(S.RINGING, S.OFFLINE, B.ENGINE),
        T(S.RINGING, S.NO_ANSWER, B.ENGINE),
        T(S.ANSWERED, S.NO_ANSWER, B.ENGINE),  # answered, never confirmed
    }
    # The person's word counts even before the device has said that it rings, and after it rang.
    | {T(before, S.ACKNOWLEDGED, B.PERSON) for before in OPEN | LATE}
    | {T(before, S.DECLINED, B.PERSON) for before in OPEN | LATE}
    | {T(before, S.CANCELLED, by) for before in OPEN for by in (B.PERSON, B.CALLER, B.ENGINE)}
)


class NotPossible(WanggeError):
    """An attempt that is {before} cannot become {after}."""


def check(before: AttemptState, after: AttemptState, by: By) -> None:
    """Raise NotPossible unless the table has the transition."""
    if Transition(before, after, by) not in TRANSITIONS:
        raise NotPossible(before=before.value, after=after.value)
