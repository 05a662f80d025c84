"""The demo town in one call. Same seed, same town, to the last vertex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from data.demo import layout
from data.demo.buildings import PERSONS_PER_DWELLING, Houses, make_houses
from data.demo.division import Cut, Defect, make_grids, place_code, sector_code
from data.demo.facilities import make_facilities
from data.demo.graph import CLASSES, RoadGraph
from data.demo.ground import Ground, make_ground
from data.demo.model import (
    Area,
    Building,
    Feature,
    Grid,
    PlantedDefect,
    Road,
    Town,
)
from data.demo.people import make_forces
from data.demo.plane import geometry_to_degrees
from data.demo.roads import make_roads
from data.demo.tessellate import make_pieces

_DRAWN_AS = {
    "highway": "trunk", "main": "main", "ring": "main", "county": "minor",
    "street": "minor", "lane": "track", "field": "track",
}  # fmt: skip


def make_town(*, seed: int = 7) -> Town:
    """Build the whole town; a pure function of the seed, a few seconds on one core."""
    ground = make_ground(seed=seed)
    graph = make_roads(seed=seed, ground=ground)
    cuts, defects = make_grids(seed=seed, pieces=make_pieces(seed=seed, ground=ground))
    houses = make_houses(seed=seed, ground=ground, graph=graph, cuts=cuts)
    buildings = _buildings(houses, graph, cuts)
    lived = _residents(cuts, houses)
    forces = make_forces(seed=seed, cuts=cuts, weight=_weights(cuts, lived))
    grids = _grids(cuts, lived)
    return Town(
        seed=seed,
        areas=_areas(cuts),
        grids=grids,
        roads=_roads(graph, ground),
        features=_features(ground),
        buildings=buildings,
        facilities=make_facilities(
            seed=seed,
            houses=list(houses.shapes),
            house_place=[cuts[k].place for k in houses.grid],
            addresses=[building.address for building in buildings],
        ),
        people=forces.people,
        posts=forces.posts,
        teams=forces.teams,
        planted_defects=tuple(_defect(defect) for defect in defects),
        graph=graph,
    )


def _multi(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon(list(shapely.get_parts(geometry_to_degrees(geometry))))


def _residents(cuts: Sequence[Cut], houses: Houses) -> dict[str, tuple[int, int]]:
    """Residents and households by grid code, from the dwellings that stand in it."""
    out: dict[str, tuple[int, int]] = {}
    middle = shapely.centroid(houses.shapes)
    for number, cut in enumerate(cuts):
        if cut.kind == "administrative":
            out[cut.code] = (layout.PLACES[cut.place].population, _homes(cut.place))
            continue
        inside = houses.grid == number
        if cut.kind in ("micro", "dedicated"):
            inside = shapely.contains(cut.geometry, middle)
        homes = int(houses.dwellings[inside].sum())
        out[cut.code] = (round(homes * PERSONS_PER_DWELLING), homes)
    return out


def _buildings(houses: Houses, graph: RoadGraph, cuts: Sequence[Cut]) -> tuple[Building, ...]:
    """Number the houses inside their service grid and give them an address on their street."""
    shapes = geometry_to_degrees(houses.shapes)
    counted: dict[int, int] = {}
    out: list[Building] = []
    for k, shape in enumerate(shapes):
        grid = int(houses.grid[k])
        counted[grid] = counted.get(grid, 0) + 1
        cut = cuts[grid]
        village = layout.PLACES[cut.place].name
        street = graph.names[int(graph.name[houses.road[k]])]
        out.append(
            Building(
                code=f"{cut.code}-{counted[grid]:05d}",
                area_code=place_code(cut.place),
                grid_code=cut.code,
                address=f"{village}{street.removeprefix(village[:-1])}{houses.number[k]}号",
                dwellings=int(houses.dwellings[k]),
                geometry=shape,
            )
        )
    return tuple(out)


def _weights(cuts: Sequence[Cut], lived: dict[str, tuple[int, int]]) -> dict[str, float]:
    """How much work a grid is, 1 = a usual service grid."""
    usual = np.mean([lived[cut.code][0] for cut in cuts if cut.kind == "service"])
    return {
        cut.code: 0.35 if cut.kind == "zone" else float(lived[cut.code][0] / usual) for cut in cuts
    }


def _grids(cuts: Sequence[Cut], lived: dict[str, tuple[int, int]]) -> tuple[Grid, ...]:
    return tuple(
        Grid(
            code=cut.code,
            name=cut.name,
            kind=cut.kind,
            area_code=place_code(cut.place),
            geometry=_multi(cut.geometry),
            population=lived[cut.code][0],
            households=lived[cut.code][1],
            parent_code=cut.parent_code,
        )
        for cut in cuts
    )


def _areas(cuts: Sequence[Cut]) -> tuple[Area, ...]:
    """The tree, parents before children."""
    shape = {cut.place: cut.geometry for cut in cuts if cut.kind == "administrative"}
    everyone = range(len(layout.PLACES))
    above = [
        _above(shape, everyone, layout.DISTRICT_CODE, layout.DISTRICT_NAME, "district", None),
        _above(shape, everyone, layout.TOWN_CODE, layout.TOWN_NAME, "town", layout.DISTRICT_CODE),
    ]
    for number, sector in enumerate(layout.SECTORS):
        own = [i for i in everyone if layout.PLACES[i].sector == number]
        above.append(
            _above(shape, own, sector_code(number), sector.name, "sector", layout.TOWN_CODE)
        )
    return (*above, *(_community(i, shape[i]) for i in everyone))


def _above(
    shape: Mapping[int, shapely.Geometry],
    members: Sequence[int],
    code: str,
    name: str,
    level: str,
    parent: str | None,
) -> Area:
    """An area that is the union of its communities, in shape and in numbers."""
    return Area(
        code=code,
        name=name,
        level=level,
        parent_code=parent,
        geometry=_multi(shapely.coverage_union_all([shape[i] for i in members])),
        population=sum(layout.PLACES[i].population for i in members),
        households=sum(_homes(i) for i in members),
        firms=sum(_firms(i) for i in members),
    )


def _community(index: int, shape: shapely.Geometry) -> Area:
    place = layout.PLACES[index]
    return Area(
        code=place_code(index),
        name=place.name,
        level="community",
        parent_code=sector_code(place.sector),
        geometry=_multi(shape),
        population=place.population,
        households=_homes(index),
        firms=_firms(index),
        is_urban=place.is_urban,
    )


def _homes(index: int) -> int:
    return round(layout.PLACES[index].population / PERSONS_PER_DWELLING)


def _firms(index: int) -> int:
    """The 120 firms: seven in each village of an enterprise sector, the rest spread thinly."""
    if layout.SECTORS[layout.PLACES[index].sector].is_enterprise:
        return 7
    return 2 if index < 10 else 1


def _roads(graph: RoadGraph, ground: Ground) -> tuple[Road, ...]:
    lines = geometry_to_degrees(np.array(graph.edges, dtype=object))
    out = [
        Road(graph.names[name], _DRAWN_AS[CLASSES[rank]], line)
        for name, rank, line in zip(graph.name, graph.rank, lines, strict=True)
    ]
    out.append(Road("铁路", "rail", geometry_to_degrees(ground.rail)))
    return tuple(out)


def _features(ground: Ground) -> tuple[Feature, ...]:
    water = [Feature("water", name, geometry_to_degrees(shape)) for name, _, shape in ground.water]
    return (*water, *(Feature("wood", "林地", geometry_to_degrees(w)) for w in ground.woods))


def _defect(defect: Defect) -> PlantedDefect:
    return PlantedDefect(
        kind=defect.kind,
        grid_codes=defect.grid_codes,
        geometry=geometry_to_degrees(defect.geometry),
        area_m2=float(shapely.area(defect.geometry)),
    )
