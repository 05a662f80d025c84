"""Whom a call would ring, told before anybody is rung; and the one question above a few people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from data.access import Actor
from data.calls import ranking, targets
from data.calls.model import Leg, Moment, Session
from data.calls.ranking import Chosen
from data.database import Connection, act_as
from data.errors import WanggeError

MOST_UNASKED = 5  # people rung at once; more is confirmed by who clicks


class NeedsConfirmation(WanggeError):
    """This calls {people} people at once: confirm it, and they are called."""

    told = ("people", "first")


@dataclass(frozen=True, slots=True)
class Asks:
    """How many people the first step would call, and how many the largest."""

    first: int
    most: int

    @property
    def confirm(self) -> bool:
        """Whether the click is to be confirmed."""
        return self.most > MOST_UNASKED

    def as_json(self) -> dict[str, Any]:
        return {"first": self.first, "most": self.most, "confirm": self.confirm}


async def steps_now(connection: Connection, session: Session, when: Moment) -> list[Chosen]:
    """Whom each step would ring on the data of now, as if nobody before had confirmed. Runs as the
    system."""
    called: set[int] = set()
    found = []
    for number in range(len(session.steps)):
        at = replace(session, step=number, fired_at=when.real)
        chosen = await targets.resolve(connection, at, when, called=called)
        called.update(leg.candidate.person_id for leg in chosen.legs)
        found.append(chosen)
    return found


def asks(found: list[Chosen]) -> Asks:
    """What is to be asked before these steps."""
    sizes = [people(chosen.legs) for chosen in found] or [0]
    return Asks(sizes[0], max(sizes))


def people(legs: tuple[Leg, ...] | list[Leg]) -> int:
    """How many people are called on whatever ways."""
    return len({leg.candidate.person_id for leg in legs})


async def check(
    connection: Connection, actor: Actor, system_id: int, session: Session, when: Moment
) -> None:
    """Raise NeedsConfirmation where a step of a new call would ring more than MOST_UNASKED people.

    Steps that cannot are not resolved for it: the usual click pays nothing.
    """
    limits = [ranking.most_of(step) for step in session.steps]
    if all(most is not None and most <= MOST_UNASKED for most in limits):
        return
    await act_as(connection, system_id)
    found = asks(await steps_now(connection, session, when))
    await act_as(connection, actor.id)
    if found.confirm:
        raise NeedsConfirmation(people=found.most, first=found.first)
