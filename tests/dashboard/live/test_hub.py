"""What a broken tick brought, or one that begins anew, reaches the open pages all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import psycopg
import pytest

from dashboard.embedded import Store
from dashboard.live.hub import IDLE_TICKS, Hub
from dashboard.live.scopes import View
from dashboard.live.world import World
from data import actors
from data.database import Connection, Database
from data.errors import StoreUnavailable
from data.places import site as sites
from tests.calling import make_desk
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


class Site:
    """A hub on the town with a clock that the test moves; `seconds` after noon."""

    def __init__(self, town: Town) -> None:
        self.town, self.at, self.ticks = town, NOON, 0

    async def open(self) -> Site:
        async with self.town.database.acting(self.town.system_id) as link:
            site = await sites.read(link)
        self.hub = Hub(self.town.database, now=lambda: self.at, site=lambda: site)
        await self.tick()
        self.hub._ready.set()
        return self

    async def tick(self, seconds: float = 0) -> None:
        self.at += timedelta(seconds=seconds)
        self.ticks += 1
        await self.hub._tick(self.ticks)


def calls(view: View) -> dict[int, str]:
    """The state of each call in what a page begins with."""
    parts = [orjson.loads(part) for part in view.snapshot() if isinstance(part, str)]
    (found,) = [part for part in parts if part["type"] == "calls"]
    return {one["id"]: one["state"] for one in found["sessions"]}


@pytest.fixture
async def site(town: Town) -> Site:
    return await Site(town).open()


async def test_a_connection_cut_after_the_reading_loses_nothing(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, hub = site.town, site.hub
    view = await hub.view(town.areas["root"])
    event = await _report(town)
    step = World.step

    async def cut(world: World, connection: Connection, *rest: Any) -> Any:
        """All is read, then the server ends the connection before the commit."""
        moved = await step(world, connection, *rest)
        async with await psycopg.AsyncConnection.connect(store.admin_url) as admin:
            await admin.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        return moved

    with monkeypatch.context() as patch:
        patch.setattr(World, "step", cut)
        with pytest.raises(StoreUnavailable):
            await site.tick(2)
    assert event not in view.events
    await site.tick()
    assert event in view.events
    assert view.event_figures()["open"] == 1


async def test_a_page_that_opens_while_a_tick_reads_counts_nothing_twice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = World.step

    async def while_reading(world: World, *rest: Any) -> Any:
        moved = await step(world, *rest)
        await site.hub.view(site.town.areas["west"])
        return moved

    await _report(site.town)
    monkeypatch.setattr(World, "step", while_reading)
    await site.tick(2)
    view = await site.hub.view(site.town.areas["west"])
    assert view.event_figures()["open"] == view.event_figures()["unlocated"] == 1


async def test_a_page_does_not_come_to_a_view_that_is_given_up(site: Site) -> None:
    view = await site.hub.view(site.town.areas["west"])
    view.idle = IDLE_TICKS
    assert await site.hub.view(site.town.areas["west"]) is view
    await site.tick()
    assert site.hub.views[site.town.areas["west"]] is view


async def test_a_tick_that_begins_anew_brings_calls_too(database: Database, store: Store) -> None:
    """People change in the same tick as a call does."""
    desk = await make_desk(database, store)
    site = await Site(desk.town).open()
    west = await site.hub.view(desk.town.areas["west"])
    east = await site.hub.view(desk.town.areas["east"])
    await desk.open_page("west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    async with database.acting(desk.town.system_id) as link:
        await link.execute("UPDATE person SET name = '王甲' WHERE code = 'east_chief'")
    site.hub.told.heard_places("person")
    site.hub.told.heard_call(str(session))
    await site.tick()
    assert calls(west) == {session: "running"} and calls(east) == {}


async def test_what_became_of_a_call_while_nobody_listened_is_read_again(
    database: Database, store: Store
) -> None:
    desk = await make_desk(database, store)
    site = await Site(desk.town).open()
    west = await site.hub.view(desk.town.areas["west"])
    await desk.open_page("west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    site.hub.told.heard_call(str(session))
    await site.tick()
    seq = west.seq
    await desk.acknowledge(await desk.attempt(session, "west_chief"), "west_chief")
    site.hub.told.everything()  # the listening connection was lost and is there again
    await site.tick()
    assert calls(west) == {session: "acked"}
    assert west.seq > seq  # open pages were told
