"""A drill from its start to its end: the engine clicks what its scenario says, when it says it.

The drill's row is locked before any of its calls. What was clicked already stands in it, so that
an engine that dies loses no click, and two make none twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from data.access import Actor, Permission
from data.calls import ledger, policy, sessions, settle
from data.calls.drills.binding import bind
from data.calls.drills.scenario import Part, Scenario
from data.calls.lifecycle import By
from data.calls.model import Moment, Outcome, SessionState
from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotAllowed, NotFound
from data.queries import load

SQL = load(__file__)
LOOK = timedelta(seconds=1)  # how often a drill is looked at between its clicks
STOOD = timedelta(seconds=30)  # unseen for longer, by a clock set ahead or for want of an engine
LONGEST = timedelta(hours=2)


async def start(
    connection: Connection, *, actor: Actor, request_key: str, said: Any, when: Moment
) -> int:
    """The id of the drill of a scenario as JSON; the same key again is the same drill. An engine
    does the rest.

    Raises WrongFile with every fault of the scenario, NotAllowed.
    """
    actor.require(Permission.DRILL)
    scenario = await bind(connection, said, when.site)
    given = {
        "request_key": f"{actor.id}:{request_key}",
        "area_id": actor.area_id,
        "name": scenario.name_zh,
        "scenario": Jsonb(scenario.as_json()),
        "actor_id": actor.id,
        "at": when.site,
        "real": when.real,
    }
    row = await fetch_one(connection, SQL.start, given) or await fetch_one(
        connection, SQL.by_key, given
    )
    assert row is not None
    return int(row["id"])


async def stop(connection: Connection, *, actor: Actor, drill_id: int, when: Moment) -> None:
    """End a drill and all its calls; one that is over stays as it is. Raises NotFound, NotAllowed.

    Runs as the system, since its calls may lie in several areas; `seen` says who may.
    """
    actor.require(Permission.DRILL)
    row = await fetch_one(connection, SQL.lock, {"id": drill_id})
    if row is None:
        raise NotFound(what="drill", key=drill_id)
    if row["next_at"] is not None:
        await _end(connection, drill_id, when, by=actor.name)


async def seen(connection: Connection, drill_id: int) -> None:
    """Raise NotFound unless the drill lies in the actor's area."""
    if await fetch_one(connection, SQL.seen, {"id": drill_id}) is None:
        raise NotFound(what="drill", key=drill_id)


async def recent(connection: Connection, real: datetime, most: int = 50) -> list[dict[str, Any]]:
    """The newest drills: id, code, names, who, times (site), state, clicks made and in all, calls
    and how many of them somebody confirmed; `waits_s`: since when no engine has taken it up though
    it was due, in seconds before `real`."""
    return await fetch_all(connection, SQL.recent, {"most": most, "real": real})


async def advance_one_due(connection: Connection, when: Moment) -> int | None:
    """Carry on the drill that has waited longest; its id, None when none is due. The time in which
    nobody looked at it is none of its time: else all that is to be clicked would be at once."""
    row = await fetch_one(connection, SQL.take_due, {"real": when.real})
    if row is None:
        return None
    late = when.real - row["next_at"]
    if late > STOOD:
        row["started_real"] += late
    scenario = Scenario.from_json(row["scenario"])
    clicked, missed = await _click(connection, row, scenario, when)
    await _go_on(connection, row["id"], scenario, when)
    over = clicked == len(scenario.clicks) and not await _unfinished(connection, row["id"])
    mark = {"id": row["id"], "clicked": clicked, "missed": Jsonb(missed)}
    mark |= {"next_at": when.real + LOOK, "started_real": row["started_real"]}
    await connection.execute(SQL.mark, mark)
    if over or when.real - row["started_real"] >= LONGEST:
        await _end(connection, row["id"], when)
    return int(row["id"])


async def set_back(connection: Connection, when: Moment) -> int:
    """Where the machine's clock was set back, drills go on from where they stood; how many."""
    given = {"next_at": when.real + LOOK, "slack": policy.CLOCKS_DIFFER}
    return (await connection.execute(SQL.set_back, given)).rowcount


async def _click(
    connection: Connection, row: dict[str, Any], scenario: Scenario, when: Moment
) -> tuple[int, list[Any]]:
    """Make the clicks that are due; how many are made in all, and which had nothing to click."""
    elapsed = (when.real - row["started_real"]).total_seconds()
    number, missed = row["clicked"], list(row["missed"])
    actor = Actor(row["actor_id"], row["kind"], row["actor"], row["role"], row["actor_area"])
    while number < len(scenario.clicks) and scenario.clicks[number].after_s <= elapsed:
        part = Part(row["id"], number, scenario.clicks[number])
        try:
            async with connection.transaction():
                await sessions.start(
                    connection,
                    actor=actor,
                    request_key=f"drill {row['id']} {number}",
                    subject=part.click.subject,
                    when=when,
                    part=part,
                )
        except (NotFound, Invalid, NotAllowed) as error:
            missed.append({"click": number, "why": str(error)})
        number += 1
    return number, missed


async def _go_on(connection: Connection, drill_id: int, scenario: Scenario, when: Moment) -> None:
    """Calls that wait for the dispatcher too long go on; those that were confirmed are watched."""
    if scenario.held_s is not None:
        before = when.real - timedelta(seconds=scenario.held_s)
        for row in await fetch_all(connection, SQL.held, {"id": drill_id, "before": before}):
            session = await ledger.lock(connection, row["id"])
            if session is not None and session.held_at is not None and not session.last:
                await ledger.log(connection, session, None, when, "escalated", {"by": "drill"})
                await settle.skip_to(connection, session, session.step + 1, when)
    for row in await fetch_all(connection, SQL.watched, {"id": drill_id}):
        await sessions.advance(connection, row["id"], when)


async def _unfinished(connection: Connection, drill_id: int) -> bool:
    row = await fetch_one(connection, SQL.unfinished, {"id": drill_id})
    return row is not None and bool(row["unfinished"])


async def _end(
    connection: Connection, drill_id: int, when: Moment, *, by: str | None = None
) -> None:
    """Its calls end, screens hear of it with each of them, and the row says when."""
    given = {"id": drill_id, "at": when.site, "by": by}
    await connection.execute(SQL.end, given)
    await connection.execute(SQL.unwatch, given)
    for row in await fetch_all(connection, SQL.calls, {"id": drill_id}):
        session = await ledger.lock(connection, row["id"])
        if session is None:
            continue
        if session.state is SessionState.RUNNING:
            await settle.cancel_open(connection, session, By.CALLER, when)
            state, outcome = SessionState.CANCELLED, Outcome.ENDED
            await settle.finish(connection, session, state, outcome, when, by=by or "drill")
        await ledger.log(connection, session, None, when, "drill_over", {"by": by or ""})
