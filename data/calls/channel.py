"""A way to a person's device: one method to place a call, and failure is data.

The memory channel rings nobody: tests use it. A drill has no channel at all (`drills.rehearsal`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from data.calls.lifecycle import AttemptState
from data.calls.model import Ring


@dataclass(frozen=True, slots=True)
class Handed:
    """The device has it; that it rings, it will say itself."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The device rings."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody or something picked up; that is no acknowledgement."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """It rang, or was busy, and nobody picked up."""

    busy: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There was no way to the device."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The line broke while connecting: perhaps it rang, perhaps not."""

    why: str = ""


Result = Handed | Ringing | Answered | Unanswered | Unreachable | Ambiguous


def state_after(result: Result) -> AttemptState:
    """What a channel's result makes of a dialled attempt."""
    match result:
        case Handed():
            return AttemptState.DIALLING
        case Ringing():
            return AttemptState.RINGING
        case Answered():
            return AttemptState.ANSWERED
        case Unanswered(busy=busy):
            return AttemptState.BUSY if busy else AttemptState.NO_ANSWER
        case Unreachable():
            return AttemptState.OFFLINE
        case Ambiguous():
            return AttemptState.AMBIGUOUS


class Channel(Protocol):
    """A way to ring somebody. `place` returns soon; it never raises for what a line can do."""

    name: str

    async def place(self, ring: Ring) -> Result: ...

    async def withdraw(self, ring: Ring, state: AttemptState) -> None: ...


@dataclass
class MemoryChannel:
    """Rings nobody: answers as its script says (by person id) and remembers what it was asked."""

    name: str = "page"
    script: Mapping[int, Result] = field(default_factory=dict)
    placed: list[Ring] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)

    async def place(self, ring: Ring) -> Result:
        self.placed.append(ring)
        return self.script.get(ring.person_id, Ringing())

    async def withdraw(self, ring: Ring, state: AttemptState) -> None:
        self.withdrawn.append(ring.attempt_id)
