"""What goes through the intake: what a request brought, what is written together, the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from data.access import Actor
from data.staff.positions.fix import Fix
from data.staff.positions.known import Known
from data.staff.positions.pipeline import Batch


@dataclass(slots=True)
class Submission:
    """What one request brought; `first` numbers its rows among all of the process."""

    actor: Actor
    first: int
    count: int
    fixes: list[Fix]
    invalid: list[int]
    done: asyncio.Future[Outcome]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`rejected` gives (index in the request, reason) in order."""

    accepted: int
    rejected: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Round:
    """Submissions that are written together, by actor, judged by one copy of what is known."""

    known: Known
    submissions: Sequence[Submission]
    groups: list[list[Submission]]
    batches: list[Batch]
