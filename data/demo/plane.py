"""The flat workshop plane of the demo town: metres east and north of its centre.

Everything is drawn in metres and turned into longitude and latitude at the very end by one
affine map. An affine map keeps straight lines straight and equal vertices equal, so borders
that are shared in metres are shared, bit by bit, in EPSG:4326 too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CENTRE_LON = 112.90
CENTRE_LAT = 35.62
LAND_GRID_M = 0.001  # borders are kept to a millimetre
_SEMI_MAJOR_M = 6_378_137.0
_E2 = 0.006_694_379_990_14
_DEGREE_DECIMALS = 9  # about 0.1 mm


def _scales() -> tuple[float, float]:
    """Metres per degree of longitude and of latitude at the centre (WGS 84)."""
    phi = math.radians(CENTRE_LAT)
    w2 = 1.0 - _E2 * math.sin(phi) ** 2
    meridian = _SEMI_MAJOR_M * (1.0 - _E2) / w2**1.5
    normal = _SEMI_MAJOR_M / math.sqrt(w2)
    return math.radians(normal * math.cos(phi)), math.radians(meridian)


METRES_PER_LON, METRES_PER_LAT = _scales()


def to_degrees(*, xy_m: Floats) -> Floats:
    """Turn (n, 2) metres into (n, 2) longitude, latitude, rounded to 0.1 mm."""
    scale = np.array([METRES_PER_LON, METRES_PER_LAT])
    shifted = xy_m / scale + np.array([CENTRE_LON, CENTRE_LAT])
    degrees: Floats = np.round(shifted, _DEGREE_DECIMALS)
    return degrees


def to_metres(*, lonlat: Floats) -> Floats:
    """Turn (n, 2) longitude, latitude into (n, 2) metres of the workshop plane."""
    scale = np.array([METRES_PER_LON, METRES_PER_LAT])
    metres: Floats = (lonlat - np.array([CENTRE_LON, CENTRE_LAT])) * scale
    return metres


def geometry_to_degrees(geometry: Any) -> Any:
    """Turn one shapely geometry, or an array of them, from metres into EPSG:4326."""
    return shapely.transform(geometry, lambda xy: to_degrees(xy_m=xy))


def rng_for(*, seed: int, part: int) -> np.random.Generator:
    """A generator of its own for each part, so that a change in one part moves no other."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, part])))


def smooth(*, points: Sequence[tuple[float, float]], step_m: float, closed: bool = False) -> Floats:
    """Draw a Catmull-Rom curve through the points, a vertex about every `step_m`."""
    p = np.asarray(points, dtype=float)
    if closed:
        p = np.vstack([p[-1:], p, p[:2]])
    else:
        p = np.vstack([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    out: list[Floats] = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        n = max(2, int(np.hypot(*(c - b)) / step_m))
        t = np.linspace(0.0, 1.0, n, endpoint=False)[:, None]
        out.append(
            0.5
            * (
                2 * b
                + (c - a) * t
                + (2 * a - 5 * b + 4 * c - d) * t**2
                + (3 * b - a - 3 * c + d) * t**3
            )
        )
    tail = out[0][:1] if closed else p[-2:-1]
    return np.vstack([*out, tail])


def blob(
    *, rng: np.random.Generator, x: float, y: float, rx: float, ry: float, rough: float = 0.18
) -> shapely.Polygon:
    """An organic closed shape around a point: an ellipse whose radius wanders."""
    angle = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    radius = np.ones_like(angle)
    for k in range(2, 7):
        radius += rough / k * rng.normal() * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) * 2
    radius = np.clip(radius, 0.45, 1.7)
    xy = np.column_stack([x + rx * radius * np.cos(angle), y + ry * radius * np.sin(angle)])
    return shapely.Polygon(np.round(xy, 3))


def wander(*, points: Floats, rng: np.random.Generator, amplitude_m: float) -> Floats:
    """Bend a line sideways by a slow wave that leaves its two ends where they are."""
    if len(points) < 2:
        return points
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    share = along / along[-1]
    tangent = np.gradient(points, axis=0)
    tangent /= np.maximum(np.hypot(*tangent.T), 1e-9)[:, None]
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    wave = np.zeros(len(points))
    for k in (1, 2, 3):
        wave += rng.normal() / k * np.sin(np.pi * k * share)
    return points + normal * (amplitude_m * wave)[:, None]
