"""The whole town in PostGIS: nothing lost on the way, and time filled in without doubles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from psycopg.rows import dict_row

from dashboard.embedded import Store
from data import actors
from data.calls import policy, presence
from data.contract.check import check
from data.database import Connection, Database, fetch_all
from data.demo import duty_rooms, seed
from data.demo.clockwork import SITE_TZ
from data.demo.incidents import NO_POINT, IncidentWorld
from data.demo.model import Town
from data.demo.scene import Scene
from data.demo.stage import Stage
from data.demo.walkers import Walkers
from data.places import site
from data.places.lookup import locate
from data.query import summary
from tests.calling import Desk
from tests.clones import cloned
from tests.data.demo.on_duty import CHIEF_AND_WORKER_ON_DUTY, ON_DUTY, ROLES
from tests.factories import NOON, value
from tests.factories import Town as Small

AT = datetime(2026, 7, 14, 1, 42, tzinfo=UTC)  # 09:42 in the town, a Tuesday
LATER = AT + timedelta(hours=2)
ROOMS = duty_rooms.ON_DUTY  # on duty at any hour
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def scene(town: Town, stage: Stage, walkers: Walkers) -> Scene:
    return Scene(town.people, stage, walkers)


@pytest.fixture(scope="module")
def seeded(cluster: Store, town: Town, scene: Scene) -> Iterator[Store]:
    """A database with the town at AT; writing a year takes seconds, so all tests share it."""
    names = {"name_zh": "示范镇", "name_en": "Demo town", "timezone": "Asia/Shanghai"}
    with cloned(cluster, "test_town") as store:
        _run(site.create(store.admin_url, **names))
        _run(_as_system(store, lambda link: seed.seed(link, town, scene, at=AT)))
        yield store


async def _as_system(store: Store, work: Callable[[Connection], Coroutine[Any, Any, Any]]) -> Any:
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        async with database.acting(system.id) as link:
            return await work(link)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _rows(store: Store, query: str, *given: Any) -> Rows:
    with psycopg.connect(store.admin_url, row_factory=dict_row) as link:
        link.execute("SET row_security = off")
        return link.execute(query.encode(), given).fetchall()


def _one(store: Store, query: str, *given: Any) -> Any:
    (row,) = _rows(store, query, *given)
    (value,) = row.values()
    return value


@pytest.mark.parametrize(
    ("table", "things"),
    [
        ("grid", "grids"), ("facility", "facilities"), ("building", "buildings"),
        ("road", "roads"), ("ground", "features"), ("person", "people"), ("contact", "people"),
        ("post", "posts"),
    ],
)  # fmt: skip
def test_nothing_of_the_town_is_lost(seeded: Store, town: Town, table: str, things: str) -> None:
    assert _one(seeded, f"SELECT count(*) FROM {table}") == len(getattr(town, things))


def test_the_town_is_the_root_of_its_areas(seeded: Store, town: Town) -> None:
    """The district is the world outside."""
    assert _one(seeded, "SELECT count(*) FROM area") == len(town.areas) - 1
    (root,) = _rows(seeded, "SELECT code, ST_Area(geom) > 0 AS drawn FROM area WHERE level='site'")
    assert root == {"code": town.areas[1].code, "drawn": True}
    assert _one(seeded, "SELECT load_kind FROM site") == "service"


def test_the_check_finds_the_planted_defects_and_nothing_else(seeded: Store, town: Town) -> None:
    """All kinds and all areas, by the store's own rows: the same ground, the same grids, m²."""
    report = _run(_as_system(seeded, lambda link: check(link, at=AT)))
    assert (report.grids, report.areas) == (len(town.grids), len(town.areas) - 1)
    found = {finding.defect.value: finding for finding in report.findings}
    assert len(found) == len(report.findings) == len(town.planted_defects)
    for planted in town.planted_defects:
        one = found[planted.kind]
        assert {unit.code for unit in one.parties} == set(planted.grid_codes)
        assert one.m2 == pytest.approx(planted.area_m2, rel=1e-3)
        union = shapely.union(one.geometry, planted.geometry).area
        assert shapely.intersection(one.geometry, planted.geometry).area / union > 0.999
        assert one.narrow
    assert report.ignored == 0
    for kind, defects in (("zone", {"gap", "overlap"}), ("service", set()), ("micro", set())):
        own = _run(_as_system(seeded, lambda link, kind=kind: check(link, at=AT, kinds=[kind])))
        assert {finding.defect.value for finding in own.findings} == defects


def test_every_event_of_the_year_is_there(seeded: Store, scene: Scene) -> None:
    year = IncidentWorld(stage=scene.stage).history(now=AT)
    said = "SELECT count(*), count(closed_at) AS closed, count(geom) AS placed FROM event"
    (found,) = _rows(seeded, said)
    assert found["count"] == len(year)
    assert found["closed"] == (year.closed_s >= 0).sum()
    assert found["count"] - found["placed"] == ((year.dirt & NO_POINT) > 0).sum()
    logged = _one(seeded, "SELECT count(*) FROM event_log")
    assert logged == found["count"] + found["closed"]
    settled = "SELECT count(*) FROM event WHERE (closed_at IS NULL) <> (settled_at IS NULL)"
    assert _one(seeded, settled) == 0


def test_events_lie_where_the_intake_would_put_them(seeded: Store) -> None:
    """On any hundred of them the live door says the same grids and area."""
    chosen = _rows(
        seeded,
        "SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat, grid_ids, area_id, opened_at AS at"
        " FROM event WHERE geom IS NOT NULL AND id %% 700 = %s",
        7,
    )
    root = _one(seeded, "SELECT id FROM area WHERE level = 'site'")

    async def compare(link: Connection) -> None:
        for row in chosen:
            place = await locate(link, lon=row["lon"], lat=row["lat"], at=row["at"])
            assert sorted(row["grid_ids"]) == list(place.grid_ids)
            assert row["area_id"] == (place.area_id or root)

    assert len(chosen) > 90
    _run(_as_system(seeded, compare))


def test_the_figures_of_a_morning(seeded: Store) -> None:
    """What the wall shows the moment it starts: everything adds up."""

    async def read(link: Connection) -> tuple[dict[str, int], dict[str, int]]:
        shown = await site.read(link)
        return await summary.events(link, at=AT), await summary.people(link, at=AT, site=shown)

    events, people = _run(_as_system(seeded, read))
    assert events["open"] == events["located"] + events["unlocated"]
    assert events["open"] == sum(events[k] for k in ("overdue", "yellow", "green", "no_limit"))
    assert 30 < events["open"] < 130 and 0 < events["overdue"] < 12
    assert 180 < people["on_duty"] - ROOMS <= people["rostered"] - ROOMS == 196
    assert people["on_duty"] == people["online"] + people["offline"]
    assert people["fresh"] > 0.7 * people["on_duty"]
    assert people["no_position"] < 8 < people["offline"]


def test_the_evening_changes_the_shift(seeded: Store) -> None:
    """The day's people end at 18:30, the night's have come; grids are then the duty room's."""
    evening = datetime(2026, 7, 14, 18, 30, tzinfo=SITE_TZ)
    dawn = datetime(2026, 7, 15, 7, 30, tzinfo=SITE_TZ)
    minute = timedelta(minutes=1)

    async def read(link: Connection, at: datetime) -> tuple[dict[str, int], dict[str, Any]]:
        shown = await site.read(link)
        people = await summary.people(link, at=at, site=shown, latest=False)
        return people, await summary.vacancy(link, at=at, site=shown)

    def at(when: datetime) -> tuple[dict[str, int], dict[str, Any]]:
        found: tuple[dict[str, int], dict[str, Any]]
        found = _run(_as_system(seeded, lambda link: read(link, when)))
        return found

    ten, vacant = at(evening.replace(hour=10, minute=0))
    assert 180 < ten["on_duty"] - ROOMS <= 196 and ten["rostered"] == 196 + ROOMS
    assert 3 <= vacant["grids_with_nobody"] <= 8
    assert len(vacant["nobody"]) == vacant["grids_with_nobody"]
    assert vacant["left_to_duty_room"] is None and vacant["no_chief"] == 0

    last, _ = at(evening - minute)
    assert last["rostered"] == 196 + ROOMS and last["on_duty"] > 190 + ROOMS
    first, vacant = at(evening + minute)
    assert first["rostered"] == 25 + ROOMS and 10 <= first["on_duty"] - ROOMS <= 25
    night, vacant = at(evening.replace(hour=2) + timedelta(days=1))
    assert night["rostered"] == 25 + ROOMS and 24 <= night["on_duty"] - ROOMS <= 25
    assert vacant["grids_with_nobody"] <= 4, "only those who are rostered and have not come"
    assert vacant["left_to_duty_room"] > 120

    before, _ = at(dawn - minute)
    after, vacant = at(dawn + 15 * minute)
    assert before["rostered"] == 25 + ROOMS and after["rostered"] == 196 + ROOMS
    assert 180 < after["on_duty"] - ROOMS <= 196 and vacant["left_to_duty_room"] is None
    assert vacant["grids_with_nobody"] <= 12


def test_positions_keep_inside_shifts_and_have_grids(seeded: Store) -> None:
    stray = """SELECT count(*) FROM position_history h WHERE NOT EXISTS (
        SELECT FROM shift s WHERE s.person_id = h.person_id AND s.started_at <= h.at
                              AND h.at < s.planned_end)"""
    assert _one(seeded, stray) == 0
    placed = "SELECT avg((cardinality(grid_ids) > 0)::int) > 0.99 FROM position_history"
    assert _one(seeded, placed) is True
    newest = """SELECT count(*) FROM latest_position l WHERE l.at <> (
        SELECT max(at) FROM position_history h WHERE h.person_id = l.person_id)"""
    assert _one(seeded, newest) == 0


async def test_a_call_that_nobody_confirms_ends_in_the_duty_rooms(seeded: Store) -> None:
    """The default policy whole: owner, the three nearest, chief, the community's duty room, the
    town's. Everybody's page is open, and nobody presses anything."""
    async with Database(seeded.app_url, seeded.readonly_url, size=2) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        async with database.acting(system.id) as link:
            (grid,) = await fetch_all(link, CHIEF_AND_WORKER_ON_DUTY, {"at": AT})
            people = {row["id"]: row for row in await fetch_all(link, ON_DUTY, {"at": AT})}
            officer, _ = await actors.create_token(link, name="dora", role="duty_officer")
        small = Small(database, system.id, {}, {}, {})
        desk = Desk(small, officer, elapsed=AT - NOON)
        pages = {str(id_): id_ for id_ in people}

        async def rung() -> list[tuple[int, set[str]]]:
            async with database.acting(system.id) as link:
                await presence.beat(link, process="web", pages=pages, real=desk.when.real)
            await desk.engine()
            called = await desk.dial(session)
            async with database.acting(system.id) as link:
                return [(id_, set(await value(link, ROLES, [id_]))) for id_ in called]

        async with database.acting(system.id) as link:
            await presence.beat(link, process="web", pages=pages, real=desk.when.real)
        session = await desk.click("grid", grid["id"])
        steps = []
        for step in policy.DEFAULT_STEPS:
            steps.append(await rung())
            desk.advance(step.ring_s)
        await desk.engine()
        card = await desk.seen(session)
    owners, nearest, chief, community, town = steps
    assert owners and all(roles & {"grid_worker", "stand_in"} for _, roles in owners)
    assert len(nearest) == 3 and all(roles != {"duty"} for _, roles in nearest)
    assert [roles for _, roles in chief] == [{"grid_chief"}]
    assert [(people[id_]["area_id"], roles) for id_, roles in community] == [
        (grid["area_id"], {"duty"})
    ]
    assert [roles for _, roles in town] == [{"duty"}, {"duty"}]
    assert (card["outcome"], card["counts"]["called"]) == ("no_answer", sum(map(len, steps)))


def test_a_later_start_fills_the_time_between(seeded: Store, scene: Scene) -> None:
    """The store then holds what it would hold had the town been seeded later; twice is once."""

    def fill() -> Any:
        later = _as_system(seeded, lambda link: seed.catch_up(link, scene, since=AT, at=LATER))
        return _run(later)

    new = fill()
    between = IncidentWorld(stage=scene.stage).between(start=AT, end=LATER)
    assert new == len(between)
    want = IncidentWorld(stage=scene.stage).history(now=LATER)
    assert _one(seeded, "SELECT count(*) FROM event WHERE closed_at IS NULL") == int(
        np.count_nonzero(want.closed_s < 0)
    )
    assert fill() == 0
    doubled = """SELECT count(*) FROM (SELECT FROM event_log GROUP BY event_id, action
                 HAVING count(*) > 1) AS twice"""
    assert _one(seeded, doubled) == 0
    assert _run(_as_system(seeded, seed.reached)) == LATER


async def test_a_store_with_anything_in_it_is_not_empty(store: Store) -> None:
    await site.create(store.admin_url, name_zh="他", name_en="Other", timezone="Asia/Shanghai")
    assert await _as_system(store, seed.is_empty) is True
    assert await _as_system(store, seed.reached) is None
    with psycopg.connect(store.admin_url) as link:
        link.execute("INSERT INTO grid_kind VALUES ('x', 1, 'x', 'x', false)")
        link.execute(
            "INSERT INTO area (code, name, level, parent_id)"
            " SELECT 'a', 'a', 'community', id FROM area"
        )
    assert await _as_system(store, seed.is_empty) is False
