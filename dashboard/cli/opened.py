"""What every command that works on a store does first: find the running one, open it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dashboard import settings
from dashboard.embedded import find_running
from data import actors
from data.access import Actor
from data.database import Connection, Database
from data.errors import NoSite, NotFound, WanggeError


class NoStore(WanggeError):
    """No store runs under {home}. Start one with: make demo, or: wangge store start."""


@asynccontextmanager
async def system_database(*, size: int = 2) -> AsyncIterator[tuple[Database, Actor]]:
    """The running store's database and its system actor. Raises NoStore, NoSite."""
    store = await find_running(settings.home())
    if store is None:
        raise NoStore(home=settings.home())
    async with Database(store.app_url, store.readonly_url, size=size) as database:
        async with database.acting(None) as connection:
            try:
                system = await actors.system_actor(connection)
            except NotFound:
                raise NoSite() from None
        yield database, system


@asynccontextmanager
async def system_transaction() -> AsyncIterator[tuple[Connection, Actor]]:
    """One transaction as the system actor on the running store."""
    async with system_database() as (database, system), database.acting(system.id) as connection:
        yield connection, system
