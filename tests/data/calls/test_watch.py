"""A call that is confirmed: whether anything moves, and what its caller does meanwhile."""

from __future__ import annotations

import pytest

from data.calls.model import Step, Target
from data.errors import Invalid
from tests.calling import Desk

OWNER, CHIEF = Step(Target.OWNER), Step(Target.GRID_CHIEF, ring_s=30)


async def test_confirmed_but_nothing_moves(desk: Desk) -> None:
    """After the timeout the next step is rung; who confirmed and stayed counts no more."""
    await desk.by_policy(OWNER, CHIEF, ack_timeout_s=300)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    await desk.acknowledge(await desk.attempt(session, "west_worker"), "west_worker")
    desk.advance(299)
    assert await desk.engine() == 0
    desk.advance(1)
    await desk.open_page("west_chief")
    assert await desk.engine() == 1
    assert (await desk.seen(session))["state"] == "running"
    assert await desk.states(session) == {"west_worker": "acknowledged", "west_chief": "queued"}
    assert "stalled" in await desk.ledger(session)
    await desk.dial(session)
    await desk.acknowledge(await desk.attempt(session, "west_chief"), "west_chief")
    desk.advance(300)
    assert await desk.engine() == 1
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("exhausted", "stalled")


async def test_the_caller_ends_the_watch_over_a_confirmed_call(desk: Desk) -> None:
    """It stays confirmed, says who ended the watch, and calls nobody more; twice is once."""
    await desk.by_policy(OWNER, CHIEF, ack_timeout_s=300)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    assert not (await desk.seen(session))["watched"]
    await desk.acknowledge(await desk.attempt(session, "west_worker"), "west_worker")
    desk.advance(100)
    card = await desk.seen(session)
    assert (card["watched"], card["remaining_s"]) == (True, 200)
    await desk.end(session)
    await desk.end(session)
    card = await desk.seen(session)
    assert (card["state"], card["outcome"], card["watched"]) == ("acked", "acknowledged", False)
    assert await desk.lines(session, "unwatched") == [{"by": "dora"}]
    desk.advance(1000)
    assert await desk.engine() == 0
    assert await desk.states(session) == {"west_worker": "acknowledged"}


async def test_the_caller_goes_on_though_somebody_has_confirmed(desk: Desk) -> None:
    """He need not wait until the watch is over; who confirms now is watched in his turn."""
    await desk.by_policy(OWNER, CHIEF, ack_timeout_s=300)
    await desk.open_page("west_worker", "west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    await desk.acknowledge(await desk.attempt(session, "west_worker"), "west_worker")
    await desk.escalate(session, 0)
    await desk.escalate(session, 0)
    assert (await desk.seen(session))["state"] == "running"
    assert await desk.states(session) == {"west_worker": "acknowledged", "west_chief": "queued"}
    await desk.dial(session)
    await desk.acknowledge(await desk.attempt(session, "west_chief"), "west_chief")
    card = await desk.seen(session)
    assert (card["state"], card["watched"]) == ("acked", True)
    with pytest.raises(Invalid, match="end the watch"):
        await desk.escalate(session, 1)
    assert await desk.lines(session, "escalated") == [{"by": "dora"}]


@pytest.mark.parametrize("there", [True, False])
async def test_confirmed_and_on_the_way(desk: Desk, there: bool) -> None:
    await desk.by_policy(OWNER, CHIEF, ack_timeout_s=300)
    await desk.open_page("west_worker")
    await desk.stand("west_worker", 112.901)
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    await desk.acknowledge(await desk.attempt(session, "west_worker"), "west_worker")
    desk.advance(300)
    await desk.open_page("west_chief")
    await desk.stand("west_worker", 112.905 if there else 112.9011)
    assert await desk.engine() == 1
    assert (await desk.seen(session))["state"] == ("acked" if there else "running")
    assert await desk.engine() == 0
