"""The road network of the demo town as a graph: people walk on it, houses stand along it.

Main roads come from `ground`; this file adds the street grid of the centre, the lanes of the
villages, the links between villages and the field roads, then nodes everything into a graph
whose edges meet only at their ends. Metres of the workshop plane throughout.
"""

from __future__ import annotations

import numpy as np
import shapely

from data.demo import layout
from data.demo.graph import RoadGraph, RoadLine, make_graph
from data.demo.ground import Ground, ring_points
from data.demo.plane import Floats, rng_for, wander

_PART = 2
_STREET_NAMES = (
    "兴农", "和平", "建设", "解放", "新华", "文化", "胜利", "光明",
    "青年", "团结", "幸福", "长乐", "安康", "朝阳", "育才", "迎宾",
)  # fmt: skip


def make_roads(*, seed: int, ground: Ground) -> RoadGraph:
    """Draw all roads and node them into a graph."""
    rng = rng_for(seed=seed, part=_PART)
    lines = [RoadLine(s.name, s.kind, None, s.geometry) for s in ground.spines if s.kind != "river"]
    lines += street_lines(seed=seed, ground=ground)
    dry = shapely.buffer(ground.water_area, 12.0)
    for index, place in enumerate(layout.PLACES):
        if not place.is_urban:
            lines += _village_lanes(rng, index, place, dry)
    lines += _village_links(rng, ground)
    lines += _field_roads(rng, dry, ground.outline)
    return make_graph(lines, ground)


def street_lines(*, seed: int, ground: Ground) -> list[RoadLine]:
    """The street grid of the centre; deterministic, so that blocks can follow it."""
    rng = rng_for(seed=seed, part=_PART + 100)
    core = shapely.Polygon(ring_points(scale=1.12))
    core = shapely.difference(core, shapely.buffer(ground.water_area, 25.0))
    turn = np.radians(layout.STREET_ANGLE_DEG)
    axis_x = np.array([np.cos(turn), np.sin(turn)])
    axis_y = np.array([-axis_x[1], axis_x[0]])
    out: list[RoadLine] = []
    for along, across, half, reach in (
        (axis_x, axis_y, 1700.0, 2700.0),
        (axis_y, axis_x, 2600.0, 1800.0),
    ):
        offsets = np.arange(-half, half, 165.0) + rng.uniform(
            -35.0, 35.0, int(np.ceil(2 * half / 165))
        )
        for number, offset in enumerate(offsets):
            line = _street(rng, np.array(layout.RING_CENTRE) + across * offset, along, reach)
            name = _STREET_NAMES[number % 16] + ("街" if along is axis_x else "路")
            out += _pieces(RoadLine(name, "street", None, line), core, rng)
    return out


def _street(
    rng: np.random.Generator, middle: Floats, along: Floats, reach: float
) -> shapely.LineString:
    steps = np.linspace(-reach, reach, 40)
    points = middle + steps[:, None] * along
    return shapely.LineString(wander(points=points, rng=rng, amplitude_m=26.0))


def _pieces(road: RoadLine, core: shapely.Geometry, rng: np.random.Generator) -> list[RoadLine]:
    """Clip a street to the core and leave out a stretch now and then, as real towns do."""
    clipped = shapely.intersection(road.geometry, core)
    out: list[RoadLine] = []
    for part in shapely.get_parts(clipped):
        cuts = np.sort(rng.uniform(0.0, part.length, 2)) if rng.random() < 0.4 else np.zeros(2)
        if cuts[1] - cuts[0] > 900.0:
            cuts[1] = cuts[0] + 900.0
        for a, b in ((0.0, cuts[0]), (cuts[1], part.length)):
            if b - a > 120.0:
                out.append(RoadLine(road.name, "street", None, _cut(part, a, b)))
    return out


def _cut(line: shapely.LineString, a: float, b: float) -> shapely.LineString:
    stops = np.unique(np.concatenate([np.arange(a, b, 60.0), [b]]))
    return shapely.LineString(shapely.get_coordinates(shapely.line_interpolate_point(line, stops)))


def settlement_radius_m(place: layout.Place) -> float:
    """The radius of the built-up part of a village, from its residents."""
    return float(np.sqrt(place.population * 140.0 / np.pi) + 70.0)


def _village_lanes(
    rng: np.random.Generator, index: int, place: layout.Place, wet: shapely.Geometry
) -> list[RoadLine]:
    """Lanes about 62 m apart with a few cross lanes, bent, inside an uneven blob."""
    radius = settlement_radius_m(place)
    turn = rng.uniform(-0.6, 0.6)
    stretch = rng.uniform(0.85, 1.2)
    shape = _settlement(rng, radius, stretch)
    rows = np.arange(-6, 7) * 66.0 + rng.uniform(-9.0, 9.0, 13)
    columns = np.arange(-3, 4) * 150.0 + rng.uniform(-30.0, 30.0, 7)
    rows[6] = columns[3] = 0.0
    phase = rng.uniform(0.0, 6.3, 2)
    names = [place.name[:-1] + side for side in ("南街", "北街", "东街", "西街", "中街", "后街")]
    out: list[RoadLine] = []
    for number, (offset, is_row) in enumerate(
        [(o, True) for o in rows] + [(o, False) for o in columns]
    ):
        t = np.linspace(-2.0 * radius, 2.0 * radius, 60)
        xy = np.column_stack(
            [t, np.full_like(t, offset)] if is_row else [np.full_like(t, offset), t]
        )
        inside = shapely.intersection(shapely.LineString(xy), shape)
        for part in shapely.get_parts(inside):
            warped = _warp(shapely.get_coordinates(shapely.segmentize(part, 30.0)), phase, turn)
            line = shapely.LineString(warped + np.array([place.x_m, place.y_m]))
            out += [
                RoadLine(names[number % 6], "lane", index, piece)
                for piece in shapely.get_parts(shapely.difference(line, wet))
                if piece.length > 45.0
            ]
    return out


def _settlement(rng: np.random.Generator, radius: float, stretch: float) -> shapely.Polygon:
    angle = np.linspace(0.0, 2 * np.pi, 36, endpoint=False)
    r = radius * (1.0 + 0.16 * np.cos(2 * angle + rng.uniform(0, 6.3)))
    r *= 1.0 + 0.14 * np.cos(3 * angle + rng.uniform(0, 6.3))
    return shapely.Polygon(
        np.column_stack([r * stretch * np.cos(angle), r / stretch * np.sin(angle)])
    )


def _warp(xy: Floats, phase: Floats, turn: float) -> Floats:
    """Bend the lanes of one village together, so that crossings stay crossings."""
    x = xy[:, 0] + 16.0 * np.sin(xy[:, 1] / 130.0 + phase[0])
    y = xy[:, 1] + 16.0 * np.sin(xy[:, 0] / 150.0 + phase[1])
    x, y = x - 16.0 * np.sin(phase[0]), y - 16.0 * np.sin(phase[1])
    return np.column_stack(
        [x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)]
    )


def _village_links(rng: np.random.Generator, ground: Ground) -> list[RoadLine]:
    """County roads between neighbours (Gabriel graph), over a river only at a few bridges."""
    at = np.array([(p.x_m, p.y_m) for p in layout.PLACES])
    rivers = shapely.union_all([s.geometry for s in ground.spines if s.kind == "river"])
    pond = ground.water[2][2]
    bridges = 0
    out: list[RoadLine] = []
    for i in range(len(at)):
        for j in range(i + 1, len(at)):
            gap = at[i] - at[j]
            middle = (at[i] + at[j]) / 2
            others = np.hypot(*(at - middle).T)
            others[[i, j]] = np.inf
            if others.min() < np.hypot(*gap) / 2:
                continue
            line = shapely.LineString(
                wander(
                    points=np.linspace(at[i], at[j], 24), rng=rng, amplitude_m=0.05 * np.hypot(*gap)
                )
            )
            wet = shapely.intersects(line, rivers)
            if shapely.intersects(line, pond) or (wet and bridges >= 6 and rng.random() < 0.6):
                continue
            bridges += int(wet)
            line = _outside_core(line, layout.PLACES[i].is_urban or layout.PLACES[j].is_urban)
            names = layout.PLACES[i].name[0] + layout.PLACES[j].name[0] + "路"
            if not line.is_empty:
                out.append(RoadLine(names, "county", None, line))
    return out


def _outside_core(line: shapely.LineString, touches_core: bool) -> shapely.LineString:
    """Links into the centre end at the ring road: inside, the streets take over."""
    if not touches_core:
        return line
    parts = shapely.get_parts(shapely.difference(line, shapely.Polygon(ring_points())))
    return max(parts, key=shapely.length) if len(parts) else shapely.LineString()


def _field_roads(
    rng: np.random.Generator, wet: shapely.Geometry, outline: shapely.Polygon
) -> list[RoadLine]:
    """Curved spokes from each village into its fields; what meets water ends at the bank."""
    inside = shapely.buffer(outline, -120.0)
    out: list[RoadLine] = []
    for index, place in enumerate(layout.PLACES):
        if place.is_urban:
            continue
        base = rng.uniform(0, 2 * np.pi)
        for k in range(7):
            angle = base + 2 * np.pi * k / 7 + rng.uniform(-0.3, 0.3)
            reach = settlement_radius_m(place) + rng.uniform(350.0, 850.0)
            steps = np.linspace(0.0, reach, 20)[:, None]
            bend = angle + rng.normal(0, 0.35) * steps / reach
            xy = np.array([place.x_m, place.y_m]) + steps * np.hstack([np.cos(bend), np.sin(bend)])
            line = shapely.intersection(shapely.LineString(xy), inside)
            parts = shapely.get_parts(shapely.difference(line, wet))
            if len(parts):
                out.append(RoadLine(place.name[:-1] + "田间路", "field", index, parts[0]))
    return out
