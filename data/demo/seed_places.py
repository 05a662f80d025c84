"""The ground of the town: areas, grids, facilities, houses, roads, waters."""

from __future__ import annotations

from data.database import Connection
from data.demo.copying import copy, ewkb
from data.demo.facilities import FACILITY_KINDS
from data.demo.layout import DISTRICT_CODE
from data.demo.model import Town
from data.places import site
from data.queries import load

SQL = load(__file__)
LOAD_KIND = "service"
# kind, zh, en, whether its grids leave no gaps, and together with which
GRID_KINDS = (
    ("administrative", "行政网格", "Administrative grid", True, None),
    ("service", "服务网格", "Service grid", True, None),
    ("zone", "片区网格", "Zone grid", True, "service"),
    ("micro", "微网格", "Micro-grid", False, None),
    ("dedicated", "专属网格", "Dedicated grid", False, None),
)


async def write(connection: Connection, town: Town) -> None:
    """Write everything that does not move; the root area becomes the town itself."""
    await _areas(connection, town)
    for rank, (kind, zh, en, tiles, lead) in enumerate(GRID_KINDS, 1):
        names = {"kind": kind, "rank": rank, "name_zh": zh, "name_en": en}
        await connection.execute(SQL.add_grid_kind, {**names, "tiles": tiles, "tiles_with": lead})
    await _grids(connection, town)
    for made in FACILITY_KINDS:
        names = {"kind": made.kind, "name_zh": made.name_zh, "name_en": made.name_en}
        await connection.execute(SQL.add_facility_kind, names)
    await _facilities(connection, town)
    await _buildings(connection, town)
    await _ground(connection, town)
    await site.set_load_kind(connection, LOAD_KIND)


async def _areas(connection: Connection, town: Town) -> None:
    """The district is the world outside; the town is the site's root, its sectors come below."""
    areas = [area for area in town.areas if area.code != DISTRICT_CODE]
    shapes = ewkb(area.geometry for area in areas)
    rows = (
        (n, a.code, a.name, a.level, a.parent_code, shape, a.population)
        for n, (a, shape) in enumerate(zip(areas, shapes, strict=True))
    )
    await copy(connection, SQL.make_area, SQL.copy_area, rows)
    await connection.execute(SQL.set_root)
    for level in ("sector", "community"):
        await connection.execute(SQL.insert_areas, {"level": level})


async def _grids(connection: Connection, town: Town) -> None:
    shapes = ewkb(grid.geometry for grid in town.grids)
    rows = (
        (n, g.kind, g.code, g.name, g.area_code, shape, g.households, g.population)
        for n, (g, shape) in enumerate(zip(town.grids, shapes, strict=True))
    )
    await copy(connection, SQL.make_grid, SQL.copy_grid, rows)
    await connection.execute(SQL.insert_grids)


async def _facilities(connection: Connection, town: Town) -> None:
    shapes = ewkb(facility.geometry for facility in town.facilities)
    rows = (
        (n, f.code, f.kind, f.name, f.area_code, shape, f.service_radius_m, f.address)
        for n, (f, shape) in enumerate(zip(town.facilities, shapes, strict=True))
    )
    await copy(connection, SQL.make_facility, SQL.copy_facility, rows)
    await connection.execute(SQL.insert_facilities)


async def _buildings(connection: Connection, town: Town) -> None:
    shapes = ewkb(building.geometry for building in town.buildings)
    rows = (
        (n, b.code, b.area_code, b.dwellings, shape)
        for n, (b, shape) in enumerate(zip(town.buildings, shapes, strict=True))
    )
    await copy(connection, SQL.make_building, SQL.copy_building, rows)
    await connection.execute(SQL.insert_buildings)


async def _ground(connection: Connection, town: Town) -> None:
    lines = ewkb(road.geometry for road in town.roads)
    roads = ((r.road_class, r.name, line) for r, line in zip(town.roads, lines, strict=True))
    await copy(connection, SQL.make_road, SQL.copy_road, roads)
    await connection.execute(SQL.insert_roads)
    shapes = ewkb(feature.geometry for feature in town.features)
    ground = ((f.kind, f.name, shape) for f, shape in zip(town.features, shapes, strict=True))
    await copy(connection, SQL.make_ground, SQL.copy_ground, ground)
    await connection.execute(SQL.insert_ground)
