"""GCJ-02 and BD-09: the shifted longitudes and latitudes of Chinese maps.

GCJ-02 (Amap, Tencent) moves a point by 100–700 m, BD-09 (Baidu) by 700–1 500 m. The forward
formulas are the published ones, with the constants of "eviltransform" and "coordtransform"; they
have no closed inverse, so the inverses iterate. All coordinates are degrees as float64 arrays of
equal shape, (lon, lat); nothing is raised, what is not finite does not become finite.
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Pair = tuple[Numbers, Numbers]

AXIS_M = 6378245.0  # Krassowsky 1940
ECCENTRICITY2 = 0.00669342162296594323
CHINA = 72.004, 0.8293, 137.8347, 55.8271  # west, south, east, north: outside GCJ-02 moves nothing
BAIDU = pi * 3000 / 180
ROUNDING = 1e-10  # degrees; what the iteration leaves, some 10 µm
ROUNDS = 8  # at most; each makes the error some 200 times smaller
EXACT = 1e-11  # degrees; smaller steps change nothing, some 1 µm


def wgs84_to_gcj02(lon: Numbers, lat: Numbers) -> Pair:
    """WGS-84 to GCJ-02; the identity outside the box CHINA, as the formula says."""
    inside = _in_china(lon, lat)
    moved_lon, moved_lat = _shift(lon, lat)
    return np.where(inside, moved_lon, lon), np.where(inside, moved_lat, lat)


def gcj02_to_wgs84(lon: Numbers, lat: Numbers) -> Pair:
    """GCJ-02 to WGS-84, within 1 mm of the exact inverse.

    Within 1 km of the box's edge a point may have two origins; the one inside is given.
    """
    return _back(_shift, lon, lat)


def gcj02_to_bd09(lon: Numbers, lat: Numbers) -> Pair:
    """GCJ-02 to BD-09; abroad, where Baidu too gives WGS-84, the identity."""
    inside = _in_china(lon, lat)
    moved_lon, moved_lat = _turn(lon, lat)
    return np.where(inside, moved_lon, lon), np.where(inside, moved_lat, lat)


def _turn(lon: Numbers, lat: Numbers) -> Pair:
    """Baidu's formula, without a border: a turn about the point 0, 0 and a step."""
    with np.errstate(over="ignore", invalid="ignore"):
        radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU)
        angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU)
        return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: Numbers, lat: Numbers) -> Pair:
    """BD-09 to GCJ-02, within 1 mm of the exact inverse."""
    return _back(_turn, lon, lat)


def wgs84_to_bd09(lon: Numbers, lat: Numbers) -> Pair:
    """WGS-84 to BD-09, by way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: Numbers, lat: Numbers) -> Pair:
    """BD-09 to WGS-84, by way of GCJ-02, within 1 mm of the exact inverse.

    Within 2 km of the box's edge, where GCJ-02 may leave the box in which Baidu's step is taken,
    a point may have two origins.
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _in_china(lon: Numbers, lat: Numbers, slack: float = 0.0) -> NDArray[np.bool_]:
    west, south, east, north = CHINA
    inside: NDArray[np.bool_] = (lon >= west - slack) & (lon <= east + slack)
    inside &= (lat >= south - slack) & (lat <= north + slack)
    return inside


def _back(forward: Callable[[Numbers, Numbers], Pair], lon: Numbers, lat: Numbers) -> Pair:
    """The inverse of a formula that moves only what lies in the box."""
    back_lon, back_lat = _inverse(forward, lon, lat)
    inside = _in_china(back_lon, back_lat, slack=ROUNDING)
    return np.where(inside, back_lon, lon), np.where(inside, back_lat, lat)


def _inverse(forward: Callable[[Numbers, Numbers], Pair], lon: Numbers, lat: Numbers) -> Pair:
    """The point that `forward` moves to (lon, lat): by fixed-point iteration."""
    found_lon, found_lat = lon, lat
    with np.errstate(over="ignore", invalid="ignore"):  # far from China the steps grow
        for _ in range(ROUNDS):
            there_lon, there_lat = forward(found_lon, found_lat)
            off_lon, off_lat = lon - there_lon, lat - there_lat
            found_lon, found_lat = found_lon + off_lon, found_lat + off_lat
            if not ((np.abs(off_lon) > EXACT) | (np.abs(off_lat) > EXACT)).any():
                break
    return found_lon, found_lat


def _shift(lon: Numbers, lat: Numbers) -> Pair:
    """The formula itself, without its border: metres east and north, brought to degrees."""
    with np.errstate(over="ignore", invalid="ignore"):
        x, y = lon - 105.0, lat - 35.0
        both = 20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)
        root = np.sqrt(np.abs(x))
        north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
        north += (both + _waves(y, 160, 320)) * 2 / 3
        east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
        east += (both + _waves(x, 150, 300)) * 2 / 3
        phi = np.radians(lat)
        bulge = 1 - ECCENTRICITY2 * np.sin(phi) ** 2
        meridian = AXIS_M * (1 - ECCENTRICITY2) / (bulge * np.sqrt(bulge))
        parallel = AXIS_M / np.sqrt(bulge) * np.cos(phi)
        return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def _waves(v: Numbers, twelfth: float, thirtieth: float) -> Numbers:
    short = 20 * np.sin(v * pi) + 40 * np.sin(v / 3 * pi)
    waves: Numbers = short + twelfth * np.sin(v / 12 * pi) + thirtieth * np.sin(v / 30 * pi)
    return waves
