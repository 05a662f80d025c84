"""A small town with ground to draw, served by a real web process, for the phone's browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard.embedded import Store
from data import actors
from data.calls import policies
from data.database import Connection, Database
from tests.browser.serve import Web
from tests.browser.wall_town import PASSWORD, WallTown, apart
from tests.calling import ALL_ON_THE_GRID
from tests.factories import Town, make_town, value


@dataclass
class DutyTown(WallTown):
    """The ids by name, and the overdue event of the chief's grid."""

    event: int = 0


@contextmanager
def served(store: Store, home: Path) -> Iterator[Web]:
    """The town, and a web process on it until the block ends."""
    town = apart(lambda: _build(store))
    web = Web(store, town, home)
    try:
        yield web.start()
    finally:
        web.stop()


async def _build(store: Store) -> DutyTown:
    now = datetime.now(UTC)
    made = DutyTown()
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        town = await make_town(database, store.admin_url, at=now)
        async with database.acting(town.system_id) as link:
            await policies.write(link, await actors.system_actor(link), ALL_ON_THE_GRID)
            await _name(link, town)
            await _ground(link, town)
            await _accounts(link, town)
            made.events = await _events(link, town, now)
            made.event = made.events[0]
            await link.execute(
                "UPDATE shift SET started_at = %s WHERE person_id = %s",
                [now - timedelta(hours=1, minutes=44), town.people["west_chief"]],
            )
    made.grids, made.people = town.grids, town.people
    return made


async def _name(link: Connection, town: Town) -> None:
    await link.execute("UPDATE area SET name = '渠口村' WHERE id = %s", [town.areas["west"]])
    shape = (
        "POLYGON((112.9012 35.6032, 112.9021 35.6058, 112.9034 35.6071, 112.9042 35.6066, 112.9051"
        " 35.6079, 112.9068 35.6089, 112.9081 35.6079, 112.9073 35.6051, 112.9077 35.6036, 112.9063"
        " 35.6019, 112.9046 35.6013, 112.9044 35.6024, 112.9029 35.6029, 112.9012 35.6032))"
    )
    await link.execute(
        "UPDATE grid SET name = '服004', households = 301, population = 842,"
        " geom = ST_Multi(ST_GeomFromText(%s, 4326)) WHERE id = %s",
        [shape, town.grids["W-1"]],
    )
    for code, name in (("west_chief", "陈甲"), ("west_worker", "李乙")):
        await link.execute("UPDATE person SET name = %s WHERE code = %s", [name, code])


async def _ground(link: Connection, town: Town) -> None:
    river = (
        "POLYGON((112.898 35.610, 112.904 35.6085, 112.912 35.6092, 112.912 35.6082,"
        " 112.904 35.6076, 112.898 35.609, 112.898 35.610))"
    )
    await link.execute(
        "INSERT INTO ground (kind, geom) VALUES ('water', ST_GeomFromText(%s, 4326))", [river]
    )
    for kind, line in (
        ("main", "LINESTRING(112.898 35.6062,112.9035 35.6052,112.9062 35.6046,112.912 35.6051)"),
        ("minor", "LINESTRING(112.9055 35.609,112.9051 35.606,112.9054 35.604,112.9049 35.600)"),
        ("minor", "LINESTRING(112.902 35.6045,112.9054 35.604,112.9075 35.6028)"),
    ):
        await link.execute(
            "INSERT INTO road (class, geom) VALUES (%s, ST_GeomFromText(%s, 4326))", [kind, line]
        )
    for i in range(60):
        lon, lat = 112.9018 + (i * 37 % 53) * 0.00011, 35.6022 + (i * 23 % 47) * 0.00012
        await link.execute(
            "INSERT INTO building (code, area_id, geom) VALUES (%s, %s, ST_Rotate(ST_MakeEnvelope("
            "%s, %s, %s, %s, 4326), 0.2, ST_SetSRID(ST_MakePoint(%s, %s), 4326)))",
            [f"b{i}", town.areas["west"], lon, lat, lon + 0.00018, lat + 0.0001, lon, lat],
        )


async def _accounts(link: Connection, town: Town) -> None:
    for name, role, area, person in (
        ("dora", "duty_officer", None, None),
        ("chief", "grid_worker", "code-west", "west_chief"),
        ("worker", "grid_worker", "code-west", "west_worker"),
    ):
        await actors.create_account(
            link,
            name=name,
            password=PASSWORD,
            role=role,
            area=area,
            person_id=town.people.get(person or ""),
        )


async def _events(link: Connection, town: Town, now: datetime) -> list[int]:
    source = await actors.ensure_source(link, "hotline", area_id=town.areas["west"])
    await link.execute(
        "INSERT INTO event_type (code, name_zh, name_en) VALUES"
        " ('waterlogging', '路面积水', 'Waterlogged road'), ('rubbish', '垃圾堆放', 'Rubbish heap')"
    )
    ids: list[int] = []
    order = "请先到现场设警示，回报水深。排水队已出发。"
    for key, type_, age_min, limit_min, lon, lat, text, address in (
        ("1", "waterlogging", 132, 60, 112.9055, 35.6031, order, "南桥引道"),
        ("2", "rubbish", 100, 120, 112.9041, 35.6049, "", "供销社旁"),
        ("3", "rubbish", 20, 240, 112.9062, 35.6066, "路边一堆", "北街口"),
    ):
        opened = now - timedelta(minutes=age_min)
        ids.append(
            await value(
                link,
                "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, text,"
                " address, opened_at, due_at) SELECT %s, %s, t.id, %s, %s,"
                " ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s, %s, %s, %s FROM event_type t"
                " WHERE t.code = %s RETURNING id",
                [
                    source,
                    key,
                    town.areas["west"],
                    [town.grids["W-1"]],
                    lon,
                    lat,
                    text,
                    address,
                    opened,
                    opened + timedelta(minutes=limit_min),
                    type_,
                ],
            )
        )
    return ids
