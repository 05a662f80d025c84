"""One distance, whoever is asked: Python's, the geodesic of the store, and what orders by it."""

from __future__ import annotations

from math import asin, sqrt

import numpy as np
import psycopg
import pytest

from dashboard.embedded import Store
from geo.circles import EARTH_M
from geo.distances import distance_m

ASKED = """
SELECT ST_Distance(ST_SetSRID(ST_MakePoint(a, b), 4326)::geography,
                   ST_SetSRID(ST_MakePoint(c, d), 4326)::geography), haversine(a, b, c, d)
FROM unnest(%s::float[], %s::float[], %s::float[], %s::float[]) AS _ (a, b, c, d)
"""


def test_python_and_the_store_agree(store: Store) -> None:
    """Within 1 %, up to 20 km apart and 70° of latitude, also across the antimeridian."""
    random = np.random.default_rng(5)
    lat = random.uniform(-70, 70, 3000)
    lon = random.choice([179.99, -179.99, 112.9], 3000)
    far = random.uniform(0.0, 0.12, 3000) * random.choice([1, 0.001], 3000)
    turn = random.uniform(0, 2 * np.pi, 3000)
    lon_b = (lon + far * np.sin(turn) / np.cos(np.radians(lat)) + 180) % 360 - 180
    pairs = [lon.tolist(), lat.tolist(), lon_b.tolist(), (lat + far * np.cos(turn)).tolist()]
    with psycopg.connect(store.admin_url) as link:
        found = link.execute(ASKED, pairs).fetchall()
    for pair, (geodesic, h) in zip(zip(*pairs, strict=True), found, strict=True):
        assert distance_m(*pair) == pytest.approx(geodesic, rel=0.01), pair
        assert 2 * EARTH_M * asin(sqrt(h)) == pytest.approx(geodesic, rel=0.01, abs=0.1), pair
    assert max(geodesic for geodesic, _ in found) > 13_000
