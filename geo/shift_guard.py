"""Does a set of points lie beside where it should, by a constant shift, and which conversion fits?

Points (of a layer's outlines, a feed, events) are held against a reference that is drawn right:
roads, buildings, borders. Each shift up to REACH_M is scored by the mean distance to the
reference, capped, so that neither a few wild points nor a gap in the reference counts for much;
the shifts are a lattice, looked up in a distance transform. The conversions between WGS-84, GCJ-02
and BD-09 are scored as they are, since their shift is not quite constant. Judged is by a paired
comparison of the same points: a conversion is named only where the best of all shifts lies where
it leads, and where staying is worse by far more than chance. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import shifted
from geo.distances import METRES_PER_DEGREE
from geo.shifted import Numbers, Pair

LEAST = 40  # points that tell something; fewer are too few to tell
MOST = 600  # more tell nothing new
MOST_BORDERS = 2_000  # of which a part only is matched
THIN_M = 40.0  # of the points in such a square one is taken: who stands still counts once
WINDOW_M = 16_000.0  # the shift is the same all over a town: its fullest part is enough
CELL_M = 8.0
STRIDE = 2  # cells from one shift of the lattice to the next
REACH_M, STEP_M = 1_700.0, CELL_M * STRIDE
CAP_M = 60.0  # further away is simply wrong
BORDER_CAP_M = 24.0  # borders are drawn on each other, people walk and report beside roads
NEAR_M = 90.0  # of a lattice shift and a conversion that mean the same
LEAST_SHIFT_M = 100.0
SURE = 6.0  # standard errors between staying and moving
UNIQUE = 4.0  # and, of a shift that no conversion explains, from the next best

Points = NDArray[np.float64]
# What would bring the points home, by name: from which system to which. The later ones undo a
# conversion that was done twice, or between the wrong two.
CONVERSIONS: Mapping[str, Callable[[Numbers, Numbers], Pair]] = {
    "GCJ02>WGS84": shifted.gcj02_to_wgs84,
    "BD09>WGS84": shifted.bd09_to_wgs84,
    "BD09>GCJ02": shifted.bd09_to_gcj02,
    "WGS84>GCJ02": shifted.wgs84_to_gcj02,
    "WGS84>BD09": shifted.wgs84_to_bd09,
    "GCJ02>BD09": shifted.gcj02_to_bd09,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What the points say. `verdict` is `fits`, `shifted` (`conversion` would bring them home, ""
    where none of the known ones does), `unclear` or `too_few`. `before_m` and `after_m` are median
    distances to the reference as they are and as moved; `east_m`, `north_m` how far off it is.
    `share` is about how much of what is `shifted` lies so, where points are mixed."""

    verdict: str
    points: int
    before_m: float = 0.0
    after_m: float = 0.0
    conversion: str = ""
    east_m: float = 0.0
    north_m: float = 0.0
    share: float = 1.0

    @property
    def shift_m(self) -> float:
        """How far the points lie from where they should, metres."""
        return float(np.hypot(self.east_m, self.north_m))


@dataclass(frozen=True, slots=True)
class _Plane:
    """Metres east and north of a point; good to a metre within a town."""

    lon: float
    lat: float

    def metres(self, lonlat: Points) -> Points:
        scale = np.array([np.cos(np.radians(self.lat)), 1.0]) * METRES_PER_DEGREE
        flat: Points = (lonlat - (self.lon, self.lat)) * scale
        return flat


def judge(lonlat: Points, reference: NDArray[Any]) -> Finding:
    """Hold points, (n, 2) degrees in EPSG:4326, against geometries of the same system."""
    return _hold(lonlat, reference, CAP_M, MOST)


def _hold(lonlat: Points, reference: NDArray[Any], cap_m: float, most: int) -> Finding:
    reference = _present(reference)
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    if not len(lonlat) or not len(reference):
        return Finding("too_few", 0)
    plane = _Plane(*np.median(lonlat, axis=0).tolist())
    lonlat = _sample(lonlat, plane, most)
    near = _nearby(reference, lonlat)
    if len(lonlat) < LEAST or not len(near):
        return Finding("too_few", len(lonlat))
    return _Trial(lonlat, plane, shapely.transform(near, plane.metres), cap_m).verdict()


def judge_outlines(outlines: NDArray[Any], parents: NDArray[Any]) -> Finding:
    """Hold a layer of polygons against the polygons that it fills: where the parents' borders
    run within the layer, borders of its own should run too. All EPSG:4326; `before_m` and
    `after_m` are median distances from those borders of the parents to borders of the layer.
    """
    outlines, parents = _present(outlines), _present(parents)
    if not len(outlines) or not len(parents):
        return Finding("too_few", 0)
    borders = shapely.segmentize(shapely.boundary(parents), THIN_M / METRES_PER_DEGREE)
    points = shapely.get_coordinates(borders)
    west, south, east, north = shapely.total_bounds(outlines)
    inside = (points >= (west, south)).all(axis=1) & (points <= (east, north)).all(axis=1)
    found = _hold(points[inside], outlines, BORDER_CAP_M, MOST_BORDERS)
    # What brings the parents onto the layer brings, the other way, the layer onto the parents.
    back = ">".join(reversed(found.conversion.split(">")))
    return replace(found, conversion=back, east_m=-found.east_m, north_m=-found.north_m)


def _present(shapes: NDArray[Any]) -> NDArray[Any]:
    there: NDArray[Any] = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return there


def _sample(lonlat: Points, plane: _Plane, most: int) -> Points:
    """One point a square of THIN_M, of the fullest part, at most `most`; always the same ones."""
    xy = plane.metres(lonlat)
    _, first = np.unique(np.floor(xy / THIN_M), axis=0, return_index=True)
    xy, lonlat = xy[first], lonlat[first]
    parts, which = np.unique(np.floor(xy / WINDOW_M + 0.5), axis=0, return_inverse=True)
    if len(parts) > 1:
        lonlat = lonlat[which.ravel() == np.bincount(which.ravel()).argmax()]
    if len(lonlat) > most:
        lonlat = lonlat[np.random.default_rng(0).choice(len(lonlat), most, replace=False)]
    return lonlat


def _nearby(reference: NDArray[Any], lonlat: Points) -> NDArray[Any]:
    """What of the reference lies within reach of the points."""
    (west, south), (east, north) = lonlat.min(axis=0), lonlat.max(axis=0)
    up = 2 * REACH_M / METRES_PER_DEGREE
    out = up / max(0.05, np.cos(np.radians((south + north) / 2)))
    box = shapely.box(west - out, south - up, east + out, north + up)
    polygons = np.isin(shapely.get_type_id(reference), (3, 6))
    near = reference.copy()
    near[polygons] = shapely.boundary(reference[polygons])
    found: NDArray[Any] = near[shapely.intersects(near, box)]
    return found


@dataclass(frozen=True, slots=True)
class _Field:
    """The capped distance to the reference at each cell, metres, float32."""

    west: float
    south: float
    metres: NDArray[np.float32]

    def at(self, xy: Points) -> NDArray[np.float32]:
        """Of points, (…, 2) metres; beyond the field the cap."""
        column = ((xy[..., 0] - self.west) / CELL_M).astype(np.int64)
        row = ((xy[..., 1] - self.south) / CELL_M).astype(np.int64)
        high, wide = self.metres.shape
        column, row = column.clip(0, wide - 1), row.clip(0, high - 1)
        found: NDArray[np.float32] = self.metres[row, column]
        return found


def _field(lines: Points, xy: Points, cap_m: float) -> _Field:
    """A distance transform of points on the reference, exact in cells, up to the cap: first along
    the rows, then along the columns (Felzenszwalb and Huttenlocher's order, cut at the cap)."""
    south_west = xy.min(axis=0) - REACH_M - cap_m
    wide, high = np.ceil((xy.max(axis=0) + REACH_M + cap_m - south_west) / CELL_M).astype(int)
    cells = np.floor((lines - south_west) / CELL_M).astype(int)
    cells = cells[(cells >= 0).all(axis=1) & (cells < (wide, high)).all(axis=1)]
    reach = int(np.ceil(cap_m / CELL_M))
    square = np.full((high + 2 * reach, wide + 2 * reach), np.float32((reach + 1) ** 2 * 2))
    square[cells[:, 1] + reach, cells[:, 0] + reach] = 0
    for axis in (1, 0):
        start = square.copy()
        for by in range(1, reach + 1):
            for way in (by, -by):
                np.minimum(square, np.roll(start, way, axis) + np.float32(by * by), out=square)
    metres = np.minimum(np.sqrt(square[reach:-reach, reach:-reach]) * np.float32(CELL_M), cap_m)
    return _Field(float(south_west[0]), float(south_west[1]), metres.astype(np.float32))


class _Trial:
    """The points as they lie, as each conversion and as each shift would move them."""

    def __init__(self, lonlat: Points, plane: _Plane, flat: NDArray[Any], cap_m: float) -> None:
        self.xy = plane.metres(lonlat)
        self.flat, self.cap_m = flat, cap_m
        self.field = _field(
            shapely.get_coordinates(shapely.segmentize(flat, CELL_M)), self.xy, cap_m
        )
        self.moved = {
            name: plane.metres(np.column_stack(way(*lonlat.T))) for name, way in CONVERSIONS.items()
        }
        self.shifts, self.scores = _landscape(self.field, self.xy)

    def verdict(self) -> Finding:
        away = np.hypot(*self.shifts.T)  # of shifts as good the smallest: streets in a grid
        best = self.shifts[np.lexsort((away, self.scores.round(3)))[0]]
        named = min(self.moved, key=lambda name: self._score(self.moved[name]))
        leads = np.median(self.moved[named] - self.xy, axis=0)
        alike = np.hypot(*(leads - best)) < NEAR_M
        alike |= self._score(self.moved[named]) < self.scores.min()
        far = np.hypot(*leads) > LEAST_SHIFT_M
        if alike and far and self._gain(self.xy, self.moved[named]) > SURE:
            return self._finding("shifted", self.moved[named], named)
        if np.hypot(*best) < LEAST_SHIFT_M:
            chance = _chance(self.field, self.xy)
            fits = _errors(chance - self.field.at(self.xy)) > SURE
            return self._finding("fits" if fits else "unclear", self.xy)
        there = self.xy + best
        if self._gain(self._rival(best), there) > UNIQUE and self._gain(self.xy, there) > SURE:
            return self._finding("shifted", there)
        return self._finding("unclear", self.xy)

    def _score(self, there: Points) -> float:
        return float(self.field.at(there).mean())

    def _gain(self, here: Points, there: Points) -> float:
        """How much nearer to the reference the points are there than here, in standard errors."""
        return _errors(self.field.at(here).astype(float) - self.field.at(there))

    def _rival(self, best: Points) -> Points:
        """The points under the best shift that is another one."""
        away = np.hypot(*(self.shifts - best).T) > 2 * NEAR_M
        rival: Points = self.xy + self.shifts[away][self.scores[away].argmin()]
        return rival

    def _finding(self, verdict: str, there: Points, conversion: str = "") -> Finding:
        east, north = np.median(self.xy - there, axis=0).tolist()
        # What has nothing of the reference around it, wherever it lies, measures the reference.
        tell = self.field.at(there) < self.cap_m
        tell = tell if tell.sum() >= LEAST else np.ones(len(tell), dtype=bool)
        before, after = (_median(self.flat, points[tell]) for points in (self.xy, there))
        share = self._share(there) if verdict == "shifted" else 1.0
        return Finding(verdict, len(self.xy), before, after, conversion, east, north, share)

    def _share(self, there: Points) -> float:
        """Of points that are near the reference where they lie or where they are moved to, those
        of the latter, both less what is near it by chance."""
        near = self.cap_m / 3
        chance = float((self.field.at(_ring(self.xy)) < near).mean())
        here, moved = (float((self.field.at(xy) < near).mean()) for xy in (self.xy, there))
        told = here + moved - 2 * chance
        return float(np.clip((moved - chance) / told, 0, 1)) if told > 0 else 1.0


def _landscape(field: _Field, xy: Points) -> tuple[Points, Points]:
    """All shifts of the lattice, (m, 2) metres, and the mean capped distance under each."""
    far = int(REACH_M / STEP_M) * STRIDE
    steps = np.arange(-far, far + 1, STRIDE)
    total = np.zeros((len(steps), len(steps)))
    columns, rows = np.floor((xy - (field.west, field.south)) / CELL_M).astype(int).T.tolist()
    for column, row in zip(columns, rows, strict=True):  # the lattice falls on cells: a slice each
        around = (
            slice(row - far, row + far + 1, STRIDE),
            slice(column - far, column + far + 1, STRIDE),
        )
        total += field.metres[around]
    shifts = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) * CELL_M
    within = np.hypot(*shifts.T) <= REACH_M
    return shifts[within], total.ravel()[within] / len(xy)


def _chance(field: _Field, xy: Points) -> Points:
    """What each point would have by chance: the mean over rings of shifts."""
    chance: Points = field.at(_ring(xy)).mean(axis=1)
    return chance


def _ring(xy: Points) -> Points:
    """Each point under shifts of no meaning, (n, 144, 2)."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = np.column_stack([np.cos(turn), np.sin(turn)])
    rings = np.concatenate([ring * radius for radius in (300.0, 600.0, 900.0)])
    moved: Points = xy[:, None, :] + rings
    return moved


def _errors(gain: NDArray[Any]) -> float:
    """A mean gain in its standard errors."""
    spread = float(gain.std()) / np.sqrt(len(gain))
    return float(gain.mean()) / max(float(spread), 1e-9)


def _median(flat: NDArray[Any], xy: Points) -> float:
    points = shapely.points(xy)
    _, metres = shapely.STRtree(flat).query_nearest(points, return_distance=True, all_matches=False)
    return float(np.median(metres))
