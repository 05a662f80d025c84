"""Where things happen in the demo town: street spots, borders and hot spots, as arrays.

Built once from a town; the incidents of any day are drawn from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.demo.event_types import EVENT_TYPES, type_shares
from data.demo.model import Grid, Town
from data.demo.plane import Floats, Ints, rng_for, to_metres

_PART = 8
_SPOT_STEP_M = 30.0
_HOT_SPOTS = 170
# x, y, reach in metres, height: the old centre, the western workshops, the southern market
_LIVELY = (
    (-900.0, -350.0, 1900.0, 1.5),
    (-5400.0, 1900.0, 1800.0, 0.5),
    (-1800.0, -2400.0, 1500.0, 0.5),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Spots in metres, grouped by grid: those of grid k are `first[k] : first[k + 1]`.

    `border_m` are points a metre or two inside `border_grid`, beside the border of another
    grid. `hot_spot` are chronic spots (numbers of spots) with the type that recurs there.
    """

    seed: int
    grid_codes: tuple[str, ...]
    area_codes: tuple[str, ...]
    area_of_grid: Ints
    place_names: tuple[str, ...]
    spot_m: Floats
    spot_street: Ints
    streets: tuple[str, ...]
    first: Ints
    grid_weight: Floats
    border_m: Floats
    border_grid: Ints
    hot_spot: Ints
    hot_type: Ints
    outline_m: Floats


def make_stage(*, town: Town) -> Stage:
    """Collect the spots of every zone and service grid of a town."""
    rng = rng_for(seed=town.seed, part=_PART)
    tiles = [grid for grid in town.grids if grid.kind in ("service", "zone")]
    shapes = _shapes_m([grid.geometry for grid in tiles])
    xy, street, owner = _spots(rng, town, shapes)
    first = np.searchsorted(owner, np.arange(len(tiles) + 1))
    border, border_grid = _borders(rng, shapes)
    communities = [area for area in town.areas if area.level == "community"]
    codes = [area.code for area in communities]
    whole = next(area.geometry for area in town.areas if area.level == "town")
    weight = _weights(rng, tiles, shapes)
    hot = _hot_types()
    return Stage(
        seed=town.seed,
        grid_codes=tuple(grid.code for grid in tiles),
        area_codes=tuple(codes),
        area_of_grid=np.array([codes.index(grid.area_code) for grid in tiles]),
        place_names=tuple(area.name for area in communities),
        spot_m=xy,
        spot_street=street,
        streets=town.graph.names,
        first=first,
        grid_weight=weight,
        border_m=border,
        border_grid=border_grid,
        hot_spot=rng.choice(len(xy), _HOT_SPOTS, p=_per_spot(weight, first)),
        hot_type=rng.choice(len(EVENT_TYPES), _HOT_SPOTS, p=hot / hot.sum()),
        outline_m=to_metres(lonlat=shapely.get_coordinates(whole)),
    )


def _shapes_m(geometries: Sequence[shapely.Geometry]) -> NDArray[np.object_]:
    """Geometries (n, EPSG:4326) in the town's metres."""
    given = np.array(geometries, dtype=object)
    shapes: NDArray[np.object_] = shapely.transform(given, lambda xy: to_metres(lonlat=xy))
    return shapes


def _spots(
    rng: np.random.Generator, town: Town, shapes: NDArray[np.object_]
) -> tuple[Floats, Ints, Ints]:
    """Points along the walkable roads, a few metres off, sorted by the grid they lie in."""
    graph = town.graph
    roads = np.flatnonzero(graph.walkable)
    count = np.maximum(1, graph.length_m[roads] // _SPOT_STEP_M).astype(np.int64)
    road = np.repeat(roads, count)
    step = np.arange(len(road)) - np.repeat(np.cumsum(count) - count, count) + 0.5
    lines = np.array(graph.edges, dtype=object)[road]
    along = step / np.repeat(count, count)
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines, along, normalized=True))
    at = at + rng.uniform(-6.0, 6.0, at.shape)
    street = graph.name[road]
    spot, grid = shapely.STRtree(shapes).query(shapely.points(at), predicate="within")
    missing = np.setdiff1d(np.arange(len(shapes)), grid)
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes[missing])).reshape(-1, 2)
    all_xy = np.vstack([at[spot], inner])
    all_grid = np.concatenate([grid, missing])
    all_street = np.concatenate([street[spot], np.zeros(len(missing), dtype=np.int64)])
    order = np.argsort(all_grid, kind="stable")
    return all_xy[order], all_street[order], all_grid[order]


def _borders(rng: np.random.Generator, shapes: NDArray[np.object_]) -> tuple[Floats, Ints]:
    """Points beside common borders, at most two metres inside one of the two grids."""
    lines = shapely.boundary(shapes)
    count = np.maximum(4, shapely.length(lines) // 80.0).astype(np.int64)
    grid = np.repeat(np.arange(len(shapes)), count)
    share = rng.uniform(0.0, 1.0, len(grid))
    at = shapely.line_interpolate_point(lines[grid], share, normalized=True)
    near = shapely.get_coordinates(at) + rng.uniform(-2.0, 2.0, (len(grid), 2))
    own = shapely.contains_xy(shapes[grid], near)
    pairs = shapely.STRtree(shapes).query(at, predicate="dwithin", distance=0.01)[0]
    shared = np.bincount(pairs, minlength=len(grid)) > 1
    keep = own & shared
    return near[keep], grid[keep]


def _weights(
    rng: np.random.Generator, tiles: Sequence[Grid], shapes: NDArray[np.object_]
) -> Floats:
    """Reports per grid: by residents, by how lively its part of the town is, and by chance."""
    people = np.array([grid.population for grid in tiles], dtype=float)
    service = np.array([grid.kind == "service" for grid in tiles])
    base = np.where(service, 0.5 + (people / 500.0) ** 0.7, 0.42)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    lively = np.full(len(tiles), 0.22)
    for x, y, reach, height in _LIVELY:
        away = np.hypot(middle[:, 0] - x, middle[:, 1] - y)
        lively += height * np.exp(-0.5 * (away / reach) ** 2)
    weight: Floats = base * lively * rng.lognormal(0.0, 0.22, len(tiles))
    weight /= weight.sum()
    return weight


def _per_spot(weight: Floats, first: Ints) -> Floats:
    count = np.diff(first)
    share: Floats = np.repeat(weight / count, count)
    return share


def _hot_types() -> Floats:
    """What comes back again and again: refuse, parking, trading, blocked lanes, water."""
    recurring = {"E0102", "E0104", "E0504", "E0505", "E0507", "L2101", "L2102", "C0104", "E0406"}
    chosen: Floats = np.array([float(t.code in recurring) for t in EVENT_TYPES])
    return type_shares() * chosen
