"""Coordinate systems: what is known, what is refused, and that x is always longitude."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo import crs, gauss_krueger


def to_wgs84(shapes: Sequence[Any], name: str) -> Any:
    return crs.to_wgs84(np.array(shapes, dtype=object), system=crs.parse(name))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EPSG:4326", "WGS84"),
        ("OGC:CRS84", "WGS84"),
        ("wgs84", "WGS84"),
        ("4490", "CGCS2000"),
        ("CGCS2000", "CGCS2000"),
        (" epsg:4547 ", "EPSG:4547"),
        ("GCJ-02", "GCJ02"),
        ("bd09", "BD09"),
        ("Web Mercator", "EPSG:3857"),
        ("cgcs2000-gk3-cm114", "EPSG:4547"),
        ("cgcs2000-gk3-zone38", "EPSG:4526"),
        ("cgcs2000-gk6-cm111", "EPSG:4508"),
        ("cgcs2000-gk6-zone19", "EPSG:4497"),
        ("CGCS2000_3_Degree_GK_Zone_38", "EPSG:4526"),
        ("CGCS2000_GK_CM_111E", "EPSG:4508"),
    ],
)
def test_systems_are_known_by_their_names(text: str, name: str) -> None:
    found = crs.parse(text)
    assert found.name == name == crs.parse(name).name


@pytest.mark.parametrize("name", sorted(crs.NAMES))
def test_every_name_of_the_table_reads_back(name: str) -> None:
    found = crs.parse(name)
    assert crs.parse(found.name) == found


@pytest.mark.parametrize("zone", gauss_krueger.ZONES, ids=lambda zone: zone.name)
def test_each_zone_is_what_epsg_says(zone: gauss_krueger.Zone) -> None:
    system = crs.parse(zone.name)
    values = {one.name: one.value for one in system.crs.coordinate_operation.params}
    assert values["Longitude of natural origin"] == zone.meridian
    assert values["False easting"] == 500_000 + zone.number * 1_000_000 * zone.prefixed
    assert ("3-degree" in system.crs.name) == (zone.width == 3)
    assert system.crs.geodetic_crs.to_epsg() == 4490


def test_a_files_own_system_never_passes_for_a_known_name() -> None:
    own = CRS.from_epsg(4547).to_wkt().replace("3-degree Gauss-Kruger CM 114E", "GCJ02")
    own = own[: own.rindex(",ID[")].replace("CGCS2000 / GCJ02", "GCJ02") + "]"
    own = own.replace('"False easting",500000', '"False easting",512345')
    assert crs.parse(own).name == '"GCJ02"'


@pytest.mark.parametrize(
    "text",
    [
        *("", "GCJ-03", "EPSG:0", "EPSG:5705", "nonsense", "None"),
        *("cgcs2000-gk3-zone24", "cgcs2000-gk3-cm115"),
        'LOCAL_CS["site",UNIT["metre",1]]',
        'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,298.25722]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
    ],
)
def test_what_lies_nowhere_on_the_earth_is_unknown(text: str) -> None:
    with pytest.raises(crs.UnknownCrs):
        crs.parse(text)


@pytest.mark.parametrize("code", [4547, 4526, 4508, 4497, 32649, 3857, 2249])
def test_there_and_back_is_the_same_point(code: int) -> None:
    """Northing comes first in some definitions; here x is always east."""
    lon, lat = (-71.06, 42.36) if code == 2249 else (112.9, 35.6)
    x, y = Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
    moved = to_wgs84([shapely.Point(x, y), None], str(code))
    assert moved[1] is None
    assert (moved[0].x, moved[0].y) == pytest.approx((lon, lat), abs=1e-9)


@pytest.mark.parametrize(
    ("name", "easting"),
    [
        ("cgcs2000-gk3-cm111", 500_000),
        ("cgcs2000-gk3-zone37", 37_500_000),
        ("cgcs2000-gk6-cm111", 500_000),
        ("cgcs2000-gk6-zone19", 19_500_000),
    ],
)
def test_the_length_of_the_meridian_is_the_published_one(name: str, easting: float) -> None:
    """GRS 80, the ellipsoid of CGCS2000: 4 984 944.378 m from the equator to 45° north."""
    (point,) = to_wgs84([shapely.Point(easting, 4_984_944.378)], name)
    assert (point.x, point.y) == pytest.approx((111, 45), abs=1e-8)


@cache
def way_to(zone: gauss_krueger.Zone) -> tuple[crs.System, Transformer]:
    return crs.parse(zone.name), Transformer.from_crs(4490, zone.epsg, always_xy=True)


@given(
    lon=st.floats(73.6, 135), lat=st.floats(18, 53.5), width=st.sampled_from([3, 6]), prefixed=...
)
def test_a_point_of_china_comes_back_from_its_zone(
    lon: float, lat: float, width: int, prefixed: bool
) -> None:
    number = round(lon / 3) if width == 3 else int(lon // 6) + 1
    zone = gauss_krueger.Zone(width, number, prefixed)
    system, there = way_to(zone)
    point = np.array([shapely.Point(there.transform(lon, lat))])
    assert crs.misfits(point, system=system) == []
    (back,) = crs.to_wgs84(point, system=system)
    assert (back.x, back.y) == pytest.approx((lon, lat), abs=1e-9)


@pytest.mark.parametrize(
    ("name", "xy", "reason", "fitting"),
    [
        ("cgcs2000-gk3-zone38", (400_000, 3_940_000), "zone_missing", "cgcs2000-gk3-cm114"),
        ("cgcs2000-gk6-zone19", (400_000, 3_940_000), "zone_missing", "cgcs2000-gk6-cm111"),
        ("cgcs2000-gk3-cm114", (38_400_000, 3_940_000), "zone_other", "cgcs2000-gk3-zone38"),
        ("cgcs2000-gk3-cm114", (19_600_000, 3_940_000), "zone_other", "cgcs2000-gk6-zone19"),
        ("cgcs2000-gk3-zone38", (39_400_000, 3_940_000), "zone_other", "cgcs2000-gk3-zone39"),
        ("cgcs2000-gk3-cm114", (3_940_000, 400_000), "axes_exchanged", ""),
        ("cgcs2000-gk3-zone38", (3_940_000, 38_400_000), "axes_exchanged", ""),
        ("cgcs2000-gk3-cm114", (112.9, 35.6), "degrees", ""),
        ("web-mercator", (112.9, 35.6), "degrees", ""),
        ("web-mercator", (20_100_000, 0), "outside_crs", ""),
        ("cgcs2000-gk3-cm114", (500_000, 11_000_000), "outside_crs", ""),
        ("cgcs2000-gk3-cm114", (99_000_000, 3_940_000), "outside_crs", ""),
        ("EPSG:28418", (3_940_000, 18_400_000), "axes_exchanged", ""),
        ("EPSG:28418", (39_400_000, 3_940_000), "outside_crs", ""),
    ],
)
def test_numbers_that_cannot_lie_in_a_system_say_what_would_fit(
    name: str, xy: tuple[float, float], reason: str, fitting: str
) -> None:
    system = crs.parse(name)
    shapes = np.array([None, shapely.Point(xy), shapely.Polygon()], dtype=object)
    (one,) = crs.misfits(shapes, system=system)
    assert one == crs.Misfit(1, reason, *xy, fitting)


def test_a_shape_with_one_corner_in_another_zone_does_not_fit() -> None:
    shape = shapely.LineString([(38_400_000, 3_940_000), (39_400_000, 3_940_000)])
    (one,) = crs.misfits(np.array([shape]), system=crs.parse("cgcs2000-gk3-zone38"))
    assert (one.reason, one.x) == ("zone_other", 39_400_000)


@pytest.mark.parametrize("name", ["GCJ02", "BD09"])
@pytest.mark.parametrize("xy", [(739_826, 2_908_285), (35.6, 112.9), (np.inf, 1), (np.nan, 1)])
def test_what_is_no_longitude_and_latitude_is_not_shifted_into_range(
    name: str, xy: tuple[float, float]
) -> None:
    assert not crs.in_range(to_wgs84([shapely.Point(xy)], name))[0]


def test_what_is_in_range() -> None:
    points = [shapely.Point(180, -90), shapely.Point(180.1, 0), shapely.Point(0, 91), None]
    shapes = np.array([*points, shapely.Polygon(), shapely.Point(np.inf, 0)], dtype=object)
    assert crs.in_range(shapes).tolist() == [True, False, False, False, False, False]


@pytest.mark.parametrize("corner", [np.nan, np.inf, -np.inf])
def test_one_corner_that_is_no_number_is_enough(corner: float) -> None:
    outline = shapely.from_wkt("POLYGON ((1 1, 2 1, 2 2, 1 1))")
    broken = shapely.set_coordinates(outline.buffer(0), [[1, 1], [2, corner], [2, 2], [1, 1]])
    assert crs.in_range(np.array([outline, broken], dtype=object)).tolist() == [True, False]


def test_cgcs2000_is_taken_as_it_is() -> None:
    points = np.array([shapely.Point(112.9, 35.6)], dtype=object)
    assert crs.to_wgs84(points, system=crs.parse("EPSG:4490")) is points


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        *(("EPSG:4214", "Beijing 1954"), ("2437", "Beijing 1954"), ("4610", "Xian 1980")),
        *(("EPSG:2384", "Xian 1980"), ("4555", "New Beijing")),
        (CRS.from_epsg(2384).to_wkt("WKT1_ESRI"), "Xian 1980"),
        (CRS.from_epsg(2437).to_wkt("WKT1_GDAL"), "Beijing 1954"),
    ],
)
def test_an_old_datum_is_asked_about(text: str, datum: str) -> None:
    """PROJ would take its numbers as if they were WGS 84."""
    with pytest.raises(crs.OldDatum) as caught:
        crs.parse(text)
    assert caught.value.datum == datum


def test_an_old_datum_with_its_parameters_is_good() -> None:
    """15.8, -154.4, -82.3 is what EPSG (15918) gives for Beijing 1954 in one of its regions."""
    text = "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass +units=m +towgs84=15.8,-154.4,-82.3"
    system = crs.parse(text)
    assert crs.parse(system.name) == system
    lon, lat = crs.place(np.array([400_000.0]), np.array([3_942_000.0]), system=system)
    plain = crs.place(np.array([400_000.0]), np.array([3_942_000.0]), system=crs.parse("4547"))
    off = np.hypot((lon - plain[0]) * np.cos(np.radians(lat)), lat - plain[1]) * 111_320
    assert 50 < off[0] < 200
    assert crs.misfits(np.array([shapely.Point(112.9, 35.6)]), system=system)[0].reason == "degrees"


@pytest.mark.parametrize("name", ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4526"])
def test_a_place_is_finite_or_nowhere(name: str) -> None:
    x = np.array([np.nan, np.inf, 3_940_000.0, 180.5, 0.0, 38_400_000.0])
    y = np.array([35.6, -np.inf, 38_400_000.0, 35.6, 90.5, np.nan])
    lon, lat = crs.place(x, y, system=crs.parse(name))
    assert np.isinf(lon).all() and np.isinf(lat).all()
