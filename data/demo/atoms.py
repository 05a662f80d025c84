"""The atoms of the demo town: some ten thousand small cells that every grid is made of.

Their points stand in mirrored pairs along rivers, main roads and streets, so that the borders
of the cells run along those lines. Metres of the workshop plane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.demo.ground import Ground, ring_points
from data.demo.plane import Floats, Ints

_COARSE_M = 150.0


@dataclass(frozen=True, slots=True)
class Atoms:
    """Small cells with their neighbours (CSR) and the cost of stepping over each border."""

    points: Floats
    cells: NDArray[np.object_]
    first: list[int]
    neighbour: list[int]
    cost: list[float]


def make_atoms(
    rng: np.random.Generator, ground: Ground, streets: list[shapely.LineString]
) -> Atoms:
    """The small cells that villages and grids are put together from: a partition of the town,
    in metres of its plane, whose edges follow streets and water where they run."""
    core = shapely.Polygon(ring_points(scale=1.12))
    points = _points(rng, ground, core, streets)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(
            shapely.MultiPoint(points),
            extend_to=shapely.box(-9500, -7000, 9500, 7000),
            ordered=True,
        )
    )
    cells = shapely.transform(cells, lambda xy: np.round(xy, 3))
    inside = shapely.contains_xy(ground.outline, points)
    a, b = _adjacent(points)
    both = inside[a] & inside[b]
    a, b = a[both], b[both]
    renumber = np.cumsum(inside) - 1
    steps = shapely.linestrings(np.stack([points[a], points[b]], axis=1))
    cost = shapely.length(steps) * rng.uniform(0.75, 1.4, len(a))
    for line, dear in [(s.geometry, s.crossing_m) for s in ground.spines] + [
        (shapely.MultiLineString(streets), 70.0)
    ]:
        shapely.prepare(line)
        cost[shapely.intersects(steps, line)] += dear
    return _csr(points[inside], cells[inside], renumber[a], renumber[b], cost)


def _csr(points: Floats, cells: NDArray[np.object_], a: Ints, b: Ints, cost: Floats) -> Atoms:
    both_a, both_b = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.lexsort((both_b, both_a))
    first = np.searchsorted(both_a[order], np.arange(len(points) + 1))
    doubled = np.concatenate([cost, cost])[order]
    return Atoms(points, cells, first.tolist(), both_b[order].tolist(), doubled.tolist())


def _points(
    rng: np.random.Generator,
    ground: Ground,
    core: shapely.Polygon,
    streets: list[shapely.LineString],
) -> Floats:
    """Jittered points, sparse outside and dense in the centre, with mirrored pairs on lines."""
    main = [s.geometry for s in ground.spines]
    pairs = [_mirrored(line, 46.0, 90.0) for line in main]
    small = [_mirrored(line, 22.0, 46.0) for line in streets]
    far = _jittered(rng, _COARSE_M)
    far = far[~shapely.contains_xy(core, far)]
    near = _jittered(rng, 62.0)
    near = near[shapely.contains_xy(core, near)]
    spine = shapely.MultiLineString(main)
    free = [
        _away(far, spine, 85.0),
        _away(_away(near, spine, 60.0), shapely.MultiLineString(streets), 38.0),
    ]
    lanes = _away(np.vstack(small), spine, 70.0)
    every: list[Floats] = [*pairs, lanes, *free]
    return _thinned(np.concatenate(every).round(3), 14.0)


def _jittered(rng: np.random.Generator, step: float) -> Floats:
    x, y = np.meshgrid(np.arange(-9300, 9300, step), np.arange(-6800, 6800, step * 0.87))
    x[1::2] += step / 2
    xy = np.column_stack([x.ravel(), y.ravel()])
    return xy + rng.uniform(-0.42, 0.42, xy.shape) * step


def _mirrored(line: shapely.LineString, offset: float, step: float) -> Floats:
    along = np.arange(step / 2, line.length, step)
    at = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 1.0))
    behind = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.maximum(along - 1.0, 0))
    )
    way = ahead - behind
    way /= np.hypot(*way.T)[:, None]
    side = np.column_stack([-way[:, 1], way[:, 0]]) * offset
    return np.vstack([at + side, at - side])


def _away(points: Floats, lines: shapely.Geometry, distance: float) -> Floats:
    tree = shapely.STRtree(shapely.get_parts(lines))
    near = tree.query(shapely.points(points), predicate="dwithin", distance=distance)[0]
    keep = np.ones(len(points), dtype=bool)
    keep[near] = False
    return points[keep]


def _thinned(points: Floats, distance: float) -> Floats:
    """Drop the later one of any two points closer than the distance (crossings of lines)."""
    where = shapely.points(points)
    a, b = shapely.STRtree(where).query(where, predicate="dwithin", distance=distance)
    keep = np.ones(len(points), dtype=bool)
    keep[np.maximum(a, b)[a != b]] = False
    return points[keep]


def _adjacent(points: Floats) -> tuple[Ints, Ints]:
    """Pairs of neighbouring points, from the Delaunay triangulation."""
    triangles = shapely.delaunay_triangles(shapely.MultiPoint(points))
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3].reshape(-1, 2)
    keys = points[:, 1] * 1e5 + points[:, 0]
    sorter = np.argsort(keys, kind="stable")
    index = sorter[np.searchsorted(keys[sorter], corners[:, 1] * 1e5 + corners[:, 0])].reshape(
        -1, 3
    )
    sides = np.sort(np.vstack([index[:, [0, 1]], index[:, [1, 2]], index[:, [2, 0]]]), axis=1)
    sides = np.unique(sides, axis=0)
    return sides[:, 0], sides[:, 1]
