"""What lies at a point: the owner of each kind of grid, the area, and who answers for them.

Ownership is found as the system actor, since a border's owner may lie outside the caller's scope;
what is shown of an owner is read as the caller, so that row-level security decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.access import SEES_CONTACTS, Actor
from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies: grid ids (one a kind, ascending) and the finest area, None = nowhere."""

    grid_ids: tuple[int, ...]
    area_id: int | None


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who holds a post on a grid; `phone` is None where the caller's role may not see it."""

    person_id: int
    name: str
    post: str
    on_duty: bool
    phone: str | None


@dataclass(frozen=True, slots=True)
class GridHere:
    """A grid at a point with its people, as far as the caller sees them."""

    id: int
    kind: str
    kind_name_zh: str
    kind_name_en: str
    code: str
    name: str
    area_id: int
    area_name: str | None
    responsible: tuple[Responsible, ...]


async def locate(connection: Connection, *, lon: float, lat: float, at: datetime) -> Place:
    """Where a point (EPSG:4326, degrees) lay at site time `at`; to be asked as the system actor."""
    row = await fetch_one(connection, SQL.locate, {"lon": lon, "lat": lat, "at": at})
    assert row is not None
    return Place(tuple(row["grid_ids"]), row["area_id"])


async def describe(
    connection: Connection, actor: Actor, grid_ids: tuple[int, ...], at: datetime
) -> list[GridHere]:
    """The grids of `grid_ids` that the caller sees, in the order of kinds, with their people."""
    ids = {"grid_ids": list(grid_ids), "at": at}
    grids = await fetch_all(connection, SQL.grids, ids)
    phones: dict[int, str] = {}
    if actor.role in SEES_CONTACTS:
        phones = {
            r["person_id"]: r["address"] for r in await fetch_all(connection, SQL.phones, ids)
        }
    people: dict[int, list[Responsible]] = {}
    for row in await fetch_all(connection, SQL.people, ids):
        people.setdefault(row["grid_id"], []).append(_responsible(row, phones))
    return [GridHere(**row, responsible=tuple(people.get(row["id"], ()))) for row in grids]


def _responsible(row: dict[str, Any], phones: dict[int, str]) -> Responsible:
    person_id = row["person_id"]
    return Responsible(person_id, row["name"], row["post"], row["on_duty"], phones.get(person_id))
