"""The door of the store: a connection that its server ended is noticed before anybody has it."""

from __future__ import annotations

import asyncio
import math
import os

import psycopg
import pytest

from dashboard.embedded import Store
from data import database as door
from data.database import Connection, Database, fetch_one
from data.errors import StoreUnavailable
from tests.waiting import until

SIZE = 4  # of the pool of the fixture `database`


async def _backend(link: Connection) -> int:
    row = await fetch_one(link, "SELECT pg_backend_pid() AS pid")
    assert row is not None
    return int(row["pid"])


async def _fill(database: Database) -> set[int]:
    """All connections that the pool may have, each used a moment ago; their backends."""
    all_there, found = asyncio.Event(), set[int]()

    async def hold() -> None:
        async with database.acting(None) as link:
            found.add(await _backend(link))
            if len(found) == SIZE:
                all_there.set()
            await all_there.wait()

    await asyncio.gather(*(hold() for _ in range(SIZE)))
    return found


async def _kill(store: Store, backends: set[int]) -> None:
    """End them, and wait until their processes are gone and have closed what they held."""
    with psycopg.connect(store.admin_url, autocommit=True) as link:
        link.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) pid", [[*backends]])
    await until(lambda: not any(map(_lives, backends)))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_connection_that_the_server_closed_is_seen_without_a_question(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    monkeypatch.setattr(door, "TRUSTED_S", math.inf)
    before = await _fill(database)
    await _kill(store, before)
    for _ in range(SIZE + 1):
        async with database.acting(None, at_once=at_once) as link:
            assert await _backend(link) not in before


async def test_a_connection_that_rested_is_asked(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a network has lost it without a word."""
    monkeypatch.setattr(door, "_speaks", lambda link: False)
    monkeypatch.setattr(door, "TRUSTED_S", -1.0)
    before = await _fill(database)
    await _kill(store, before)
    async with database.acting(None, at_once=True) as link:
        assert await _backend(link) not in before


async def test_a_connection_that_dies_between_the_look_and_the_begin_is_replaced(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the server has been told to end it and has not yet: all of the pool at once."""
    monkeypatch.setattr(door, "_speaks", lambda link: False)
    monkeypatch.setattr(door, "TRUSTED_S", math.inf)
    before = await _fill(database)
    await _kill(store, before)
    async with database.acting(None) as link:
        assert await _backend(link) not in before


async def test_a_connection_that_dies_in_use_fails_that_caller_alone(
    store: Store, database: Database
) -> None:
    with pytest.raises(StoreUnavailable):
        async with database.acting(None) as link:
            await _kill(store, {await _backend(link)})
            await link.execute("SELECT 1")
    async with database.acting(None) as link:
        assert await _backend(link)


async def test_who_acts_and_how_it_is_planned_end_with_the_transaction(store: Store) -> None:
    asked = (
        "SELECT current_setting('wangge.actor', true) AS actor,"
        " current_setting('plan_cache_mode') AS plans, pg_backend_pid() AS pid"
    )
    async with Database(store.app_url, store.readonly_url, size=1) as database:
        async with database.acting(7, at_once=True, plan_once=True) as link:
            during = await fetch_one(link, asked)
        async with database.acting(None) as link:
            after = await fetch_one(link, asked)
    assert during is not None and after is not None and during["pid"] == after["pid"]
    assert (during["actor"], during["plans"]) == ("7", "force_generic_plan")
    assert (after["actor"], after["plans"]) == ("", "auto")
