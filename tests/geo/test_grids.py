"""Exactly one owner per kind, equal to PostGIS, also on borders, corners and holes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.embedded import Store
from geo.grids import find_owners, index_grids, list_owners

WEST = shapely.box(0, 0, 1, 1)
EAST = shapely.box(1, 0, 2, 1)
HOLED = shapely.box(0, 0, 2, 1).difference(shapely.box(0.4, 0.4, 0.6, 0.6))


def test_a_shared_border_belongs_to_the_smaller_id() -> None:
    """Whatever order the grids come in."""
    for order in ((0, 1), (1, 0)):
        shapes, ids = [(EAST, WEST)[i] for i in order], [(3, 7)[i] for i in order]
        index = index_grids(ids=ids, kinds=["service", "service"], shapes=shapes)
        owners = list_owners(index, lon=[1.0, 0.5, 1.5, 1.0, 5.0], lat=[0.5, 0.5, 0.5, 1.0, 0.5])
        assert owners == [(3,), (7,), (3,), (3,), ()]


def test_each_kind_has_its_own_owner() -> None:
    """Kinds overlap freely; a hole belongs to nobody, its edge does."""
    index = index_grids(
        ids=[1, 2, 3], kinds=["service", "service", "party"], shapes=[WEST, EAST, HOLED]
    )
    owners = list_owners(index, lon=[0.1, 0.5, 0.4, 1.5], lat=[0.1, 0.5, 0.5, 0.5])
    assert owners == [(1, 3), (1,), (1, 3), (2, 3)]


def test_nothing_in_nothing_out() -> None:
    """No grids, no points, a point that is none."""
    empty = index_grids(ids=[], kinds=[], shapes=[])
    assert list_owners(empty, lon=[0.5], lat=[0.5]) == [()]
    index = index_grids(ids=[1], kinds=["service"], shapes=[WEST])
    assert list_owners(index, lon=[], lat=[]) == []
    assert list_owners(index, lon=[np.nan, 0.5], lat=[0.5, np.inf]) == [(), ()]


def test_bad_grids_are_refused() -> None:
    """Two grids of one id, or arrays that do not fit, are a mistake of the caller."""
    with pytest.raises(ValueError, match="unique"):
        index_grids(ids=[1, 1], kinds=["a", "a"], shapes=[WEST, EAST])
    with pytest.raises(ValueError, match="length"):
        index_grids(ids=[1], kinds=["a", "a"], shapes=[WEST, EAST])


@pytest.fixture
def link(store: Store) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(store.admin_url, autocommit=True) as opened:
        opened.execute("CREATE TEMP TABLE g (id int, kind text, geom geometry)")
        yield opened


COVERS = "ST_Covers(g.geom, ST_MakePoint(x, y))"
# The same by GEOS, which is exact. ST_Covers rounds: within 1e-14 m of a border it may say that
# both neighbours cover a point, or none of them.
EXACT = "ST_Relate(g.geom, ST_MakePoint(x, y), '******FF*')"


def ask_postgis(
    link: psycopg.Connection[Any], grids: list[tuple[int, str, Any]], points: Any, covers: str
) -> list[tuple[int, ...]]:
    """The same rule in SQL, by one of two ways of asking whether a grid covers a point."""
    link.execute("TRUNCATE g")
    with link.cursor() as cursor, cursor.copy("COPY g FROM STDIN") as copy:
        for id_, kind, shape in grids:
            copy.write_row((id_, kind, shapely.to_wkb(shape, hex=True)))
    rows = link.execute(
        "SELECT n, array_agg(id ORDER BY id) FROM ("
        "  SELECT n, kind, min(id) AS id FROM unnest(%s::float8[], %s::float8[])"
        f"  WITH ORDINALITY AS p (x, y, n) JOIN g ON {covers}"
        "  GROUP BY n, kind) owner GROUP BY n",
        [points[:, 0].tolist(), points[:, 1].tolist()],
    ).fetchall()
    owners: list[tuple[int, ...]] = [()] * len(points)
    for n, ids in rows:
        owners[n - 1] = tuple(ids)
    return owners


def borders(shapes: list[Any], shares: list[float]) -> Any:
    """Points on every edge of the shapes at the given shares, and all their corners."""
    found = []
    for shape in shapes:
        for ring in (shape.exterior, *shape.interiors):
            corners = shapely.get_coordinates(ring)
            found += [corners[:-1] + share * np.diff(corners, axis=0) for share in shares]
            found.append(corners)
    return np.concatenate(found)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(2, 30),
    west=st.floats(-170, 170),
    south=st.floats(-80, 80),
    size=st.sampled_from([1e-4, 1e-2, 1.0]),
    share=st.floats(0, 1),
)
def test_equal_to_postgis_for_every_point(
    link: psycopg.Connection[Any],
    seed: int,
    count: int,
    west: float,
    south: float,
    size: float,
    share: float,
) -> None:
    """Two tilings over each other; points inside, outside, on edges and in corners.

    ST_Covers itself is asked for all points that a phone could send (0.1 mm) and all corners.
    """
    random = np.random.default_rng(seed)
    corner = np.array([west, south])
    grids = []
    for kind in ("service", "zone"):
        sites = shapely.multipoints(corner + size * random.random((count, 2)))
        tiles = shapely.get_parts(shapely.voronoi_polygons(sites))
        grids += [(len(grids) + n, kind, tile) for n, tile in enumerate(tiles, start=1)]
    order = random.permutation(len(grids))
    grids = [grids[i] for i in order]
    inside = corner + size * (3 * random.random((200, 2)) - 1)
    edges = borders([g[2] for g in grids], [share, 0.5, 1 / 3])
    points = np.concatenate([inside, edges, edges.round(9)])
    index = index_grids(
        ids=[g[0] for g in grids], kinds=[g[1] for g in grids], shapes=[g[2] for g in grids]
    )
    mine = list_owners(index, lon=points[:, 0], lat=points[:, 1])
    assert mine == ask_postgis(link, grids, points, EXACT)
    measured = np.concatenate([inside, edges.round(9), borders([g[2] for g in grids], [])])
    mine = list_owners(index, lon=measured[:, 0], lat=measured[:, 1])
    assert mine == ask_postgis(link, grids, measured, COVERS)
    assert all(mine[len(inside) + len(edges) :])  # no corner is nobody's
    point, _grid = find_owners(index, lon=points[:, 0], lat=points[:, 1])
    assert (np.diff(point) >= 0).all() and np.bincount(point).max() <= 2
