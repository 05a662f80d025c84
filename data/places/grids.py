"""Grids: typed, overlapping, with versions. Writing many at once; a re-cut makes a new version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.database import Connection, fetch_all
from data.errors import NotFound
from data.places.areas import Outcome, ewkb
from data.queries import load

SQL = load(__file__)
# What fills its areas by its meaning, by code or Chinese name: such a new kind tiles unasked.
FILLING = frozenset(("comprehensive", "administrative", "unit", "综合网格", "行政网格", "单元网格"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of grid; `tiles` says that its grids leave no gaps in their areas, `tiles_with`
    together with which other kind (None: alone)."""

    kind: str
    rank: int
    name_zh: str
    name_en: str
    tiles: bool
    tiles_with: str | None = None


@dataclass(frozen=True, slots=True)
class NewGrid:
    """A grid to write; `geometry` is a MultiPolygon in EPSG:4326."""

    kind: str
    code: str
    name: str
    area_id: int
    geometry: Any
    content_hash: str
    households: int | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of each grid, in order, and how many posts moved to new versions."""

    outcomes: list[Outcome]
    posts_moved: int


async def kinds(connection: Connection) -> list[Kind]:
    """All kinds in the order of lists."""
    return [Kind(**row) for row in await fetch_all(connection, SQL.kinds)]


async def add_kind(
    connection: Connection,
    *,
    kind: str,
    name_zh: str,
    name_en: str,
    tiles: bool = False,
    tiles_with: str | None = None,
) -> None:
    """Make a kind where it is missing, after all others. Raises NotFound for `tiles_with`."""
    given = {"kind": kind, "name_zh": name_zh, "name_en": name_en}
    cursor = await connection.execute(SQL.add_kind, given)
    if cursor.rowcount:
        await set_tiling(connection, kind, tiles=tiles, tiles_with=tiles_with)


async def set_tiling(
    connection: Connection, kind: str, *, tiles: bool, tiles_with: str | None = None
) -> None:
    """Say whether a kind's grids fill their areas, alone or with those of another kind, which
    tiles then too. Raises NotFound for a kind that there is not."""
    known = {one.kind: one for one in await kinds(connection)}
    for one in (kind, tiles_with):
        if one is not None and one not in known:
            raise NotFound(what="grid kind", key=one)
    lead = None if tiles_with is None else known[tiles_with].tiles_with or tiles_with
    lead = None if lead == kind else lead  # it leads them already
    tiles = tiles or tiles_with is not None
    given = {"kind": kind, "lead": lead, "tiles": tiles}
    if lead is not None or not tiles:
        await connection.execute(SQL.follow, given)
    await connection.execute(SQL.set_tiling, given)


async def versions(connection: Connection) -> list[dict[str, Any]]:
    """All grids of all times: id, kind, area_id, wkb, valid_from (None = always), valid_to."""
    return await fetch_all(connection, SQL.versions)


async def write(connection: Connection, grids: Iterable[NewGrid], *, at: datetime) -> Written:
    """Make or change grids, known by kind and code. Where the outline differs, the old version
    ends at `at` (site time), a new one begins, and the posts on it end and begin with them, so
    that each day keeps its own. Located events without a grid of that kind are given a new one's
    id; all others keep the grid of their day."""
    await connection.execute(SQL.make_incoming)
    await connection.execute(SQL.clear_incoming)
    async with connection.cursor() as cursor, cursor.copy(SQL.copy_incoming) as copy:
        for n, grid in enumerate(grids):
            fixed = (n, grid.kind, grid.code, grid.name, grid.area_id, ewkb(grid.geometry))
            numbers = (grid.households, grid.population)
            await copy.write_row((*fixed, *numbers, grid.content_hash))
    await connection.execute(SQL.compare)
    await connection.execute(SQL.change)
    await connection.execute(SQL.retire, {"at": at})
    await connection.execute(SQL.insert)
    moved = (await connection.execute(SQL.later_posts)).rowcount
    moved += (await connection.execute(SQL.carry_posts)).rowcount
    await connection.execute(SQL.adopt_events)
    rows = await fetch_all(connection, SQL.outcome)
    return Written([Outcome(row["id"], row["state"]) for row in rows], moved)
