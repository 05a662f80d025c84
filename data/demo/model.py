"""What the demo town is made of. Geometries are shapely, EPSG:4326, unless a name says `_m`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import shapely

from data.demo.graph import RoadGraph


@dataclass(frozen=True, slots=True)
class Area:
    """One node of the administrative tree; `level` is district, town, sector or community."""

    code: str
    name: str
    level: str
    parent_code: str | None
    geometry: shapely.MultiPolygon
    population: int
    households: int
    firms: int
    is_urban: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """One typed grid: administrative, zone, service, micro or dedicated."""

    code: str
    name: str
    kind: str
    area_code: str
    geometry: shapely.MultiPolygon
    population: int
    households: int
    parent_code: str | None = None


@dataclass(frozen=True, slots=True)
class Road:
    """One edge of the road graph, or a stretch of rail. `road_class` is what maps draw by."""

    name: str
    road_class: str
    geometry: shapely.LineString


@dataclass(frozen=True, slots=True)
class Feature:
    """Water or wood of the base map."""

    kind: str
    name: str
    geometry: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Building:
    """One house; it lies wholly inside one service grid of one community."""

    code: str
    area_code: str
    grid_code: str
    address: str
    dwellings: int
    geometry: shapely.Polygon


@dataclass(frozen=True, slots=True)
class Facility:
    """A station, shelter or key place; stations have a service radius."""

    code: str
    kind: str
    name: str
    area_code: str
    geometry: shapely.Point
    service_radius_m: float | None
    address: str
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One of the forces. `force_type` is grid_worker, grid_helper, cadre or duty."""

    code: str
    name: str
    phone: str
    area_code: str
    force_type: str
    employment: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Post:
    """A role on a grid, or on an area where `grid_code` is None."""

    person_code: str
    role: str
    area_code: str
    grid_code: str | None


@dataclass(frozen=True, slots=True)
class Team:
    """A named team with its members; `kind` is patrol, mediation, flood or volunteer."""

    code: str
    name: str
    kind: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """A planned shift; `started_at` is None for the few who did not come."""

    person_code: str
    kind: str
    planned_start: datetime
    planned_end: datetime
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlantedDefect:
    """A fault in the tiling that was put there on purpose for the topology check to find."""

    kind: str
    grid_codes: tuple[str, str]
    geometry: shapely.Geometry
    area_m2: float


@dataclass(frozen=True, slots=True)
class Town:
    """Everything of the demo town that does not change with time."""

    seed: int
    areas: tuple[Area, ...]
    grids: tuple[Grid, ...]
    roads: tuple[Road, ...]
    features: tuple[Feature, ...]
    buildings: tuple[Building, ...]
    facilities: tuple[Facility, ...]
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    teams: tuple[Team, ...]
    planted_defects: tuple[PlantedDefect, ...]
    graph: RoadGraph
