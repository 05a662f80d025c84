"""The ground (底): roads, waters, woods and buildings that are drawn where no base map lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, LiteralString

from data.database import Connection, fetch_all
from data.places.areas import Outcome, ewkb
from data.queries import load

SQL = load(__file__)
ROAD, WATER, WOOD, BUILDING = KINDS = ("road", "water", "wood", "building")
CLASSES = ("trunk", "main", "minor", "track", "rail")  # of roads, the broadest first


@dataclass(frozen=True, slots=True)
class NewGround:
    """A road, water, wood or building to write; `geometry` is in EPSG:4326: of a road lines, of a
    water lines or polygons, of the others polygons. `road_class` (one of CLASSES) is of roads,
    `area_id` and `dwellings` of buildings."""

    code: str
    name: str | None
    geometry: Any
    content_hash: str
    road_class: str | None = None
    area_id: int | None = None
    dwellings: int | None = None


async def write(connection: Connection, kind: str, many: Iterable[NewGround]) -> list[Outcome]:
    """Make or change what is of one of KINDS, known by kind and code; in the order given."""
    await connection.execute(SQL.make_incoming)
    await connection.execute(SQL.clear_incoming)
    async with connection.cursor() as cursor, cursor.copy(SQL.copy_incoming) as copy:
        for n, one in enumerate(many):
            fixed = (n, one.code, one.name, ewkb(one.geometry), one.road_class)
            await copy.write_row((*fixed, one.area_id, one.dwellings, one.content_hash))
    compare, upsert, outcome = _STATEMENTS[kind]
    await connection.execute(compare, {"kind": kind})
    await connection.execute(upsert, {"kind": kind})
    rows = await fetch_all(connection, outcome, {"kind": kind})
    return [Outcome(row["id"], row["state"]) for row in rows]


_FILLS: tuple[LiteralString, ...] = (SQL.compare_fills, SQL.upsert_fills, SQL.outcome_fills)
_STATEMENTS: dict[str, tuple[LiteralString, ...]] = {
    ROAD: (SQL.compare_roads, SQL.upsert_roads, SQL.outcome_roads),
    WATER: _FILLS,
    WOOD: _FILLS,
    BUILDING: (SQL.compare_buildings, SQL.upsert_buildings, SQL.outcome_buildings),
}
