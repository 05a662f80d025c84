"""The self-test call: once a shift who is on duty is rung as a test, and one tap confirms it.

It is a call session like any other, so it is durable and rings on the same ways; it counts for
nobody's load or limit, is on no dispatcher's list, and gives way to every other call. What a
person's test came to is that of his last one since his shift began, so it is a function of the
rows and a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from data.calls import ledger, sessions, settle
from data.calls.lifecycle import By
from data.calls.model import Moment, Outcome, Rules, Session, SessionState, Step, Target
from data.calls.ranking import is_quiet
from data.calls.targets import PRESENCE_LASTS_S
from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotFound, Said
from data.places import site as sites
from data.queries import load

SQL = load(__file__)
STEP = Step(Target.PERSON, ring_s=45)
RULES = Rules(code="self_test", name_zh="呼叫自检", name_en="Self-test call")
MOST_AT_ONCE = 2  # in one pass, each two seconds: a shift of 300 is through in five minutes
CALM = timedelta(minutes=10)  # who was just called is busy with that
OFF_DUTY_LASTS = timedelta(hours=12)  # how long a test that he asked for off duty is shown
LONGEST_SHIFT = timedelta(days=3)
MOST_LISTED = 300


async def start_due(connection: Connection, when: Moment) -> int:
    """Start the tests of shifts that have none yet, of people whose page is open; how many.

    None in the quiet hours of any policy, in a replay, while a call waits to be rung, or while
    another call is open for him or was a moment ago. Two engines start one: its key is the shift's.
    """
    site = await sites.read(connection)
    if site.clock.mode != "real" or await _quiet(connection, when.site.astimezone(site.zone)):
        return 0
    given = {**_given(when), "most": MOST_AT_ONCE, "calm_since": when.site - CALM}
    rows = await fetch_all(connection, SQL.start_due, given)
    for row in rows:
        await _started(connection, row, when)
    return len(rows)


async def _quiet(connection: Connection, local: datetime) -> bool:
    rows = await fetch_all(connection, SQL.quiet)
    return any(is_quiet((row["quiet_from"], row["quiet_until"]), local.time()) for row in rows)


async def start_own(
    connection: Connection, *, person_id: int, request_key: str, when: Moment
) -> int:
    """He tries his own ring, at any hour; the session. One that rings already is that one.

    Raises Invalid while another call is open for him, NotFound for nobody's person.
    """
    given = {**_given(when), "person_id": person_id, "key": request_key}
    row = await fetch_one(connection, SQL.start_own, given)
    if row is not None:
        await _started(connection, row, when)
        await sessions.advance(connection, row["id"], when)
        return int(row["id"])
    known = await fetch_one(connection, SQL.known, given)
    if known is not None:
        return int(known["id"])
    if await fetch_one(connection, SQL.in_call, given) is None:
        raise NotFound(what="person", key=person_id)
    raise Invalid(what="test", why=Said("a call is open for you; try again when it is over"))


async def give_way(connection: Connection, when: Moment) -> int:
    """End the tests of people whom another call rings; they are made up for. How many."""
    rows = await fetch_all(connection, SQL.in_the_way)
    for row in rows:
        session = await ledger.lock(connection, row["id"])
        if session is not None and session.state is SessionState.RUNNING:
            await settle.cancel_open(connection, session, By.ENGINE, when)
            state, busy = SessionState.CANCELLED, Outcome.BUSY
            await settle.finish(connection, session, state, busy, when)
    return len(rows)


async def of(connection: Connection, person_id: int, when: Moment) -> dict[str, Any]:
    """Of a person's shift: `state` passed, failed, ringing or not_yet, and `at` when it ended."""
    given = {**_given(when), "person_id": person_id, "off_since": when.site - OFF_DUTY_LASTS}
    row = await fetch_one(connection, SQL.of_person, given)
    assert row is not None
    return row


async def counts(
    connection: Connection, *, at: datetime, areas: Sequence[int] | None
) -> dict[str, int]:
    """Of those on duty at a site time: `on_duty`, `passed`, `failed`; the others have none yet."""
    row = await fetch_one(connection, SQL.counts, _within(at, areas))
    assert row is not None
    return row


async def not_passed(
    connection: Connection, *, when: Moment, areas: Sequence[int] | None
) -> list[dict[str, Any]]:
    """Who of those on duty has not passed, who failed first: id, name, area, state, `at`, and
    whether his page is open now. At most MOST_LISTED."""
    given = {**_within(when.site, areas), **_given(when), "most": MOST_LISTED}
    return await fetch_all(connection, SQL.not_passed, given)


def _within(at: datetime, areas: Sequence[int] | None) -> dict[str, Any]:
    return {
        "at": at,
        "after": at - LONGEST_SHIFT,
        "areas": None if areas is None else list(areas),
    }


def _given(when: Moment) -> dict[str, Any]:
    return {
        "at": when.site,
        "after": when.site - LONGEST_SHIFT,
        "real": when.real,
        "open_since": when.real - timedelta(seconds=PRESENCE_LASTS_S),
        "steps": Jsonb([STEP.as_json()]),
        "policy": Jsonb(RULES.as_json()),
    }


async def _started(connection: Connection, row: dict[str, Any], when: Moment) -> None:
    session = await ledger.lock(connection, row["id"])
    assert isinstance(session, Session)
    await ledger.log(connection, session, None, when, "started", {"policy": RULES.code})
