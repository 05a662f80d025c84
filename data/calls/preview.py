"""A dry run: whom a click would call now, step by step, and what stands empty when they go.

The click is started and each step resolved by the engine's own code, in a transaction that is
rolled back: nothing is written, nobody is rung, nothing is told. Each step is shown as if nobody
before it had confirmed, on the data of this moment.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data.access import Actor
from data.calls import foresight, ledger, policy, sessions, targets
from data.calls.foresight import asks, people
from data.calls.lifecycle import AttemptState
from data.calls.model import Moment, Outcome, Rules, Session, Step, Subject
from data.calls.ranking import Chosen, Skip
from data.database import Connection, act_as, fetch_all
from data.queries import load

SQL = load(__file__)
MOST_SHOWN = 60  # people of one step; the others are counted
HINDERED = (Skip.QUIET_HOURS, Skip.TOO_OFTEN)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step as it would fire, after `after_s` seconds (real) when nobody confirms before.

    `uncovers`, as {id, name}: by person, the grids where he alone is on duty; `empty` how many
    grids have nobody left when all of the step go. The grids of the place itself are none of them.
    """

    step: Step
    after_s: int
    chosen: Chosen
    uncovers: dict[int, list[dict[str, Any]]]
    empty: int

    def as_json(self) -> dict[str, Any]:
        """Without the words; counts are of people."""
        legs, skipped = self.chosen.legs, self.chosen.skipped
        return {
            **self.step.as_json(),
            "after_s": self.after_s,
            "found": people(legs),
            "reachable": people([leg for leg in legs if leg.reachable]),
            "left_out": len(skipped),
            "empty": self.empty,
            "people": [
                {
                    "person": {"id": leg.candidate.person_id, "name": leg.candidate.name},
                    "channel": leg.channel,
                    "why": leg.reason(),
                    "uncovers": self.uncovers.get(leg.candidate.person_id, []),
                }
                for leg in legs[:MOST_SHOWN]
            ],
            "skipped": [
                {"person": {"id": one.person_id, "name": one.name}, "why": why.value}
                for one, why in skipped[:MOST_SHOWN]
            ],
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """What a click would do now; `outcome` how it would end at once, None when somebody rings."""

    rules: Rules
    stages: tuple[Stage, ...]
    outcome: Outcome | None
    groups: dict[str, dict[str, int]] | None = None  # of a group call: on duty there, by post, team

    def as_json(self) -> dict[str, Any]:
        """Plain values, without the words for people's reasons."""
        rules = self.rules
        return {
            "policy": {"code": rules.code, "zh": rules.name_zh, "en": rules.name_en},
            "need": rules.need,
            "urgent": rules.urgent,
            "outcome": None if self.outcome is None else self.outcome.value,
            "asks": asks([stage.chosen for stage in self.stages]).as_json(),
            "steps": [stage.as_json() for stage in self.stages],
            "groups": self.groups,
        }


async def preview(
    connection: Connection,
    *,
    actor: Actor,
    system_id: int,
    subject: Subject,
    when: Moment,
    urgent: bool = False,
    by: tuple[tuple[Step, ...], Rules] | None = None,
) -> Preview:
    """What `sessions.start` and `advance` would do with this click at this moment.

    `connection` acts as the caller; the steps are resolved as the system actor `system_id`, as the
    engine does. `by` are steps and rules to try instead of the policy that fits. Raises as
    `sessions.start` does.
    """
    async with connection.transaction(force_rollback=True):
        id_ = await sessions.start(
            connection,
            actor=actor,
            request_key=f"preview {secrets.token_hex(16)}",
            subject=subject,
            when=when,
            urgent=urgent,
        )
        await act_as(connection, system_id)
        session = await ledger.lock(connection, id_)
        assert session is not None
        if by is not None:
            steps, rules = by
            kept = rules.urgent or session.rules.urgent
            session = replace(session, steps=steps, rules=replace(rules, urgent=kept))
        stages = await _stages(connection, session, when)
        groups = None if subject.crowd is None else await _groups(connection, session, when)
    return Preview(session.rules, tuple(stages), _outcome(stages, session.rules), groups)


async def _stages(connection: Connection, session: Session, when: Moment) -> list[Stage]:
    place = await targets.grids(connection, session, when)
    found = await foresight.steps_now(connection, session, when)
    stages, after_s = [], 0
    for step, chosen in zip(session.steps, found, strict=True):
        going = [leg.candidate.person_id for leg in chosen.legs]
        uncovers, empty = await _uncovered(connection, going, place, when.site)
        stages.append(Stage(step, after_s, chosen, uncovers, empty))
        if any(leg.reachable for leg in chosen.legs):  # else the next step follows at once
            after_s += step.ring_s
    return stages


async def _groups(
    connection: Connection, session: Session, when: Moment
) -> dict[str, dict[str, int]]:
    """How many of those on duty in the group's place hold each post and are of each team,
    whichever of them the call wants; who holds two posts counts for both."""
    given = {"people": await targets.everybody(connection, session, when), "at": when.site}
    groups: dict[str, dict[str, int]] = {"posts": {}, "teams": {}}
    for row in await fetch_all(connection, SQL.groups, given):
        groups[row["kind"]][row["name"]] = row["people"]
    return groups


async def _uncovered(
    connection: Connection, people: Sequence[int], place: Sequence[int], at: datetime
) -> tuple[dict[int, list[dict[str, Any]]], int]:
    """By person, the grids where he alone is on duty; and how many are left when all go."""
    given = {"people": list(people), "place": list(place), "at": at}
    rows = await fetch_all(connection, SQL.uncovered, given) if people else []
    alone: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["alone"] is not None:
            alone.setdefault(row["alone"], []).append({"id": row["id"], "name": row["name"]})
    return alone, len(rows)


def _outcome(stages: Sequence[Stage], rules: Rules) -> Outcome | None:
    legs = [leg for stage in stages for leg in stage.chosen.legs]
    if any(leg.reachable for leg in legs):
        return None
    hindered = any(why in HINDERED for stage in stages for _, why in stage.chosen.skipped)
    total = Counter({AttemptState.OFFLINE: len(legs)})
    return policy.outcome(policy.Tally(total, left_out=hindered), rules)
