"""Which coordinate systems numbers could be in: a suggestion for people, never an answer.

Numbers tell degrees from metres, and a zone number before an easting tells its zone. Where a town
is known, a system fits only if it brings most points there: eastings without a zone number fit any
meridian, but one town.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo import crs, gauss_krueger

Box = tuple[float, float, float, float]  # west, south, east, north in degrees, EPSG:4326
DEGREES = ("wgs84", "cgcs2000", "gcj02", "bd09")
MARGIN = 0.25  # degrees round the town
MOST = 0.9  # of the points
CHINA: Box = (73, 3, 136, 54)
SUGGESTED = 4


def fitting(x: NDArray[np.float64], y: NDArray[np.float64], *, town: Box | None) -> list[str]:
    """The names of systems that could be meant by points x, y (float64 arrays, easting or
    longitude first), at most four, the likelier first; [] where none is known. `town` is the box
    of what is here already.
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if not len(x):
        return []
    if _share((np.abs(x) <= 180) & (np.abs(y) <= 90)):
        fits = town is None or _lie(x, y, town)
        return list(DEGREES if _lie(x, y, CHINA) else DEGREES[:1]) if fits else []
    names = [zone.name for zone in gauss_krueger.ZONES if town or zone.prefixed]
    near = town or CHINA
    found = [name for name in (*names, "web-mercator") if _lie(*_placed(x, y, name), near)]
    return sorted(found, key=lambda name: _off(x, name))[:SUGGESTED]


def _placed(
    x: NDArray[np.float64], y: NDArray[np.float64], name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return crs.place(x, y, system=crs.parse(name))


def _lie(lon: NDArray[np.float64], lat: NDArray[np.float64], box: Box) -> bool:
    west, south, east, north = box
    return _share(
        (lon >= west - MARGIN)
        & (lon <= east + MARGIN)
        & (lat >= south - MARGIN)
        & (lat <= north + MARGIN)
    )


def _share(fine: NDArray[np.bool_]) -> bool:
    return bool(fine.mean() >= MOST)


def _off(x: NDArray[np.float64], name: str) -> float:
    """How far from its central meridian a zone would have them, in metres: in practice little."""
    zone = next((one for one in gauss_krueger.ZONES if one.name == name), None)
    if zone is None:
        return gauss_krueger.HALF_M
    start = zone.number * gauss_krueger.PREFIX_M if zone.prefixed else 0
    return abs(float(np.median(x)) - start - gauss_krueger.FALSE_EASTING_M)
