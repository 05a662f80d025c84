"""What the feed keeps in memory is what SQL says, in every scope, at every time, under policies."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from dashboard.embedded import Store
from dashboard.live.protocol import FULL, State, decode
from dashboard.live.scopes import View
from dashboard.live.told import Told
from dashboard.live.world import World
from data import actors
from data.database import Database, fetch_all
from data.places import site as sites
from data.query import summary
from tests.factories import NOON, Town, make_town, value

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    town = await make_town(database, store.admin_url)
    async with database.acting(town.system_id) as link:
        await actors.ensure_source(link, "hotline")
        await link.execute(
            "INSERT INTO event_type (code, class, name_zh, name_en)"
            " VALUES ('t', 'other', '类', 'T')"
        )
        await _fill(link, town, random.Random(7))
    return town


async def _fill(link: Any, town: Town, chance: random.Random) -> None:
    """300 events around noon, some with neither place nor limit; people come, go and are late."""
    areas = [town.areas["west"], town.areas["east"], town.areas["root"]]
    grids = list(town.grids.values())
    for n in range(300):
        opened = NOON + chance.randint(-3000, 300) * MINUTE
        limit = chance.choice([None, 10, 60, 600, 3000])
        closed = chance.choice([None, chance.randint(-5, 2000)])
        point = None if n % 9 == 0 else f"POINT({112.9 + chance.random() / 50} 35.605)"
        await link.execute(
            "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, opened_at,"
            " due_at, closed_at, settled_at, satisfied) VALUES (1, %s, 1, %s, %s,"
            " ST_GeomFromText(%s, 4326), %s, %s, %s, %s, %s)",
            [
                str(n), chance.choice(areas), chance.sample(grids, chance.randint(0, 2)), point,
                opened, limit and opened + limit * MINUTE,
                None if closed is None else opened + closed * MINUTE,
                chance.choice([None, "grid", "town"]), chance.choice([None, True, False]),
            ],
        )  # fmt: skip
    for n in range(40):
        area = areas[n % 2]
        who = await value(
            link,
            "INSERT INTO person (code, name, area_id, active) VALUES (%s, %s, %s, %s) RETURNING id",
            [f"p{n}", f"p{n}", area, n % 10 != 9],
        )
        start = NOON + chance.randint(-700, 100) * MINUTE
        began = chance.choice([None, start + chance.randint(-20, 20) * MINUTE])
        left = None if began is None or n % 3 else began + chance.randint(1, 600) * MINUTE
        await link.execute(
            "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at,"
            " ended_at) VALUES (%s, %s, %s, %s, %s, %s)",
            [who, area, start, start + 480 * MINUTE, began, left],
        )
        if n % 4:
            fix = NOON - chance.choice([5, 30, 90, 250, 400, 1500, 3000, 40_000]) * MINUTE / 60
            await _position(link, who, area, fix, 112.9 + chance.random() / 50)
    await link.execute(
        "INSERT INTO post (person_id, role, grid_id, area_id)"
        " SELECT id, 'grid_worker', %s, area_id FROM person WHERE code IN ('p0', 'p2')",
        [town.grids["W-1"]],
    )


async def _position(link: Any, who: int, area: int, at: datetime, lon: float) -> None:
    await link.execute(
        "INSERT INTO latest_position (person_id, area_id, at, lon, lat, accuracy_m,"
        " source_id, original_lon, original_lat) VALUES (%s, %s, %s, %s, 35.605, 8, 1, %s, 35.605)"
        " ON CONFLICT (person_id) DO UPDATE SET at = excluded.at,"
        " lon = excluded.lon",
        [who, area, at, lon, lon],
    )


class Feed:
    """A world and its views, stepped by hand."""

    def __init__(self, town: Town) -> None:
        self.town, self.database = town, town.database
        self.world, self.told = World("epoch"), Told()
        self.views: list[View] = []

    async def step(self, at: datetime) -> None:
        async with self.database.acting(self.town.system_id) as link:
            site = await sites.read(link)
            moved = await self.world.step(link, at, self.told.take(), site)
        stage, standing = self.world.stage, self.world.standing
        assert stage is not None and standing is not None
        for area in [] if self.views else sorted(self.town.areas.values()):
            self.views.append(View(area, stage))
            moved.changes[:] = []
        for view in self.views:
            view.now = at
            if moved.people_new:
                view.reset(stage, list(self.world.events.open.values()))
            else:
                view.apply(moved.changes)
            view.people(standing)

    async def check(self, at: datetime) -> None:
        """Each view equals SQL as an actor of that area, and the root's as the system narrowed."""
        for view in self.views:
            async with self.database.acting(self.town.system_id) as link:
                code = await value(link, "SELECT code FROM area WHERE id = %s", [view.root])
                actor, _ = await actors.create_token(link, role="duty_officer", area=code)
                narrow = {"at": at, "areas": sorted(view.areas)}
                assert view.event_figures() == await summary.events(link, **narrow)
                site = await sites.read(link)
                block = await summary.day_block(link, site=site, **narrow)
            async with self.database.acting(actor.id) as link:
                site = await sites.read(link)
                assert view.event_figures() == await summary.events(link, at=at)
                assert view.figures == await summary.people(link, at=at, site=site)
                assert view.ranking() == await summary.ranking(link, at=at, site=site)
                assert block == await summary.day_block(link, at=at, site=site)
                await self._check_frame(link, view)

    async def _check_frame(self, link: Any, view: View) -> None:
        """The frame shows exactly the people that the actor sees on duty with a position."""
        full = view.full_frame()
        assert full is not None
        frame = decode(full)
        assert frame.kind == FULL
        names = {p["i"]: p["id"] for p in view._people()}
        shown = {names[int(r["index"])]: int(r["state"]) for r in frame.rows}
        rows = await fetch_all(link, "SELECT id FROM person WHERE active")
        assert set(names.values()) == {row["id"] for row in rows}
        assert all(state < State.OFF_DUTY for state in shown.values())
        assert len(shown) == view.figures["on_duty"]


STEPS = [0, 1, 7, 60, 61, 240, 241, 900, 30, -500, -499, 5000]


async def test_memory_equals_sql_whatever_time_does(town: Town) -> None:
    feed = Feed(town)
    for minutes in STEPS:
        at = NOON + minutes * MINUTE
        await feed.step(at)
        await feed.check(at)


async def test_what_is_told_is_taken_over(town: Town) -> None:
    feed = Feed(town)
    await feed.step(NOON)
    async with town.database.acting(town.system_id) as link:
        new = await value(
            link,
            "INSERT INTO event (source_id, source_key, type_id, area_id, opened_at) VALUES"
            " (1, 'new', 1, %s, %s) RETURNING id",
            [town.areas["west"], NOON - MINUTE],
        )
        closed = next(iter(feed.world.events.open))
        await link.execute("UPDATE event SET closed_at = %s WHERE id = %s", [NOON, closed])
        worker = town.people["west_worker"]
        await _position(link, worker, town.areas["west"], NOON, 112.9051)
        await link.execute(
            "UPDATE shift SET ended_at = %s WHERE person_id = %s", [NOON, town.people["east_chief"]]
        )
    for channel, payload in (
        ("wangge_event", f"{new},{closed}"),
        ("wangge_position", str(worker)),
        ("wangge_places", "shift"),
    ):
        feed.told.channels()[channel](payload)
    await feed.step(NOON + MINUTE / 60)
    assert new in feed.world.events.open and closed not in feed.world.events.open
    await feed.check(NOON + MINUTE / 60)


async def test_a_deleted_event_leaves_the_picture(town: Town) -> None:
    feed = Feed(town)
    await feed.step(NOON)
    gone = next(iter(feed.world.events.open))
    feed.told.heard_event("999999999")
    feed.told.events.add(gone)
    found = feed.world.events.open[gone]
    feed.world.events.open[-1] = found  # an event that the store does not know
    feed.told.heard_event("-1")
    feed.told.events.add(-1)
    await feed.step(NOON)
    assert -1 not in feed.world.events.open and gone in feed.world.events.open


async def test_two_scopes_never_mix(town: Town) -> None:
    feed = Feed(town)
    await feed.step(NOON)
    root, west, east = feed.views
    assert set(west.events) & set(east.events) == set()
    assert set(west.events) | set(east.events) < set(root.events)
    assert not {p["id"] for p in west._people()} & {p["id"] for p in east._people()}
    assert all(grid in west.here for grid in west._loads(set(town.grids.values())))
