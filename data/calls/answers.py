"""What a called person and his device say: it rings, 收到, 去不了.

Runs as the system actor: the call may come from an area that the person does not see. That the
attempt is his own is checked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.calls import dial, ledger
from data.calls.lifecycle import LATE, OPEN, AttemptState, By
from data.calls.model import Attempt, Moment, Session, SessionState
from data.calls.settle import settle
from data.database import Connection, fetch_one
from data.errors import NotFound
from data.queries import load

SQL = load(__file__)
S = AttemptState


class Said(StrEnum):
    """What became of a person's answer."""

    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    ANSWERED_BY_OTHER = "answered_by_other"
    ENDED = "ended"  # rang out, or the caller ended it


@dataclass(frozen=True, slots=True)
class Reply:
    """What to tell the person who answered, and the session it was about."""

    said: Said
    session_id: int


async def acknowledge(
    connection: Connection, *, attempt_id: int, person_id: int, when: Moment
) -> Reply:
    """收到. With the last one that is needed the other legs end; the same again is the same answer.

    Raises NotFound unless the attempt is this person's own.
    """
    session, attempt = await _own(connection, attempt_id, person_id)
    if _counts(session, attempt):
        await ledger.move(connection, session, [attempt], S.ACKNOWLEDGED, By.PERSON, when)
        await settle(connection, session, when)
        return Reply(Said.ACKNOWLEDGED, session.id)
    if attempt.state is not S.ACKNOWLEDGED:
        # Too late for the session, yet the ledger keeps that he would have come.
        detail = {"said": "acknowledged"}
        await ledger.log(connection, session, attempt.id, when, "late", detail)
    return await _reply(connection, session, attempt)


async def decline(
    connection: Connection, *, attempt_id: int, person_id: int, reason: str, when: Moment
) -> Reply:
    """去不了, with a reason. Raises NotFound unless the attempt is this person's own."""
    session, attempt = await _own(connection, attempt_id, person_id)
    if _counts(session, attempt):
        detail = {"reason": reason}
        (attempt,) = await ledger.move(
            connection, session, [attempt], S.DECLINED, By.PERSON, when, detail=detail
        )
        await settle(connection, session, when)
    return await _reply(connection, session, attempt)


async def rings(
    connection: Connection, *, attempt_id: int, person_id: int, when: Moment
) -> AttemptState:
    """The device says that it rings. Raises NotFound unless the attempt is this person's own."""
    session, attempt = await _own(connection, attempt_id, person_id)
    if attempt.state is S.QUEUED:  # it learnt of the call by itself, after a reconnect
        if not await dial.free(connection, session, [attempt], when):
            return attempt.state
        (attempt,) = await ledger.move(connection, session, [attempt], S.DIALLING, By.CHANNEL, when)
    if attempt.state is S.DIALLING:
        # Nothing is concluded by it, and a look at its lease that is now idle looks again.
        (attempt,) = await ledger.move(connection, session, [attempt], S.RINGING, By.DEVICE, when)
    elif attempt.state is S.RINGING and attempt.lease_until is not None:  # it is back
        await connection.execute(SQL.stays, {"id": attempt.id})
    return attempt.state


def _counts(session: Session, attempt: Attempt) -> bool:
    """Whether a person's word still moves his attempt."""
    late = attempt.state in LATE and session.state is SessionState.RUNNING
    return attempt.state in OPEN or late


async def _own(connection: Connection, attempt_id: int, person_id: int) -> tuple[Session, Attempt]:
    """An attempt of this person, with its session locked; of an interrupted one, the last try."""
    row = await fetch_one(connection, SQL.session_of_attempt, {"id": attempt_id})
    session = await ledger.lock(connection, row["session_id"]) if row else None
    mine = (
        []
        if session is None
        else await ledger.attempts_of(connection, session, person_id=person_id)
    )
    found = next((attempt for attempt in mine if attempt.id == attempt_id), None)
    if session is None or session.drill_id is not None or found is None:
        raise NotFound(what="call", key=attempt_id)
    if found.state is S.INTERRUPTED:
        found = next(one for one in reversed(mine) if one.channel == found.channel)
    return session, found


async def _reply(connection: Connection, session: Session, attempt: Attempt) -> Reply:
    if attempt.state is S.ACKNOWLEDGED:
        return Reply(Said.ACKNOWLEDGED, session.id)
    if attempt.state is S.DECLINED:
        return Reply(Said.DECLINED, session.id)
    row = await fetch_one(connection, SQL.somebody_comes, {"session_id": session.id})
    comes = row is not None and row["comes"]
    return Reply(Said.ANSWERED_BY_OTHER if comes else Said.ENDED, session.id)
