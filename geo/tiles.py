"""The squares of a base map: which tile of a zoom a place lies in.

Columns count from the west and rows from the north, as XYZ addresses and WMTS do. "mercator" is
the web's scheme, 2^z by 2^z squares of EPSG:3857 (天地图's matrix set w); "geographic" squares of
degrees, 2^z by 2^(z-1) (its matrix set c). In GCJ-02 a tile shows what lies in it after the shift.
"""

from __future__ import annotations

import math

import numpy as np

from geo.shifted import wgs84_to_gcj02

MERCATOR, GEOGRAPHIC = "mercator", "geographic"
MOST_LAT = 85.0511287798066  # where the mercator square ends
Box = tuple[float, float, float, float]  # west, south, east, north in degrees


def shape(*, zoom: int, scheme: str) -> tuple[int, int]:
    """Columns and rows of a whole zoom; of "geographic" zoom 0 is the western half of one row."""
    columns = 1 << zoom
    return columns, columns if scheme == MERCATOR else max(1, columns >> 1)


def tile_at(*, lon: float, lat: float, zoom: int, scheme: str) -> tuple[int, int]:
    """Column and row of the tile that a place in the tiles' own system lies in."""
    columns, rows = shape(zoom=zoom, scheme=scheme)
    x = (lon + 180) / 360 * columns
    if scheme == MERCATOR:
        phi = math.radians(max(-MOST_LAT, min(MOST_LAT, lat)))
        y = (1 - math.asinh(math.tan(phi)) / math.pi) / 2 * rows
    else:
        y = (90 - lat) / 360 * columns
    return _within(x, columns), _within(y, rows)


def tiles_of(box: Box, *, zoom: int, scheme: str) -> tuple[int, int, int, int]:
    """First column, first row, last column, last row of the tiles that a box touches."""
    west, south, east, north = box
    first = tile_at(lon=west, lat=north, zoom=zoom, scheme=scheme)
    return *first, *tile_at(lon=east, lat=south, zoom=zoom, scheme=scheme)


def shifted_box(box: Box) -> Box:
    """A box of WGS-84 as the box in GCJ-02 that its corners span."""
    west, south, east, north = box
    lon, lat = wgs84_to_gcj02(
        np.array([west, east, east, west]), np.array([south, south, north, north])
    )
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _within(value: float, count: int) -> int:
    return max(0, min(count - 1, math.floor(value)))
