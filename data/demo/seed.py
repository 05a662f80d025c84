"""The invented town put into a store, and brought up to date at each later start.

Everything runs as the system actor in the caller's transaction. COPY into tables under
row-level security is refused, so rows go into temporary tables first.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from psycopg import AsyncConnection

from data.database import Connection, fetch_all, fetch_one
from data.demo import seed_events, seed_places, seed_staff
from data.demo.incidents import IncidentWorld
from data.demo.model import Town
from data.demo.people import DAY_FROM, DAY_TO
from data.demo.scene import Scene
from data.places import site
from data.queries import load

SQL = load(__file__)
HISTORY_DAYS = 365
STILL_OPEN_DAYS = 41  # no event of the town stays open longer
PART_DAYS = 40  # of events that are written at once
TRACK = timedelta(hours=1)  # of positions before the start
SIMULATOR = "simulator"


async def reached(connection: Connection) -> datetime | None:
    """The time up to which the town was filled; None in a store without the town."""
    row = await fetch_one(connection, SQL.reached)
    return row["reached_at"] if row else None


async def is_empty(connection: Connection) -> bool:
    """Whether the store holds a site and nothing else, so that a town may be put into it."""
    row = await fetch_one(connection, SQL.is_empty)
    return row is not None and bool(row["empty"])


async def seed(connection: Connection, town: Town, scene: Scene, *, at: datetime) -> int:
    """Fill an empty site with the town, its forces and a year up to `at`; the number of events."""
    await seed_places.write(connection, town)
    await site.set_duty_hours(connection, DAY_FROM, DAY_TO)
    await seed_staff.write_forces(connection, town)
    await seed_staff.write_shifts(connection, scene, at=at)
    await seed_staff.write_positions(connection, scene, start=at - TRACK, end=at)
    await seed_events.write_types(connection)
    count = await _write_events(connection, scene, at=at, days=HISTORY_DAYS)
    await connection.execute(SQL.mark, {"at": at})
    return count


async def catch_up(connection: Connection, scene: Scene, *, since: datetime, at: datetime) -> int:
    """Fill the time in which nobody looked: events and closings, shifts, the last hour's tracks.

    What the simulator has reported meanwhile stays as it is. At most a year is filled.
    """
    await seed_staff.add_duty_rooms(connection, scene.people)
    days = min((at - since).days + STILL_OPEN_DAYS, HISTORY_DAYS)
    await seed_staff.write_shifts(connection, scene, at=at)
    start = max(since, at - TRACK)
    await seed_staff.write_positions(connection, scene, start=start, end=at)
    count = await _write_events(connection, scene, at=at, days=days)
    await connection.execute(SQL.mark, {"at": at})
    return count


async def _write_events(connection: Connection, scene: Scene, *, at: datetime, days: int) -> int:
    """Write some days of events; a part is drawn while the one before is written."""
    world, shapes = IncidentWorld(stage=scene.stage), await seed_events.shapes(connection)
    steps = range(0, days, PART_DAYS)
    parts = [(at - timedelta(days=days - k), min(days - k, PART_DAYS)) for k in steps]

    async def draw(start: datetime, length: int) -> seed_events.Rows:
        def work() -> seed_events.Rows:
            rows = world.as_of(now=at, start=start, end=start + timedelta(days=length))
            return seed_events.rows(rows, shapes)

        return await asyncio.to_thread(work)

    count = 0
    async with asyncio.TaskGroup() as group:
        drawing = [group.create_task(draw(*part)) for part in parts[:1]]
        for n in range(len(parts)):
            drawn = await drawing.pop()
            drawing += [group.create_task(draw(*part)) for part in parts[n + 1 : n + 2]]
            count += await seed_events.write(connection, drawn)
    return count


async def simulators(connection: Connection) -> list[int]:
    """The actors of earlier simulators whose tokens still work."""
    return [row["id"] for row in await fetch_all(connection, SQL.simulators, {"name": SIMULATOR})]


async def analyze(admin_url: str) -> None:
    """Count the rows for the planner, as the migrator: the town has come in one piece."""
    async with await AsyncConnection.connect(admin_url, autocommit=True) as link:
        await link.execute(SQL.analyze)
