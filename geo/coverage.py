"""Polygons that should tile: which doubt each other, where two overlap, what they cover together.

GEOS' check of coverages (each edge is either free or shared, exactly, with one neighbour) is
linear, and clears nearly all polygons of a good map; only the others are overlaid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, MultiPolygon, Polygon

from geo import polygons

Ints = NDArray[np.int64]
Geometries = NDArray[Any]
INTERIORS_MEET = "T********"  # of DE-9IM


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Valid polygons in one plane; `faulty` says whose edges do not all fit those around."""

    shapes: Geometries
    faulty: NDArray[np.bool_]
    tree: Any


def cover(shapes: Sequence[Geometry]) -> Coverage:
    """Take in polygons and multipolygons (metres); they must be valid."""
    held = np.empty(len(shapes), dtype=object)
    held[:] = list(shapes)
    wrong = shapely.coverage_invalid_edges(held) if len(held) else held
    return Coverage(held, ~shapely.is_empty(wrong), shapely.STRtree(held))


def find_overlaps(coverage: Coverage) -> list[tuple[int, int, MultiPolygon]]:
    """Each pair of positions (the smaller first, ascending) with the ground that both cover."""
    one, other = coverage.tree.query(coverage.shapes)
    doubtful = (one < other) & (coverage.faulty[one] | coverage.faulty[other])
    one, other = one[doubtful], other[doubtful]
    shapes = coverage.shapes
    meet = shapely.relate_pattern(shapes[one], shapes[other], INTERIORS_MEET)
    one, other = one[meet], other[meet]
    common = shapely.intersection(shapes[one], shapes[other])
    order = np.lexsort((other, one))
    return [(int(one[k]), int(other[k]), polygons.as_multipolygon(common[k])) for k in order]


def unite(coverage: Coverage, members: Ints) -> Geometry:
    """All ground of some members; where they fit each other, without any overlay."""
    fitting = members[~coverage.faulty[members]]
    whole = shapely.coverage_union_all(coverage.shapes[fitting])
    rest = coverage.shapes[members[coverage.faulty[members]]]
    return shapely.union_all([whole, *rest]) if len(rest) else whole


def touching(coverage: Coverage, shape: Geometry, within_m: float) -> Ints:
    """The positions of those that touch a shape or come as near as `within_m`, ascending."""
    found = coverage.tree.query(shape, predicate="dwithin", distance=within_m)
    return np.sort(found)


def width_m(shape: Geometry) -> float:
    """How wide a polygon is on average: twice its area by its perimeter (exact for long strips)."""
    return 2.0 * float(shape.area) / float(shape.length) if shape.length else 0.0


def holes(shape: Geometry) -> list[Polygon]:
    """What a polygon or multipolygon encloses without covering it."""
    return [Polygon(ring) for part in polygons.polygons_of(shape) for ring in part.interiors]
