"""A flat plane of metres around a place, in which what is straight in degrees stays straight.

Who owns a point is decided on longitude and latitude as they are stored, so borders are compared
on the same lines: the plane is an affine image of the degrees, true at its centre (0.5 % off at
50 km north or south of it at latitude 35). Areas for people do not come from it, but from
Lambert's cylindrical equal-area projection of the WGS 84 ellipsoid, which is exact everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Geometries = NDArray[Any]  # object array of shapely geometries or None

SEMI_MAJOR_M = 6_378_137.0
E2 = 0.006_694_379_990_14
_E = math.sqrt(E2)
_DECIMALS = 9  # of degrees, about 0.1 mm


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a centre in degrees (EPSG:4326)."""

    lon: float
    lat: float

    @property
    def metres_per_degree(self) -> Floats:
        """East and north, on the WGS 84 ellipsoid at the centre."""
        phi = math.radians(self.lat)
        w2 = 1.0 - E2 * math.sin(phi) ** 2
        east = SEMI_MAJOR_M / math.sqrt(w2) * math.cos(phi)
        north = SEMI_MAJOR_M * (1.0 - E2) / w2**1.5
        return np.radians([east, north])

    def to_metres(self, geometries: Geometries) -> Geometries:
        """Geometries in degrees as metres of this plane; None stays None."""
        centre, scale = np.array([self.lon, self.lat]), self.metres_per_degree
        moved: Geometries = shapely.transform(geometries, lambda xy: (xy - centre) * scale)
        return moved

    def to_degrees(self, geometries: Geometries) -> Geometries:
        """The way back, rounded to 0.1 mm."""
        centre, scale = np.array([self.lon, self.lat]), self.metres_per_degree
        moved: Geometries = shapely.transform(
            geometries, lambda xy: np.round(xy / scale + centre, _DECIMALS)
        )
        return moved


def plane_around(geometries: Geometries) -> Plane:
    """The plane at the middle of geometries in degrees; at 0, 0 where there is nothing."""
    if not len(geometries):
        return Plane(0.0, 0.0)
    west, south, east, north = shapely.total_bounds(geometries)
    if not math.isfinite(west):
        return Plane(0.0, 0.0)
    return Plane(float(west + east) / 2, float(south + north) / 2)


def areas_m2(geometries: Geometries) -> Floats:
    """Square metres of geometries in degrees on the WGS 84 ellipsoid; 0 for None and points."""
    areas: Floats = np.nan_to_num(shapely.area(shapely.transform(geometries, _equal_area)))
    return areas


def area_m2(geometry: Any) -> float:
    """Square metres of one geometry, as `areas_m2`."""
    return float(areas_m2(np.array([geometry], dtype=object))[0])


def _equal_area(xy: Floats) -> Floats:
    """Lambert's cylindrical equal-area projection (Snyder 1987, equations 3-12 and 10-14)."""
    sine = np.sin(np.radians(xy[:, 1]))
    q = (1 - E2) * (
        sine / (1 - E2 * sine**2) - np.log((1 - _E * sine) / (1 + _E * sine)) / (2 * _E)
    )
    return np.column_stack([np.radians(xy[:, 0]), q / 2]) * SEMI_MAJOR_M
