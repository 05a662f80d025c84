"""What a call is made of. Plain values: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from data.calls.lifecycle import AttemptState


@dataclass(frozen=True, slots=True)
class Moment:
    """Two clocks. The ledger is written in site time; a phone rings in real time, because a
    replay at ×600 must not ring somebody for 40 ms. Both are aware."""

    site: datetime
    real: datetime


class SessionState(StrEnum):
    """Where a call session stands; only `running` is not an end."""

    RUNNING = "running"
    ACKED = "acked"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How a session ended, in one word for the card."""

    ACKNOWLEDGED = "acknowledged"
    NOBODY_ON_DUTY = "nobody_on_duty"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    AMBIGUOUS = "ambiguous"
    ENDED = "ended"  # by the caller


class SubjectKind(StrEnum):
    """What was clicked."""

    EVENT = "event"
    GRID = "grid"
    PERSON = "person"
    FACILITY = "facility"


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing that was clicked: its kind and id."""

    kind: SubjectKind
    id: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a policy, as it was when clicked."""

    target: str  # owner: who answers for what was clicked
    channels: tuple[str, ...] = ("page",)
    ring_s: int = 25

    def as_json(self) -> dict[str, Any]:
        return {"target": self.target, "channels": list(self.channels), "ring_s": self.ring_s}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Step:
        return cls(value["target"], tuple(value["channels"]), int(value["ring_s"]))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who could be rung, through one of his posts.

    `distance_m` is to the place of the call by a position of this shift, None without one.
    `channels` are those that can reach him now.
    """

    person_id: int
    name: str
    role: str | None
    on_duty: bool
    channels: frozenset[str]
    grid: str | None = None
    grid_size: float = 0.0
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One attempt to make: whom, how, and why he stands where he stands."""

    candidate: Candidate
    channel: str
    reachable: bool
    rank: int

    def reason(self) -> dict[str, Any]:
        """The snapshot that the ledger keeps: who he was when he was called."""
        who = self.candidate
        return {
            "rank": self.rank,
            "name": who.name,
            "post": who.role,
            "grid": who.grid,
            "on_duty": who.on_duty,
            "distance_m": None if who.distance_m is None else round(who.distance_m),
        }


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as stored. `lease_until` and `ring_until` are real time."""

    id: int
    session_id: int
    person_id: int
    channel: str
    try_: int
    state: AttemptState
    lease_until: datetime | None = None
    ring_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One call session as stored. `next_at` is real time."""

    id: int
    area_id: int
    subject: Subject
    steps: tuple[Step, ...]
    state: SessionState
    step: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """An attempt on its way to a device, with what the person must read."""

    attempt_id: int
    session_id: int
    person_id: int
    channel: str
    body: Mapping[str, Any] = field(default_factory=dict)
