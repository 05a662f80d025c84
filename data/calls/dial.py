"""Take queued attempts to a channel: claim with a lease, place, write what came of it.

Claim and result are two transactions with the call between them. Who dies in between leaves a
lease that runs out; the attempt is then interrupted and tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from data.calls import ledger, policy, view
from data.calls.channel import Channel, Result, state_after
from data.calls.lifecycle import AttemptState, By
from data.calls.model import Moment, Ring
from data.database import Connection, Database, fetch_all
from data.queries import load

SQL = load(__file__)
S = AttemptState


async def waiting(
    connection: Connection, channel: str, person_ids: Collection[int] | None = None
) -> list[int]:
    """Sessions with an attempt queued on a channel, of these people (None = of anybody)."""
    people = None if person_ids is None else list(person_ids)
    rows = await fetch_all(connection, SQL.queued_for, {"channel": channel, "person_ids": people})
    return [int(row["session_id"]) for row in rows]


async def claim(
    connection: Connection,
    *,
    session_id: int,
    channel: str,
    owner: str,
    when: Moment,
    person_ids: Collection[int] | None = None,
) -> list[Ring]:
    """Take a session's queued attempts on a channel; another process then finds none."""
    session = await ledger.lock(connection, session_id)
    if session is None:
        return []
    taken: list[int] = []
    for attempt in await ledger.attempts_of(connection, session):
        ours = person_ids is None or attempt.person_id in person_ids
        if attempt.state is S.QUEUED and attempt.channel == channel and ours:
            await ledger.move(
                connection,
                session,
                attempt,
                S.DIALLING,
                By.CHANNEL,
                when,
                owner=owner,
                lease_until=when.real + policy.LEASE,
            )
            taken.append(attempt.id)
    if taken:
        await ledger.settle(
            connection, session, await ledger.attempts_of(connection, session), when
        )
    return await view.rings(connection, attempt_ids=taken, when=when)


async def placed(connection: Connection, ring: Ring, result: Result, when: Moment) -> None:
    """Write what a channel said of an attempt, unless the person or time was quicker."""
    after = state_after(result)
    session = await ledger.lock(connection, ring.session_id)
    if session is None:
        return
    for attempt in await ledger.attempts_of(connection, session):
        if attempt.id == ring.attempt_id and attempt.state is S.DIALLING and after != S.DIALLING:
            await ledger.move(connection, session, attempt, after, By.CHANNEL, when)
            now = await ledger.attempts_of(connection, session)
            await ledger.settle(connection, session, now, when)


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
    async with database.acting(system_id) as connection:
        rings = await claim(
            connection,
            session_id=session_id,
            channel=channel.name,
            owner=owner,
            when=now(),
            person_ids=person_ids,
        )
    for ring in rings:
        result = await channel.place(ring)
        async with database.acting(system_id) as connection:
            await placed(connection, ring, result, now())
    return rings
