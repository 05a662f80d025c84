"""What follows from how a session's attempts stand, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from data.calls import ledger, policy
from data.calls.lifecycle import AttemptState, By
from data.calls.model import Moment, Outcome, Session, SessionState
from data.database import Connection
from data.queries import load

SQL = load(__file__)
S = AttemptState


async def settle(connection: Connection, session: Session, when: Moment) -> policy.Next:
    """Conclude the session if its attempts say so, else note when to look again.

    A next step is due at once, and fired by whoever advances the session.
    """
    if session.state is not SessionState.RUNNING:
        return policy.Next.WAIT
    now = await ledger.tally(connection, session)
    after = policy.decide(now, session.rules, last=session.last)
    if session.fired_at is None and after is not policy.Next.ACKED:
        await _look(connection, session, when.real)  # its step is due: nothing is over before
        return policy.Next.WAIT
    match after:
        case policy.Next.WAIT:
            await _look(connection, session, now.next_at)
        case policy.Next.STEP:
            await _look(connection, session, when.real)
        case policy.Next.HOLD:
            if session.held_at is None:
                await ledger.log(connection, session, None, when, "held", {"step": session.step})
            held_at = session.held_at or when.real
            await _look(connection, session, now.next_at, held_at=held_at)
        case policy.Next.ACKED:
            await cancel_open(connection, session, By.PERSON, when)
            await acked(connection, session, when)
        case policy.Next.END:
            found = policy.outcome(now, session.rules)
            if found is Outcome.ACKNOWLEDGED:
                await acked(connection, session, when)
            else:
                await finish(connection, session, SessionState.EXHAUSTED, found, when)
    return after


async def _look(
    connection: Connection,
    session: Session,
    next_at: datetime | None,
    held_at: datetime | None = None,
) -> None:
    given = {"id": session.id, "next_at": next_at, "held_at": held_at}
    await connection.execute(SQL.look_again, given)


async def cancel_open(connection: Connection, session: Session, by: By, when: Moment) -> None:
    """Stop what still rings."""
    still = await ledger.attempts_of(connection, session, only_open=True)
    await ledger.move(connection, session, still, S.CANCELLED, by, when)


async def acked(connection: Connection, session: Session, when: Moment) -> None:
    """Enough have confirmed; where nothing moves it will be looked at again."""
    timeout = session.rules.ack_timeout_s
    next_at = None if timeout is None else when.real + timedelta(seconds=timeout)
    done = SessionState.ACKED, Outcome.ACKNOWLEDGED
    await finish(connection, session, *done, when, next_at=next_at)


async def finish(
    connection: Connection,
    session: Session,
    state: SessionState,
    outcome: Outcome,
    when: Moment,
    *,
    next_at: datetime | None = None,
    **detail: Any,
) -> None:
    """Write the session's end."""
    given = {"id": session.id, "state": state.value, "outcome": outcome.value, "at": when.site}
    await connection.execute(SQL.finish, {**given, "next_at": next_at})
    await ledger.log(
        connection, session, None, when, state.value, {"outcome": outcome.value, **detail}
    )


async def at_step(
    connection: Connection,
    session: Session,
    number: int,
    when: Moment,
    *,
    counts_from: int | None = None,
) -> Session:
    """The session runs at this step, resolved now. Who confirmed before `counts_from` has not
    moved and counts no more."""
    given = {"id": session.id, "step": number, "real": when.real, "fired_at": when.real}
    await connection.execute(SQL.at_step, {**given, "counts_from": counts_from})
    return replace(
        session,
        step=number,
        state=SessionState.RUNNING,
        fired_at=when.real,
        held_at=None,
        counts_from=session.counts_from if counts_from is None else counts_from,
    )


async def skip_to(
    connection: Connection, session: Session, number: int, when: Moment, *, anew: bool = False
) -> None:
    """The session is at this step, which is due to be resolved; `anew`, who confirmed before it
    counts no more."""
    given = {"id": session.id, "step": number, "real": when.real, "fired_at": None}
    await connection.execute(SQL.at_step, {**given, "counts_from": number if anew else None})


async def under_way(connection: Connection, session: Session, when: Moment) -> None:
    """Something moves after the acknowledgement: nothing more is watched."""
    await connection.execute(SQL.unwatch, {"id": session.id})
    await ledger.log(connection, session, None, when, "under_way")


async def unwatch(connection: Connection, session: Session, when: Moment, *, by: str) -> None:
    """The caller watches no more whether anything moves; the call stays confirmed."""
    await connection.execute(SQL.unwatch, {"id": session.id})
    await ledger.log(connection, session, None, when, "unwatched", {"by": by})
