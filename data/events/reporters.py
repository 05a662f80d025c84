"""Who reported an event, and the receipt of one who has no key.

What a resident says of himself is a contact: whoever reports may leave it, row-level security
shows it to the roles that see contacts (`data.access.SEES_CONTACTS`) alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from psycopg.types.json import Jsonb

from data.database import Connection, fetch_one
from data.errors import WanggeError
from data.queries import load

SQL = load(__file__)
RESIDENTS = "residents"  # the source of reports without a key


class EnoughForToday(WanggeError):
    """No more reports without a key are taken today. In an emergency call the duty room."""


async def leave(
    connection: Connection,
    *,
    event_id: int,
    area_id: int,
    contact: Mapping[str, str],
    token: str | None = None,
) -> None:
    """Keep who reported an event, and his receipt, in the transaction of the event."""
    said = Jsonb(dict(contact))
    given = {"event_id": event_id, "area_id": area_id, "token": token, "contact": said}
    await connection.execute(SQL.leave, given)


async def receipt(connection: Connection, event_id: int) -> str | None:
    """The receipt that was given for an event, read as the system actor."""
    row = await fetch_one(connection, SQL.receipt, {"event_id": event_id})
    return None if row is None else row["token"]


async def by_token(connection: Connection, token: str) -> int | None:
    """The event of a receipt, asked as the system actor; None where there is none."""
    row = await fetch_one(connection, SQL.by_token, {"token": token})
    return None if row is None else int(row["event_id"])


async def within(connection: Connection, *, since: datetime, most: int) -> None:
    """Let one more anonymous report in. One after the other, so that the bound holds.

    `since` is the start of the site's day. Raises EnoughForToday.
    """
    await connection.execute(SQL.lock)
    row = await fetch_one(connection, SQL.today, {"source": RESIDENTS, "since": since})
    if row is None or row["n"] >= most:
        raise EnoughForToday()
