"""Which screens are open, in all processes: one row a connection, kept by a heartbeat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from data.database import Connection
from data.queries import load

SQL = load(__file__)


async def report(
    connection: Connection, *, process: str, keys: Collection[str], real: datetime
) -> None:
    """These and no others are the open screens of a process now (real time)."""
    given = {"process": process, "keys": list(keys), "real": real}
    await connection.execute(SQL.forget, given)
    await connection.execute(SQL.report, given)
