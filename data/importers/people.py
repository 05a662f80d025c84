"""People from files: who they are, how they are reached, and which posts they hold."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from data import actors
from data.database import Connection, fetch_all
from data.importers.batch import Batch
from data.importers.errors import MissingOption
from data.importers.headings import CHIEFS
from data.importers.options import Options
from data.importers.parents import FINEST, Places, choices
from data.importers.places import load_places
from data.importers.report import Ledger, State
from data.importers.units import MAX_TEXT
from data.queries import load

SQL = load(__file__)
FIELDS = ("code", "name", "parent", "phone", "role", "grid", "grid_kind", "force_type", "team")
ROLES: Mapping[str, str] = {
    "网格长": "grid_chief",
    "网格指导员": "grid_instructor",
    "指导员": "grid_instructor",
    "网格员": "grid_worker",
    "专职网格员": "grid_worker",
    "兼职网格员": "grid_worker",
    "AB岗": "stand_in",
    "B岗": "stand_in",
    "替岗": "stand_in",
    "辅助员": "grid_helper",
    "辅助人员": "grid_helper",
    "微网格长": "micro_grid_head",
    "楼栋长": "building_head",
}


@dataclass(frozen=True, slots=True)
class Post:
    """A role on a grid, or on an area where `grid_id` is None."""

    role: str
    grid_id: int | None
    area_id: int


@dataclass(slots=True)
class Person:
    """One person; several rows with the same code and name add posts."""

    code: str
    name: str
    area_id: int
    rows: list[int]
    phone: str | None
    force_type: str | None
    team: str | None
    posts: list[Post] = field(default_factory=list)

    def digest(self) -> str:
        """Equal means that nothing changed."""
        posts = sorted((p.role, p.grid_id or 0, p.area_id) for p in self.posts)
        said = [self.name, self.phone, self.force_type, self.team, posts]
        return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Grids:
    """The valid grids by code, in one kind or in all."""

    by_code: Mapping[tuple[str, str], Sequence[tuple[int, int]]]

    def find(self, code: str, kind: str | None) -> Sequence[tuple[int, int]]:
        """(id, area id) of the grids with a code; all kinds when none is said."""
        if kind:
            return self.by_code.get((kind, code), ())
        return [one for (_, c), ids in self.by_code.items() if c == code for one in ids]


async def import_people(
    connection: Connection, batch: Batch, options: Options, at: datetime
) -> None:
    """Write the people of a batch with their contacts and posts; what their source no longer
    names ends at `at` where that was asked for."""
    source_id = await _source(connection, options)
    places = await load_places(connection)
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in await fetch_all(connection, SQL.grids):
        found.setdefault((row["kind"], row["code"]), []).append((row["id"], row["area_id"]))
    people = await asyncio.to_thread(_gather, batch, options, places, Grids(found))
    whose = {"source_id": source_id, "at": at}
    states = await _write(connection, people, whose)
    if options.ending_missing:
        await _end_missing(connection, batch.ledger, people, whose)
    for person, state in zip(people, states, strict=True):
        if state == "unchanged":
            batch.ledger.mark(person.rows, State.UNCHANGED)
        else:
            batch.ledger.mark(person.rows[:1], State.IMPORTED)
            batch.ledger.mark(person.rows[1:], State.MERGED)
    batch.ledger.units = len(people)


async def _source(connection: Connection, options: Options) -> int | None:
    if options.source is not None:
        return await actors.ensure_source(connection, options.source, kind="file")
    if options.ending_missing:
        raise MissingOption(option="--source NAME", why="only what the same source named may end")
    return None


async def _end_missing(
    connection: Connection, ledger: Ledger, people: Sequence[Person], whose: Mapping[str, Any]
) -> None:
    """End the posts that the files no longer name. A row that could not be read, or a file
    without any post, is no reason to send somebody away: then nothing ends."""
    counts = ledger.rejected.counts
    unread = counts.total() - counts["duplicate"]
    if unread or not any(person.posts for person in people):
        ledger.warn("missing_kept", n=unread)
        return
    ended = [row["person_id"] for row in await fetch_all(connection, SQL.end_missing, whose)]
    left = await fetch_all(connection, SQL.leave, {"ids": ended})
    ledger.warn("missing_ended", n=len(ended), people=len(left))


async def _write(
    connection: Connection, people: Sequence[Person], whose: Mapping[str, Any]
) -> list[str]:
    await connection.execute(SQL.make_incoming)
    await connection.execute(SQL.make_incoming_post)
    async with connection.cursor() as cursor:
        async with cursor.copy(SQL.copy_incoming) as copy:
            for n, p in enumerate(people):
                who = (n, p.code, p.name, p.area_id, p.force_type, p.team, p.phone)
                await copy.write_row((*who, p.digest()))
        async with cursor.copy(SQL.copy_posts) as copy:
            for p in people:
                for post in p.posts:
                    await copy.write_row((p.code, post.role, post.grid_id, post.area_id))
    for step in (SQL.compare, SQL.upsert, SQL.contacts):
        await connection.execute(step)
    if whose["source_id"] is not None:
        await connection.execute(SQL.adopt, whose)
    await connection.execute(SQL.posts, whose)
    rows = await (await connection.execute(SQL.outcome)).fetchall()
    return [str(state) for (state,) in rows]


def _gather(batch: Batch, options: Options, places: Places, grids: Grids) -> list[Person]:
    people: dict[str, Person] = {}
    for row in batch.ledger.open_rows():
        code = batch.content[row] if batch.content else batch.text("code", row)
        name = batch.text("name", row)
        if not code:
            batch.ledger.reject(row, "no_code", column=batch.chosen.get("code", "code"))
            continue
        if not name:
            batch.ledger.reject(row, "nameless")
            continue
        if max(len(code), len(name)) > MAX_TEXT:
            batch.ledger.reject(row, "too_long", field="code, name", limit=MAX_TEXT)
            continue
        grid = _grid(batch, row, options, grids)
        area = _area(batch, row, options, places, grid)
        if area is None or not batch.ledger.is_open(row):
            continue
        _add(batch, people, _person(batch, row, code, name, area), _post(batch, row, area, grid))
    return list(people.values())


def _person(batch: Batch, row: int, code: str, name: str, area_id: int) -> Person:
    phone, force, team = (batch.text(one, row) or None for one in ("phone", "force_type", "team"))
    return Person(code, name, area_id, [row], phone, force, team)


def _post(batch: Batch, row: int, area_id: int, grid: tuple[int, int] | None) -> Post | None:
    role = batch.text("role", row)
    if not role and grid is not None and "role" not in batch.fields:
        role = next((one for one in CHIEFS if one in batch.chosen.get("name", "")), "")
    if not role and grid is None:
        return None
    role = ROLES.get(role, role) or "grid_worker"
    return Post(role, grid[0], grid[1]) if grid else Post(role, None, area_id)


def _add(batch: Batch, people: dict[str, Person], person: Person, post: Post | None) -> None:
    first = people.setdefault(person.code, person)
    row = person.rows[0]
    if first is not person:
        at = batch.ledger.place(first.rows[0])[1]
        if first.name != person.name:
            said = f"{first.name} / {person.name}"
            batch.ledger.reject(row, "conflict", key=person.code, first=at, field=said)
            return
        if post is None or post in first.posts:
            batch.ledger.reject(row, "duplicate", what=person.code, first=at)
            return
        first.rows.append(row)
    if post is not None:
        first.posts.append(post)


def _grid(batch: Batch, row: int, options: Options, grids: Grids) -> tuple[int, int] | None:
    code = batch.text("grid", row)
    if not code:
        return None
    found = grids.find(code, batch.text("grid_kind", row) or options.group)
    if len(found) == 1:
        return found[0]
    batch.ledger.reject(row, "ambiguous_grid" if found else "orphan", what="grid", key=code)
    return None


def _area(
    batch: Batch, row: int, options: Options, places: Places, grid: tuple[int, int] | None
) -> int | None:
    """The person's area: named by the row or the command, else the grid's, else the whole site."""
    named = options.parent or batch.text("parent", row)
    if not named:
        return grid[1] if grid else places.root.id
    by_name = options.parent is None and options.parent_by == "name"
    by = "name" if by_name else "code"
    found = places.named(named, by=by, rank=FINEST, options=options)
    if not found and options.parent is None and options.parent_by is None:
        found = places.named(named, by="name", rank=FINEST, options=options)
    if len(found) == 1:
        return found[0].id
    if found:
        batch.ledger.reject(row, "ambiguous_parent", key=named, choices=choices(found))
    else:
        batch.ledger.reject(row, "orphan", what="area", key=named)
    return None
