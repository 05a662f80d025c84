"""Polygons as people draw them: repair, union of parts, how much of one lies in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely import Geometry, MultiPolygon, Polygon

PAIRS, PAIRS_A_CORNER = 5_000, 10  # edges whose boxes meet: an outline of a ground has 3 a corner
EDGES_AT_ONCE = 100
SAME_SHARE = 0.9  # two outlines that share so much of their union are one, drawn twice


def polygons_of(geometry: Geometry) -> list[Polygon]:
    """The polygons in a geometry, also inside collections; lines and points are left out."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    return [found for part in getattr(geometry, "geoms", ()) for found in polygons_of(part)]


def repair(geometry: Geometry) -> tuple[MultiPolygon | None, str | None]:
    """A valid MultiPolygon and what was wrong with the ring, or None where nothing is left.

    The second value is None when the geometry was good as it came. What crosses itself everywhere
    is not repaired: nothing is left of it.
    """
    how = None
    if not geometry.is_valid:
        how = str(shapely.is_valid_reason(geometry)).split("[")[0].strip() or "Invalid"
        if any(tangled(shapely.get_coordinates(one)) for one in shapely.get_rings(geometry)):
            return None, f"{how}, too often to be repaired"
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    parts = [part for part in polygons_of(geometry) if part.area > 0]
    if not parts:
        return None, how
    whole = MultiPolygon(parts)
    if not whole.is_valid:  # parts of a collection may overlap
        how = how or "Overlapping parts"
        whole = as_multipolygon(shapely.union_all(parts))
    return whole, how


def tangled(ring: Sequence[Any]) -> bool:
    """Whether so many edges of a ring (n, 2) lie across each other that mending it would take
    minutes and all memory: a star of 20,000 corners has 100 million crossings."""
    ends = np.array([*ring, ring[0]], float)
    edges = shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1))
    tree, left = shapely.STRtree(edges), PAIRS + PAIRS_A_CORNER * len(ring)
    for first in range(0, len(edges), EDGES_AT_ONCE):
        left -= tree.query(edges[first : first + EDGES_AT_ONCE]).shape[1]
        if left < 0:
            return True
    return False


def as_multipolygon(geometry: Geometry) -> MultiPolygon:
    """The same polygons as one MultiPolygon."""
    return MultiPolygon(polygons_of(geometry))


def union(parts: list[Any]) -> MultiPolygon:
    """One MultiPolygon of several; shared borders disappear."""
    return as_multipolygon(shapely.union_all(parts))


def same(*, one: Geometry, other: Geometry) -> bool:
    """Whether two outlines are the same one drawn twice, small differences allowed."""
    if shapely.equals(one, other):
        return True
    whole = shapely.union(one, other).area
    return bool(whole) and shapely.intersection(one, other).area / whole >= SAME_SHARE


def share_inside(*, geometry: Geometry, container: Geometry) -> float:
    """The share (0–1) of a geometry that lies in another: by area, for points 0 or 1."""
    if shapely.covers(container, geometry):  # fast where the container is prepared
        return 1.0
    if geometry.area == 0:
        return float(shapely.intersects(geometry, container))
    return float(shapely.intersection(geometry, container).area / geometry.area)
