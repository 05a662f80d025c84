"""Coordinate systems: read a name or WKT, and bring coordinates to longitude and latitude.

Everything is stored in EPSG:4326, x = longitude first. CGCS2000 (EPSG:4490) differs from it by
less than a metre and is taken as it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

WGS84 = "EPSG:4326"
SAME_AS_WGS84 = frozenset({4326, 4490, 4979})
Geometries = NDArray[Any]  # object array of shapely geometries or None


class UnknownCrs(ValueError):
    """The text names no coordinate system from which longitude and latitude can be computed."""


def parse(text: str) -> CRS:
    """A coordinate system from "EPSG:2249", "2249", WKT or a PROJ string.

    Raises UnknownCrs, also for local and undefined systems, which lie nowhere on the earth.
    """
    try:
        crs = CRS.from_user_input(int(text) if text.strip().isdigit() else text.strip())
    except (CRSError, ValueError):
        raise UnknownCrs(text) from None
    nowhere = crs.is_engineering or crs.name.lower().startswith(("undefined", "unknown"))
    if nowhere or not (crs.is_geographic or crs.is_projected or crs.is_bound):
        raise UnknownCrs(text)
    return crs


def is_wgs84(crs: CRS) -> bool:
    """Whether coordinates may be taken as longitude and latitude without a transformation."""
    return crs.to_epsg() in SAME_AS_WGS84 or crs == CRS.from_user_input("OGC:CRS84")


def name(crs: CRS) -> str:
    """A short name for messages: the authority's code where there is one."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def to_wgs84(geometries: Geometries, *, crs: CRS) -> Geometries:
    """Geometries in EPSG:4326, x = longitude; None stays None.

    A coordinate outside the system's domain becomes infinite: ask `in_range` afterwards.
    Raises UnknownCrs when PROJ knows no way.
    """
    if is_wgs84(crs):
        return geometries
    try:
        transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
    except ProjError:
        raise UnknownCrs(name(crs)) from None

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = transformer.transform(points[:, 0], points[:, 1], errcheck=False)
        return np.column_stack([lon, lat])

    moved: Geometries = shapely.transform(geometries, move)
    return moved


def in_range(geometries: Geometries) -> NDArray[np.bool_]:
    """Whether each geometry lies on the earth in degrees; False for None and empty, and where
    any coordinate is infinite or no number: bounds alone leave such a corner out."""
    west, south, east, north = shapely.bounds(geometries).T
    with np.errstate(invalid="ignore"):
        inside: NDArray[np.bool_] = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    inside[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    return inside
