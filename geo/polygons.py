"""Polygons as people draw them: repair, union of parts, how much of one lies in another."""

from __future__ import annotations

from typing import Any

import shapely
from shapely import Geometry, MultiPolygon, Polygon

SAME_SHARE = 0.9  # two outlines that share so much of their union are one, drawn twice


def polygons_of(geometry: Geometry) -> list[Polygon]:
    """The polygons in a geometry, also inside collections; lines and points are left out."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    return [found for part in getattr(geometry, "geoms", ()) for found in polygons_of(part)]


def repair(geometry: Geometry) -> tuple[MultiPolygon | None, str | None]:
    """A valid MultiPolygon and what was wrong with the ring, or None where nothing is left.

    The second value is None when the geometry was good as it came.
    """
    how = None
    if not geometry.is_valid:
        how = str(shapely.is_valid_reason(geometry)).split("[")[0].strip() or "Invalid"
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    parts = [part for part in polygons_of(geometry) if part.area > 0]
    if not parts:
        return None, how
    whole = MultiPolygon(parts)
    if not whole.is_valid:  # parts of a collection may overlap
        how = how or "Overlapping parts"
        whole = as_multipolygon(shapely.union_all(parts))
    return whole, how


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
