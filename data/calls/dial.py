"""Take queued attempts to a channel: claim with a lease, place, write what came of it.

Claim and result are two transactions with the call between them. Who dies in between leaves a
lease that runs out; the attempt is then interrupted and tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from data.calls import ledger, policy, view
from data.calls.channel import Channel, Result, state_after
from data.calls.lifecycle import AttemptState, By
from data.calls.model import Attempt, Moment, Ring, Session
from data.calls.settle import settle
from data.calls.targets import PRESENCE_LASTS_S
from data.database import Connection, Database, fetch_all
from data.queries import load

SQL = load(__file__)
S = AttemptState
MOST_LOST = 200  # calls that are looked at in one transaction


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a channel has to do: people queued by session, and by attempt the person whom another
    process rings, since each page of a person rings."""

    queued: dict[int, set[int]]
    elsewhere: dict[int, int]


async def waiting(
    connection: Connection,
    channel: str,
    session_ids: Collection[int] | None = None,
    *,
    process: str = "",
) -> Waiting:
    """What waits on a channel for this process, of these sessions (None = all)."""
    given = {"channel": channel, "process": process, "session_ids": list(session_ids or ())}
    query = SQL.waiting if session_ids is None else SQL.waiting_of
    found = Waiting({}, {})
    for row in await fetch_all(connection, query, given):
        if row["state"] == S.QUEUED:
            found.queued.setdefault(row["session_id"], set()).add(row["person_id"])
        else:
            found.elsewhere[row["id"]] = row["person_id"]
    return found


async def claim(
    connection: Connection,
    *,
    session_id: int,
    channel: str,
    owner: str,
    when: Moment,
    person_ids: Collection[int] | None = None,
) -> list[Ring]:
    """Take a session's queued attempts on a channel; another process then finds none.

    Whom another call rings at this moment is left in the queue. Who waited gets his ring time. Of a
    drill nothing can be taken: this is the one way from a call to a channel.
    """
    session = await ledger.lock(connection, session_id)
    if session is None or session.drill_id is not None:
        return []
    waiting = [
        one
        for one in await ledger.attempts_of(connection, session, only_open=True)
        if one.state is S.QUEUED
        and one.channel == channel
        and (person_ids is None or one.person_id in person_ids)
    ]
    taken = await free(connection, session, waiting, when)
    for step in {one.step for one in taken}:
        ring_until = when.real + timedelta(seconds=session.steps[step].ring_s)
        for waited in (False, True):
            await ledger.move(
                connection,
                session,
                [o for o in taken if o.step == step and (o.lease_until is None) is waited],
                S.DIALLING,
                By.CHANNEL,
                when,
                owner=owner,
                lease_until=when.real + policy.LEASE,
                ring_until=ring_until if waited else None,
            )
    if taken:
        await settle(connection, session, when)
    return await view.rings(connection, attempt_ids=[one.id for one in taken], when=when)


async def free(
    connection: Connection, session: Session, attempts: Sequence[Attempt], when: Moment
) -> list[Attempt]:
    """Those whose person no other call rings; the others wait, without a lease.

    The people are locked until the end of the transaction, always in the same order.
    """
    if not attempts:
        return []
    people = sorted({one.person_id for one in attempts})
    await connection.execute(SQL.lock_people, {"people": people})
    given = {"people": people, "session_id": session.id}
    busy = {r["person_id"]: r["calls"] for r in await fetch_all(connection, SQL.in_call, given)}
    late = [o for o in attempts if o.person_id in busy and o.lease_until is not None]
    if late:
        await connection.execute(SQL.wait, {"ids": [one.id for one in late]})
        lines = [(one.id, {"busy": busy[one.person_id]}) for one in late]
        await ledger.log_all(connection, session, lines, when, "waiting")
    return [one for one in attempts if one.person_id not in busy]


async def left(connection: Connection, *, channel: str, person_id: int, when: Moment) -> None:
    """A person's device has gone away. Unless he has another, what rings there is interrupted
    soon: his ring goes on when he comes back (`answers.rings`), else the call goes on without."""
    given = {"channel": channel, "person_id": person_id, "until": when.real + policy.AWAY}
    given["open_since"] = when.real - timedelta(seconds=PRESENCE_LASTS_S)
    for row in await fetch_all(connection, SQL.ringing_at, given):
        await _away(connection, row["session_id"], given, when)


async def lost(connection: Connection, *, channel: str, when: Moment) -> int:
    """What rings on pages whose process has died is interrupted at once and dialled again, on a
    page that he has opened elsewhere meanwhile; how many calls. Nobody is rung twice by it: the
    next try is taken when this one has ended."""
    given = {"channel": channel, "person_id": None, "until": when.real, "most": MOST_LOST}
    given["open_since"] = when.real - policy.RING_LASTS
    rows = await fetch_all(connection, SQL.ringing_nowhere, given)
    for row in rows:
        await _away(connection, row["session_id"], given, when)
    return len(rows)


async def _away(
    connection: Connection, session_id: int, given: dict[str, Any], when: Moment
) -> None:
    """The lease of what rings on no page ends at `until`; then it is interrupted."""
    session = await ledger.lock(connection, session_id)
    if session is None:
        return
    rows = await fetch_all(connection, SQL.away, given | {"session_id": session.id})
    lines: list[tuple[int | None, dict[str, Any]]] = [(row["id"], {}) for row in rows]
    await ledger.log_all(connection, session, lines, when, "page_closed")
    await settle(connection, session, when)


async def placed(
    connection: Connection, placings: Sequence[tuple[Ring, Result]], when: Moment
) -> None:
    """Write what a channel said of attempts of one session, unless people or time were quicker."""
    said = {ring.attempt_id: state_after(result) for ring, result in placings}
    said = {id_: after for id_, after in said.items() if after is not S.DIALLING}
    session = await ledger.lock(connection, placings[0][0].session_id) if said else None
    if session is None:
        return
    still = await ledger.attempts_of(connection, session, only_open=True)
    for after in dict.fromkeys(said.values()):
        moved = [o for o in still if o.state is S.DIALLING and said.get(o.id) is after]
        await ledger.move(connection, session, moved, after, By.CHANNEL, when)
    await settle(connection, session, when)


async def dial(
    database: Database,
    channel: Channel,
    *,
    session_id: int,
    system_id: int,
    owner: str,
    now: Callable[[], Moment],
    person_ids: Collection[int] | None = None,
) -> list[Ring]:
    """Claim, place and write one session's attempts on a channel; returns those placed."""
    async with database.acting(system_id, plan_once=True) as connection:
        rings = await claim(
            connection,
            session_id=session_id,
            channel=channel.name,
            owner=owner,
            when=now(),
            person_ids=person_ids,
        )
    results = await asyncio.gather(*(channel.place(ring) for ring in rings))
    if any(state_after(result) is not S.DIALLING for result in results):
        async with database.acting(system_id, plan_once=True) as connection:
            await placed(connection, list(zip(rings, results, strict=True)), now())
    return rings
