"""The call engine: PostgreSQL is the queue. Start, advance, end.

`start` and `end` run as the caller; `advance` as the system actor, since a call crosses areas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from data.access import Actor, Permission
from data.calls import ledger, policy, targets
from data.calls.lifecycle import AttemptState, By
from data.calls.model import (
    Attempt,
    Moment,
    Outcome,
    Session,
    SessionState,
    Step,
    Subject,
    SubjectKind,
)
from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotFound
from data.queries import load

SQL = load(__file__)

AREAS = {
    SubjectKind.EVENT: SQL.area_of_event,
    SubjectKind.GRID: SQL.area_of_grid,
    SubjectKind.PERSON: SQL.area_of_person,
    SubjectKind.FACILITY: SQL.area_of_facility,
}


async def start(
    connection: Connection, *, actor: Actor, request_key: str, subject: Subject, when: Moment
) -> int:
    """The id of the durable session of a click; the same key again is the same session.

    Raises NotFound for what the actor cannot see, Invalid for a key that was used for something
    else, NotAllowed for a role that may not call.
    """
    actor.require(Permission.CALL)
    area = await fetch_one(connection, AREAS[subject.kind], {"id": subject.id})
    if area is None:
        raise NotFound(what=subject.kind.value, key=subject.id)
    key = f"{actor.id}:{request_key}"  # one actor's keys say nothing about another's
    steps = await _steps(connection)
    made = await fetch_one(
        connection,
        SQL.start,
        {
            "request_key": key,
            "actor_id": actor.id,
            "area_id": area["area_id"],
            **{f"{kind}_id": subject.id if kind is subject.kind else None for kind in SubjectKind},
            "steps": Jsonb([step.as_json() for step in steps]),
            "real": when.real,
            "at": when.site,
        },
    )
    if made is None:
        return await _known(connection, key, subject)
    session = Session(made["id"], area["area_id"], subject, steps, SessionState.RUNNING)
    detail = {"actor": actor.name, "role": actor.role}
    await ledger.log(connection, session, None, when, "started", detail)
    return session.id


async def _steps(connection: Connection, code: str = "default") -> tuple[Step, ...]:
    """The policy as it is now; a store without one still calls those who answer for the place."""
    rows: list[dict[str, Any]] = await fetch_all(connection, SQL.policy, {"code": code})
    return tuple(Step.from_json(row) for row in rows) or policy.ONE_STEP


async def _known(connection: Connection, key: str, subject: Subject) -> int:
    row = await fetch_one(connection, SQL.by_key, {"request_key": key})
    if row is None or row[f"{subject.kind}_id"] != subject.id:
        raise Invalid(what="request_key", why="it was used for another call; make a new one")
    return int(row["id"])


async def advance(connection: Connection, session_id: int, when: Moment) -> None:
    """Carry a session as far as time allows: fire its step, end what rang out, conclude.

    Doing it twice, or in two processes at once, changes nothing more.
    """
    session = await ledger.lock(connection, session_id)
    if session is None or session.state is not SessionState.RUNNING:
        return
    attempts = await ledger.attempts_of(connection, session)
    if attempts:
        attempts = await _expire(connection, session, attempts, when)
    else:
        attempts = await _fire(connection, session, when)
    await ledger.settle(connection, session, attempts, when)


async def advance_one_due(connection: Connection, when: Moment) -> int | None:
    """Advance the session that has waited longest for time; its id, None when none is due."""
    row = await fetch_one(connection, SQL.take_due, {"real": when.real})
    if row is None:
        return None
    await advance(connection, row["id"], when)
    return int(row["id"])


async def end(connection: Connection, *, actor: Actor, session_id: int, when: Moment) -> None:
    """The caller ends a call; one that has ended stays as it ended. Raises NotFound."""
    actor.require(Permission.CALL)
    session = await ledger.lock(connection, session_id)
    if session is None:
        raise NotFound(what="call", key=session_id)
    if session.state is not SessionState.RUNNING:
        return
    attempts = await ledger.attempts_of(connection, session)
    await ledger.cancel_open(connection, session, attempts, By.CALLER, when)
    state, outcome = SessionState.CANCELLED, Outcome.ENDED
    await ledger.finish(connection, session, state, outcome, when, by=actor.name)


async def _fire(connection: Connection, session: Session, when: Moment) -> list[Attempt]:
    """Resolve the step on live data and make its attempts."""
    step = session.steps[session.step]
    found = await targets.candidates(connection, session, when)
    himself = session.subject.kind is SubjectKind.PERSON
    chosen = policy.legs(found, step, himself=himself)
    return [await ledger.add_leg(connection, session, leg, when) for leg in chosen]


async def _expire(
    connection: Connection, session: Session, attempts: Sequence[Attempt], when: Moment
) -> list[Attempt]:
    """End what time has ended; an interrupted dialling is dialled again."""
    now: list[Attempt] = []
    for attempt in attempts:
        after = policy.expired(attempt, when.real)
        if after is None:
            now.append(attempt)
            continue
        now.append(await ledger.move(connection, session, attempt, after, By.ENGINE, when))
        if after is AttemptState.INTERRUPTED:
            now.append(await ledger.add_try(connection, session, attempt, when))
    return now
