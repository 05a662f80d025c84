"""The town's people: who they are, who comes when, and where their phones were last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import shapely

from data.actors import ensure_source
from data.database import Connection, fetch_all
from data.demo import duty_rooms
from data.demo.clockwork import day_of
from data.demo.copying import copy
from data.demo.model import Person, Post, Town
from data.demo.scene import Scene
from data.demo.walkers import Fixes
from data.queries import load
from geo.grids import index_grids, list_owners

SQL = load(__file__)
SOURCE = "worker"  # of their positions too
ROSTER_DAYS = 14  # ahead, so that a demo left alone goes on


async def write_forces(connection: Connection, town: Town) -> None:
    """People with their numbers and posts."""
    await _write_people(connection, town.people, town.posts)


async def add_duty_rooms(connection: Connection, people: Sequence[Person]) -> None:
    """Those who mind the duty rooms, in a town that was made before there were any."""
    rows = await fetch_all(connection, SQL.known, {"codes": [p.code for p in people]})
    known = {row["code"] for row in rows}
    new = [p for p in people if p.code not in known and p.force_type == duty_rooms.FORCE]
    if new:
        await _write_people(connection, new, duty_rooms.posts_of(new))


async def _write_people(
    connection: Connection, staff: Sequence[Person], held: Sequence[Post]
) -> None:
    people = (
        (n, p.code, p.name, p.area_code, p.force_type, p.team, p.phone) for n, p in enumerate(staff)
    )
    await copy(connection, SQL.make_person, SQL.copy_person, people)
    await connection.execute(SQL.insert_people)
    await connection.execute(SQL.insert_contacts)
    posts = ((n, p.person_code, p.role, p.area_code, p.grid_code) for n, p in enumerate(held))
    await copy(connection, SQL.make_post, SQL.copy_post, posts)
    await connection.execute(SQL.insert_posts)


async def write_shifts(connection: Connection, scene: Scene, *, at: datetime) -> None:
    """The rosters from yesterday on, as far as they are not there yet.

    Who comes, and when, is written ahead: a shift counts from its `started_at` on.
    """
    first = day_of(at) - timedelta(days=1)
    shifts = scene.shifts(first + timedelta(days=k) for k in range(ROSTER_DAYS + 2))
    rows = ((s.person_code, s.planned_start, s.planned_end, s.started_at) for s in shifts)
    await copy(connection, SQL.make_shift, SQL.copy_shift, rows)
    await connection.execute(SQL.insert_shifts, {"at": at})


async def write_positions(
    connection: Connection, scene: Scene, *, start: datetime, end: datetime
) -> None:
    """What the phones said in (start, end], and before it if they are silent since: history
    and the newest place of each."""
    grids = await fetch_all(connection, SQL.grids)
    said = (scene.fixes(start=start, end=end), scene.silent(start=start, end=end))
    rows = chain.from_iterable(_placed(fixes, grids) for fixes in said)
    await copy(connection, SQL.make_fix, SQL.copy_fix, rows)
    await connection.execute(SQL.ensure_days, {"start": start, "end": end})
    source_id = await ensure_source(connection, SOURCE, kind="worker")
    await connection.execute(SQL.insert_history, {"source_id": source_id})
    await connection.execute(SQL.insert_latest, {"source_id": source_id})


def _placed(fixes: Fixes, grids: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """The fixes as rows with the grids that own their points."""
    index = index_grids(
        ids=[grid["id"] for grid in grids],
        kinds=[grid["kind"] for grid in grids],
        shapes=shapely.from_wkb([grid["wkb"] for grid in grids]).tolist(),
    )
    owners = list_owners(index, lon=fixes.lon, lat=fixes.lat)
    columns = (
        fixes.person.tolist(), [datetime.fromtimestamp(t, UTC) for t in fixes.at_s.tolist()],
        fixes.lon.tolist(), fixes.lat.tolist(), fixes.accuracy_m.tolist(),
        fixes.speed_mps.tolist(), fixes.battery.tolist(), [list(ids) for ids in owners],
    )  # fmt: skip
    yield from zip(*columns, strict=True)
