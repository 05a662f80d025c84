"""How the intake forms its rounds: one half of what is here is checked, the other written."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from dashboard.intake.queue import MAX_WAITING, Intake, IntakeFull
from data.access import Actor
from data.database import Database
from tests.factories import NOON

SOURCE = Actor(1, "token", "phones", "source", area_id=1)


@pytest.fixture
def intake(database: Database) -> Intake:
    return Intake(database, lambda: NOON)


async def come(intake: Intake, *counts: int, actor: Actor = SOURCE) -> list[asyncio.Task[object]]:
    """Requests of so many rows (none of them a fix); they wait for their answers."""
    found: list[asyncio.Task[object]] = [
        asyncio.create_task(intake.submit(actor, [None] * count)) for count in counts
    ]
    await asyncio.sleep(0)
    return found


async def leave(intake: Intake, requests: list[asyncio.Task[object]]) -> None:
    """The intake ends: who waits is refused."""
    await intake.stop()
    for task in requests:
        task.cancel()
    await asyncio.gather(*requests, return_exceptions=True)


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


async def test_who_floods_waits_for_himself(intake: Intake) -> None:
    """He gets one half of the queue, who floods too a half of the rest; a phone is taken, and its
    turn comes after one request of each, not after all of them."""
    other, phone = replace(SOURCE, id=2), replace(SOURCE, id=3)
    requests = await come(intake, *[1_000] * 24)
    assert intake.waiting == MAX_WAITING / 2
    assert [type(one.exception()) for one in requests if one.done()] == [IntakeFull] * 14
    requests += await come(intake, *[1_000] * 24, actor=other)
    assert intake.waiting == MAX_WAITING * 3 / 4
    requests += await come(intake, 1, actor=phone)
    assert not requests[-1].done()
    taken = [*await intake._collect(), *await intake._collect()]
    assert [one.actor.id for one in taken] == [1, 2, 3, 1, 2]
    assert [one.first for one in taken if one.actor == SOURCE] == sorted(
        one.first for one in taken if one.actor == SOURCE
    ), "and his own stay in order"
    intake._refuse([*taken, *intake._drain()], IntakeFull())
    assert intake.waiting == 0 and not intake._held, "whatever was held is given back"
    await leave(intake, requests)
