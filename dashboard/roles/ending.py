"""What the roles without a port share: the site's clock, and their end by a signal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from dashboard import tasks
from dashboard.clock import SiteClock
from data.database import Database
from data.errors import NoSite, StoreUnavailable

RETRY_S = 1.0


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run a role's work until SIGTERM or Ctrl-C. Raises what it raises."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(name)s: %(message)s")
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    both = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    for result in await tasks.end(both):
        if isinstance(result, Exception):
            raise result


@asynccontextmanager
async def site_clock(database: Database) -> AsyncIterator[SiteClock]:
    """The site's clock, as soon as there is a site and the store answers."""
    clock = SiteClock(database)
    while True:
        with contextlib.suppress(NoSite, StoreUnavailable):
            await clock.start()
            break
        await asyncio.sleep(RETRY_S)
    try:
        yield clock
    finally:
        await clock.stop()
