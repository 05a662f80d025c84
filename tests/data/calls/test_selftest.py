"""The self-test call of a shift, and which contacts a call may use."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from typing import Any

import pytest

from data import actors
from data.calls import answers, dial, policies, policy_check, presence, selftest, targets
from data.calls.channel import MemoryChannel
from data.calls.model import Moment, Rules, SessionState, Step, Subject, SubjectKind, Target
from data.calls.model import Session as Call
from data.calls.policies import Policy
from data.errors import Invalid
from data.staff import contacts
from tests.calling import Desk
from tests.factories import value

CHIEF, WORKER = "west_chief", "west_worker"


async def engine(desk: Desk) -> int:
    """What an engine does for tests in one pass, and with calls that are due; tests begun or
    given up."""
    async with desk.town.database.acting(desk.town.system_id) as link:
        n = await selftest.give_way(link, desk.when) + await selftest.start_due(link, desk.when)
    await desk.engine()
    return n


async def asked(desk: Desk, sql: Any, *given: Any) -> Any:
    async with desk.town.database.acting(desk.town.system_id) as link:
        return await value(link, sql, list(given))


async def newest(desk: Desk, person: str) -> int:
    sql = "SELECT max(id) FROM call_session WHERE purpose = 'self_test' AND person_id = %s"
    return int(await asked(desk, sql, desk.town.people[person]))


async def result(desk: Desk, person: str) -> str:
    async with desk.town.database.acting(desk.town.system_id) as link:
        found = await selftest.of(link, desk.town.people[person], desk.when)
    return str(found["state"])


async def counts(desk: Desk) -> dict[str, int]:
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        return await selftest.counts(link, at=desk.when.site, areas=None)


async def test_each_shift_is_tested_once_and_its_result_stands(desk: Desk) -> None:
    """Two pages are open, three engines run: two tests ring. One taps, one does not hear it."""
    await desk.open_page(CHIEF, WORKER)
    assert sum(await asyncio.gather(*(engine(desk) for _ in range(3)))) == 2
    for person in (CHIEF, WORKER):
        assert await result(desk, person) == "ringing"
        assert await desk.dial(await newest(desk, person)) == [desk.town.people[person]]
    chief = await newest(desk, CHIEF)
    assert await desk.acknowledge(await desk.attempt(chief, CHIEF), CHIEF) == "acknowledged"
    desk.advance(selftest.STEP.ring_s + 1)
    await desk.open_page(CHIEF, WORKER)
    assert await engine(desk) == 0
    assert (await result(desk, CHIEF), await result(desk, WORKER)) == ("passed", "failed")
    # The dispatcher of the west sees the west: two on duty there.
    assert await counts(desk) == {"on_duty": 2, "passed": 1, "failed": 1}
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        (one,) = await selftest.not_passed(link, when=desk.when, areas=None)
        earlier = Moment(desk.when.site - timedelta(minutes=5), desk.when.real)
        both = await selftest.not_passed(link, when=earlier, areas=None)
    assert (one["name"], one["state"], one["page_open"]) == (WORKER, "failed", True)
    assert [row["state"] for row in both] == ["not_yet", "not_yet"], "as of then, nobody had"

    sql = "UPDATE shift SET ended_at = %s WHERE person_id = %s RETURNING id"
    await asked(desk, sql, desk.when.site, desk.town.people[CHIEF])
    sql = (
        "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING id"
    )
    start = desk.when.site + timedelta(seconds=5)
    who, area = desk.town.people[CHIEF], desk.town.areas["west"]
    await asked(desk, sql, who, area, start, start + timedelta(hours=8), start)
    desk.advance(10)
    await desk.open_page(CHIEF)
    assert await result(desk, CHIEF) == "not_yet"
    assert await engine(desk) == 1, "a new shift is a new test"


async def test_a_test_counts_for_nobody_and_gives_way_to_every_call(desk: Desk) -> None:
    await desk.open_page(CHIEF, WORKER)
    await engine(desk)
    test = await newest(desk, CHIEF)
    await desk.dial(test)
    call = await desk.click("person", desk.town.people[CHIEF], "real")
    assert await desk.dial(call) == [desk.town.people[CHIEF]], "the call does not wait"
    card = await desk.seen(call)
    (leg,) = card["attempts"]
    assert (leg["why"]["calls_today"], leg["why"]["busy"]) == (0, None)
    assert await engine(desk) == 1, "the test gives way, and none begins while the call is open"
    assert (await desk.seen(test))["state"] == SessionState.CANCELLED
    assert await result(desk, CHIEF) == "not_yet", "what gave way is no failure"
    assert await engine(desk) == 0
    await desk.acknowledge(leg["id"], CHIEF)
    assert await engine(desk) == 0, "he is on his way"
    desk.advance(selftest.CALM.total_seconds() + 1)
    await desk.open_page(CHIEF)
    assert await engine(desk) == 1, "it is made up for"
    assert await newest(desk, CHIEF) > test


async def test_tests_begin_little_by_little_and_calls_come_first(desk: Desk) -> None:
    """The shift of the whole town begins, all pages are open. A call waits for its phone."""
    everybody = (CHIEF, WORKER, "east_chief", "east_worker")
    await desk.open_page(*everybody)
    call = await desk.click("person", desk.town.people[CHIEF])
    assert await engine(desk) == 0, "the call is rung first"
    await desk.dial(call)
    await desk.acknowledge(await desk.attempt(call, CHIEF), CHIEF)
    desk.advance(selftest.CALM.total_seconds() + 1)
    await desk.open_page(*everybody)
    assert [await engine(desk) for _ in range(3)] == [selftest.MOST_AT_ONCE, 2, 0]


async def test_nobody_is_tested_in_quiet_hours_but_who_asks_for_it(desk: Desk) -> None:
    """It is noon, and a policy is quiet at noon. The worker tries his own bell."""
    async with desk.town.database.acting(desk.town.system_id) as link:
        system = await actors.system_actor(link)
        rules = Rules(code="noon", name_zh="午休", name_en="Noon", quiet=(time(11), time(13)))
        await policies.write(link, system, Policy(rules, (Step(Target.RESPONSIBLE),)))
    await desk.open_page(CHIEF, WORKER)
    assert await engine(desk) == 0

    async def own(key: str) -> int:
        async with desk.town.database.acting(desk.town.system_id) as link:
            who = desk.town.people[WORKER]
            return await selftest.start_own(link, person_id=who, request_key=key, when=desk.when)

    test = await own("a")
    assert await own("a") == await own("b") == test, "one that rings already is that one"
    await desk.dial(test)
    assert await desk.acknowledge(await desk.attempt(test, WORKER), WORKER) == "acknowledged"
    assert await result(desk, WORKER) == "passed"
    assert await own("a") == test, "the same press"
    await desk.click("person", desk.town.people[WORKER], "real")
    with pytest.raises(Invalid, match="a call is open for you"):
        await own("c")


async def test_a_contact_is_used_only_when_it_was_verified(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel by telephone for this test: it rings the chief, whose number was verified."""
    monkeypatch.setattr(policy_check, "CHANNELS", ("page", "phone"))
    await desk.by_policy(Step(Target.RESPONSIBLE, channels=("phone",)))
    async with desk.town.database.acting(desk.town.system_id) as link:
        system = await actors.system_actor(link)
        await contacts.verify(
            link,
            system,
            contacts.Contact(desk.town.people[CHIEF], "phone"),
            how=contacts.How.DESK,
            at=desk.when.site,
        )
        (known,) = await contacts.own(link, desk.town.people[CHIEF])
    assert (known["channel"], known["how"]) == ("phone", "desk") and "****" in known["phone"]
    desk.channel = MemoryChannel(name="phone")
    call = await desk.click("grid", desk.town.grids["W-1"])
    assert await desk.dial(call) == [desk.town.people[CHIEF]]
    assert await desk.states(call) == {CHIEF: "ringing", WORKER: "offline"}

    changed = (
        "UPDATE contact SET address = address || '1' WHERE person_id = %s RETURNING verified_at"
    )
    assert await asked(desk, changed, desk.town.people[CHIEF]) is None
    subject = Subject(SubjectKind.PERSON, desk.town.people[CHIEF])
    session = Call(0, 1, subject, (Step(Target.PERSON),), Rules(), SessionState.RUNNING)
    async with desk.town.database.acting(desk.town.system_id) as link:
        (one,) = await targets.candidates(link, session, Target.PERSON, desk.when)
    assert one.channels == frozenset(), "a new number is not verified"


async def test_a_page_that_closes_in_mid_ring_may_come_back_for_a_moment(desk: Desk) -> None:
    """First it is loaded again, later it is gone: the ring is interrupted, tried again, offline."""
    await desk.open_page(CHIEF)
    call = await desk.click("person", desk.town.people[CHIEF])
    await desk.dial(call)
    attempt, who = await desk.attempt(call, CHIEF), desk.town.people[CHIEF]

    async def close() -> None:
        async with desk.town.database.acting(desk.town.system_id) as link:
            await presence.closed(link, process="web", keys=[CHIEF])
            await dial.left(link, channel="page", person_id=who, when=desk.when)

    await close()
    desk.advance(2)
    await desk.open_page(CHIEF)
    async with desk.town.database.acting(desk.town.system_id) as link:
        await answers.rings(link, attempt_id=attempt, person_id=who, when=desk.when)
    desk.advance(6)
    await desk.engine()
    assert await desk.states(call) == {CHIEF: "ringing"}, "it was there again in time"

    await close()
    desk.advance(6)
    await desk.engine()
    lines = await desk.ledger(call)
    assert lines[-2:] == ["interrupted", "queued"] and lines.count("page_closed") == 2
    desk.advance(11)
    await desk.engine()
    assert (await desk.seen(call))["outcome"] == "unreachable"
