"""Which tile a place lies in: known addresses, and both ways round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import tiles
from geo.tiles import GEOGRAPHIC, MERCATOR


def test_known_addresses() -> None:
    """Berlin's tile of the web's scheme; Peking's of 天地图's matrix sets w and c at level 12."""
    assert tiles.tile_at(lon=13.377, lat=52.518, zoom=12, scheme=MERCATOR) == (2200, 1343)
    assert tiles.tile_at(lon=116.4, lat=39.9, zoom=12, scheme=MERCATOR) == (3372, 1552)
    assert tiles.tile_at(lon=116.4, lat=39.9, zoom=12, scheme=GEOGRAPHIC) == (3372, 570)
    assert tiles.tile_at(lon=179.9, lat=-89.9, zoom=1, scheme=GEOGRAPHIC) == (1, 0)
    assert tiles.tile_at(lon=180, lat=-90, zoom=3, scheme=MERCATOR) == (7, 7)


@given(
    lon=st.floats(-180, 180), lat=st.floats(-90, 90), zoom=st.integers(0, 22),
    scheme=st.sampled_from([MERCATOR, GEOGRAPHIC]),
)  # fmt: skip
def test_every_place_has_a_tile_and_halving_goes_to_its_parent(
    lon: float, lat: float, zoom: int, scheme: str
) -> None:
    columns, rows = tiles.shape(zoom=zoom, scheme=scheme)
    column, row = tiles.tile_at(lon=lon, lat=lat, zoom=zoom, scheme=scheme)
    assert 0 <= column < columns and 0 <= row < rows
    if zoom > 1:
        parent = tiles.tile_at(lon=lon, lat=lat, zoom=zoom - 1, scheme=scheme)
        assert parent == (column // 2, row // 2)


def test_a_box_in_the_shifted_system_moves_by_hundreds_of_metres() -> None:
    box = 112.8, 35.5, 113.0, 35.7
    moved = tiles.shifted_box(box)
    assert all(0.0001 < abs(a - b) < 0.01 for a, b in zip(box, moved, strict=True))
    assert tiles.shifted_box((2.0, 48.0, 3.0, 49.0)) == pytest.approx((2.0, 48.0, 3.0, 49.0))
    first = tiles.tiles_of(box, zoom=18, scheme=MERCATOR)
    assert tiles.tiles_of(moved, zoom=18, scheme=MERCATOR) != first
