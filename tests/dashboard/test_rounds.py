"""How the intake forms its rounds: one half of what is here is checked, the other written."""

from __future__ import annotations

import asyncio

import pytest

from dashboard.intake import Intake
from data.access import Actor
from data.database import Database
from tests.factories import NOON

SOURCE = Actor(1, "token", "phones", "source", area_id=1)


@pytest.fixture
def intake(database: Database) -> Intake:
    return Intake(database, lambda: NOON)


async def come(intake: Intake, *counts: int) -> list[asyncio.Task[object]]:
    """Requests of so many rows (none of them a fix); they wait for their answers."""
    found: list[asyncio.Task[object]] = [
        asyncio.create_task(intake.submit(SOURCE, [None] * count)) for count in counts
    ]
    await asyncio.sleep(0)
    return found


async def leave(intake: Intake, requests: list[asyncio.Task[object]]) -> None:
    """The intake ends: who waits is refused."""
    await intake.stop()
    for task in requests:
        task.cancel()


async def test_a_round_waits_until_it_is_as_large_as_the_one_before(intake: Intake) -> None:
    """While 1,000 fixes are written, the next 500 wait for others; idle, they would not."""
    requests = await come(intake, 500)
    intake._writing = 1_000
    collecting = asyncio.create_task(intake._collect())
    await asyncio.sleep(0)
    assert not collecting.done()
    intake.waiting += 1_000  # those that are being written
    requests += await come(intake, 500)
    assert [one.count for one in await collecting] == [500, 500]
    await leave(intake, requests)


async def test_a_round_waits_no_longer_than_the_writing(intake: Intake) -> None:
    requests = await come(intake, 500)
    intake._writing = 1_000
    collecting = asyncio.create_task(intake._collect())
    await asyncio.sleep(0)
    assert not collecting.done()
    intake._writing = 0
    intake._turn.set()
    assert [one.count for one in await collecting] == [500]
    await leave(intake, requests)


async def test_a_round_takes_half_of_what_is_here(intake: Intake) -> None:
    """Four clients in step become two rounds, not one and not four."""
    requests = await come(intake, 500, 500, 500, 500)
    assert [one.count for one in await intake._collect()] == [500, 500]
    assert [one.count for one in await intake._collect()] == [500, 500]
    await leave(intake, requests)


async def test_a_request_without_fixes_is_a_round_too(intake: Intake) -> None:
    requests = await come(intake, 0)
    assert [one.count for one in await intake._collect()] == [0]
    await leave(intake, requests)
