"""What a broken tick brought reaches the open pages all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from dashboard.embedded import Store
from dashboard.live.hub import Hub
from dashboard.live.world import World
from data import actors
from data.database import Connection, Database
from data.errors import StoreUnavailable
from data.places import site as sites
from tests.factories import NOON, Town, make_town, value


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def _report(town: Town) -> int:
    async with town.database.acting(town.system_id) as link:
        source = await actors.ensure_source(link, "hotline")
        kind = await value(
            link,
            "INSERT INTO event_type (code, name_zh, name_en) VALUES ('t', '类', 'T') RETURNING id",
        )
        event: int = await value(
            link,
            "INSERT INTO event (source_id, source_key, type_id, area_id, opened_at)"
            " VALUES (%s, 'k', %s, %s, %s) RETURNING id",
            [source, kind, town.areas["west"], NOON + timedelta(seconds=1)],
        )
    return event


async def test_a_connection_cut_after_the_reading_loses_nothing(
    town: Town, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.database.acting(town.system_id) as link:
        site = await sites.read(link)
    at = NOON
    hub = Hub(town.database, now=lambda: at, site=lambda: site)
    await hub._tick(0)
    hub._ready.set()
    view = await hub.view(town.areas["root"])
    event = await _report(town)
    step = World.step

    async def cut(world: World, connection: Connection, *rest: Any) -> Any:
        """All is read, then the server ends the connection before the commit."""
        moved = await step(world, connection, *rest)
        async with await psycopg.AsyncConnection.connect(store.admin_url) as admin:
            await admin.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        return moved

    at = NOON + timedelta(seconds=2)
    with monkeypatch.context() as patch:
        patch.setattr(World, "step", cut)
        with pytest.raises(StoreUnavailable):
            await hub._tick(1)
    assert event not in view.events
    await hub._tick(2)
    assert event in view.events
    assert view.event_figures()["open"] == 1
