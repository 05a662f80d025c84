"""Many events at once: COPY beside the table, compare, then one INSERT … ON CONFLICT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to write; `geometry` is the hex EWKB of a point in EPSG:4326, None = unlocated."""

    source_key: str
    type_id: int
    area_id: int
    grid_ids: Sequence[int]
    geometry: str | None
    address: str | None
    text: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    settled_at: str | None
    satisfied: bool | None
    content_hash: str
    original: tuple[float, float, str] | None = None  # x, y and the name of their system


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a source's events cover; both None when it has none."""

    source_id: int
    first: datetime | None
    last: datetime | None
    events: int


async def write(
    connection: Connection,
    events: Iterable[NewEvent],
    *,
    source_id: int,
    actor_id: int,
    at: datetime,
) -> list[str]:
    """Make or change events of one source, known by their keys; logged in the same transaction.

    Returns for each, in order, new, changed or unchanged. Keys differ within a transaction.
    """
    await connection.execute(SQL.make_incoming)
    await connection.execute(SQL.clear_incoming)
    async with connection.cursor() as cursor, cursor.copy(SQL.copy_incoming) as copy:
        for n, event in enumerate(events):
            grids = "{" + ",".join(map(str, event.grid_ids)) + "}"
            what = (n, event.source_key, event.type_id, event.area_id, grids, event.geometry)
            when = (event.opened_at, event.due_at, event.closed_at)
            ended = (event.settled_at, event.satisfied, event.content_hash)
            origin = event.original or (None, None, "WGS84")
            await copy.write_row((*what, event.address, event.text, *when, *ended, *origin))
    who: dict[str, Any] = {"source_id": source_id, "actor_id": actor_id, "at": at}
    await connection.execute(SQL.analyze)
    await connection.execute(SQL.compare, who)
    await connection.execute(SQL.upsert, who)
    await connection.execute(SQL.log, who)
    rows = await (await connection.execute(SQL.outcome)).fetchall()
    return [str(state) for (state,) in rows]


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
