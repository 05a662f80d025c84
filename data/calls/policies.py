"""The policies of a site: which fits a click, and how they are read and written.

A policy is written as a whole; calls that run keep the one of their click.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from data.access import Actor, Permission
from data.calls.drills.scenario import Part
from data.calls.model import Rules, Step, Subject, SubjectKind
from data.calls.policy import CROWD, DEFAULT_RULES, DEFAULT_STEPS, ONE_PERSON
from data.calls.policy_check import GROUP, PERSON, faults
from data.calls.policy_check import Fit as Fit
from data.calls.policy_check import Policy as Policy
from data.database import Connection, fetch_all, fetch_one
from data.errors import NotFound, WanggeError
from data.queries import load

SQL = load(__file__)


async def for_subject(
    connection: Connection, subject: Subject, part: Part | None = None
) -> tuple[tuple[Step, ...], Rules]:
    """The steps and rules for a click, as they are now: the active policy that fits most closely
    (event type before severity before grid kind), else the default one. Of a drill's click on a
    grid, as if what it says had happened there."""
    if subject.crowd is not None or subject.kind in (SubjectKind.AREA, SubjectKind.GROUND):
        return CROWD, GROUP
    if subject.kind is SubjectKind.PERSON:
        return ONE_PERSON, PERSON
    given = {
        "event_id": subject.id if subject.kind is SubjectKind.EVENT else None,
        "grid_id": subject.id if subject.kind is SubjectKind.GRID else None,
        "event_type": part and part.click.event_type,
        "urgent": part is not None and part.click.urgent,
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
    for fault in faults(policy):
        raise fault
    rules, fit = policy.rules, policy.fit
    missing = await unknown(connection, fit)
    if missing is not None:
        raise missing
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


async def choices(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The kinds of grids and types of events that a policy may be for: code, name_zh, name_en."""
    return {
        "grid_kinds": await fetch_all(connection, SQL.grid_kinds),
        "event_types": await fetch_all(connection, SQL.event_types),
    }


async def unknown(connection: Connection, fit: Fit) -> WanggeError | None:
    """NotFound where a fit names what the site does not have."""
    for value, sql, what in (
        (fit.grid_kind, SQL.grid_kind, "grid kind"),
        (fit.event_type, SQL.event_type, "event type"),
    ):
        if value is not None and await fetch_one(connection, sql, {"code": value}) is None:
            return NotFound(what=what, key=value)
    return None


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
