"""Metres around a place: true at its centre, straight where degrees are straight, exact in area."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.plane import Plane, area_m2, plane_around

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize(("lon", "lat"), [(112.9, 35.62), (-74.0, 40.7), (18.1, 78.2), (0.0, 0.0)])
def test_a_step_from_the_centre_is_as_long_as_on_the_ellipsoid(lon: float, lat: float) -> None:
    plane = Plane(lon, lat)
    for there in ((lon + 0.001, lat), (lon, lat + 0.001)):
        point = plane.to_metres(np.array([shapely.Point(there)]))[0]
        _, _, true = GEOD.inv(lon, lat, *there)
        assert np.hypot(point.x, point.y) == pytest.approx(true, rel=1e-5)


@pytest.mark.parametrize("lat", [0.0, 35.6, -42.3, 77.0])
def test_areas_are_those_of_the_ellipsoid(lat: float) -> None:
    """Against Karney's geodesics, with vertices so dense that both straight lines are one."""
    shape = shapely.Polygon(
        [(112.9, lat), (112.91, lat), (112.912, lat + 0.011), (112.9, lat + 0.009)],
        [[(112.902, lat + 0.002), (112.904, lat + 0.002), (112.904, lat + 0.004)]],
    )
    dense = shapely.segmentize(shapely.orient_polygons(shape), 1e-5)
    true, _ = GEOD.geometry_area_perimeter(dense)
    assert area_m2(dense) == pytest.approx(true, rel=1e-8)
    assert area_m2(shape) == pytest.approx(true, rel=1e-4)


def test_nothing_has_no_area_and_the_way_back_ends_where_it_began() -> None:
    assert area_m2(None) == area_m2(shapely.Point(1, 2)) == 0.0
    line = shapely.LineString([(112.9, 35.6), (112.95, 35.7), (113.0, 35.8)])
    plane = plane_around(np.array([line, None], dtype=object))
    assert (plane.lon, plane.lat) == (112.95, 35.7)
    metres = plane.to_metres(np.array([line], dtype=object))
    assert shapely.covers(metres[0], shapely.Point(0, 0))  # straight stays straight
    assert shapely.equals_exact(plane.to_degrees(metres)[0], line, 1e-9)
    assert plane_around(np.array([None], dtype=object)) == Plane(0.0, 0.0)
