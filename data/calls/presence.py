"""Who has a duty page open. A link is real, so its times are real, whatever the site's clock says.

One row a connection, kept by the process that holds it; a row that no longer beats is a closed
page, so a killed process needs nobody to tidy up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from data.calls.targets import PRESENCE_LASTS_S
from data.database import Connection, fetch_one
from data.queries import load

SQL = load(__file__)
LASTS = timedelta(seconds=PRESENCE_LASTS_S)


async def opened(
    connection: Connection, *, process: str, key: str, person_id: int, real: datetime
) -> None:
    """A person's duty page is open on this process."""
    given = {"process": process, "key": key, "person_id": person_id, "real": real}
    await connection.execute(SQL.opened, given)


async def beat(
    connection: Connection,
    *,
    process: str,
    pages: Mapping[str, int],
    real: datetime,
    heard: Mapping[str, datetime] = MappingProxyType({}),
) -> None:
    """These connections of a process (key → person) still live; a swept row comes back. `heard`
    is when a page last said a word itself (real)."""
    given = {
        "process": process,
        "keys": list(pages),
        "people": list(pages.values()),
        "heard": [heard.get(key) for key in pages],
        "real": real,
    }
    await connection.execute(SQL.beat, given)


async def closed(connection: Connection, *, process: str, keys: Sequence[str]) -> None:
    """These connections have ended; who has no other is offline at once."""
    await connection.execute(SQL.closed, {"process": process, "keys": list(keys)})


async def pages(connection: Connection, person_id: int, real: datetime) -> int:
    """How many duty pages a person has open. Runs as the system."""
    given = {"person_id": person_id, "after": real - LASTS}
    row = await fetch_one(connection, SQL.pages, given)
    return int(row["n"]) if row else 0


async def sweep(connection: Connection, real: datetime) -> int:
    """Remove rows that have not beaten for long, or only in the future; how many."""
    given = {"before": real - 4 * LASTS, "after": real + LASTS}
    cursor = await connection.execute(SQL.sweep, given)
    return cursor.rowcount
