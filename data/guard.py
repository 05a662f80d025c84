"""The coordinate guard: does a layer or a feed lie beside the site's map by a constant shift?

Outlines are held against the outlines of areas, points against roads, then buildings. It says
what would fit and by how much; nothing is ever moved by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import numpy as np
import shapely
from numpy.typing import NDArray

from data.database import Connection, fetch_all
from data.errors import NotFound
from data.queries import load
from geo import shift_guard
from geo.shift_guard import Finding

SQL = load(__file__)
MOST = 20_000  # the newest of a feed
LEVEL, KIND, STATIONS, EVENTS, POSITIONS = "areas", "grids", "facilities", "events", "positions"
# The system in which data should have been read, by how they were and what would bring them home.
READ_AS = {
    ("WGS84", "GCJ02>WGS84"): "gcj02",
    ("WGS84", "BD09>WGS84"): "bd09",
    ("GCJ02", "WGS84>GCJ02"): "wgs84",
    ("GCJ02", "BD09>GCJ02"): "bd09",
    ("BD09", "WGS84>BD09"): "wgs84",
    ("BD09", "GCJ02>BD09"): "gcj02",
}
Shapes = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at: `what` is areas, grids, facilities, events or positions, `name` the
    level, kind or source; `reference` what it was held against, `system` in which it was read."""

    what: str
    name: str
    reference: str
    system: str
    finding: Finding

    @property
    def wrong(self) -> bool:
        return self.finding.verdict == "shifted"

    @property
    def reason(self) -> str:
        """The reason code of its sentence, in `data.importers.reasons.WARNINGS`."""
        if not self.wrong:
            return f"shift_{self.finding.verdict}"
        if not self.finding.conversion:
            return "shift_none_fits"
        return "shift_crs" if self.crs else "shift_conversion"

    @property
    def crs(self) -> str:
        """What --crs should have been; "" where only the conversion is known."""
        return READ_AS.get((self.system, self.finding.conversion), "")

    @property
    def words(self) -> dict[str, str]:
        """The fields of the sentence; metres are whole."""
        found = self.finding
        return {
            "n": str(found.points),
            "reference": self.reference,
            "shift": f"{found.shift_m:.0f}",
            "before": f"{found.before_m:.0f}",
            "after": f"{found.after_m:.0f}",
            "east": f"{found.east_m:.0f}",
            "north": f"{found.north_m:.0f}",
            "conversion": found.conversion.replace(">", " → "),
            "crs": self.crs,
        }


@dataclass(slots=True)
class Ground:
    """What a site has to hold things against, read when first asked for."""

    connection: Connection
    known: dict[str, Shapes]

    async def shapes(self, name: str) -> Shapes:
        """Roads, buildings, or the outlines of areas."""
        if name not in self.known:
            queries: dict[str, LiteralString] = {
                "roads": SQL.roads,
                "buildings": SQL.buildings,
                "areas": SQL.areas,
            }
            rows = await fetch_all(self.connection, queries[name])
            self.known[name] = _shapes([row["wkb"] for row in rows])
        return self.known[name]

    async def points(self, lonlat: NDArray[np.float64]) -> tuple[str, Finding]:
        """Points against roads, and against buildings where roads tell nothing."""
        reference, found = "roads", Finding("too_few", 0)
        for name in ("roads", "buildings"):
            said = await asyncio.to_thread(shift_guard.judge, lonlat, await self.shapes(name))
            if name == "roads" or said.verdict in ("fits", "shifted"):
                reference, found = name, said
            if found.verdict in ("fits", "shifted"):
                break
        return reference, found

    async def outlines(self, layer: Shapes, parents: Shapes | None = None) -> tuple[str, Finding]:
        """Polygons against the outlines of areas, or of those given."""
        against = await self.shapes("areas") if parents is None else parents
        return "borders", await asyncio.to_thread(shift_guard.judge_outlines, layer, against)


def _shapes(wkb: Sequence[bytes]) -> Shapes:
    made: Shapes = np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)
    return made.reshape(-1)


async def check(
    connection: Connection, *, at: datetime, only: Sequence[tuple[str, str]] = ()
) -> list[Check]:
    """Every layer and feed of the site, or only those of (what, name), name "" = all of them.

    Asked as the system actor; `at` is site time. Raises NotFound for one that is not there.
    """
    ground = Ground(connection, {})
    found: list[Check] = []
    for what, one in _WORK.items():
        if not only or any(what == wanted for wanted, _ in only):
            found += await one(ground, at)
    kept = [one for one in found if not only or {(one.what, one.name), (one.what, "")} & set(only)]
    for what, name in only:
        if name and not any((one.what, one.name) == (what, name) for one in kept):
            raise NotFound(what=what, key=name)
    return kept


async def _areas(ground: Ground, at: datetime) -> list[Check]:
    """Each level against all other levels."""
    rows = await fetch_all(ground.connection, SQL.areas)
    shapes = _shapes([row["wkb"] for row in rows])
    levels = np.array([row["level"] for row in rows])
    checks = []
    for level in sorted(set(levels.tolist())):
        own = levels == level
        checks.append(await _layer(LEVEL, level, ground, shapes[own], shapes[~own]))
    return checks


async def _grids(ground: Ground, at: datetime) -> list[Check]:
    rows = await fetch_all(ground.connection, SQL.grids)
    shapes = _shapes([row["wkb"] for row in rows])
    kinds = np.array([row["kind"] for row in rows])
    return [
        await _layer(KIND, kind, ground, shapes[kinds == kind])
        for kind in sorted(set(kinds.tolist()))
    ]


async def _layer(
    what: str, name: str, ground: Ground, layer: Shapes, parents: Shapes | None = None
) -> Check:
    reference, found = await ground.outlines(layer, parents)
    return Check(what, name, reference, "WGS84", found)


async def _facilities(ground: Ground, at: datetime) -> list[Check]:
    """All kinds together: of one kind there are few."""
    rows = await fetch_all(ground.connection, SQL.facilities)
    reference, found = await ground.points(_lonlat(rows))
    return [Check(STATIONS, "", reference, "WGS84", found)] if rows else []


async def _events(ground: Ground, at: datetime, names: Sequence[str] = ()) -> list[Check]:
    return await _feeds(ground, EVENTS, SQL.events, at, names)


async def _positions(ground: Ground, at: datetime, names: Sequence[str] = ()) -> list[Check]:
    return await _feeds(ground, POSITIONS, SQL.positions, at, names)


async def _feeds(
    ground: Ground, what: str, query: LiteralString, at: datetime, names: Sequence[str]
) -> list[Check]:
    """Each source that has brought something, or only those of these names; what was read in
    another system is judged by itself."""
    checks = []
    for source in await fetch_all(ground.connection, SQL.sources):
        if names and source["name"] not in names:
            continue
        asked = {"name": source["name"], "at": at, "limit": MOST}
        rows = await fetch_all(ground.connection, query, asked)
        for system in sorted({row["coord_sys"] for row in rows}):
            own = [row for row in rows if row["coord_sys"] == system]
            reference, found = await ground.points(_lonlat(own))
            checks.append(Check(what, source["name"], reference, system, found))
    return checks


async def of_source(connection: Connection, name: str, *, at: datetime) -> list[Check]:
    """What one source has brought. Raises NotFound."""
    if name not in {row["name"] for row in await fetch_all(connection, SQL.sources)}:
        raise NotFound(what="source", key=name)
    ground = Ground(connection, {})
    return [*await _events(ground, at, (name,)), *await _positions(ground, at, (name,))]


def _lonlat(rows: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    return np.array([(row["lon"], row["lat"]) for row in rows], dtype=float).reshape(-1, 2)


_WORK = {LEVEL: _areas, KIND: _grids, STATIONS: _facilities, EVENTS: _events, POSITIONS: _positions}


async def look(connection: Connection, what: str, shapes: Shapes, system: str) -> Check | None:
    """The same for shapes that are about to come in; None for what lies nowhere."""
    ground = Ground(connection, {})
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if not len(shapes):
        return None
    if what in (LEVEL, KIND):
        layer = shapes[np.isin(shapely.get_type_id(shapes), (3, 6))]
        reference, found = await ground.outlines(layer)
    else:
        centres = shapely.centroid(shapes)
        lonlat = np.column_stack([shapely.get_x(centres), shapely.get_y(centres)])
        reference, found = await ground.points(lonlat)
    return Check(what, "", reference, system, found)
