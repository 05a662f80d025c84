"""A call that goes from step to step: who is rung next, and what stops it."""

from __future__ import annotations

from datetime import time

import pytest

from data.calls.channel import Ambiguous
from data.calls.model import Step, Target
from data.errors import Invalid
from tests.calling import Desk
from tests.factories import value

OWNER, CHIEF = Step(Target.OWNER), Step(Target.GRID_CHIEF, ring_s=30)


async def _duty(desk: Desk, person: str, area: str) -> None:
    async with desk.town.database.acting(desk.town.system_id) as link:
        await link.execute(
            "INSERT INTO post (person_id, role, area_id) VALUES (%s, 'duty', %s)",
            [desk.town.people[person], desk.town.areas[area]],
        )


async def test_by_default_owner_then_nearest_then_chief_then_the_duty_rooms(desk: Desk) -> None:
    """Each step is resolved when it fires: who stands near then, not when it was clicked."""
    await desk.by_policy()
    await desk.open_page("west_chief", "west_worker", "east_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    assert await desk.states(session) == {"west_worker": "queued"}
    await desk.dial(session)
    await desk.stand("east_worker", 112.9111)  # a minute ago he was not there
    desk.advance(24.9)
    await desk.open_page("west_chief", "west_worker", "east_worker")
    assert await desk.engine() == 0
    await desk.stand("east_worker", 112.9111)
    desk.advance(0.1)
    assert await desk.engine() == 1
    assert await desk.states(session) == {"west_worker": "no_answer", "east_worker": "queued"}
    (near,) = (a for a in (await desk.seen(session))["attempts"] if a["step"] == 1)
    assert near["why"]["distance_m"] == pytest.approx(554, abs=10)
    assert (near["why"]["age_s"], near["why"]["state"]) == (5, "fresh")
    assert (near["why"]["calls_today"], near["why"]["open_events"]) == (0, 0)
    await desk.dial(session)
    east = await desk.attempt(session, "east_worker")
    assert await desk.decline(east, "east_worker") == "declined"
    assert await desk.engine() == 1  # at once, not when the 25 s are over
    assert (await desk.states(session))["west_chief"] == "queued"
    await desk.dial(session)
    desk.advance(30)
    assert await desk.engine() == 1
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("exhausted", "no_answer")
    assert [line["target"] for line in await desk.lines(session, "step")] == card["targets"]
    assert [line["found"] for line in await desk.lines(session, "step")] == [1, 1, 1, 0, 0]


async def test_the_duty_rooms_of_the_community_and_above(desk: Desk) -> None:
    await desk.by_policy(
        Step(Target.COMMUNITY_DUTY), Step(Target.SUBDISTRICT_DUTY), Step(Target.OWNER)
    )
    await _duty(desk, "west_chief", "west")
    await _duty(desk, "east_chief", "root")
    await _duty(desk, "east_worker", "east")  # another community's
    await desk.open_page("west_chief", "east_chief", "east_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    assert set(await desk.states(session)) == {"west_chief"}
    await desk.escalate(session, 0)
    assert set(await desk.states(session)) == {"west_chief", "east_chief"}


async def test_a_step_that_finds_nobody_is_said_and_passed(desk: Desk) -> None:
    await desk.by_policy(Step(Target.NEAREST), OWNER)
    await desk.open_page("west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    assert await desk.states(session) == {"west_worker": "queued"}
    assert [line["found"] for line in await desk.lines(session, "step")] == [0, 1]


async def test_two_must_come(desk: Desk) -> None:
    await desk.by_policy(Step(Target.RESPONSIBLE), Step(Target.NEAREST), need=2)
    await desk.open_page("west_chief", "west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    for person in ("west_chief", "west_worker"):
        assert (await desk.seen(session))["state"] == "running"
        assert await desk.acknowledge(await desk.attempt(session, person), person) == "acknowledged"
    card = await desk.seen(session)
    assert (card["state"], card["counts"]) == ("acked", {"called": 2, "reached": 2, "confirmed": 2})


async def test_one_of_two_is_too_few(desk: Desk) -> None:
    await desk.by_policy(Step(Target.RESPONSIBLE), need=2)
    await desk.open_page("west_chief", "west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    await desk.acknowledge(await desk.attempt(session, "west_chief"), "west_chief")
    desk.advance(25)
    await desk.engine()
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("exhausted", "too_few")


async def test_an_unclear_result_waits_for_the_dispatcher(desk: Desk) -> None:
    """Nothing follows by itself; he goes on, and the person's own word still counts."""
    await desk.by_policy(OWNER, CHIEF)
    await desk.open_page("west_chief", "west_worker")
    desk.channel.script = {desk.town.people["west_worker"]: Ambiguous("broke")}
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    card = await desk.seen(session)
    assert (card["state"], card["held"]) == ("running", True)
    desk.advance(600)
    assert await desk.engine() == 0
    assert await desk.states(session) == {"west_worker": "ambiguous"}
    assert (await desk.ledger(session)).count("held") == 1
    await desk.open_page("west_chief")
    await desk.escalate(session, 0)
    assert await desk.states(session) == {"west_worker": "ambiguous", "west_chief": "queued"}
    worker = await desk.attempt(session, "west_worker")
    assert await desk.acknowledge(worker, "west_worker") == "acknowledged"
    assert (await desk.seen(session))["state"] == "acked"
    assert await desk.states(session) == {"west_worker": "acknowledged", "west_chief": "cancelled"}


async def test_two_who_escalate_at_once_escalate_once(desk: Desk) -> None:
    await desk.by_policy(OWNER, CHIEF, Step(Target.NEAREST))
    await desk.open_page("west_chief", "west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    await desk.escalate(session, 0)
    await desk.escalate(session, 0)
    assert (await desk.seen(session))["step"] == 1
    assert await desk.states(session) == {"west_worker": "ringing", "west_chief": "queued"}
    await desk.escalate(session, 1)
    with pytest.raises(Invalid, match="add a person"):
        await desk.escalate(session, 2)
    desk.advance(60)
    await desk.engine()
    with pytest.raises(Invalid, match="has ended"):
        await desk.escalate(session, 2)


async def test_the_dispatcher_adds_a_person(desk: Desk) -> None:
    await desk.by_policy(OWNER)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    await desk.add(session, "west_chief")
    assert await desk.states(session) == {"west_worker": "ringing", "west_chief": "queued"}
    with pytest.raises(Invalid, match="already"):
        await desk.add(session, "west_chief")
    await desk.dial(session)
    await desk.acknowledge(await desk.attempt(session, "west_chief"), "west_chief")
    assert (await desk.seen(session))["state"] == "acked"


async def test_nobody_is_rung_by_two_calls_at_once(desk: Desk) -> None:
    """The second waits, with the reason, and rings as soon as he is free, for its whole time."""
    await desk.by_policy(OWNER)
    await desk.open_page("west_worker")
    first = await desk.click("grid", desk.town.grids["W-1"], "one")
    second = await desk.click("grid", desk.town.grids["W-1"], "two")
    assert await desk.dial(first) and not await desk.dial(second)
    assert (await desk.lines(second, "waiting"))[0]["busy"] == first
    third = await desk.click("grid", desk.town.grids["W-1"], "three")
    assert (await desk.seen(third))["attempts"][0]["why"]["busy"] == first
    desk.advance(20)
    await desk.engine()
    worker = await desk.attempt(first, "west_worker")
    assert await desk.acknowledge(worker, "west_worker") == "acknowledged"
    assert await desk.dial(second)
    assert (await desk.seen(second))["remaining_s"] == 25
    desk.advance(5)
    await desk.engine()
    card = await desk.seen(third)
    assert (card["outcome"], await desk.states(third)) == ("busy", {"west_worker": "busy"})


async def test_quiet_hours_are_an_outcome_and_urgent_passes_them(desk: Desk) -> None:
    await desk.by_policy(OWNER, quiet=(time(11), time(13)))  # noon in the town
    await desk.open_page("west_worker")
    grid = desk.town.grids["W-1"]
    card = await desk.seen(await desk.click("grid", grid, "one"))
    assert (card["outcome"], card["attempts"]) == ("not_allowed", [])
    session = await desk.click("grid", grid, "two", urgent=True)
    assert await desk.states(session) == {"west_worker": "queued"}


async def test_nobody_is_called_too_often(desk: Desk) -> None:
    await desk.by_policy(OWNER, most_per_hour=1)
    await desk.open_page("west_worker")
    grid = desk.town.grids["W-1"]
    first = await desk.click("grid", grid, "one")
    await desk.dial(first)
    await desk.acknowledge(await desk.attempt(first, "west_worker"), "west_worker")
    session = await desk.click("grid", grid, "two")
    assert (await desk.seen(session))["outcome"] == "not_allowed"
    (why,) = await desk.lines(session, "skipped")
    assert (why["name"], why["why"]) == ("west_worker", "too_often")


async def test_a_running_call_keeps_its_policy(desk: Desk) -> None:
    await desk.by_policy(OWNER, CHIEF)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.by_policy(Step(Target.NEAREST))
    await desk.escalate(session, 0)
    assert (await desk.states(session))["west_chief"] == "queued"


async def test_an_engine_that_died_between_steps_is_not_missed(desk: Desk) -> None:
    """What the caller did is durable: the step is fired by whoever comes next."""
    await desk.by_policy(OWNER, CHIEF)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    async with desk.town.database.acting(desk.town.system_id) as link:
        await link.execute(
            "UPDATE call_session SET step = 1, fired_at = NULL, next_at = %s WHERE id = %s",
            [desk.when.real, session],
        )
    assert await desk.engine() == 1
    assert (await desk.states(session))["west_chief"] == "queued"
    async with desk.town.database.acting(desk.town.system_id) as link:
        assert await value(link, "SELECT count(*) FROM call_event WHERE action = 'step'") == 2
