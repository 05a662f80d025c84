"""Deliberate dirt in the demo's events, so that every rule of the intake has something to do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.plane import Floats, Ints, to_degrees
from data.demo.stage import Stage
from geo.shifted import wgs84_to_gcj02

NO_ADDRESS, NO_POINT, GCJ02, DUPLICATE, OUTSIDE, BORDER = 1, 2, 4, 8, 16, 32
RATES: dict[int, float] = {
    NO_ADDRESS: 0.10, NO_POINT: 0.03, GCJ02: 0.01, DUPLICATE: 0.04, OUTSIDE: 0.003, BORDER: 0.05,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Soiled:
    """Where events say they are. `copied_from` is the row itself but for duplicates."""

    lon: Floats
    lat: Floats
    area: Ints
    grid: Ints
    dirt: Ints
    copied_from: Ints


def soil(*, rng: np.random.Generator, stage: Stage, spot: Ints) -> Soiled:
    """Place events at their spots and spoil the usual share; rows are in the order of time."""
    n = len(spot)
    copied = _duplicates(rng, n)
    dirt = np.where(copied != np.arange(n), DUPLICATE, 0)
    grid: Ints = np.searchsorted(stage.first, spot, side="right") - 1
    xy = stage.spot_m[spot] + rng.normal(0.0, 4.0, (n, 2))
    xy, grid, dirt = _on_borders(rng, stage, xy, grid, dirt)
    xy, grid = _beside_the_first(rng, xy, copied), grid[copied]
    area = stage.area_of_grid[grid]
    xy, grid, area, dirt = _outside(rng, stage, xy, grid, area, dirt)
    lonlat = to_degrees(xy_m=xy)
    clean = dirt == 0
    dirt[clean & (rng.random(n) < RATES[GCJ02] * n / max(1, clean.sum()))] |= GCJ02
    shifted = (dirt & GCJ02) > 0
    moved = wgs84_to_gcj02(lonlat[shifted, 0], lonlat[shifted, 1])  # as phones in China do
    lonlat[shifted] = np.column_stack(moved)
    return _without(rng, Soiled(lonlat[:, 0], lonlat[:, 1], area, grid, dirt, copied))


def _without(rng: np.random.Generator, lot: Soiled) -> Soiled:
    """Take the point from some and the address from others; no event loses both."""
    inside = (lot.dirt & OUTSIDE) == 0
    no_point = inside & (rng.random(len(lot.dirt)) < RATES[NO_POINT])
    chance = RATES[NO_ADDRESS] / (1.0 - RATES[NO_POINT])
    no_address = inside & ~no_point & (rng.random(len(lot.dirt)) < chance)
    return Soiled(
        lon=np.where(no_point, np.nan, lot.lon),
        lat=np.where(no_point, np.nan, lot.lat),
        area=lot.area,
        grid=np.where(no_point, -1, lot.grid),
        dirt=lot.dirt | np.where(no_point, NO_POINT, 0) | np.where(no_address, NO_ADDRESS, 0),
        copied_from=lot.copied_from,
    )


def _beside_the_first(rng: np.random.Generator, xy: Floats, copied: Ints) -> Floats:
    """A repeat is reported some steps from the first report, less than 50 m."""
    turn, away = rng.uniform(0, 2 * np.pi, len(xy)), rng.uniform(2.0, 32.0, len(xy))
    step = np.column_stack([np.cos(turn), np.sin(turn)]) * away[:, None]
    again = (copied != np.arange(len(xy)))[:, None]
    moved: Floats = xy[copied] + step * again
    return moved


def _duplicates(rng: np.random.Generator, n: int) -> Ints:
    """For each row the row it repeats: itself, or one reported in the hours before."""
    own = np.arange(n)
    chosen = (rng.random(n) < RATES[DUPLICATE] * 1.02) & (own > 0)
    source = np.maximum(own - rng.integers(1, 30, n), 0)
    source = np.where(chosen, source, own)
    # A copy of a copy would drift away from the place of the first report.
    return np.where(chosen & ~chosen[source], source, own)


def _on_borders(
    rng: np.random.Generator, stage: Stage, xy: Floats, grid: Ints, dirt: Ints
) -> tuple[Floats, Ints, Ints]:
    chosen = np.flatnonzero((rng.random(len(xy)) < RATES[BORDER] * 1.05) & (dirt == 0))
    pick = rng.integers(len(stage.border_m), size=len(chosen))
    xy[chosen] = stage.border_m[pick]
    grid[chosen] = stage.border_grid[pick]
    dirt[chosen] |= BORDER
    return xy, grid, dirt


def _outside(
    rng: np.random.Generator, stage: Stage, xy: Floats, grid: Ints, area: Ints, dirt: Ints
) -> tuple[Floats, Ints, Ints, Ints]:
    """Move a few events some hundred metres beyond the town's border."""
    chosen = np.flatnonzero((rng.random(len(xy)) < RATES[OUTSIDE] * 1.1) & (dirt == 0))
    edge = stage.outline_m[rng.integers(len(stage.outline_m), size=len(chosen))]
    length = np.maximum(np.hypot(*edge.T), 1.0)[:, None]
    xy[chosen] = edge * (1.0 + rng.uniform(900.0, 2600.0, (len(chosen), 1)) / length)
    grid, area = grid.copy(), area.copy()
    grid[chosen], area[chosen] = -1, -1
    dirt[chosen] |= OUTSIDE
    return xy, grid, area, dirt
