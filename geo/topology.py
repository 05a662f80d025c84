"""Whether polygons tile their hosts: gaps, overlaps, what reaches out, scraps left by a cut.

A host is an area that its members should fill. All lengths are metres in a local plane
(`geo.plane`) in which the lines are those of the stored degrees; m² are true ones. What is
narrower than the tolerance on average is left out and counted: such strips come from rounding.
Nothing depends on chance or on the order of ties, so the same map gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely import Geometry, MultiPolygon, Polygon

from geo import coverage as coverage_
from geo import polygons
from geo.coverage import Coverage, Ints
from geo.plane import Plane, area_m2, plane_around

TOLERANCE_M = 0.1
SLIVER_M = 10.0
_NOISE_M = 0.001  # what arithmetic alone can make
_TOUCH_M = 0.01  # overlays move crossing points by less
_NEIGHBOUR = 0.1  # at least this share of its edge makes a neighbour
_AT_BORDER = 0.25  # more of its edge on the host's border than this: not between members
_LONG = 10.0  # a sliver is at least so many times longer than wide


@dataclass(frozen=True, slots=True)
class Host:
    """An area to fill: its outline in degrees, or None where its members alone make it, and the
    positions of its members. `filled` False: only what reaches out of it is looked for."""

    outline: Geometry | None
    members: tuple[int, ...]
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `kind` is gap, overlap, unfilled, outside or sliver; `members` the positions
    that have part in it, `host` the position of the host, or None; `shape` in degrees.

    `members`: of a gap and of what is unfilled those around, longest common edge first, with
    `shares` of its edge; of an overlap the two, with the shares of their areas that it is; of
    what reaches outside the one, with the share of its area; of a sliver (a thin part of a member
    apart from its body) the member, then those around. `narrow`: long and thin.
    """

    kind: str
    members: tuple[int, ...]
    host: int | None
    shape: MultiPolygon
    area_m2: float
    width_m: float
    narrow: bool
    shares: tuple[float, ...]


@dataclass(slots=True)
class Faults:
    """All faults, and what was narrower than the tolerance: how many pieces, how many m²."""

    found: list[Fault] = field(default_factory=list)
    ignored: int = 0
    ignored_m2: float = 0.0


def examine(
    shapes: Sequence[Geometry],
    *,
    hosts: Sequence[Host],
    tolerance_m: float = TOLERANCE_M,
    sliver_m: float = SLIVER_M,
) -> Faults:
    """All faults of valid polygons in degrees (EPSG:4326), in a fixed order."""
    held = np.empty(len(shapes), dtype=object)
    held[:] = list(shapes)
    outlines = np.array([host.outline for host in hosts], dtype=object)
    plane = plane_around(np.concatenate([held, outlines]))
    coverage = coverage_.cover(list(plane.to_metres(held)))
    work = _Work(coverage, plane, list(plane.to_metres(outlines)), tolerance_m, sliver_m)
    overlaps = [
        (one, other, kept)
        for one, other, common in coverage_.find_overlaps(coverage)
        if (kept := work.wide(polygons.polygons_of(common)))
    ]
    for one, other, parts in overlaps:
        work.add("overlap", (one, other), None, parts, work.shares_of((one, other), parts))
    doubled = shapely.union_all([part for *_, parts in overlaps for part in parts])
    for number, host in enumerate(hosts):
        work.look_at(number, host, doubled)
    work.find_slivers()
    return work.faults


class _Work:
    """One examination: everything in metres until a fault is noted down."""

    def __init__(
        self,
        coverage: Coverage,
        plane: Plane,
        outlines: list[Any],
        tolerance_m: float,
        sliver_m: float,
    ) -> None:
        self.coverage, self.plane, self.outlines = coverage, plane, outlines
        self.tolerance_m, self.sliver_m = tolerance_m, sliver_m
        self.faults = Faults()

    def look_at(self, number: int, host: Host, doubled: Geometry) -> None:
        """What of a host is not covered, and what of its members lies outside of it."""
        members: Ints = np.array(host.members, dtype=np.int64)
        outline, whole = self.outlines[number], coverage_.unite(self.coverage, members)
        if outline is not None:
            beyond = shapely.difference(whole, outline)
            self._outside(number, members, self.wide(_less(beyond, doubled)))
        if host.filled:
            free = (
                coverage_.holes(whole) if outline is None else [shapely.difference(outline, whole)]
            )
            self._missing(number, members, free)

    def _missing(self, number: int, members: Ints, free: Sequence[Geometry]) -> None:
        """Pieces that lie between members are gaps, those along the border are unfilled."""
        around: dict[tuple[str, tuple[int, ...]], list[Polygon]] = {}
        at_border = self._edge(self.outlines[number])
        for piece in self.wide(free):
            foreign = np.setdiff1d(self.coverage.tree.query(piece, "intersects"), members)
            for part in self.wide(_less(piece, *self.coverage.shapes[foreign])):
                bordering = at_border is not None and _along(part, at_border) > _AT_BORDER
                key = () if bordering else tuple(sorted(self._neighbours([part], members)))
                around.setdefault(("unfilled" if bordering else "gap", key), []).append(part)
        for (kind, _), parts in around.items():
            found = self._neighbours(parts, members)
            self.add(kind, tuple(found), number, parts, tuple(found.values()))

    def _outside(self, number: int, members: Ints, beyond: Sequence[Polygon]) -> None:
        lying: dict[int, list[Polygon]] = {}
        for piece in beyond:
            near = np.intersect1d(self.coverage.tree.query(piece, "intersects"), members)
            common = shapely.intersection(self.coverage.shapes[near], piece)
            for member, shape in zip(near.tolist(), common, strict=True):
                if parts := self.wide(polygons.polygons_of(shape), count=False):
                    lying.setdefault(member, []).extend(parts)
        for member, parts in sorted(lying.items()):
            self.add("outside", (member,), number, parts, self.shares_of((member,), parts))

    def find_slivers(self) -> None:
        """Thin parts of members, apart from their bodies: what a cut has left behind."""
        several = np.flatnonzero(shapely.get_num_geometries(self.coverage.shapes) > 1)
        for member in several.tolist():
            parts = polygons.polygons_of(self.coverage.shapes[member])
            body = max(parts, key=lambda part: part.area)
            thin = [p for p in parts if p is not body and coverage_.width_m(p) <= self.sliver_m]
            if thin:
                found = self._neighbours(thin, np.arange(len(self.coverage.shapes)))
                found.pop(member, None)
                self.add("sliver", (member, *found), None, thin, (1.0, *found.values()))

    def wide(self, pieces: Iterable[Geometry], *, count: bool = True) -> list[Polygon]:
        """The polygons that are not narrower than the tolerance; the others are counted."""
        kept = []
        for piece in (p for one in pieces for p in polygons.polygons_of(one)):
            if coverage_.width_m(piece) >= self.tolerance_m:
                kept.append(piece)
            elif count and coverage_.width_m(piece) >= _NOISE_M:
                self.faults.ignored += 1
                self.faults.ignored_m2 += float(piece.area)
        return kept

    def shares_of(self, members: Sequence[int], parts: Sequence[Polygon]) -> tuple[float, ...]:
        """Which share of each member some of its parts are, 0–1."""
        area = sum(part.area for part in parts)
        return tuple(min(1.0, area / self.coverage.shapes[one].area) for one in members)

    def _neighbours(self, parts: Sequence[Polygon], among: Ints) -> dict[int, float]:
        """Members along some parts, longest common edge first, with the share of the edge."""
        length = sum(part.length for part in parts)
        shares: dict[int, float] = {}
        for part in parts:
            near = coverage_.touching(self.coverage, part, _TOUCH_M)
            for member in np.intersect1d(near, among).tolist():
                edge = self._edge(self.coverage.shapes[member], part)
                shares[member] = shares.get(member, 0.0) + _along(part, edge) * part.length / length
        ranked = sorted(shares.items(), key=lambda one: (-round(one[1], 6), one[0]))
        return {member: share for member, share in ranked if share >= _NEIGHBOUR}

    def _edge(self, shape: Geometry | None, near: Polygon | None = None) -> Geometry | None:
        """The border of a shape, as broad as two overlays may miss each other."""
        if shape is None:
            return None
        border = shape.boundary
        if near is not None:
            west, south, east, north = near.bounds
            border = shapely.clip_by_rect(border, west - 1, south - 1, east + 1, north + 1)
        return shapely.buffer(border, _TOUCH_M, quad_segs=1)

    def add(
        self,
        kind: str,
        members: tuple[int, ...],
        host: int | None,
        parts: Sequence[Polygon],
        shares: tuple[float, ...],
    ) -> None:
        """Note a fault down, in degrees."""
        whole = MultiPolygon(sorted(parts, key=lambda part: (-part.area, part.bounds)))
        width = max(coverage_.width_m(part) for part in parts)
        narrow = width <= self.sliver_m and _length_by_width(whole.geoms[0]) >= _LONG
        shape = self.plane.to_degrees(np.array([whole], dtype=object))
        area = area_m2(shape[0])
        self.faults.found.append(Fault(kind, members, host, shape[0], area, width, narrow, shares))


def _less(shape: Geometry, *taken: Geometry) -> list[Polygon]:
    taken = tuple(one for one in taken if not one.is_empty)
    return polygons.polygons_of(
        shapely.difference(shape, shapely.union_all(taken)) if taken else shape
    )


def _along(part: Polygon, edge: Geometry) -> float:
    """The share of a part's own edge that lies on another."""
    return float(shapely.intersection(part.boundary, edge).length / part.length)


def _length_by_width(part: Polygon) -> float:
    width_m = coverage_.width_m(part)
    return float(part.length) / 2 / width_m if width_m > 0 else float("inf")
