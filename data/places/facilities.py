"""Facilities (阵地): service stations with a kind and a service radius. Writing many at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from data.database import Connection, fetch_all
from data.places.areas import Outcome, ewkb
from data.queries import load

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class NewFacility:
    """A facility to write; `geometry` is a Point in EPSG:4326."""

    code: str
    kind: str
    name: str
    area_id: int
    geometry: Any
    content_hash: str
    service_radius_m: float | None = None
    address: str | None = None


async def kinds(connection: Connection) -> list[dict[str, Any]]:
    """All kinds: kind, name_zh, name_en."""
    return await fetch_all(connection, SQL.kinds)


async def add_kind(connection: Connection, *, kind: str, name_zh: str, name_en: str) -> None:
    """Make a kind where it is missing."""
    await connection.execute(SQL.add_kind, {"kind": kind, "name_zh": name_zh, "name_en": name_en})


async def write(connection: Connection, facilities: Iterable[NewFacility]) -> list[Outcome]:
    """Make or change facilities, known by code; in the order given."""
    await connection.execute(SQL.make_incoming)
    await connection.execute(SQL.clear_incoming)
    async with connection.cursor() as cursor, cursor.copy(SQL.copy_incoming) as copy:
        for n, one in enumerate(facilities):
            fixed = (n, one.code, one.kind, one.name, one.area_id, ewkb(one.geometry))
            await copy.write_row((*fixed, one.service_radius_m, one.address, one.content_hash))
    await connection.execute(SQL.compare)
    await connection.execute(SQL.upsert)
    return [Outcome(row["id"], row["state"]) for row in await fetch_all(connection, SQL.outcome)]
