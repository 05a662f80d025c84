"""The card of an area: the figures of everything below it, and who is on duty there."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.embedded import Store
from data import actors
from data.access import Actor
from data.database import Database
from data.errors import NotFound
from data.places import site
from data.query import cards
from tests.calling import make_desk
from tests.factories import NOON

EVENT = (
    "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, opened_at, due_at)"
    " VALUES (1, %(key)s, 1, %(area)s, %(grids)s, %(at)s - interval '2 hours',"
    " %(at)s + %(left)s * interval '1 hour')"
)


async def test_figures_people_and_events_of_all_below(database: Database, store: Store) -> None:
    desk = await make_desk(database, store)
    town = desk.town
    await desk.open_page("west_worker")
    async with database.acting(town.system_id) as link:
        await link.execute("INSERT INTO source (name, area_id) VALUES ('s', 1)")
        await link.execute("INSERT INTO event_type (code, name_zh, name_en) VALUES ('t','t','t')")
        for key, area, left in (("a", "west", -1), ("b", "west", 5), ("c", "east", 5)):
            grid = town.grids[f"{area[0].upper()}-1"]
            given = {"key": key, "area": town.areas[area], "grids": [grid], "left": left}
            await link.execute(EVENT, given | {"at": NOON})
        await link.execute(
            "UPDATE shift SET ended_at = %s WHERE person_id = %s",
            [NOON, town.people["east_worker"]],
        )

    async def card(actor: Actor, area: str) -> dict[str, Any]:
        async with database.acting(actor.id) as link:
            asking = cards.Asking(actor, await site.read(link), NOON, desk.when.real)
            return await cards.read(link, asking, "area", town.areas[area])

    async with database.acting(town.system_id) as link:
        boss, _ = await actors.create_token(link, name="boss", role="commander")
    seen = {area: await card(boss, area) for area in ("west", "east", "root")}
    load = {area: one["load"] for area, one in seen.items()}
    assert [(one["open"], one["overdue"], one["on_duty"]) for one in load.values()] == [
        (2, 1, 2),
        (1, 0, 1),
        (3, 1, 3),
    ]
    people = seen["west"]["responsible"]
    assert [(one["name"], one["post"], one["grid"]) for one in people] == [
        ("west_chief", "grid_chief", "W-1"),
        ("west_worker", "grid_worker", "W-1"),
    ]
    assert [one["page_open"] for one in people] == [False, True]
    assert len(seen["root"]["events"]) == 3
    assert [one["name"] for one in seen["west"]["path"]] == ["示范镇", "west"]
    with pytest.raises(NotFound):
        await card(desk.dispatcher, "east")  # another community's
