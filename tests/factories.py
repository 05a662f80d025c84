"""Small towns for tests: a site, areas, grids, people on shift. Times are given, never asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from data import actors
from data.database import Connection, Database
from data.places import site as site_

NOON = datetime(2026, 7, 14, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Tuesday


@dataclass
class Town:
    """Two communities side by side, each with a square service grid, a chief and a worker."""

    database: Database
    system_id: int
    areas: dict[str, int]
    grids: dict[str, int]
    people: dict[str, int]


async def make_town(database: Database, admin_url: str, at: datetime = NOON) -> Town:
    """Communities `west` and `east`; grids `W-1`, `E-1`; people west_chief … east_worker on shift.

    West covers lon 112.90–112.91, east 112.91–112.92, both lat 35.60–35.61.
    """
    await site_.create(admin_url, name_zh="示范镇", name_en="Demo town", timezone="Asia/Shanghai")
    async with database.acting(None) as link:
        system = await actors.system_actor(link)
    town = Town(database, system.id, {}, {}, {})
    async with database.acting(system.id) as link:
        root = await value(link, "SELECT id FROM area")
        town.areas["root"] = root
        await link.execute(
            "INSERT INTO grid_kind VALUES ('service', 1, '服务网格', 'Service grid', true)"
        )
        for name, west in (("west", 112.90), ("east", 112.91)):
            await _community(link, town, name, west, root, at)
    return town


async def _community(
    link: Connection, town: Town, name: str, west: float, root: int, at: datetime
) -> None:
    box = [west, 35.60, west + 0.01, 35.61]
    area = await value(
        link,
        "INSERT INTO area (code, name, level, parent_id, geom) VALUES"
        " (%s, %s, 'community', %s, ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4326))) RETURNING id",
        [f"code-{name}", name, root, *box],
    )
    code = f"{name[0].upper()}-1"
    grid = await value(
        link,
        "INSERT INTO grid (kind, code, name, area_id, geom) VALUES ('service', %s, %s, %s,"
        " ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4326))) RETURNING id",
        [code, code, area, *box],
    )
    town.areas[name], town.grids[code] = area, grid
    for post, role in (("chief", "grid_chief"), ("worker", "grid_worker")):
        await _person(link, town, f"{name}_{post}", role, area, grid, at)


async def _person(
    link: Connection, town: Town, code: str, role: str, area: int, grid: int, at: datetime
) -> None:
    person = await value(
        link,
        "INSERT INTO person (code, name, area_id) VALUES (%s, %s, %s) RETURNING id",
        [code, code, area],
    )
    town.people[code] = person
    await link.execute(
        "INSERT INTO contact (person_id, address, area_id) VALUES (%s, %s, %s)",
        [person, f"199{person:08d}", area],
    )
    await link.execute(
        "INSERT INTO post (person_id, role, grid_id, area_id) VALUES (%s, %s, %s, %s)",
        [person, role, grid, area],
    )
    start = at - timedelta(hours=4)
    await link.execute(
        "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [person, area, start, at + timedelta(hours=6), start],
    )


async def value(link: Connection, sql: Any, parameters: Any = None) -> Any:
    """The first column of the first row."""
    row = await (await link.execute(sql, parameters)).fetchone()
    assert row is not None
    return row[0]
