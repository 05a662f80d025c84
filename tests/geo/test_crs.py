"""Coordinate systems: what is known, what is refused, and that x is always longitude."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo import crs


@pytest.mark.parametrize("text", ["EPSG:4326", "4490", "OGC:CRS84", " epsg:4547 "])
def test_systems_are_known_by_their_names(text: str) -> None:
    assert crs.name(crs.parse(text)).split(":")[0] in {"EPSG", "OGC"}


@pytest.mark.parametrize(
    "text",
    [
        *("", "GCJ-02", "EPSG:0", "EPSG:5705", "nonsense", "None"),
        'LOCAL_CS["site",UNIT["metre",1]]',
        'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,298.25722]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
    ],
)
def test_what_lies_nowhere_on_the_earth_is_unknown(text: str) -> None:
    with pytest.raises(crs.UnknownCrs):
        crs.parse(text)


@pytest.mark.parametrize("code", [4547, 4526, 32649, 3857, 2249])
def test_there_and_back_is_the_same_point(code: int) -> None:
    """Northing comes first in some definitions; here x is always east."""
    from pyproj import Transformer

    lon, lat = (-71.06, 42.36) if code == 2249 else (112.9, 35.6)
    x, y = Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
    points = np.array([shapely.Point(x, y), None], dtype=object)
    moved = crs.to_wgs84(points, crs=crs.parse(str(code)))
    assert moved[1] is None
    assert (moved[0].x, moved[0].y) == pytest.approx((lon, lat), abs=1e-9)


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
    assert crs.to_wgs84(points, crs=crs.parse("EPSG:4490")) is points
    assert crs.name(crs.parse("4490")) == "EPSG:4490"
