"""Areas, grids and who is posted on them, as far as the feed needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.database import Connection, fetch_all, fetch_one
from data.places.areas import Known
from data.queries import load

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class FeedGrid:
    """A grid and how many grid workers are posted on it."""

    id: int
    area_id: int
    kind: str
    name: str
    workers: int


@dataclass(frozen=True, slots=True)
class FeedPlaces:
    """`descendants` of each area (itself included), `boxes` = (west, south, east, north) of each
    that has a shape, all by area id; `areas` = what each is called by; `grids` by id.

    `version` changes with anything that the map's layers show.
    """

    version: str
    root_id: int
    descendants: dict[int, frozenset[int]]
    areas: tuple[Known, ...]
    boxes: dict[int, tuple[float, float, float, float]]
    grids: dict[int, FeedGrid]


async def read(connection: Connection, at: datetime) -> FeedPlaces:
    """The places as they are at `at`."""
    version = await fetch_one(connection, SQL.version, {"at": at})
    areas = await fetch_all(connection, SQL.areas)
    below: dict[int, set[int]] = {}
    for row in await fetch_all(connection, SQL.paths):
        below.setdefault(row["ancestor_id"], set()).add(row["area_id"])
    grids = await fetch_all(connection, SQL.grids, {"at": at})
    own = {row["id"]: _box(row) for row in areas if row["west"] is not None}
    descendants = {row["id"]: frozenset(below.get(row["id"], {row["id"]})) for row in areas}
    boxes = {
        area: box
        for area, inside in descendants.items()
        if (box := _union([own[i] for i in inside if i in own])) is not None
    }
    return FeedPlaces(
        version=str(version["version"]) if version else "0",
        root_id=next((row["id"] for row in areas if row["parent_id"] is None), 0),
        descendants=descendants,
        areas=tuple(Known(row["id"], row["level"], row["code"]) for row in areas),
        boxes=boxes,
        grids={row["id"]: FeedGrid(**row) for row in grids},
    )


def _box(row: dict[str, float]) -> tuple[float, float, float, float]:
    return row["west"], row["south"], row["east"], row["north"]


def _union(
    boxes: list[tuple[float, float, float, float]],
) -> tuple[float, float, float, float] | None:
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
