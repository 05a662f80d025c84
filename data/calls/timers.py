"""What becomes due in calls by time alone. Runs as the system actor, in any number of engines."""

from __future__ import annotations

import logging
from datetime import timedelta

from psycopg import OperationalError

from data.calls import policy, sessions
from data.calls.model import Moment
from data.database import Connection, fetch_one
from data.queries import load

SQL = load(__file__)
LOG = logging.getLogger("wangge.calls")
BROKEN_WAITS = timedelta(seconds=30)


async def advance_one_due(connection: Connection, when: Moment) -> int | None:
    """Advance the session that has waited longest for time; its id, None when none is due.

    One that cannot be carried on is looked at later: the others must not wait for it.
    """
    row = await fetch_one(connection, SQL.take_due, {"real": when.real})
    if row is None:
        return None
    try:
        async with connection.transaction():
            await sessions.advance(connection, row["id"], when)
    except OperationalError:
        raise
    except Exception:
        LOG.exception("call %s cannot be carried on; it is looked at again later", row["id"])
        later = when.real + BROKEN_WAITS
        await connection.execute(SQL.set_aside, {"id": row["id"], "next_at": later})
    return int(row["id"])


async def set_back(connection: Connection, when: Moment) -> int:
    """Where the machine's clock was set back, rings and waits begin anew from now; how many calls.

    Known by a step that was fired in the future, or a click that is due then. How far the clock
    went is not known, so what rings lasts at most twice its time, and never the hour by which the
    clock was set.
    """
    given = {"real": when.real, "slack": policy.CLOCKS_DIFFER, "waits": BROKEN_WAITS}
    return (await connection.execute(SQL.set_back, given)).rowcount
