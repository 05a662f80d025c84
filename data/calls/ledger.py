"""The store of sessions and attempts: the session's row is the lock, each change has its line.

Whoever changes anything calls `lock` first, so that no two transactions meet in another order.
The lines (`call_event`) are append-only, and their trigger tells all processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from data.calls import policy
from data.calls.lifecycle import OPEN, AttemptState, By, check
from data.calls.model import (
    Attempt,
    Leg,
    Moment,
    Outcome,
    Session,
    SessionState,
    Step,
    Subject,
    SubjectKind,
)
from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)
S = AttemptState


async def lock(connection: Connection, session_id: int) -> Session | None:
    """Lock a session's row until the transaction ends, and read it; None without one."""
    row = await fetch_one(connection, SQL.lock, {"id": session_id})
    if row is None:
        return None
    kind = next(kind for kind in SubjectKind if row[f"{kind}_id"] is not None)
    return Session(
        id=row["id"],
        area_id=row["area_id"],
        subject=Subject(kind, row[f"{kind}_id"]),
        steps=tuple(Step.from_json(step) for step in row["steps"]),
        state=SessionState(row["state"]),
        step=row["step"],
        next_at=row["next_at"],
    )


async def attempts_of(connection: Connection, session: Session) -> list[Attempt]:
    """The attempts of the session's present step, in the order of calling."""
    step = {"session_id": session.id, "step": session.step}
    return [_attempt(row) for row in await fetch_all(connection, SQL.attempts, step)]


async def add_leg(connection: Connection, session: Session, leg: Leg, when: Moment) -> Attempt:
    """A first try; who cannot be reached is written as offline at once."""
    ring_until = when.real + timedelta(seconds=session.steps[session.step].ring_s)
    return await _add(
        connection,
        session,
        when,
        person_id=leg.candidate.person_id,
        channel=leg.channel,
        try_=1,
        state=S.QUEUED if leg.reachable else S.OFFLINE,
        ring_until=ring_until,
        detail=leg.reason(),
    )


async def add_try(connection: Connection, session: Session, lost: Attempt, when: Moment) -> Attempt:
    """The next try after one that was interrupted, within the same ring time."""
    return await _add(
        connection,
        session,
        when,
        person_id=lost.person_id,
        channel=lost.channel,
        try_=lost.try_ + 1,
        state=S.QUEUED,
        ring_until=lost.ring_until,
        detail={"again": lost.id},
    )


async def _add(
    connection: Connection,
    session: Session,
    when: Moment,
    *,
    state: AttemptState,
    detail: dict[str, Any],
    **given: Any,
) -> Attempt:
    row = await fetch_one(
        connection,
        SQL.add_attempt,
        {
            "session_id": session.id,
            "area_id": session.area_id,
            "step": session.step,
            "state": state.value,
            "at": when.site,
            "ended_at": None if state in OPEN else when.site,
            "lease_until": when.real + policy.QUEUE_LASTS,
            **given,
        },
    )
    assert row is not None
    await log(connection, session, row["id"], when, state.value, detail)
    return _attempt(row)


async def move(
    connection: Connection,
    session: Session,
    attempt: Attempt,
    after: AttemptState,
    by: By,
    when: Moment,
    *,
    detail: dict[str, Any] | None = None,
    owner: str | None = None,
    lease_until: datetime | None = None,
) -> Attempt:
    """Move an attempt of a locked session along the table. Raises NotPossible."""
    check(attempt.state, after, by)
    row = await fetch_one(
        connection,
        SQL.move,
        {
            "id": attempt.id,
            "state": after.value,
            "owner": owner,
            "lease_until": lease_until,
            "at": when.site,
            "ended_at": None if after in OPEN else when.site,
        },
    )
    assert row is not None
    await log(connection, session, attempt.id, when, after.value, detail)
    return _attempt(row)


async def settle(
    connection: Connection, session: Session, attempts: Sequence[Attempt], when: Moment
) -> None:
    """Conclude the session if its attempts say so, else note when to look again."""
    if session.state is not SessionState.RUNNING:
        return
    outcome = policy.conclude(attempts)
    if outcome is None:
        again = {"id": session.id, "next_at": policy.next_look(attempts)}
        await connection.execute(SQL.look_again, again)
        return
    acked = outcome is Outcome.ACKNOWLEDGED
    if acked:
        await cancel_open(connection, session, attempts, By.PERSON, when)
    state = SessionState.ACKED if acked else SessionState.EXHAUSTED
    await finish(connection, session, state, outcome, when)


async def cancel_open(
    connection: Connection,
    session: Session,
    attempts: Sequence[Attempt],
    by: By,
    when: Moment,
) -> None:
    """Stop what still rings."""
    for attempt in attempts:
        if attempt.state in OPEN:
            await move(connection, session, attempt, S.CANCELLED, by, when)


async def finish(
    connection: Connection,
    session: Session,
    state: SessionState,
    outcome: Outcome,
    when: Moment,
    **detail: Any,
) -> None:
    """Write the session's end."""
    await connection.execute(
        SQL.finish,
        {"id": session.id, "state": state.value, "outcome": outcome.value, "at": when.site},
    )
    await log(connection, session, None, when, state.value, {"outcome": outcome.value, **detail})


async def log(
    connection: Connection,
    session: Session,
    attempt_id: int | None,
    when: Moment,
    action: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """One line of the ledger."""
    await connection.execute(
        SQL.log,
        {
            "session_id": session.id,
            "attempt_id": attempt_id,
            "area_id": session.area_id,
            "at": when.site,
            "action": action,
            "detail": Jsonb(detail or {}),
        },
    )


def _attempt(row: dict[str, Any]) -> Attempt:
    return Attempt(**{**row, "state": AttemptState(row["state"])})
