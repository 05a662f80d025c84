"""Events as the feed shows them: all open ones of an instant, and what a step of time brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import args_row

from data.database import Connection
from data.queries import load

SQL = load(__file__)
TEXT_LENGTH = 80  # of the report's text in the feed; the card has all of it


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event. `lon`/`lat` are None for an unlocated one; `text` is cut to TEXT_LENGTH.

    Of an alert, `cap` is what it says and `ground` what it covers: a MultiPolygon in GeoJSON,
    corners nearer than some metres left out; None where it covers no more than a point.
    """

    id: int
    area_id: int
    grid_ids: list[int]
    type: str
    class_: str
    name_zh: str
    name_en: str
    lon: float | None
    lat: float | None
    opened_at: datetime
    due_at: datetime | None
    yellow_at: datetime | None
    closed_at: datetime | None
    place: str
    text: str
    cap: dict[str, Any] | None = None
    ground: dict[str, Any] | None = None


async def open_at(connection: Connection, at: datetime) -> list[FeedEvent]:
    """All events that are open at `at`."""
    async with connection.cursor(row_factory=args_row(FeedEvent)) as cursor:
        await cursor.execute(SQL.open_at, {"at": at, "length": TEXT_LENGTH})
        return await cursor.fetchall()


async def changed(
    connection: Connection, *, ids: Sequence[int], after: datetime, until: datetime
) -> list[FeedEvent]:
    """The events named by `ids`, open or not, and those opened in (after, until]."""
    given = {"ids": list(ids), "after": after, "until": until, "length": TEXT_LENGTH}
    async with connection.cursor(row_factory=args_row(FeedEvent)) as cursor:
        await cursor.execute(SQL.changed, given)
        return await cursor.fetchall()
