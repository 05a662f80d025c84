"""The site's clock in this process: the only place that turns real time into site time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from dashboard import tasks
from dashboard.listener import Listener
from data.database import Database
from data.errors import StoreUnavailable
from data.places import site as sites
from data.places.site import Site

RETRY_S = 0.5


class SiteClock:
    """`now()` is site time by the cached site row, which is read again when anybody changes it.

    Pass the process's Listener if it has one, else the clock makes its own.
    """

    def __init__(self, database: Database, listener: Listener | None = None) -> None:
        self._database = database
        self._own = listener is None
        self._listener = listener or Listener(database)
        self._stale = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._site: Site | None = None
        self._listener.on("wangge_places", self._heard)
        self._listener.on_connect(self._stale.set)

    @property
    def site(self) -> Site:
        """The site as last read; only after `start`."""
        assert self._site is not None, "start the clock first"
        return self._site

    def now(self) -> datetime:
        """Site time now."""
        return self.site.clock.at(datetime.now(UTC))

    async def start(self) -> None:
        """Read the site and follow it. Raises NoSite or StoreUnavailable."""
        await self._read()
        self._task = asyncio.create_task(self._follow(), name="clock")
        if self._own:
            await self._listener.start()

    async def stop(self) -> None:
        if self._own:
            await self._listener.stop()
        if self._task is not None:
            await tasks.end([self._task])

    def _heard(self, table: str) -> None:
        if table in ("site", "basemap"):
            self._stale.set()

    async def _read(self) -> None:
        async with self._database.acting(None) as connection:
            self._site = await sites.read(connection)

    async def _follow(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            try:
                await self._read()
            except StoreUnavailable:
                self._stale.set()
                await asyncio.sleep(RETRY_S)
