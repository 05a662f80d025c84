"""Sources of events and positions, and the coordinate system that each has declared.

What comes by a source's doors is converted from its system once; the originals are kept, with
the name of the system that was believed when they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotFound, Said
from data.queries import load
from geo import crs
from geo.crs import System

SQL = load(__file__)
WGS84 = "WGS84"


@dataclass(frozen=True, slots=True)
class Source:
    """A source as it is listed: `coord_sys` reads back by `geo.crs.parse`."""

    id: int
    name: str
    kind: str
    area: str
    coord_sys: str
    events: int
    tokens: int


def parse(text: str) -> System:
    """The system that a user names for a source. Raises Invalid with what to do."""
    try:
        found = crs.parse(text)
        if crs.parse(found.name) == found:
            return found
    except crs.OldDatum as error:
        why = Said("{datum} has no constant shift to WGS 84; use CGCS2000", datum=error.datum)
        raise Invalid(what=text, why=why) from None
    except crs.UnknownCrs:
        pass
    raise Invalid(
        what=text,
        why=Said("no coordinate system; give EPSG:NUMBER or one of {names}", names=crs.EXAMPLES),
    )


@lru_cache(maxsize=64)
def _named(name: str) -> System:
    return crs.parse(name)


async def every(connection: Connection) -> list[Source]:
    """All sources by name, with the events and the living tokens of each."""
    return [Source(**row) for row in await fetch_all(connection, SQL.every)]


async def systems(connection: Connection) -> dict[int, System]:
    """The systems of the sources that have another one than WGS 84, by source id."""
    rows = await fetch_all(connection, SQL.systems)
    return {row["id"]: _named(row["coord_sys"]) for row in rows}


async def system_of(
    connection: Connection, *, source_id: int | None = None, name: str | None = None
) -> System:
    """The system of a source by its id, else by its name; WGS 84 where there is none yet."""
    row = await fetch_one(connection, SQL.system_of, {"id": source_id, "name": name})
    return _named(WGS84 if row is None else row["coord_sys"])


async def set_system(connection: Connection, name: str, system: System) -> str:
    """Declare the system of what comes from now on; gives the name of the one before.

    What is stored already stays as it is. Raises NotFound.
    """
    row = await fetch_one(connection, SQL.set_system, {"name": name, "coord_sys": system.name})
    if row is None:
        raise NotFound(what="source", key=name)
    return str(row["before"])
