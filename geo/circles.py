"""Circles on the globe as polygons."""

from __future__ import annotations

from math import degrees

import numpy as np
from shapely import Polygon

EARTH_M = 6_371_008.8  # mean radius
CORNERS = 64


def circle(lon: float, lat: float, radius_m: float) -> Polygon:
    """The points at `radius_m` from a centre (degrees, WGS 84) on the sphere, as a polygon.

    Longitudes may run beyond ±180; one that holds a pole has no outline on a map (`holds_pole`).
    Source of the method: the direct problem of spherical trigonometry (destination by distance
    and bearing).
    """
    bearing = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    arc = min(radius_m / EARTH_M, np.pi / 2)
    phi = np.radians(lat)
    sine = np.sin(phi) * np.cos(arc) + np.cos(phi) * np.sin(arc) * np.cos(bearing)
    lats = np.arcsin(np.clip(sine, -1, 1))
    east = np.sin(bearing) * np.sin(arc) * np.cos(phi)
    lons = lon + np.degrees(np.arctan2(east, np.cos(arc) - np.sin(phi) * np.sin(lats)))
    return Polygon(np.column_stack((lons, np.degrees(lats))))


def holds_pole(lat: float, radius_m: float) -> bool:
    """Whether a pole lies in the circle of `radius_m` round a place at `lat` (degrees)."""
    return abs(lat) + degrees(radius_m / EARTH_M) >= 90
