"""Which systems numbers could be in: what is suggested for a town, and for none."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Transformer

from geo import crs
from geo.fitting import fitting

TOWN = (112.88, 35.58, 112.96, 35.64)
LON, LAT = np.linspace(112.89, 112.95, 40), np.linspace(35.59, 35.63, 40)


@pytest.mark.parametrize(
    "name",
    ["cgcs2000-gk3-zone38", "cgcs2000-gk3-cm114", "cgcs2000-gk6-zone19", "cgcs2000-gk6-cm111"],
)
def test_a_zone_is_found_by_the_town(name: str) -> None:
    away = Transformer.from_crs("EPSG:4490", crs.NAMES[name], always_xy=True)
    x, y = away.transform(LON, LAT)
    assert name in fitting(x, y, town=TOWN)
    if "zone" in name:
        assert fitting(x, y, town=TOWN) == fitting(x, y, town=None) == [name]
    else:  # without a town any meridian would do: nothing is suggested
        assert fitting(x, y, town=None) == []


def test_web_mercator_and_degrees() -> None:
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(LON, LAT)
    assert fitting(x, y, town=TOWN) == ["web-mercator"]
    assert fitting(LON, LAT, town=TOWN) == ["wgs84", "cgcs2000", "gcj02", "bd09"]
    assert fitting(LAT, LON, town=TOWN) == []  # exchanged: another question
    assert fitting(LON - 186, LAT + 5, town=None) == ["wgs84"]  # in New York nothing is shifted


def test_where_nothing_fits_nothing_is_said() -> None:
    feet = np.array([770_000.0, 771_000.0])
    assert fitting(feet, feet * 3.8, town=TOWN) == []
    nothing = np.array([np.nan, np.inf])
    assert fitting(nothing, nothing, town=None) == []
