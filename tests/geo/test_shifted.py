"""GCJ-02 and BD-09: the published points, there and back over China, and beyond its borders."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo import shifted

WEST, SOUTH, EAST, NORTH = shifted.CHINA
EDGE = 0.02  # degrees
MM = 1e-3 / 111_320  # in degrees
LONS, LATS = st.floats(WEST, EAST), st.floats(SOUTH, NORTH)
Way = Callable[[shifted.Numbers, shifted.Numbers], shifted.Pair]


def move(way: Way, lon: float, lat: float) -> tuple[float, float]:
    x, y = way(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


@pytest.mark.parametrize(
    ("way", "lon", "lat", "moved"),
    [  # the tests of googollee/eviltransform, then the examples of wandergis/coordtransform
        ("wgs84_to_gcj02", 121.5272106, 31.1774276, (121.531541859215, 31.17530398364597)),
        ("wgs84_to_gcj02", 113.912316, 22.543847, (113.9171764808363, 22.540796131694766)),
        ("wgs84_to_gcj02", 116.377817, 39.911954, (116.38404722455657, 39.91334545536069)),
        ("wgs84_to_gcj02", 116.404, 39.915, (116.41024449916938, 39.91640428150164)),
        ("gcj02_to_bd09", 116.404, 39.915, (116.41036949371029, 39.92133699351021)),
    ],
)
def test_the_published_points(way: str, lon: float, lat: float, moved: tuple[float, float]) -> None:
    assert move(getattr(shifted, way), lon, lat) == pytest.approx(moved, abs=1e-12)
    back = getattr(shifted, "_to_".join(reversed(way.split("_to_"))))
    assert move(back, *moved) == pytest.approx((lon, lat), abs=MM)


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
@given(lon=LONS, lat=LATS)
@example(lon=WEST, lat=SOUTH)
@example(lon=EAST, lat=NORTH)
@example(lon=137.83398, lat=1.0)
@example(lon=105.0, lat=35.0)
def test_there_and_back_is_less_than_a_millimetre(system: str, lon: float, lat: float) -> None:
    """BD-09 has two steps, and the first may leave the box (by 1.5 km) in which both are taken."""
    if system == "bd09":
        lon, lat = np.clip(lon, WEST + EDGE, EAST - EDGE), np.clip(lat, SOUTH + EDGE, NORTH - EDGE)
    there = move(getattr(shifted, f"wgs84_to_{system}"), lon, lat)
    assert move(getattr(shifted, f"{system}_to_wgs84"), *there) == pytest.approx((lon, lat), abs=MM)


@given(lon=LONS, lat=LATS)
def test_gcj02_moves_a_point_by_some_hundred_metres(lon: float, lat: float) -> None:
    x, y = move(shifted.wgs84_to_gcj02, lon, lat)
    assert 20 < np.hypot((x - lon) * np.cos(np.radians(lat)), y - lat) * 111_320 < 1_500


@pytest.mark.parametrize(
    ("lon", "lat"), [(-71.06, 42.36), (WEST - 0.01, 40.0), (100.0, NORTH + 0.01), (0.0, 0.0)]
)
def test_outside_china_nothing_moves(lon: float, lat: float) -> None:
    """Abroad Amap and Baidu both give WGS-84."""
    for way in ("wgs84_to_gcj02", "gcj02_to_wgs84", "wgs84_to_bd09", "bd09_to_wgs84"):
        assert move(getattr(shifted, way), lon, lat) == (lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat"), [(180.0, 10.0), (-180.0, 10.0), (100.0, 90.0), (100.0, -90.0), (179.99, 89.99)]
)
def test_the_antimeridian_and_the_poles_stay(lon: float, lat: float) -> None:
    for way in ("wgs84_to_gcj02", "gcj02_to_wgs84", "wgs84_to_bd09", "bd09_to_wgs84"):
        assert move(getattr(shifted, way), lon, lat) == (lon, lat)


def test_one_that_is_no_number_spoils_no_other() -> None:
    """The iteration ends for all together; the good ones are exact all the same."""
    lon, lat = np.array([np.nan, 116.404, np.inf, 112.9]), np.array([39.9, 39.915, -np.inf, 35.6])
    for system in ("gcj02", "bd09"):
        there = getattr(shifted, f"wgs84_to_{system}")(lon, lat)
        back_lon, back_lat = getattr(shifted, f"{system}_to_wgs84")(*there)
        assert back_lon[[1, 3]] == pytest.approx(lon[[1, 3]], abs=MM)
        assert back_lat[[1, 3]] == pytest.approx(lat[[1, 3]], abs=MM)
        assert not np.isfinite(back_lon[0]) and not np.isfinite(back_lat[2])
