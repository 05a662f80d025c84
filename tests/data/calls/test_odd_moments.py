"""Calls at odd moments: between two transactions, while one is held, when a clock is set back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from data import actors, engine
from data.calls import presence, sessions, view
from data.calls.channel import Ambiguous, Handed
from data.calls.model import Step, Subject, SubjectKind, Target
from tests.calling import Desk
from tests.factories import value
from tests.waiting import LONGEST_S

OWNER, CHIEF = Step(Target.OWNER), Step(Target.GRID_CHIEF, ring_s=30)


async def _goes_on_only(desk: Desk, session: int, step: int) -> None:
    """The dispatcher's word is durable, and his process dies before it carries it out."""
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        given = {"session_id": session, "step": step, "when": desk.when}
        await sessions.escalate(link, actor=desk.dispatcher, **given)


async def test_a_held_call_lets_an_earlier_ring_run_out(desk: Desk) -> None:
    """Else the owner's phone is taken for ever, and no call reaches him again."""
    await desk.by_policy(OWNER, CHIEF, Step(Target.COMMUNITY_DUTY))
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    await desk.escalate(session, 0)
    desk.channel.script = {desk.town.people["west_chief"]: Ambiguous("broke")}
    await desk.dial(session)
    assert (await desk.seen(session))["held"]
    desk.advance(25)
    await desk.engine()
    card = await desk.seen(session)
    assert (card["state"], card["held"], card["step"]) == ("running", True, 1)
    assert await desk.states(session) == {"west_worker": "no_answer", "west_chief": "ambiguous"}
    assert (await desk.ledger(session)).count("held") == 1
    assert await desk.engine() == 0  # nothing more to wait for but the dispatcher


async def test_a_step_that_is_due_is_not_left_out_by_a_refusal(desk: Desk) -> None:
    """The owner refuses between the dispatcher's word and its step: the chief is still rung."""
    await desk.by_policy(OWNER, CHIEF)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    await _goes_on_only(desk, session, 0)
    await desk.decline(await desk.attempt(session, "west_worker"), "west_worker")
    assert (await desk.seen(session))["state"] == "running"
    await desk.engine()
    assert await desk.states(session) == {"west_worker": "declined", "west_chief": "queued"}


async def test_a_step_that_is_due_is_not_left_out_by_a_second_escalation(desk: Desk) -> None:
    """Another dispatcher sees the new step before anybody of it rings, and presses too."""
    await desk.by_policy(OWNER, CHIEF, Step(Target.COMMUNITY_DUTY))
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await _goes_on_only(desk, session, 0)
    await _goes_on_only(desk, session, 1)
    await desk.engine()
    assert (await desk.states(session))["west_chief"] == "queued"


async def test_a_person_who_is_added_to_a_call_that_begins_delays_nothing(desk: Desk) -> None:
    await desk.by_policy(OWNER)
    await desk.open_page("west_worker", "west_chief")
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        subject = Subject(SubjectKind.GRID, desk.town.grids["W-1"])
        given = {"request_key": "k", "subject": subject, "when": desk.when}
        session = await sessions.start(link, actor=desk.dispatcher, **given)  # type: ignore[arg-type]
    await desk.add(session, "west_chief")
    await desk.engine()
    assert await desk.states(session) == {"west_worker": "queued", "west_chief": "queued"}


async def test_the_word_of_one_whose_phone_was_never_heard_of_counts(desk: Desk) -> None:
    """His page showed the ring, what it said of it was lost, and the next step rings already."""
    desk.channel.script = {desk.town.people["west_worker"]: Handed()}
    await desk.by_policy(OWNER, CHIEF)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    desk.advance(25)
    await desk.open_page("west_chief")
    await desk.engine()
    assert await desk.states(session) == {"west_worker": "offline", "west_chief": "queued"}
    worker = await desk.attempt(session, "west_worker")
    assert await desk.acknowledge(worker, "west_worker") == "acknowledged"
    assert await desk.states(session) == {"west_worker": "acknowledged", "west_chief": "cancelled"}


async def test_whose_page_stands_open_is_not_offline_because_the_queue_is_long(desk: Desk) -> None:
    """His web process lives and has more to do than it can. He is waited for as long as the step
    lasts, then it is said what it was; whose process has died is offline as before."""
    await desk.by_policy(Step(Target.OWNER, ring_s=25), CHIEF)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    for _ in range(8):  # 24 s
        desk.advance(3)
        await desk.open_page("west_worker", "west_chief")  # they beat
        await desk.engine()
        assert await desk.engine() == 0, "looked at now and then, not without end"
        assert await desk.states(session) == {"west_worker": "queued"}
    desk.advance(1)
    await desk.engine()
    assert await desk.states(session) == {"west_worker": "failed", "west_chief": "queued"}
    town = desk.town
    async with town.database.acting(town.system_id) as link:
        lines = await view.lines(link, session)
    (failed,) = [line for line in lines if line["action"] == "failed"]
    assert failed["detail"] == {"why": "waited_too_long"}
    # From here on no page beats: within 12 s of the last word nobody holds them.
    desk.advance(12)
    await desk.engine()
    assert await desk.states(session) == {"west_worker": "failed", "west_chief": "offline"}


async def test_who_could_not_be_reached_was_not_called(desk: Desk) -> None:
    """Calls that never rang neither count against the limit of an hour nor as a burden."""
    await desk.by_policy(OWNER, most_per_hour=1)
    grid = desk.town.grids["W-1"]
    assert (await desk.seen(await desk.click("grid", grid, "one")))["outcome"] == "unreachable"
    await desk.open_page("west_worker")
    session = await desk.click("grid", grid, "two")
    assert await desk.states(session) == {"west_worker": "queued"}
    (attempt,) = (await desk.seen(session))["attempts"]
    assert attempt["why"]["calls_today"] == 0


async def test_who_waits_in_another_area_s_call_is_told_at_once(desk: Desk) -> None:
    """The west's dispatcher ends his call; the east's, which he does not see, wants the same man.
    Nobody asks every few seconds here: only what is told can be heard."""
    await desk.by_policy(Step(Target.NEAREST, ring_s=600))
    await desk.open_page("west_worker")
    await desk.stand("west_worker", 112.909)
    async with desk.town.database.acting(desk.town.system_id) as link:
        east, _ = await actors.create_token(link, role="duty_officer", area="code-east")
    first = await desk.click("person", desk.town.people["west_worker"], "west")
    await desk.dial(first)
    second = await desk.click("grid", desk.town.grids["E-1"], "east", actor=east)
    (attempt,) = (await desk.seen(second, east))["attempts"]
    assert (attempt["state"], attempt["why"]["busy"]) == ("queued", first)
    assert not await desk.dial(second)
    async with desk.town.database.listening("wangge_ring") as link:
        await desk.end(first)
        told = set()
        async with asyncio.timeout(LONGEST_S):
            async for notice in link.notifies():
                told.add(int(notice.payload))
                if {first, second} <= told:
                    break
    assert await desk.dial(second) == [desk.town.people["west_worker"]]


async def test_one_broken_call_stops_no_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A call that cannot be read stands first in the queue; the others still go on."""
    await desk.by_policy(OWNER, CHIEF)
    await desk.open_page("west_worker", "east_worker")
    broken = await desk.click("grid", desk.town.grids["W-1"], "one")
    desk.advance(1)
    whole = await desk.click("person", desk.town.people["west_chief"], "two")
    waits = await desk.click("person", desk.town.people["west_worker"], "three")
    async with desk.town.database.acting(desk.town.system_id) as link:
        bad = '[{"target": "moon", "channels": ["page"], "ring_s": 1}]'
        await link.execute("UPDATE call_session SET steps = %s WHERE id = %s", [bad, broken])
    desk.advance(25)
    assert await desk.engine() == 2
    assert f"call {broken}" in caplog.text
    desk.advance(60)
    await desk.engine()
    assert (await desk.seen(waits))["state"] == "exhausted"
    assert (await desk.seen(whole))["outcome"] == "unreachable"


async def test_a_machine_s_clock_is_set_back_by_an_hour(desk: Desk) -> None:
    """A ring lasts no hour: its time begins again, and so does the wait after a 收到."""
    await desk.by_policy(OWNER, CHIEF, ack_timeout_s=300)
    desk.advance(3600)
    await desk.open_page("west_worker", "west_chief")
    rings = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(rings)
    desk.real -= timedelta(hours=1)
    await desk.tick()
    desk.advance(24)
    assert await desk.engine() == 0
    desk.advance(1)
    await desk.open_page("west_chief")
    await desk.tick()
    assert await desk.engine() == 1
    assert await desk.states(rings) == {"west_worker": "no_answer", "west_chief": "queued"}
    await desk.dial(rings)
    await desk.acknowledge(await desk.attempt(rings, "west_chief"), "west_chief")
    desk.real -= timedelta(hours=1)
    await desk.tick()
    desk.advance(300)
    await desk.engine()
    assert (await desk.seen(rings))["outcome"] == "stalled"


async def test_a_click_of_before_the_clock_was_set_back_is_still_rung(desk: Desk) -> None:
    """Who should have carried it on died; nobody has fired anything yet."""
    await desk.by_policy(OWNER)
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        subject = Subject(SubjectKind.GRID, desk.town.grids["W-1"])
        given = {"request_key": "k", "subject": subject, "when": desk.when}
        session = await sessions.start(link, actor=desk.dispatcher, **given)  # type: ignore[arg-type]
    desk.real -= timedelta(hours=1)
    await desk.open_page("west_worker")
    await desk.tick()
    desk.advance(30)
    await desk.open_page("west_worker")
    assert await desk.engine() == 1
    assert await desk.states(session) == {"west_worker": "queued"}


async def test_a_page_of_before_the_clock_was_set_back_has_gone(desk: Desk) -> None:
    desk.advance(3600)
    await desk.open_page("west_worker")
    desk.real -= timedelta(hours=1)
    async with desk.town.database.acting(desk.town.system_id) as link:
        assert await presence.sweep(link, desk.when.real) == 1
        assert await value(link, "SELECT count(*) FROM presence") == 0


def test_the_engine_looks_for_clocks_that_were_set_back() -> None:
    assert {step.name for step in engine.STEPS} >= {"call_timers", "clock_set_back"}
