"""How far two places lie apart, where a town's size makes the earth flat.

The one that Python asks. The store asks for itself: `ST_Distance` of geographies where metres are
shown, `haversine` where only the order counts; a test holds the three together.
"""

from __future__ import annotations

from math import cos, hypot, radians, remainder

METRES_PER_DEGREE = 111_320.0  # of longitude at the equator; of latitude within 0.7 %


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Metres between two points (degrees, WGS 84), also across the antimeridian.

    Within 1 % of the geodesic up to 20 km apart and 70° of latitude. Source of the method: the
    equirectangular projection at their middle latitude.
    """
    across = remainder(lon_b - lon_a, 360.0) * cos(radians((lat_a + lat_b) / 2))
    return METRES_PER_DEGREE * hypot(across, lat_b - lat_a)
