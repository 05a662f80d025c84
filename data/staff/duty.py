"""A person on his own phone: who he is, his grid and its events, his shift, the ground around.

Everything runs as the person's own actor, so the store's policies bound what he sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotFound, Said
from data.queries import load

SQL = load(__file__)
EARLY = timedelta(hours=2)  # a rostered shift may be begun so long before its plan
UNPLANNED = timedelta(hours=8)
MOST_EVENTS = 50
LARGEST_BOX_DEG = 0.12


@dataclass(frozen=True, slots=True)
class Box:
    """A window of the map in degrees, WGS-84."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        sides = (self.east - self.west, self.north - self.south)
        if not all(0 < side <= LARGEST_BOX_DEG for side in sides):
            raise Invalid(
                what="box",
                why=Said("each side must be up to {degrees} degrees", degrees=LARGEST_BOX_DEG),
            )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


async def me(connection: Connection, person_id: int, at: datetime) -> dict[str, Any]:
    """All that the idle page shows. Raises NotFound for a person outside the actor's scope."""
    who = {"person_id": person_id, "at": at}
    person = await fetch_one(connection, SQL.me, who)
    if person is None:
        raise NotFound(what="person", key=person_id)
    posts = await fetch_all(connection, SQL.posts, who)
    grids = [post["grid_id"] for post in posts if post["grid_id"] is not None]
    events = await fetch_all(
        connection, SQL.open_events, {"grid_ids": grids, "at": at, "most": MOST_EVENTS}
    )
    position = await fetch_one(connection, SQL.position, who)
    return {
        "now": _ms(at),
        "person": {**person, "post": posts[0]["role"] if posts else None},
        "grid": _grid(posts[0]) if grids else None,
        "shift": _times(await fetch_one(connection, SQL.shift_now, who)),
        "planned": _times(await fetch_one(connection, SQL.shift_planned, who)),
        "position": _times(position),
        "events": [_times(event) for event in events],
    }


def _grid(post: dict[str, Any]) -> dict[str, Any]:
    box = [round(post.pop(side), 6) for side in ("west", "south", "east", "north")]
    post.pop("role")
    return {"id": post.pop("grid_id"), **post, "box": box}


def _times(row: dict[str, Any] | None) -> dict[str, Any] | None:
    """A row with its times as milliseconds."""
    if row is None:
        return None
    return {key: _ms(v) if isinstance(v, datetime) else v for key, v in row.items()}


async def start_shift(connection: Connection, person_id: int, at: datetime) -> None:
    """Go on duty: begin the rostered shift, else an unplanned one. Twice is once."""
    person = await _lock(connection, person_id)
    who = {"person_id": person_id, "at": at}
    if await fetch_one(connection, SQL.shift_now, who) is not None:
        return
    started = await connection.execute(SQL.start_planned, {**who, "soon": at + EARLY})
    if started.rowcount == 0:
        left = await fetch_one(connection, SQL.left_until, who)
        until = (left and left["planned_end"]) or at + UNPLANNED
        area = {"area_id": person["area_id"], "until": until}
        await connection.execute(SQL.start_unplanned, {**who, **area})


async def end_shift(connection: Connection, person_id: int, at: datetime) -> None:
    """Go off duty. Twice is once."""
    await _lock(connection, person_id)
    await connection.execute(SQL.leave, {"person_id": person_id, "at": at})


async def _lock(connection: Connection, person_id: int) -> dict[str, Any]:
    """Two taps at once must not make two shifts."""
    person = await fetch_one(connection, SQL.lock_person, {"person_id": person_id})
    if person is None:
        raise NotFound(what="person", key=person_id)
    return person


async def event_types(connection: Connection) -> list[dict[str, Any]]:
    """Code and names of every type of event, the urgent ones first."""
    return await fetch_all(connection, SQL.event_types)


async def ground(connection: Connection, box: Box, grid_id: int | None = None) -> dict[str, Any]:
    """The map of a small box: fills, roads, buildings, grid borders, and one grid of one's own.

    Coordinates are lon, lat arrays as in GeoJSON.
    """
    window = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    mine = await fetch_one(connection, SQL.my_grid, {"grid_id": grid_id})
    return {
        "fills": await fetch_all(connection, SQL.ground_fills, window),
        "roads": await fetch_all(connection, SQL.ground_roads, window),
        "buildings": [
            r["shape"] for r in await fetch_all(connection, SQL.ground_buildings, window)
        ],
        "grids": await fetch_all(connection, SQL.ground_grids, window),
        "mine": mine and mine["shape"],
    }
