"""Which grid owns a point: exactly one per kind, also on a border that several grids share.

Rule: of the grids of one kind that cover the point (border included), the one with the smallest
id owns it. The same in PostGIS: `min(id)` over `ST_Covers(geom, point)` by kind.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class GridIndex:
    """Grids ordered by id, prepared and in a tree; made by `index_grids`, safe to share."""

    ids: Ints
    kinds: Ints
    kind_names: tuple[str, ...]
    shapes: NDArray[np.object_]
    tree: Any

    def __len__(self) -> int:
        return len(self.ids)


def index_grids(
    *, ids: Sequence[int], kinds: Sequence[str], shapes: Sequence[shapely.Geometry]
) -> GridIndex:
    """Index polygons or multipolygons (any one CRS) by id and kind.

    Raises ValueError when the three differ in length or an id repeats.
    """
    if not len(ids) == len(kinds) == len(shapes):
        raise ValueError("ids, kinds and shapes must have the same length")
    if len(set(ids)) != len(ids):
        raise ValueError("grid ids must be unique")
    order = np.argsort(np.asarray(ids, dtype=np.int64), kind="stable")
    names = tuple(sorted(set(kinds)))
    code = {name: number for number, name in enumerate(names)}
    ordered = np.empty(len(shapes), dtype=object)
    ordered[:] = [shapes[i] for i in order]
    shapely.prepare(ordered)
    return GridIndex(
        ids=np.asarray(ids, dtype=np.int64)[order],
        kinds=np.asarray([code[kinds[i]] for i in order], dtype=np.int64),
        kind_names=names,
        shapes=ordered,
        tree=shapely.STRtree(ordered),
    )


def find_owners(index: GridIndex, *, lon: ArrayLike, lat: ArrayLike) -> tuple[Ints, Ints]:
    """The owners of points as two arrays of pairs: position of the point, id of its grid.

    Sorted by point, then grid id; one pair a kind that covers the point, none where nothing does.
    `lon` and `lat` are in the CRS of the index; a NaN lies nowhere.
    """
    xs, ys = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    none = np.empty(0, dtype=np.int64)
    if not len(index) or not len(xs):
        return none, none
    point, grid = _covering(index, xs, ys)
    # One number a pair, which sorts by point, kind, id: the grids are in the order of their ids.
    kinds, size = len(index.kind_names), len(index)
    key = np.sort((point * kinds + index.kinds[grid]) * size + grid)
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] // size != key[:-1] // size
    key = key[first]
    point, grid = key // (size * kinds), key % size
    if kinds > 1:
        order = np.lexsort((grid, point))
        point, grid = point[order], grid[order]
    return point, index.ids[grid]


def _covering(
    index: GridIndex, xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> tuple[Ints, Ints]:
    """All pairs of a point and a grid that covers it, as positions, in no order."""
    point, grid = index.tree.query(shapely.points(xs, ys))
    # Grid by grid: a prepared polygon is fast while it is in the processor's cache, and a query
    # with a predicate would prepare the points instead.
    order = np.argsort(grid, kind="stable")
    point, grid = point[order], grid[order]
    inside = shapely.intersects_xy(index.shapes[grid], xs[point], ys[point])
    return point[inside], grid[inside]


def list_owners(index: GridIndex, *, lon: ArrayLike, lat: ArrayLike) -> list[tuple[int, ...]]:
    """For each point the ids of its owners, ascending, one a kind."""
    point, grid = find_owners(index, lon=lon, lat=lat)
    count = len(np.asarray(lon))
    bounds = np.searchsorted(point, np.arange(count + 1)).tolist()
    ids = grid.tolist()
    return [tuple(ids[a:b]) for a, b in itertools.pairwise(bounds)]
