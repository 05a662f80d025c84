"""Lines as people draw them: roads and streams, also in pieces."""

from __future__ import annotations

from collections.abc import Iterable

from shapely import Geometry, LineString, MultiLineString


def lines_of(geometry: Geometry) -> list[LineString]:
    """The lines in a geometry that have a length, also inside collections; others are left out."""
    if isinstance(geometry, LineString):  # a ring, too
        return [LineString(geometry.coords)] if geometry.length > 0 else []
    return [found for part in getattr(geometry, "geoms", ()) for found in lines_of(part)]


def join(parts: Iterable[Geometry]) -> LineString | MultiLineString | None:
    """The lines of several geometries as one; None where there are none."""
    lines = [line for part in parts for line in lines_of(part)]
    if not lines:
        return None
    return lines[0] if len(lines) == 1 else MultiLineString(lines)
