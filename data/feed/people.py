"""People, their shifts and their latest positions, as columns for the feed's arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import args_row

from data.database import Connection
from data.queries import load

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class FeedPerson:
    """One active person with the post that says most about him (None without a post)."""

    id: int
    code: str
    name: str
    area_id: int
    role: str


@dataclass(frozen=True, slots=True)
class FeedShift:
    """One shift; `ends_at` is when he left, or when he should."""

    person_id: int
    planned_start: datetime
    planned_end: datetime
    started_at: datetime | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """The latest fix of a person; degrees, metres."""

    person_id: int
    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


async def everybody(connection: Connection, at: datetime) -> list[FeedPerson]:
    """All active people, ordered by code."""
    async with connection.cursor(row_factory=args_row(FeedPerson)) as cursor:
        await cursor.execute(SQL.everybody, {"at": at})
        return await cursor.fetchall()


async def shifts(connection: Connection, *, after: datetime, until: datetime) -> list[FeedShift]:
    """Shifts whose planned start lies in (after, until]."""
    async with connection.cursor(row_factory=args_row(FeedShift)) as cursor:
        await cursor.execute(SQL.shifts, {"after": after, "until": until})
        return await cursor.fetchall()


async def positions(
    connection: Connection, person_ids: Sequence[int] | None = None
) -> list[FeedPosition]:
    """The latest positions of these people, None = of all."""
    given = None if person_ids is None else list(person_ids)
    async with connection.cursor(row_factory=args_row(FeedPosition), binary=True) as cursor:
        if given is None:
            await cursor.execute(SQL.all_positions)
        else:
            await cursor.execute(SQL.positions, {"ids": given})
        return await cursor.fetchall()
