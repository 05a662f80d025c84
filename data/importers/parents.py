"""To which area something belongs: by code, by name, or by where it lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import STRtree

from data.importers.options import Options
from data.importers.report import Ledger
from data.importers.units import Unit, reject
from geo import polygons

INSIDE = 0.5  # at least this share of a unit lies in its area, or in those that share it
MOST = 0.4  # at least this share makes it belong to one of several
FULLY = 0.99
FINEST = 1 << 15  # finer than any level: what is no area may belong to any area


@dataclass(frozen=True, slots=True)
class Place:
    """An area with its own geometry (EPSG:4326) or None; `rank` grows with fineness."""

    id: int
    level: str
    code: str
    name: str
    rank: int
    parent_id: int | None
    geometry: Any = None


class Places:
    """The administrative tree in memory, for one import."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.by_id = {place.id: place for place in places}
        self.root = next(place for place in self.by_id.values() if place.parent_id is None)
        self._tree: tuple[STRtree, list[Place], list[Any]] | None = None

    def add(self, place: Place) -> None:
        """Take in an area that has just been made or changed."""
        self.by_id[place.id] = place
        self._tree = None

    def named(self, value: str, *, by: str, rank: int, options: Options) -> list[Place]:
        """The areas above `rank` with this name, this code, or this level:code.

        A row of a file of areas stands directly below its parent: where several levels have its
        code or name, the nearest one above counts. Everywhere else it must be said which.
        """
        above = [p for p in self.by_id.values() if p.rank < rank]
        found = [p for p in above if by == "code" and f"{p.level}:{p.code}" == value]
        found = found or [p for p in above if value == (p.code if by == "code" else p.name)]
        if options.parent_level is not None:
            return [p for p in found if p.level == options.parent_level]
        if rank == FINEST or options.parent is not None:
            return found
        nearest = max((p.rank for p in found), default=0)
        return [p for p in found if p.rank == nearest]

    def limit(self, place: Place) -> Place | None:
        """The nearest area upwards that has an outline of its own."""
        at: Place | None = place
        while at is not None and at.geometry is None:
            at = None if at.parent_id is None else self.by_id.get(at.parent_id)
        return at

    def around(self, geometry: Any, rank: int) -> Place | None:
        """The finest area above `rank` that holds most of a geometry. One that many areas share
        belongs to what lies above them; one of which less than half lies in any area, to `only`.
        An area without an outline has the union of its children, which does not bound it."""
        tree, places, shapes = self._index()
        covered: dict[int, float] = {}  # share by rank
        best: tuple[int, float, int] | None = None
        for index in tree.query(geometry, predicate="intersects"):
            place = places[index]
            if place.rank >= rank:
                continue
            share = polygons.share_inside(geometry=geometry, container=shapes[index])
            share = round(share, 6)  # half and half is a tie, whatever the last digits say
            covered[place.rank] = covered.get(place.rank, 0) + share
            if share >= MOST and (best is None or (place.rank, share, -place.id) > best):
                best = place.rank, share, -place.id
        if best is not None and covered[best[0]] >= INSIDE:
            return self.by_id[-best[2]]
        shared = max(covered.values(), default=0) >= INSIDE and self.root.geometry is None
        return self.root if shared else self.only(rank)

    def whole(self, geometry: Any, rank: int) -> Place | None:
        """The area of the finest level here that covers a geometry, found by one of its corners:
        the common case, and no share has to be measured."""
        tree, places, shapes = self._index()
        finest = max((place.rank for place in places if place.rank < rank), default=None)
        corner = shapely.points(shapely.get_coordinates(geometry)[:1])
        near = tree.query(corner, predicate="intersects")[1]
        found = [n for n in near if places[n].rank == finest]
        whole = [n for n in found if shapely.covers(shapes[n], geometry)]
        return min((places[n] for n in whole), key=lambda place: place.id, default=None)

    def only(self, rank: int) -> Place | None:
        """The single area of the finest level above `rank`, if nothing bounds it: the one to
        which something must belong whose place says nothing."""
        above = [place for place in self.by_id.values() if place.rank < rank]
        finest = max(place.rank for place in above)
        found = [place for place in above if place.rank == finest]
        return found[0] if len(found) == 1 and self.limit(found[0]) is None else None

    def _index(self) -> tuple[STRtree, list[Place], list[Any]]:
        if self._tree is None:
            shapes = self._shapes()
            places = [self.by_id[key] for key in shapes]
            shapely.prepare(list(shapes.values()))
            self._tree = STRtree(list(shapes.values())), places, list(shapes.values())
        return self._tree

    def _shapes(self) -> dict[int, Any]:
        """Each area's outline; from the finest level upwards, the union of children where none."""
        shapes: dict[int, Any] = {}
        children: dict[int, list[Any]] = {}
        for place in sorted(self.by_id.values(), key=lambda place: -place.rank):
            shape = place.geometry
            if shape is None and place.id in children and place.parent_id is not None:
                shape = polygons.union(children[place.id])
            if shape is not None:
                shapes[place.id] = shape
                if place.parent_id is not None:
                    children.setdefault(place.parent_id, []).append(shape)
        return shapes


def assign(
    units: Sequence[Unit], *, places: Places, rank: int, options: Options, ledger: Ledger
) -> list[Unit]:
    """Give each unit its area; the others are rejected as orphans or for lying outside."""
    kept, crossing = [], 0
    for unit in units:
        place = _find(unit, places, rank, options, ledger)
        if place is None:
            continue
        limit = places.limit(place)
        if unit.geometry is not None and limit is not None:
            covered = unit.whole_in == limit.id
            share = 1.0 if covered else _share(unit.geometry, limit.geometry)
            if share < INSIDE and _by(unit, options) != "location":
                percent = round(share * 100)
                reject(ledger, unit, "outside_parent", percent=percent, parent=place.name)
                continue
            crossing += share < FULLY
        unit.area_id = place.id
        kept.append(unit)
    if crossing:
        ledger.warn("crosses_parent", n=crossing)
    if by_name := sum(len(unit.rows) for unit in kept if unit.parent_by_name):
        ledger.warn("parents_by_name", n=by_name)
    return kept


def _find(unit: Unit, places: Places, rank: int, options: Options, ledger: Ledger) -> Place | None:
    named, by = options.parent or unit.values.get("parent") or "", _by(unit, options)
    if by == "location":
        shapeless = unit.geometry is None
        place = places.only(rank) if shapeless else _around(unit, places, rank)
        if place is None:
            where = "—" if shapeless else f"({_where(unit.geometry)})"
            reject(ledger, unit, "orphan", what="area", key=where)
        return place
    found = places.named(named, by=by, rank=rank, options=options)
    if not found and options.parent_by is None and options.parent is None:
        found = places.named(named, by="name", rank=rank, options=options)
        unit.parent_by_name = len(found) == 1
    if len(found) == 1:
        return found[0]
    if found:
        reject(ledger, unit, "ambiguous_parent", key=named, choices=choices(found))
    else:
        reject(ledger, unit, "orphan", what="area", key=named or "—")
    return None


def _around(unit: Unit, places: Places, rank: int) -> Place | None:
    whole = places.whole(unit.geometry, rank)
    if whole is None:
        return places.around(unit.geometry, rank)
    unit.whole_in = whole.id
    return whole


def _share(geometry: Any, container: Any) -> float:
    shapely.prepare(container)  # of many units; nothing where it is prepared
    return polygons.share_inside(geometry=geometry, container=container)


def choices(found: Sequence[Place]) -> str:
    """What to write instead of a code or name that several areas have."""
    return ", ".join(f"{place.level}:{place.code}" for place in found)


def _by(unit: Unit, options: Options) -> str:
    """How a unit's area is found: as the user says, by code where there is one, else by place."""
    if options.parent is not None:
        return "code"
    coded = "parent" in options.maps or unit.values.get("parent")
    return options.parent_by or ("code" if coded else "location")


def _where(geometry: Any) -> str:
    x, y = np.round(shapely.get_coordinates(shapely.point_on_surface(geometry))[0], 5)
    return f"{x}, {y}"
