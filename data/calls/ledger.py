"""The store of sessions and attempts: the session's row is the lock, each change has its line.

Whoever changes anything calls `lock` first, so that no two transactions meet in another order.
The lines (`call_event`) are append-only, and their trigger tells all processes. A group call has
thousands of attempts: what is done to many is one statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from data.calls import policy
from data.calls.lifecycle import OPEN, AttemptState, By, check
from data.calls.model import (
    Attempt,
    Crowd,
    Leg,
    Moment,
    Rules,
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
    same = ("id", "area_id", "step", "next_at", "fired_at", "held_at", "acked_at", "counts_from")
    return Session(
        **{name: row[name] for name in same},
        drill_id=row["drill_id"],
        subject=subject(row),
        steps=tuple(Step.from_json(step) for step in row["steps"]),
        rules=Rules.from_json(row["policy"]),
        state=SessionState(row["state"]),
    )


def subject(row: dict[str, Any]) -> Subject:
    """What was clicked, of a session's row with its subject's columns."""
    crowd = None if row["crowd"] is None else Crowd.from_json(row["crowd"])
    if row["is_ground"]:
        return Subject(SubjectKind.GROUND, crowd=crowd)
    if row["subject_area_id"] is not None:
        return Subject(SubjectKind.AREA, row["subject_area_id"], crowd=crowd)
    kinds = (SubjectKind.EVENT, SubjectKind.GRID, SubjectKind.PERSON, SubjectKind.FACILITY)
    kind = next(kind for kind in kinds if row[f"{kind}_id"] is not None)
    return Subject(kind, row[f"{kind}_id"], crowd=crowd)


async def attempts_of(
    connection: Connection,
    session: Session,
    *,
    id_: int | None = None,
    person_id: int | None = None,
    only_open: bool = False,
) -> list[Attempt]:
    """Attempts of a session in the order of calling: all, one, a person's, those that are open."""
    given = {"session_id": session.id, "id": id_, "person_id": person_id, "open": only_open}
    return [_attempt(row) for row in await fetch_all(connection, SQL.attempts, given)]


async def lapsed(connection: Connection, session: Session, real: datetime) -> list[Attempt]:
    """The open attempts that time may end now."""
    given = {"session_id": session.id, "real": real, "lives_since": real - policy.RING_LASTS}
    return [_attempt(row) for row in await fetch_all(connection, SQL.lapsed, given)]


async def wait_on(connection: Connection, attempts: Sequence[Attempt], real: datetime) -> None:
    """These are waited for a little longer."""
    if attempts:
        given = {"ids": [one.id for one in attempts], "until": real + policy.HELD_WAITS}
        await connection.execute(SQL.wait_on, given)


async def called(connection: Connection, session: Session) -> frozenset[int]:
    """The people whom this call has an attempt for."""
    rows = await fetch_all(connection, SQL.called, {"session_id": session.id})
    return frozenset(row["person_id"] for row in rows)


async def tally(connection: Connection, session: Session) -> policy.Tally:
    """How its attempts stand."""
    given = {"session_id": session.id}
    total: Counter[AttemptState] = Counter()
    step: Counter[AttemptState] = Counter()
    times = []
    for row in await fetch_all(connection, SQL.tally, given):
        state = AttemptState(row["state"])
        if state is not S.ACKNOWLEDGED or row["step"] >= session.counts_from:
            total[state] += row["n"]
        if row["step"] == session.step:
            step[state] += row["n"]
        times.append(row["next_at"])
    left_out = False
    if not total:
        found = await fetch_one(connection, SQL.left_out, given)
        left_out = found is not None and found["left_out"]
    next_at = min((time for time in times if time is not None), default=None)
    return policy.Tally(total, step, next_at, left_out)


async def add_legs(
    connection: Connection, session: Session, legs: Sequence[Leg], when: Moment
) -> None:
    """First tries; who cannot be reached is offline at once, who is in another call waits."""
    ring_until = when.real + timedelta(seconds=session.present.ring_s)
    lease = when.real + policy.QUEUE_LASTS
    new = [
        {
            "person_id": leg.candidate.person_id,
            "channel": leg.channel,
            "try_": 1,
            "state": S.QUEUED if leg.reachable else S.OFFLINE,
            "lease_until": None if leg.candidate.busy else lease,
            "ring_until": ring_until,
            "detail": leg.reason(),
        }
        for leg in legs
    ]
    await _add(connection, session, new, when)


async def add_tries(
    connection: Connection, session: Session, lost: Sequence[Attempt], when: Moment
) -> None:
    """The next tries after those that were interrupted, within the same ring time."""
    new = [
        {
            "person_id": one.person_id,
            "channel": one.channel,
            "try_": one.try_ + 1,
            "state": S.QUEUED,
            "lease_until": when.real + policy.QUEUE_LASTS,
            "ring_until": one.ring_until,
            "detail": {"again": one.id},
            "step": one.step,
        }
        for one in lost
    ]
    for step in {one.step for one in lost}:
        await _add(connection, session, [o for o in new if o["step"] == step], when, step=step)


async def _add(
    connection: Connection,
    session: Session,
    new: Sequence[dict[str, Any]],
    when: Moment,
    *,
    step: int | None = None,
) -> None:
    if not new:
        return
    given = {
        "session_id": session.id,
        "area_id": session.area_id,
        "step": session.step if step is None else step,
        "at": when.site,
        "drill": session.drill_id is not None,
        "people": [one["person_id"] for one in new],
        "channels": [one["channel"] for one in new],
        "tries": [one["try_"] for one in new],
        "states": [one["state"].value for one in new],
        "leases": [one["lease_until"] for one in new],
        "rings": [one["ring_until"] for one in new],
        "details": [Jsonb(one["detail"]) for one in new],
    }
    rows = await fetch_all(connection, SQL.add_attempts, given)
    ids = {(row["person_id"], row["channel"], row["try_"]): row["id"] for row in rows}
    for state in (S.QUEUED, S.OFFLINE):
        lines = [
            (ids[one["person_id"], one["channel"], one["try_"]], one["detail"])
            for one in new
            if one["state"] is state
        ]
        await log_all(connection, session, lines, when, state.value)


async def move(
    connection: Connection,
    session: Session,
    attempts: Sequence[Attempt],
    after: AttemptState,
    by: By,
    when: Moment,
    *,
    detail: dict[str, Any] | None = None,
    owner: str | None = None,
    lease_until: datetime | None = None,
    ring_until: datetime | None = None,
) -> list[Attempt]:
    """Move attempts of a locked session along the table. Raises NotPossible."""
    for attempt in attempts:
        check(attempt.state, after, by)
    if not attempts:
        return []
    given = {
        "ids": [attempt.id for attempt in attempts],
        "state": after.value,
        "owner": owner,
        "lease_until": lease_until,
        "ring_until": ring_until,
        "at": when.site,
        "ended_at": None if after in OPEN else when.site,
    }
    moved = [_attempt(row) for row in await fetch_all(connection, SQL.move, given)]
    lines = [(attempt.id, detail or {}) for attempt in attempts]
    await log_all(connection, session, lines, when, after.value)
    if after not in OPEN:
        free = {"people": [one.person_id for one in moved], "session_id": session.id}
        await connection.execute(SQL.tell_waiting, free)
    return moved


async def tell_waiting(connection: Connection, session: Session) -> None:
    """Calls that wait for somebody of a session that has ended hear that he is free: who ended it
    may see none of them. Runs as the system."""
    people = list(await called(connection, session))
    await connection.execute(SQL.tell_waiting, {"people": people, "session_id": session.id})


async def log(
    connection: Connection,
    session: Session,
    attempt_id: int | None,
    when: Moment,
    action: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """One line of the ledger."""
    await log_all(connection, session, [(attempt_id, detail or {})], when, action)


async def log_all(
    connection: Connection,
    session: Session,
    lines: Sequence[tuple[int | None, dict[str, Any]]],
    when: Moment,
    action: str,
) -> None:
    """A line of each of these attempts (None = of the session)."""
    if not lines:
        return
    given = {
        "session_id": session.id,
        "area_id": session.area_id,
        "at": when.site,
        "action": action,
        "attempts": [attempt_id for attempt_id, _ in lines],
        "details": [Jsonb(detail) for _, detail in lines],
    }
    await connection.execute(SQL.log, given)


def _attempt(row: dict[str, Any]) -> Attempt:
    return Attempt(**{**row, "state": AttemptState(row["state"])})
