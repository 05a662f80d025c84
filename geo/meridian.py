"""Rings that cross the antimeridian or go round a pole, as others draw them."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely import Geometry
from shapely.affinity import translate

TURN = 360.0


def unrolled(ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]] | None:
    """A closed ring of (lon, lat) without a jump: each side the shorter way round the globe.

    Longitudes may then run beyond ±180. None where the ring goes round a pole, so that it has no
    inside on a map. Degrees.
    """
    found, offset, last = [], 0.0, ring[0][0]
    for lon, lat in (*ring, ring[0]):
        if abs(lon - last) > TURN / 2:
            offset += TURN if lon < last else -TURN
        last = lon
        found.append((lon + offset, lat))
    return found if offset == 0 else None


def cut(geometry: Geometry) -> Geometry:
    """A geometry with longitudes within ±180: what runs beyond lies on the other side."""
    west, _, east, _ = geometry.bounds
    if west >= -TURN / 2 and east <= TURN / 2:
        return geometry
    parts = []
    for turn in (-TURN, 0.0, TURN):
        map_ = shapely.box(turn - TURN / 2, -90, turn + TURN / 2, 90)
        parts.append(translate(shapely.intersection(geometry, map_), xoff=-turn))
    return shapely.union_all(parts)
