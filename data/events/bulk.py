"""Many events at once, in parts: COPY beside the table, compare, then one INSERT … ON CONFLICT."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data import copied
from data.ahead import ahead
from data.copied import NULL
from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class NewEvents:
    """Events to write, a column each of what they have, all of one length.

    `points` are hex EWKB in EPSG:4326, None = unlocated; `origins` are x, y and the name of their
    system; times are aware.
    """

    source_keys: Sequence[str]
    type_ids: Sequence[int]
    area_ids: Sequence[int]
    grid_ids: Sequence[tuple[int, ...]]
    points: Sequence[str | None]
    addresses: Sequence[str | None]
    texts: Sequence[str]
    opened_at: Sequence[datetime]
    due_at: Sequence[datetime | None]
    closed_at: Sequence[datetime | None]
    settled_at: Sequence[str | None]
    satisfied: Sequence[bool | None]
    content_hashes: Sequence[str]
    origins: Sequence[tuple[float, float, str] | None]

    def __len__(self) -> int:
        return len(self.source_keys)


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a source's events cover; both None when it has none."""

    source_id: int
    first: datetime | None
    last: datetime | None
    events: int


async def write(
    connection: Connection,
    parts: Iterator[NewEvents],
    *,
    source_id: int,
    actor_id: int,
    at: datetime,
    done: Callable[[int], None],
) -> list[str]:
    """Make or change events of one source, known by their keys; logged in the same transaction.

    Each part is made in a thread while the database writes the one before; `done` hears how many
    are written. Returns for each, in order, new, changed or unchanged. Keys differ within a
    transaction.
    """
    who: dict[str, Any] = {"source_id": source_id, "actor_id": actor_id, "at": at}
    await connection.execute(SQL.make_incoming)
    found = await fetch_one(connection, SQL.is_known, who)
    compare = found is not None and found["known"]  # else no key of these parts is known
    states: list[str] = []
    async with aclosing(ahead(_copied(part) for part in parts)) as coming:
        async for count, lines in coming:
            states += await _write(connection, count, lines, who, compare=compare)
            done(len(states))
    return states


def _copied(part: NewEvents) -> tuple[int, bytes]:
    return len(part), _lines(part)


async def _write(
    connection: Connection, count: int, lines: bytes, who: dict[str, Any], *, compare: bool
) -> list[str]:
    """One part, as COPY takes it."""
    await connection.execute(SQL.clear_incoming)
    async with connection.cursor() as cursor, cursor.copy(SQL.copy_incoming) as copy:
        await copy.write(lines)
    await connection.execute(SQL.analyze)
    states = ["new"] * count
    if compare:
        await connection.execute(SQL.compare, who)
        for row in await fetch_all(connection, SQL.outcome):
            states[row["n"]] = row["state"]
    await connection.execute(SQL.upsert, who)
    return states


def _lines(part: NewEvents) -> bytes:
    """What COPY takes: a line an event. Made by columns, a sixth of the cost of rows."""
    origins = [one or (NULL, NULL, "WGS84") for one in part.origins]
    columns = (
        *(map(str, range(len(part))), copied.texts(part.source_keys)),
        *(map(str, part.type_ids), map(str, part.area_ids)),
        ["{" + ",".join(map(str, ids)) + "}" if ids else "{}" for ids in part.grid_ids],
        *(copied.words(part.points), copied.texts(part.addresses), copied.texts(part.texts)),
        *(copied.times(part.opened_at), copied.times(part.due_at), copied.times(part.closed_at)),
        *(copied.words(part.settled_at), copied.words(part.satisfied), part.content_hashes),
        *((str(x) for x, _, _ in origins), (str(y) for _, y, _ in origins)),
        copied.texts([system for _, _, system in origins]),
    )
    return copied.lines(columns)


async def take_keys(
    connection: Connection, keys: Sequence[str], rows: Sequence[int]
) -> dict[str, int]:
    """Note the keys of a block with their rows in the file; those that an earlier block of this
    transaction has had are returned with its row, and stay as they were."""
    await connection.execute(SQL.make_incoming_keys)
    found = await fetch_all(connection, SQL.known_keys, {"keys": list(keys)})
    known = {row["key"]: int(row["row"]) for row in found}
    new = [(key, row) for key, row in zip(keys, rows, strict=True) if key not in known]
    given = {"keys": [key for key, _ in new], "rows": [row for _, row in new]}
    await connection.execute(SQL.add_keys, given)
    return known


async def span(connection: Connection, source: str) -> Span | None:
    """The time that a source's events cover; None when there is no such source."""
    row = await fetch_one(connection, SQL.span, {"name": source})
    if row is None:
        return None
    return Span(row["id"], row["first"], row["last"], row["events"])
