"""A small town with everything that the wall shows, written straight into a store.

Twelve communities of two service grids each; people in every state of freshness; events of every
light, one without a place; stations, roads, a river, woods, houses; a week of past reports.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from dashboard.embedded import Store
from data import actors
from data.database import Connection, Database
from data.places import site
from tests.browser.wall_events import INSERT_EVENT, OPEN, TYPES, catalogue
from tests.browser.wall_ground import COLUMNS, cell, lay_ground, place

PASSWORD = "long enough"
VILLAGES = (
    *("柳沟村", "渠口村", "西滩村", "白塔村", "马场村", "槐树村"),
    *("下坪村", "石桥村", "枣林村", "南庄村", "东河村", "平安村"),
)
STATES_S = (20, 35, 130, 900, 2600, None)  # ages of the fixes of one community's people


@dataclass
class WallTown:
    """Ids by what they are called, and the tokens of the doors."""

    areas: dict[str, int] = field(default_factory=dict)
    grids: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    events: list[int] = field(default_factory=list)
    stations: list[int] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    source_token: str = ""
    kiosk: str = ""


def apart(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine although Playwright's loop runs in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def in_the_afternoon(now: datetime) -> str:
    """The zone where `now` (aware) is between one and two: just after midnight no figure of today
    has a value yet, and shifts, days and charts begin anew. Tests of that give their own time."""
    east = (13 - now.astimezone(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"


def build(store: Store, now: datetime) -> WallTown:
    """Write the town as it is at `now` (aware) into an empty, migrated store."""
    town = WallTown()
    name = {"name_zh": "示范镇", "name_en": "Demo town"}
    apart(lambda: site.create(store.admin_url, **name, timezone=in_the_afternoon(now)))
    with psycopg.connect(store.admin_url) as link:
        catalogue(link)
        for index, village in enumerate(VILLAGES):
            _community(link, town, index, village, now)
        lay_ground(link)
        _past(link, town, now)
        for row in OPEN:
            _open(link, town, row, now)
        link.commit()
    town.words |= {*VILLAGES, *town.grids, *town.people, "示范镇", "热线"}
    apart(lambda: _doors(store, town))
    return town


def _one(link: psycopg.Connection[Any], sql: str, *given: Any) -> Any:
    row = link.execute(sql.encode(), given).fetchone()
    assert row is not None
    return row[0]


def _community(
    link: psycopg.Connection[Any], town: WallTown, index: int, village: str, now: datetime
) -> None:
    column, row = index % COLUMNS, index // COLUMNS
    area = _one(
        link,
        "INSERT INTO area (code, name, level, parent_id, geom) SELECT %s, %s, 'community', id,"
        " ST_GeomFromText(%s, 4326) FROM area WHERE parent_id IS NULL RETURNING id",
        f"c{index}",
        village,
        cell(column, row, 1),
    )
    town.areas[village] = area
    for half in (0, 1):
        code = f"{village}服{half + 1:03d}"
        town.grids[code] = _one(
            link,
            "INSERT INTO grid (kind, code, name, area_id, geom, households, population) VALUES"
            " ('service', %s, %s, %s, ST_GeomFromText(%s, 4326), 310, 860) RETURNING id",
            f"G{index}{half}",
            code,
            area,
            cell(column + half / 2, row, 0.5),
        )
    if index % 3 == 0:
        lon, lat = place(index, 0.5, 0.55)
        town.stations.append(
            _one(
                link,
                "INSERT INTO facility (code, kind, name, area_id, geom, service_radius_m) VALUES"
                " (%s, 'station', %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), 500)"
                " RETURNING id",
                f"f{index}",
                f"{village}驿站",
                area,
                lon,
                lat,
            )
        )
        town.words.add(f"{village}驿站")
    for number, age_s in enumerate(STATES_S):
        _person(link, town, index, village, number, age_s, now)


def _person(
    link: psycopg.Connection[Any],
    town: WallTown,
    index: int,
    village: str,
    number: int,
    age_s: int | None,
    now: datetime,
) -> None:
    name = "陈李王赵周吴郑孙钱冯朱许"[index] + "甲乙丙丁戊己"[number]
    area = town.areas[village]
    grid = town.grids[f"{village}服{number % 2 + 1:03d}"]
    person = _one(
        link,
        "INSERT INTO person (code, name, area_id) VALUES (%s, %s, %s) RETURNING id",
        f"p{index}-{number}",
        name,
        area,
    )
    town.people[name] = person
    link.execute(
        "INSERT INTO contact (person_id, address, area_id) VALUES (%s, %s, %s)",
        [person, f"199{person:08d}", area],
    )
    role = "grid_chief" if number == 0 else "grid_worker"
    link.execute(
        "INSERT INTO post (person_id, role, grid_id, area_id) VALUES (%s, %s, %s, %s)",
        [person, role, grid, area],
    )
    start = now - timedelta(hours=2)
    if index != 11:  # the last community has nobody on duty
        link.execute(
            "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            [person, area, start, now + timedelta(hours=9), start],
        )
    if age_s is None or index == 11:
        return
    lon, lat = place(index, 0.15 + 0.14 * number, 0.3 + 0.1 * (number * 7 % 5))
    at = now - timedelta(seconds=age_s)
    link.execute(
        "INSERT INTO latest_position (person_id, area_id, at, lon, lat, accuracy_m,"
        " source_id, original_lon, original_lat, grid_ids) SELECT %(p)s, %(a)s, %(at)s,"
        " %(x)s, %(y)s, 12, id, %(x)s, %(y)s,"
        " %(g)s FROM source LIMIT 1",
        {"p": person, "a": area, "at": at, "x": lon, "y": lat, "g": [grid]},
    )


def _open(
    link: psycopg.Connection[Any],
    town: WallTown,
    row: tuple[str, int, int | None, int],
    now: datetime,
) -> None:
    type_, minutes, limit, index = row
    village = VILLAGES[index]
    number = len(town.events)
    side = number % 2
    lon, lat = place(index, 0.25 + 0.5 * side, 0.2 + 0.6 * (number * 5 % 7) / 7)
    opened = now - timedelta(minutes=minutes)
    unlocated = number == len(OPEN) - 1
    given = {
        "key": f"open-{number}",
        "type": type_,
        "area": town.areas[village],
        "grids": [] if unlocated else [town.grids[f"{village}服{side + 1:03d}"]],
        "x": None if unlocated else lon,
        "y": None if unlocated else lat,
        "text": "路口积水三十米" if number == 0 else "",
        "address": f"{village}{number + 1}号",
        "opened": opened,
        "due": None if limit is None else opened + timedelta(minutes=limit),
        "closed": None,
        "settled": None,
        "satisfied": None,
    }
    town.events.append(int(link.execute(INSERT_EVENT, given).fetchone()[0]))  # type: ignore[index]
    town.words |= {str(given["text"]), str(given["address"])} - {""}


def _past(link: psycopg.Connection[Any], town: WallTown, now: datetime) -> None:
    """Closed events of eight days, more at nine and at fifteen than at night."""
    for hours in range(1, 190):
        hour = (now - timedelta(hours=hours)).astimezone().hour
        for i in range(1 + hour % 4):
            index = (hours * 5 + i) % len(VILLAGES)
            opened = now - timedelta(hours=hours, minutes=7 * i)
            closed = opened + timedelta(minutes=35 + i)
            given = {
                "key": f"past-{hours}-{i}",
                "type": TYPES[(hours + i) % len(TYPES)][0],
                "area": town.areas[VILLAGES[index]],
                "grids": [town.grids[f"{VILLAGES[index]}服001"]],
                "x": place(index, 0.2, 0.5)[0],
                "y": place(index, 0.2, 0.5)[1],
                "text": "",
                "address": f"{VILLAGES[index]}口",
                "opened": opened,
                "due": opened + timedelta(minutes=30 if hours % 9 == 0 else 120),
                "closed": closed if closed < now else now,
                "settled": "grid" if hours % 5 else "community",
                "satisfied": None if hours % 3 else hours % 7 > 0,
            }
            link.execute(INSERT_EVENT, given)
            town.words.add(str(given["address"]))


async def _doors(store: Store, town: WallTown) -> None:
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        async with database.acting(system.id) as link:
            _, town.source_token = await actors.create_token(link, role="source", source="phones")
            _, town.kiosk = await actors.create_token(link, role="kiosk", name="wall")
            await _accounts(link, town)


async def _accounts(link: Connection, town: WallTown) -> None:
    chief = town.people["李甲"]  # of the grid with the worst event
    for name, role, person, area in (
        ("dora", "duty_officer", None, None),
        ("ida", "intake", None, None),
        ("carla", "commander", None, None),
        ("chief", "grid_worker", chief, "c1"),
        ("admin", "administrator", None, None),
    ):
        await actors.create_account(
            link, name=name, password=PASSWORD, role=role, area=area, person_id=person
        )


def now() -> datetime:
    """The real time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
