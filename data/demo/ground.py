"""The ground of the demo town: outline, waters, woods, rail and the lines of the main roads.

All geometries of this file are in metres of the workshop plane (see `plane`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.demo import layout
from data.demo.plane import Floats, blob, rng_for, smooth, wander

_PART = 1


@dataclass(frozen=True, slots=True)
class Spine:
    """A main line that borders like to follow; crossing it costs a grid `crossing_m`."""

    name: str
    kind: str
    geometry: shapely.LineString
    crossing_m: float


@dataclass(frozen=True, slots=True)
class Ground:
    """The natural and built skeleton of the town, in metres."""

    outline: shapely.Polygon
    water: tuple[tuple[str, str, shapely.Polygon], ...]
    woods: tuple[shapely.Polygon, ...]
    rail: shapely.LineString
    spines: tuple[Spine, ...]

    @property
    def water_area(self) -> shapely.Geometry:
        """All water as one geometry."""
        return shapely.union_all([polygon for _, _, polygon in self.water])

    def spine(self, name: str) -> Spine:
        """The spine of that name."""
        return next(spine for spine in self.spines if spine.name == name)


def make_ground(*, seed: int) -> Ground:
    """Draw the ground; nearly all of it is fixed, the seed moves only the small bends."""
    rng = rng_for(seed=seed, part=_PART)
    spines = _spines(rng)
    by_name = {spine.name: spine.geometry for spine in spines}
    river = shapely.buffer(by_name["示范河"], layout.RIVER_WIDTH_M / 2)
    tributary = shapely.buffer(by_name["东河"], layout.TRIBUTARY_WIDTH_M / 2)
    ponds = [blob(rng=rng, x=x, y=y, rx=rx, ry=ry) for x, y, rx, ry in layout.PONDS]
    return Ground(
        outline=shapely.Polygon(smooth(points=layout.OUTLINE, step_m=60.0, closed=True)),
        water=(
            ("示范河", "river", river),
            ("东河", "river", tributary),
            ("水磨水库", "pond", ponds[0]),
            ("城中公园湖", "pond", ponds[1]),
        ),
        woods=tuple(blob(rng=rng, x=x, y=y, rx=rx, ry=ry) for x, y, rx, ry in layout.WOODS),
        rail=_bent(rng, layout.RAIL, 10.0),
        spines=spines,
    )


def ring_points(*, scale: float = 1.0) -> Floats:
    """The ring road as (n, 2) metres, first point repeated last."""
    angle = np.linspace(0.0, 2 * np.pi, 121)
    # A superellipse: rounder than a box, straighter than an ellipse, as ring roads are.
    cos, sin = np.cos(angle), np.sin(angle)
    x = np.sign(cos) * np.abs(cos) ** 0.86 * layout.RING_RADII[0] * scale
    y = np.sign(sin) * np.abs(sin) ** 0.86 * layout.RING_RADII[1] * scale
    turn = np.radians(layout.STREET_ANGLE_DEG)
    return np.column_stack(
        [
            layout.RING_CENTRE[0] + x * np.cos(turn) - y * np.sin(turn),
            layout.RING_CENTRE[1] + x * np.sin(turn) + y * np.cos(turn),
        ]
    )


def _spines(rng: np.random.Generator) -> tuple[Spine, ...]:
    return (
        Spine("示范河", "river", _bent(rng, layout.RIVER, 14.0), 900.0),
        Spine("东河", "river", _bent(rng, layout.TRIBUTARY, 14.0), 500.0),
        Spine("北环公路", "highway", _bent(rng, layout.HIGHWAY, 12.0), 260.0),
        Spine("中兴大街", "main", _bent(rng, layout.EAST_WEST, 12.0), 170.0),
        Spine("人民路", "main", _bent(rng, layout.NORTH_SOUTH, 12.0), 170.0),
        Spine("环城路", "ring", shapely.LineString(ring_points()), 220.0),
    )


def _bent(rng: np.random.Generator, points: layout.Line, amplitude_m: float) -> shapely.LineString:
    line = smooth(points=points, step_m=90.0)
    return shapely.LineString(wander(points=line, rng=rng, amplitude_m=amplitude_m))
