"""What rings on pages of a web process that has died: interrupted, dialled again, never twice."""

from __future__ import annotations

import pytest

from data.calls import dial, policy
from data.calls.channel import Ringing
from data.calls.model import Crowd, Step, Target
from data.database import fetch_all
from tests.calling import Desk
from tests.factories import value

LASTS = policy.RING_LASTS.total_seconds()
TRIES = "SELECT try, state FROM call_attempt WHERE person_id = %s ORDER BY try"
RUNG = """SELECT count(*) FROM call_attempt WHERE person_id = %s
          AND state IN ('dialling', 'ringing', 'answered')"""


async def _lost(desk: Desk) -> int:
    """What the engine looks for, and then what is due."""
    n = await desk.lost()
    await desk.engine()
    return n


async def _tries(desk: Desk, person: str) -> list[str]:
    async with desk.town.database.acting(desk.town.system_id) as link:
        rows = await fetch_all(link, TRIES, [desk.town.people[person]])
        assert await value(link, RUNG, [desk.town.people[person]]) <= 1
    assert [row["try"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["state"] for row in rows]


@pytest.fixture
async def rung(desk: Desk) -> int:
    """Chief and worker ring, for ten minutes if nothing else happens."""
    await desk.by_policy(Step(Target.RESPONSIBLE, ring_s=600), Step(Target.NEAREST))
    await desk.open_page("west_chief", "west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    return session


async def test_a_ring_lives_while_its_process_says_so(desk: Desk, rung: int) -> None:
    for _ in range(5):
        desk.advance(LASTS - 1)
        await desk.open_page("west_chief", "west_worker")  # a beat
        assert await _lost(desk) == 0
    assert await _tries(desk, "west_worker") == ["ringing"]
    assert "page_closed" not in await desk.ledger(rung)


async def test_it_is_interrupted_and_rings_where_he_opens_his_page_again(
    desk: Desk, rung: int
) -> None:
    """The other leg, whose page lives, rings on; the first try takes no word of the second away."""
    desk.advance(LASTS + 1)
    await desk.open_page("west_chief")
    assert await _lost(desk) == 1
    assert await _lost(desk) == 0
    assert await _tries(desk, "west_worker") == ["interrupted", "queued"]
    assert await _tries(desk, "west_chief") == ["ringing"]
    lines = await desk.ledger(rung)
    assert lines.count("page_closed") == lines.count("interrupted") == 1
    await desk.open_page("west_worker")
    assert await desk.dial(rung) == [desk.town.people["west_worker"]]
    assert await _tries(desk, "west_worker") == ["interrupted", "ringing"]
    first = await _first(desk)
    assert await desk.acknowledge(first, "west_worker") == "acknowledged"  # he saw one ring
    assert await desk.states(rung) == {"west_chief": "cancelled", "west_worker": "acknowledged"}


async def _first(desk: Desk) -> int:
    async with desk.town.database.acting(desk.town.system_id) as link:
        sql = "SELECT min(id) FROM call_attempt WHERE person_id = %s"
        return int(await value(link, sql, [desk.town.people["west_worker"]]))


async def test_who_does_not_come_back_is_offline_and_the_call_goes_on(
    desk: Desk, rung: int
) -> None:
    desk.advance(LASTS + 1)
    await _lost(desk)
    desk.advance(policy.QUEUE_LASTS.total_seconds())
    await _lost(desk)
    assert await _tries(desk, "west_worker") == ["interrupted", "offline"]
    card = await desk.seen(rung)
    assert (card["state"], card["outcome"]) == ("exhausted", "unreachable")


async def test_it_is_dialled_again_at_most_so_often(desk: Desk, rung: int) -> None:
    for _ in range(policy.MOST_TRIES):
        desk.advance(LASTS + 1)
        await _lost(desk)
        await desk.open_page("west_worker", "west_chief")
        await desk.dial(rung)
    assert await _tries(desk, "west_worker") == ["interrupted", "interrupted", "offline"]


async def test_who_was_closed_properly_gets_no_second_line(desk: Desk, rung: int) -> None:
    """His page said that it goes; the engine sees the same a moment later."""
    desk.advance(LASTS + 1)
    async with desk.town.database.acting(desk.town.system_id) as link:
        who = desk.town.people["west_worker"]
        await link.execute("DELETE FROM presence WHERE person_id = %s", [who])
        await dial.left(link, channel="page", person_id=who, when=desk.when)
    await desk.open_page("west_chief")
    assert await _lost(desk) == 0
    assert await _tries(desk, "west_worker") == ["ringing"]  # he may still be back
    desk.advance(policy.AWAY.total_seconds())
    await _lost(desk)
    assert await _tries(desk, "west_worker") == ["interrupted", "queued"]
    assert (await desk.ledger(rung)).count("page_closed") == 1


async def test_a_group_on_a_process_that_died(desk: Desk) -> None:
    """Each is interrupted once, in one transaction."""
    await desk.workers(40)
    people = [*(f"m{n}" for n in range(40)), "west_worker", "west_chief"]
    await desk.open_page(*people)
    session = await desk.click("area", desk.town.areas["west"], crowd=Crowd())
    desk.channel.script = {desk.town.people[name]: Ringing() for name in people}
    await desk.dial(session)
    desk.advance(LASTS + 1)
    assert await _lost(desk) == 1
    assert (await desk.ledger(session)).count("interrupted") == len(people)
