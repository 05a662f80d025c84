"""Areas: the one administrative tree. Reading it whole, and writing many areas at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from data.database import Connection, fetch_all
from data.errors import Invalid, NotFound
from data.queries import load

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the tree; `rank` 0 is the whole site, larger is finer."""

    code: str
    rank: int
    name_zh: str
    name_en: str


class AmbiguousArea(Invalid):
    """Several areas have the code {code}. Write which one you mean: {choices}."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an area is called by: codes differ within a level only."""

    id: int
    level: str
    code: str


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area to write. `geometry` is a MultiPolygon in EPSG:4326, or None: keep what is there,
    or let its shape be the union of its children."""

    level: str
    code: str
    name: str
    parent_id: int
    geometry: Any = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a written thing: `state` is new, changed or unchanged."""

    id: int
    state: str


async def every(connection: Connection) -> list[dict[str, Any]]:
    """All valid areas, coarse to fine: id, code, name, level, rank, parent_id, wkb (or None)."""
    return await fetch_all(connection, SQL.all)


async def levels(connection: Connection) -> list[Level]:
    """All levels, coarse to fine."""
    return [Level(**row) for row in await fetch_all(connection, SQL.levels)]


async def find(connection: Connection, code: str) -> int:
    """The id of an area in the actor's scope by code or level:code.

    Raises NotFound, AmbiguousArea.
    """
    rows = await fetch_all(connection, SQL.named, {"code": code})
    found = pick([Known(**row) for row in rows], code)
    if found is None:
        raise NotFound(what="area", key=code)
    return found


async def below(connection: Connection, code: str) -> list[int]:
    """The ids of an area and of all below it, as `find`."""
    rows = await fetch_all(connection, SQL.below, {"id": await find(connection, code)})
    return [row["area_id"] for row in rows]


def pick(areas: Iterable[Known], code: str) -> int | None:
    """The one that is meant by a code or by level:code, which wins. Raises AmbiguousArea."""
    known = list(areas)
    found = [a for a in known if f"{a.level}:{a.code}" == code]
    found = found or [a for a in known if a.code == code]
    if len(found) > 1:
        raise ambiguous(found)
    return found[0].id if found else None


def ambiguous(areas: Sequence[Known]) -> AmbiguousArea:
    """The error about several areas with one code."""
    choices = ", ".join(f"{a.level}:{a.code}" for a in areas)
    return AmbiguousArea(code=areas[0].code, choices=choices)


async def add_level(
    connection: Connection, *, code: str, name_zh: str, name_en: str, rank: int | None = None
) -> None:
    """Make a level where it is missing, below all others unless a rank is given."""
    await connection.execute(
        SQL.add_level, {"code": code, "rank": rank, "name_zh": name_zh, "name_en": name_en}
    )


async def write(connection: Connection, areas: Iterable[NewArea]) -> list[Outcome]:
    """Make or change areas, known by level and code; in the order given. Parents must exist."""
    await connection.execute(SQL.make_incoming)
    await connection.execute(SQL.clear_incoming)
    async with connection.cursor() as cursor, cursor.copy(SQL.copy_incoming) as copy:
        for n, area in enumerate(areas):
            fixed = (n, area.level, area.code, area.name, area.parent_id)
            await copy.write_row((*fixed, ewkb(area.geometry), area.population))
    for step in (SQL.compare, SQL.change, SQL.insert):
        await connection.execute(step)
    return [Outcome(row["id"], row["state"]) for row in await fetch_all(connection, SQL.outcome)]


def ewkb(geometry: Any) -> str | None:
    """A geometry in EPSG:4326 as the hex text that COPY takes, with its SRID; None stays None."""
    if geometry is None:
        return None
    wkb: bytes = shapely.to_wkb(shapely.set_srid(geometry, 4326), include_srid=True)
    return wkb.hex()  # five times as fast as GEOS writes hex
