"""What the steps ask for each fix, held in memory: people, shifts, last positions, grids, scopes.

Read as the system actor, renewed when the store says that something changed (`wangge_places`).
A copy can be late by milliseconds, so a "no" that it gives is asked again of the store
(`look_again`), and of duplicates the store alone is the judge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import shapely

from data.access import Actor
from data.actors import ensure_source
from data.database import Connection, fetch_all, fetch_one
from data.queries import load
from data.sources import systems
from geo.crs import System
from geo.grids import GridIndex, index_grids

SQL = load(__file__)
OWN_SOURCE = "duty"  # fixes of accounts, which have no source of their own
SHIFT_WINDOW = timedelta(days=2)
Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Person:
    """Who a code means, and the times that he is on duty around now."""

    id: int
    area_id: int
    shifts: tuple[Period, ...]

    def on_duty(self, at: datetime) -> bool:
        for start, end in self.shifts:  # noqa: SIM110 (a generator would cost twice as much)
            if start <= at < end:
                return True
        return False


@dataclass(slots=True)
class Seen:
    """The newest stored fix of a person."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


def _no_grids() -> GridIndex:
    return index_grids(ids=[], kinds=[], shapes=[])


@dataclass(slots=True)
class Known:
    """The copy. `people` by code, `seen` by person id, `scopes` area id → the areas below it."""

    people: dict[str, Person] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)
    scopes: dict[int, frozenset[int]] = field(default_factory=dict)
    grids: GridIndex = field(default_factory=_no_grids)
    box: tuple[float, float, float, float] | None = None  # west south east north, degrees
    own_source_id: int = 0
    systems: dict[int, System] = field(default_factory=dict)  # by source; none = WGS 84

    def find(self, code: str, actor: Actor) -> Person | None:
        """The person of a code if the actor may report him: in scope, a worker only himself."""
        person = self.people.get(code)
        if person is None or person.area_id not in self.scopes.get(actor.area_id, ()):
            return None
        if actor.role == "grid_worker" and actor.person_id != person.id:
            return None
        return person


async def load_all(connection: Connection, at: datetime) -> Known:
    """Everything, as the system actor. `at` is site time."""
    known = Known()
    known.own_source_id = await ensure_source(connection, OWN_SOURCE, kind="worker")
    known.systems = await systems(connection)
    await load_areas(connection, known)
    await load_people(connection, known, at)
    await load_grids(connection, known)
    await load_seen(connection, known)
    return known


async def renew(
    connection: Connection, known: Known, at: datetime, tables: Collection[str]
) -> None:
    """Read again what depends on the tables that changed; "site" stands for all (a new clock)."""
    every = {"area", "person", "shift", "grid", "source"}
    changed = every if "site" in tables else set(tables)
    if "source" in changed:
        known.systems = await systems(connection)
    if changed & {"area", "grid"}:
        await load_areas(connection, known)
    if changed & {"person", "shift"}:
        await load_people(connection, known, at)
    if "grid" in changed:
        await load_grids(connection, known)
    if "site" in tables:
        await load_seen(connection, known)


async def look_again(
    connection: Connection,
    known: Known,
    at: datetime,
    codes: Iterable[str],
    *,
    judged: Mapping[str, Person],
) -> bool:
    """Ask the store about people whose fixes would be rejected; True when `judged`, the copy by
    which they were, was late. The present copy may have been renewed since."""
    wanted = set(codes)
    people = _people(await fetch_all(connection, SQL.people, _window(at, list(wanted))))
    late = False
    for code in wanted:
        late |= judged.get(code) != people.get(code)
        if code in people:
            known.people[code] = people[code]
        else:
            known.people.pop(code, None)
    return late


async def load_people(connection: Connection, known: Known, at: datetime) -> None:
    known.people = _people(await fetch_all(connection, SQL.people, _window(at, None)))


def _window(at: datetime, codes: list[str] | None) -> dict[str, Any]:
    return {"codes": codes, "start": at - SHIFT_WINDOW, "end": at + SHIFT_WINDOW}


def _people(rows: list[dict[str, Any]]) -> dict[str, Person]:
    return {
        row["code"]: Person(
            row["id"], row["area_id"], tuple(zip(row["starts"], row["ends"], strict=True))
        )
        for row in rows
    }


async def load_seen(connection: Connection, known: Known) -> None:
    rows = await fetch_all(connection, SQL.seen)
    known.seen = {
        row["person_id"]: Seen(row["at"], row["lon"], row["lat"], row["accuracy_m"]) for row in rows
    }


async def load_areas(connection: Connection, known: Known) -> None:
    rows = await fetch_all(connection, SQL.scopes)
    known.scopes = {row["ancestor_id"]: frozenset(row["areas"]) for row in rows}
    box = await fetch_one(connection, SQL.box)
    known.box = None if box is None or box["west"] is None else tuple(box.values())


async def load_grids(connection: Connection, known: Known) -> None:
    known.grids = await read_grids(connection)


async def read_grids(connection: Connection) -> GridIndex:
    """The index of the current grids that the connection's actor sees."""
    rows = await fetch_all(connection, SQL.grids)
    return await asyncio.to_thread(_index, rows)


def _index(rows: list[dict[str, Any]]) -> GridIndex:
    return index_grids(
        ids=[row["id"] for row in rows],
        kinds=[row["kind"] for row in rows],
        shapes=list(shapely.from_wkb([row["wkb"] for row in rows])),
    )
