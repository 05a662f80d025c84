"""Beside the engine's steps: the coordinate guard looks at the feeds from time to time. It takes
seconds, for which no call should wait."""

from __future__ import annotations

import asyncio
import logging

from dashboard.moment import SiteTime, moment
from data import actors, feed_shifts
from data.database import Database
from data.errors import NotFound, StoreUnavailable

LOG = logging.getLogger("wangge.engine")
ASK_EVERY_S = 60.0  # whether it is time; several engines share the work


async def run(database: Database, clock: SiteTime) -> None:
    """Look until cancelled; a store that is away is waited for, and a fault is logged."""
    while True:
        try:
            await look(database, clock)
        except (StoreUnavailable, NotFound) as error:
            LOG.warning("%s", error)
        except Exception:
            LOG.exception("the feeds could not be looked at")
        await asyncio.sleep(ASK_EVERY_S)


async def look(database: Database, clock: SiteTime) -> list[feed_shifts.FeedShift]:
    """Look if it is time; what is suspected now."""
    async with database.acting(None) as connection:
        system = await actors.system_actor(connection)
    async with database.acting(system.id) as connection:
        if await feed_shifts.renew(connection, moment(clock)):
            for one in (found := await feed_shifts.suspected(connection)):
                LOG.warning("%s of %s lie %d m off the map", one.what, one.source, one.shift_m)
            return found
        return await feed_shifts.suspected(connection)
