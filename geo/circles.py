"""Circles on the globe as polygons."""

from __future__ import annotations

import numpy as np
from shapely import Polygon

EARTH_M = 6_371_008.8  # mean radius
CORNERS = 64


def circle(lon: float, lat: float, radius_m: float) -> Polygon:
    """The points at `radius_m` from a centre (degrees, WGS 84) on the sphere, as a polygon.

    Cut at the antimeridian's and the poles' edge of the map, not carried across. Source of the
    method: the direct problem of spherical trigonometry (destination by distance and bearing).
    """
    bearing = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    arc = min(radius_m / EARTH_M, np.pi / 2)
    phi = np.radians(lat)
    sine = np.sin(phi) * np.cos(arc) + np.cos(phi) * np.sin(arc) * np.cos(bearing)
    lats = np.arcsin(np.clip(sine, -1, 1))
    east = np.sin(bearing) * np.sin(arc) * np.cos(phi)
    lons = lon + np.degrees(np.arctan2(east, np.cos(arc) - np.sin(phi) * np.sin(lats)))
    corners = np.column_stack((np.clip(lons, -180, 180), np.clip(np.degrees(lats), -90, 90)))
    return Polygon(corners)
