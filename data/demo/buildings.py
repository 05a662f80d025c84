"""Some 9,500 houses along the streets and lanes; none crosses the border of a service grid.

Candidates stand in rows on both sides of every street; what touches a road, water, another
house or a border is dropped, and each community keeps the ones nearest its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.demo import layout
from data.demo.division import Cut
from data.demo.graph import CLASSES, RoadGraph
from data.demo.ground import Ground
from data.demo.plane import Floats, Ints, rng_for

_PART = 6
COUNT = 9_500
_URBAN_COUNT = 600  # per urban community: blocks of flats
PERSONS_PER_DWELLING = 2.77
# road class: width of a house, gap, depth, and the distances of its rows from the road's middle
_ROWS: dict[str, tuple[float, float, float, tuple[float, ...]]] = {
    "lane": (12.5, 4.0, 9.5, (10.0, 24.0)),
    "street": (34.0, 12.0, 12.5, (18.0, 41.0, 64.0)),
    "ring": (34.0, 14.0, 12.5, (26.0,)),
    "main": (26.0, 14.0, 12.0, (26.0,)),
    "county": (13.0, 7.0, 10.0, (13.0,)),
}


@dataclass(frozen=True, slots=True)
class Houses:
    """Columns of houses in metres; `grid` indexes the cuts, `road` the graph's edges."""

    shapes: NDArray[np.object_]
    grid: Ints
    road: Ints
    dwellings: Ints
    number: Ints


def make_houses(*, seed: int, ground: Ground, graph: RoadGraph, cuts: Sequence[Cut]) -> Houses:
    """Place the houses and spread each community's dwellings over them."""
    rng = rng_for(seed=seed, part=_PART)
    shapes, road = _candidates(rng, graph)
    shapes, road, grid = _inside(shapes, road, cuts)
    free = _clear_of(shapes, ground, graph)
    shapes, road, grid = shapes[free], road[free], grid[free]
    alone = _alone(rng, shapes)
    shapes, road, grid = shapes[alone], road[alone], grid[alone]
    place = np.array([cut.place for cut in cuts])[grid]
    chosen = np.concatenate(
        [_nearest_middle(rng, shapes, place, k, n) for k, n in enumerate(_quota())]
    )
    shapes, road, grid, place = shapes[chosen], road[chosen], grid[chosen], place[chosen]
    return Houses(shapes, grid, road, _dwellings(shapes, place), _numbers(graph, road, place))


def _quota() -> list[int]:
    urban = [place.is_urban for place in layout.PLACES]
    people = np.array([0 if u else p.population for u, p in zip(urban, layout.PLACES, strict=True)])
    rest = COUNT - _URBAN_COUNT * sum(urban)
    return [
        _URBAN_COUNT if u else int(n)
        for u, n in zip(urban, _split(rest, people.astype(float)), strict=True)
    ]


def _split(total: int, weight: Floats) -> Ints:
    """Whole parts of `total` in proportion to the weights (largest remainder)."""
    exact = total * weight / weight.sum()
    parts: Ints = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts


def _candidates(rng: np.random.Generator, graph: RoadGraph) -> tuple[NDArray[np.object_], Ints]:
    shapes: list[NDArray[np.object_]] = []
    roads: list[Ints] = []
    lines = np.array(graph.edges, dtype=object)
    for name, (width, gap, depth, rows) in _ROWS.items():
        own = np.flatnonzero(graph.walkable & (graph.rank == CLASSES.index(name)))
        fits = np.maximum(0, (graph.length_m[own] - 8.0) // (width + gap)).astype(np.int64)
        road = np.repeat(own, fits)
        step = np.arange(len(road)) - np.repeat(np.cumsum(fits) - fits, fits)
        along = 4.0 + (step + 0.5) * (graph.length_m[road] - 8.0) / np.repeat(fits, fits)
        for row in rows:
            for side in (-1.0, 1.0):
                shapes.append(_houses(rng, lines[road], along, side * row, width, depth))
                roads.append(road)
    return np.concatenate(shapes), np.concatenate(roads)


def _houses(
    rng: np.random.Generator,
    lines: NDArray[np.object_],
    along: Floats,
    offset: float,
    width: float,
    depth: float,
) -> NDArray[np.object_]:
    """Rectangles beside the lines, each a little different in size, place and turn."""
    n = len(lines)
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
    back = shapely.get_coordinates(shapely.line_interpolate_point(lines, along - 1.0))
    way = at - back
    angle = np.arctan2(way[:, 1], way[:, 0]) + rng.normal(0.0, 0.035, n)
    u = np.column_stack([np.cos(angle), np.sin(angle)])
    v = np.column_stack([-u[:, 1], u[:, 0]])
    half_w = width / 2 * rng.uniform(0.72, 1.06, n)
    half_d = depth / 2 * rng.uniform(0.8, 1.12, n)
    middle = at + u * rng.normal(0.0, 0.8, n)[:, None]
    middle = middle + v * (offset + np.sign(offset) * rng.uniform(-0.5, 2.0, n))[:, None]
    corners = [
        middle + u * (a * half_w)[:, None] + v * (b * half_d)[:, None]
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    polygons: NDArray[np.object_] = shapely.polygons(np.round(np.stack(corners, axis=1), 2))
    return polygons


def _inside(
    shapes: NDArray[np.object_], road: Ints, cuts: Sequence[Cut]
) -> tuple[NDArray[np.object_], Ints, Ints]:
    service = np.array([i for i, cut in enumerate(cuts) if cut.kind == "service"])
    tree = shapely.STRtree(shapes)
    yards = shapely.buffer([cuts[i].geometry for i in service], -1.0)
    which, house = tree.query(yards, predicate="contains_properly")
    order = np.argsort(house, kind="stable")
    house, which = house[order], which[order]
    return shapes[house], road[house], service[which]


def _clear_of(shapes: NDArray[np.object_], ground: Ground, graph: RoadGraph) -> NDArray[np.bool_]:
    tree = shapely.STRtree(shapes)
    clear = np.ones(len(shapes), dtype=bool)
    lines = np.array(graph.edges, dtype=object)
    wide = graph.rank <= CLASSES.index("ring")
    for some, distance in ((lines[wide], 12.0), (lines[~wide], 2.6), ([ground.rail], 25.0)):
        clear[tree.query(some, predicate="dwithin", distance=distance)[1]] = False
    wet = shapely.get_parts(shapely.buffer(ground.water_area, 14.0))
    clear[tree.query(wet, predicate="intersects")[1]] = False
    return clear


def _alone(rng: np.random.Generator, shapes: NDArray[np.object_]) -> Ints:
    """A large set of houses at least 2 m apart: whoever ranks before all rivals stays."""
    rank = rng.permutation(len(shapes))
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=2.0)
    a, b = a[a != b], b[a != b]
    state = np.zeros(len(shapes), dtype=np.int8)  # 0 open, 1 stays, 2 goes
    while (state == 0).any():
        live = (state[a] == 0) & (state[b] == 0)
        beaten = np.zeros(len(shapes), dtype=bool)
        beaten[a[live & (rank[b] < rank[a])]] = True
        state[(state == 0) & ~beaten] = 1
        rivals = b[(state[a] == 1) & (state[b] == 0)]
        state[rivals] = 2
    return np.flatnonzero(state == 1)


def _nearest_middle(
    rng: np.random.Generator, shapes: NDArray[np.object_], place: Ints, index: int, count: int
) -> Ints:
    own = np.flatnonzero(place == index)
    middle = shapely.get_coordinates(shapely.centroid(shapes[own]))
    town = layout.PLACES[index]
    away = np.hypot(*(middle - np.array([town.x_m, town.y_m])).T)
    order = np.argsort(away + rng.uniform(0.0, 1100.0 if town.is_urban else 420.0, len(own)))
    return np.sort(own[order[:count]])


def _dwellings(shapes: NDArray[np.object_], place: Ints) -> Ints:
    """Every house has one dwelling at least; the rest follow floor area."""
    out = np.zeros(len(shapes), dtype=np.int64)
    size = shapely.area(shapes)
    for index, town in enumerate(layout.PLACES):
        own = np.flatnonzero(place == index)
        homes = round(town.population / PERSONS_PER_DWELLING)
        out[own] = 1 + _split(max(0, homes - len(own)), size[own] ** 1.4)
    return out


def _numbers(graph: RoadGraph, road: Ints, place: Ints) -> Ints:
    """House numbers: running along each named street of a community."""
    key = place * 10_000 + graph.name[road]
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    start = np.searchsorted(ordered, ordered)
    out = np.empty(len(road), dtype=np.int64)
    out[order] = np.arange(len(road)) - start + 1
    return out
