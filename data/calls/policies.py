"""The policies of a site: which fits a click, and how they are read and written.

A policy is written as a whole; calls that run keep the one of their click.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from data.access import Actor, Permission
from data.calls.model import Rules, Step, Subject, SubjectKind, Target
from data.calls.policy import CROWD, DEFAULT_RULES, DEFAULT_STEPS, ONE_PERSON
from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotFound, Said
from data.queries import load

SQL = load(__file__)
PERSON = Rules(code="person", name_zh="呼叫一人", name_en="One person")
GROUP = Rules(code="group", name_zh="群呼", name_en="Group call", need=0)
RESERVED = frozenset({PERSON.code, GROUP.code})
MOST_STEPS = 10
CHANNELS = ("page",)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a policy is for: None fits everything. `severity` is ordinary or urgent."""

    grid_kind: str | None = None
    event_type: str | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it is edited."""

    rules: Rules
    steps: tuple[Step, ...]
    fit: Fit = Fit()
    active: bool = True


async def for_subject(connection: Connection, subject: Subject) -> tuple[tuple[Step, ...], Rules]:
    """The steps and rules for a click, as they are now: the active policy that fits most closely
    (event type before severity before grid kind), else the default one."""
    if subject.crowd is not None or subject.kind in (SubjectKind.AREA, SubjectKind.GROUND):
        return CROWD, GROUP
    if subject.kind is SubjectKind.PERSON:
        return ONE_PERSON, PERSON
    given = {
        "event_id": subject.id if subject.kind is SubjectKind.EVENT else None,
        "grid_id": subject.id if subject.kind is SubjectKind.GRID else None,
    }
    row = await fetch_one(connection, SQL.fitting, given)
    if row is None:
        return DEFAULT_STEPS, DEFAULT_RULES
    urgent = bool(row["urgent"])
    if row["id"] is None:
        return DEFAULT_STEPS, replace(DEFAULT_RULES, urgent=urgent)
    steps = await fetch_all(connection, SQL.steps, {"ids": [row["id"]]})
    return tuple(Step.from_json(step) for step in steps), replace(_rules(row), urgent=urgent)


async def read_all(connection: Connection) -> list[Policy]:
    """All policies, by their codes."""
    rows = await fetch_all(connection, SQL.policies)
    steps: dict[int, list[Step]] = {}
    for step in await fetch_all(connection, SQL.steps, {"ids": [row["id"] for row in rows]}):
        steps.setdefault(step["policy_id"], []).append(Step.from_json(step))
    return [
        Policy(
            _rules(row),
            tuple(steps.get(row["id"], ())),
            Fit(row["grid_kind"], row["event_type"], row["severity"]),
            row["active"],
        )
        for row in rows
    ]


async def write(connection: Connection, actor: Actor, policy: Policy) -> None:
    """Make or replace a policy. Raises Invalid with what to do, NotAllowed."""
    actor.require(Permission.ADMINISTER)
    check(policy)
    rules, fit = policy.rules, policy.fit
    for value, sql, what in (
        (fit.grid_kind, SQL.grid_kind, "grid kind"),
        (fit.event_type, SQL.event_type, "event type"),
    ):
        if value is not None and await fetch_one(connection, sql, {"code": value}) is None:
            raise NotFound(what=what, key=value)
    quiet = rules.quiet or (None, None)
    given = {
        "code": rules.code,
        "name_zh": rules.name_zh,
        "name_en": rules.name_en,
        "need": rules.need,
        "ack_timeout_s": rules.ack_timeout_s,
        "quiet_from": quiet[0],
        "quiet_until": quiet[1],
        "most_per_hour": rules.most_per_hour,
        "active": policy.active,
        "grid_kind": fit.grid_kind,
        "event_type": fit.event_type,
        "severity": fit.severity,
    }
    row = await fetch_one(connection, SQL.write, given)
    assert row is not None
    await connection.execute(SQL.clear_steps, {"id": row["id"]})
    await connection.execute(SQL.write_steps, {"id": row["id"], **_columns(policy.steps)})


async def remove(connection: Connection, actor: Actor, code: str) -> None:
    """Take a policy away; calls that run keep it. Raises NotFound, NotAllowed."""
    actor.require(Permission.ADMINISTER)
    if (await connection.execute(SQL.remove, {"code": code})).rowcount == 0:
        raise NotFound(what="policy", key=code)


def check(policy: Policy) -> None:
    """Raise Invalid with what to do unless the engine can carry a policy out."""
    code, steps = policy.rules.code, policy.steps
    if code in RESERVED:
        raise Invalid(what=f"policy {code}", why="this code is the product's own; choose another")
    if not steps:
        raise Invalid(what=f"policy {code}", why="it has no step; add one")
    if len(steps) > MOST_STEPS:
        raise Invalid(
            what=f"policy {code}", why=Said("at most {n} steps; leave some out", n=MOST_STEPS)
        )
    seen: set[Any] = set()
    for number, step in enumerate(steps, start=1):
        what = Said("policy {code}, step {n}", code=code, n=number)
        if step.target in (Target.PERSON, Target.CROWD):
            raise Invalid(what=what, why="this rule is for a click on a person or a group")
        if not 5 <= step.ring_s <= 600:
            raise Invalid(what=what, why="ring between 5 and 600 seconds")
        if not step.channels or not set(step.channels) <= set(CHANNELS):
            raise Invalid(what=what, why=Said("use {ways}", ways=", ".join(CHANNELS)))
        key = (step.target, step.channels, step.k)
        if key in seen:
            raise Invalid(what=what, why="an earlier step rings the same people; it would go round")
        seen.add(key)


def _rules(row: dict[str, Any]) -> Rules:
    quiet: tuple[time, time] | None = None
    if row["quiet_from"] is not None:
        quiet = row["quiet_from"], row["quiet_until"]
    same = ("code", "name_zh", "name_en", "need", "ack_timeout_s", "most_per_hour")
    return Rules(**{name: row[name] for name in same}, quiet=quiet)


def _columns(steps: Sequence[Step]) -> dict[str, list[Any]]:
    return {
        "targets": [step.target.value for step in steps],
        "channels": [",".join(step.channels) for step in steps],
        "rings": [step.ring_s for step in steps],
        "ks": [step.k for step in steps],
    }
