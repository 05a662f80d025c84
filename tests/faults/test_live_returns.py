"""Whatever falls, the picture comes back by itself and is right."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import websockets

from dashboard.embedded import Store, ensure, stop
from data import actors
from data.database import Database
from data.places import site as sites
from tests.factories import Town, make_town
from tests.serving import Screen, serving
from tests.waiting import LONGEST_S, free_port, until


async def grow(store: Store, database: Database) -> tuple[Town, str]:
    town = await make_town(database, store.admin_url, datetime.now(UTC))
    async with database.acting(town.system_id) as link:
        await actors.ensure_source(link, "s")
        await link.execute(
            "INSERT INTO event_type (code, class, name_zh, name_en)"
            " VALUES ('t', 'other', '类', 'T')"
        )
        _, token = await actors.create_token(link, role="duty_officer")
    return town, token


async def report(database: Database, town: Town, key: str) -> None:
    async with database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO event (source_id, source_key, type_id, area_id, opened_at)"
            " VALUES (1, %s, 1, %s, %s)",
            [key, town.areas["west"], datetime.now(UTC)],
        )


async def heard(screen: Screen, n: int) -> None:
    await screen.until_true(lambda s: s.summary.get("events", {}).get("open") == n)
    assert len(screen.events) == n


async def test_all_connections_are_cut(store: Store, database: Database, tmp_path: Path) -> None:
    """What happened while nobody listened is read again."""
    town, token = await grow(store, database)
    async with (
        serving(store, tmp_path) as web,
        web.screen(Authorization=f"Bearer {token}") as screen,
    ):
        await screen.until("full")
        for round_ in range(3):
            with psycopg.connect(store.admin_url, autocommit=True) as link:
                link.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await report(database, town, str(round_))
            await heard(screen, round_ + 1)


async def test_postgresql_stops_and_returns(own_store: Store, tmp_path: Path) -> None:
    """While it is gone the feed is silent and the API says 503; then both are right again."""
    home = tmp_path / "home"
    async with Database(own_store.app_url, own_store.readonly_url, size=4) as database:
        town, token = await grow(own_store, database)
        bearer = {"Authorization": f"Bearer {token}"}
        async with (
            serving(own_store, tmp_path) as web,
            web.client(headers=bearer) as client,
            web.screen(**bearer) as screen,
        ):
            await screen.until("full")
            await stop(home)
            for path in ("/api/summary", "/healthz"):
                answer = await client.get(path)
                assert answer.status_code == 503, answer.text
            assert await silence(screen)
            await ensure(home, careless=True)

            async def answers() -> bool:
                return (await client.get("/api/summary")).status_code == 200

            await until(answers)
            await report(database, town, "after")
            await heard(screen, 1)
            async with web.screen(**bearer) as fresh:
                await heard(fresh, 1)


async def silence(screen: Screen) -> bool:
    """Whether the feed falls silent for three heartbeats."""
    quiet = 0
    async with asyncio.timeout(LONGEST_S):
        while quiet < 3:
            try:
                async with asyncio.timeout(1.2):
                    await screen.link.recv()
                quiet = 0
            except TimeoutError:
                quiet += 1
    return True


async def test_the_server_is_restarted_with_pages_open(
    store: Store, database: Database, tmp_path: Path
) -> None:
    """A page that reconnects finds a new epoch, everything anew, and its session still valid."""
    town, token = await grow(store, database)
    bearer: Any = {"Authorization": f"Bearer {token}"}
    port = free_port()
    async with serving(store, tmp_path, port) as web, web.screen(**bearer) as screen:
        await screen.until("full")
        epoch = screen.hello["epoch"]
        await report(database, town, "1")
        await heard(screen, 1)
    with pytest.raises(websockets.ConnectionClosed):
        while True:
            await screen.hear()
    await report(database, town, "2")
    async with serving(store, tmp_path, port) as web:
        screens = [web.screen(**bearer) for _ in range(20)]
        pages = [await page.__aenter__() for page in screens]
        await asyncio.gather(*(heard(page, 2) for page in pages))
        assert {page.hello["epoch"] for page in pages} != {epoch}
        assert len({tuple(sorted(page.events)) for page in pages}) == 1
        for page in screens:
            await page.__aexit__(None, None, None)


async def test_the_clock_is_moved(store: Store, database: Database, tmp_path: Path) -> None:
    """Replay begins, is set on to two days later, and ends: pages follow at once."""
    town, token = await grow(store, database)
    now = datetime.now(UTC)
    async with database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO event (source_id, source_key, type_id, area_id, opened_at, closed_at)"
            " VALUES (1, 'old', 1, %s, '2011-10-15T04:00Z', '2011-10-16T04:00Z')",
            [town.areas["west"]],
        )
    async with (
        serving(store, tmp_path) as web,
        web.screen(Authorization=f"Bearer {token}") as screen,
    ):
        await screen.until("full")
        assert screen.hello["mode"] == "real" and not screen.events
        for day, count in ((15, 1), (17, 0)):  # while it is open; long after it was closed
            start = datetime(2011, 10, day, 3, 59, 30, tzinfo=UTC)
            async with database.acting(town.system_id) as link:
                await sites.set_clock(link, sites.Clock(60.0, now, start))
            await heard(screen, count)
            assert (screen.summary["mode"], screen.summary["speed"]) == ("replay", 60.0)
        async with database.acting(town.system_id) as link:
            await sites.set_clock(link, sites.Clock())
        await screen.until_true(lambda s: s.summary["mode"] == "real")
