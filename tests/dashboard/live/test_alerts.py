"""The ground of alerts on the feed: in its scope, as long as it is in force, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson

from dashboard.embedded import Store
from dashboard.live.hub import Hub
from dashboard.live.scopes import View
from data import actors
from data.database import Database
from data.events import alerts, cap
from data.places import site as sites
from tests.alerts import BOTH, WEST, message
from tests.factories import NOON, Town, make_town


class Wall:
    """A hub whose clock the test moves, and a weather office's token."""

    def __init__(self, town: Town) -> None:
        self.town, self.at = town, NOON

    async def open(self) -> Wall:
        async with self.town.database.acting(self.town.system_id) as link:
            site = await sites.read(link)
            _, token = await actors.create_token(link, role="source", source="weather")
            office = await actors.by_secret(link, token, NOON)
        assert office is not None
        self.office = office
        self.hub = Hub(self.town.database, now=lambda: self.at, site=lambda: site)
        await self.tick(0)
        self.hub._ready.set()
        return self

    async def send(self, *args: Any, **options: Any) -> str:
        """A message through the intake, and what everybody is told by it."""
        said = cap.read(message(*args, **options).encode())
        async with self.town.database.acting(self.office.id) as link:
            taken = await alerts.take(link, self.office, said, at=self.at, process="test")
        assert taken.event is not None
        self.hub.told.events.add(taken.event["id"])
        await self.tick(0.1)
        return taken.became.value

    async def tick(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)
        await self.hub._tick((self.at - NOON).total_seconds())


def shown(view: View) -> dict[str, dict[str, Any]]:
    """The alerts of what a page begins with, by their Chinese headline."""
    parts = [orjson.loads(part) for part in view.snapshot() if isinstance(part, str)]
    (events,) = [part["upsert"] for part in parts if part["type"] == "events"]
    found = [one["alert"] for one in events if "alert" in one]
    return {one["zh"]["headline"]: one for one in found}


async def test_alerts_come_and_go(database: Database, store: Store) -> None:
    """Two on one ground, one expires, one is moved by an update and ended by a cancel."""
    town = await make_town(database, store.admin_url)
    wall = await Wall(town).open()
    view = await wall.hub.view(town.areas["root"])
    west = await wall.hub.view(town.areas["west"])
    east = await wall.hub.view(town.areas["east"])
    assert shown(view) == {}
    assert await wall.send("A", headline="一", expires=30) == "created"
    assert await wall.send("B", headline="二", expires=None) == "created"
    assert await wall.send("C", headline="三", effective=10, expires=20) == "created"
    found = shown(view)
    assert set(found) == {"一", "二"} == set(shown(west)) and shown(east) == {}
    one = found["一"]
    assert (one["severity"], one["en"]["headline"]) == ("severe", "Heavy rain")
    assert one["until"] == (NOON + timedelta(minutes=30)).timestamp() * 1000
    assert found["二"]["until"] is None
    assert one["ground"]["type"] == "MultiPolygon"
    corners = {tuple(corner) for corner in one["ground"]["coordinates"][0][0]}
    assert corners == {(float(b), float(a)) for a, b in (p.split(",") for p in WEST.split())}
    await wall.tick(10)
    assert set(shown(west)) == {"一", "二", "三"}, "one that was announced takes effect"
    await wall.tick(10.5)
    assert set(shown(west)) == {"一", "二"}
    await wall.tick(10)
    assert set(shown(view)) == {"二"}, "what expires leaves by time alone"
    moved = {"kind": "Update", "refs": "B", "area": f"<polygon>{BOTH}</polygon>", "expires": None}
    assert await wall.send("B2", headline="二", sent=25, **moved) == "updated"
    assert shown(west) == {} == shown(east), "the whole town's is the town's"
    assert max(shown(view)["二"]["ground"]["coordinates"][0][0])[0] == 113.0
    assert await wall.send("B3", kind="Cancel", refs="B B2", sent=26) == "cancelled"
    assert shown(view) == {} and wall.hub.world.events.open == {}


async def test_what_covers_a_point_has_no_ground(database: Database, store: Store) -> None:
    """A sensor's alert is its mark alone; ground and points together are the ground."""
    town = await make_town(database, store.admin_url)
    wall = await Wall(town).open()
    view = await wall.hub.view(town.areas["root"])
    point = "<circle>35.605,112.905 0</circle>"
    await wall.send("A", headline="点", area=point)
    await wall.send(
        "B", headline="两者", area=point.replace("905 0", "915 0") + f"<polygon>{WEST}</polygon>"
    )
    found = shown(view)
    assert found["点"]["ground"] is None
    assert len(found["两者"]["ground"]["coordinates"]) == 1
