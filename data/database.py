"""The store's door: two pools, and transactions that state their actor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from data.errors import StoreUnavailable

Connection = AsyncConnection[TupleRow]


class Database:
    """Two pools on one store. Every transaction states its actor; without one it sees nothing.

    `app_url` and `readonly_url` are libpq connection strings of the application's and the
    read-only role. Raises StoreUnavailable when no connection can be had in time.
    """

    def __init__(self, app_url: str, readonly_url: str, *, size: int = 8) -> None:
        self.app_url = app_url
        self._app = _pool(app_url, size)
        self._readonly = _pool(readonly_url, max(2, size // 2))

    async def open(self) -> Database:
        await self._app.open()
        await self._readonly.open()
        return self

    async def close(self) -> None:
        await self._app.close()
        await self._readonly.close()

    async def __aenter__(self) -> Database:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def acting(
        self, actor_id: int | None, *, readonly: bool = False, at_once: bool = False
    ) -> AsyncIterator[Connection]:
        """One transaction on behalf of an actor; `readonly` takes the read-only role.

        `at_once` sends all that is executed, COMMIT too, without waiting in between: what cursors
        found, or the error, is there when the block has ended.
        """
        pool = self._readonly if readonly else self._app
        try:
            async with (
                pool.connection() as connection,
                connection.pipeline() if at_once else nullcontext(),
                connection.transaction(),
            ):
                await connection.execute(
                    "SELECT set_config('wangge.actor', %s, true)",
                    ["" if actor_id is None else str(actor_id)],
                )
                yield connection
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise StoreUnavailable() from error

    @asynccontextmanager
    async def listening(self, *channels: str) -> AsyncIterator[Connection]:
        """A connection of its own that listens; the caller reads `connection.notifies()`."""
        connection = await AsyncConnection.connect(
            self.app_url, autocommit=True, application_name="wangge-listen", connect_timeout=5
        )
        try:
            for channel in channels:
                await connection.execute(
                    psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel))
                )
            yield connection
        finally:
            await connection.close()


def _pool(url: str, size: int) -> AsyncConnectionPool[Connection]:
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        timeout=5,
        reconnect_timeout=0,
        check=AsyncConnectionPool.check_connection,
        kwargs={"application_name": "wangge"},
        open=False,
    )


async def fetch_all(
    connection: Connection, sql: Any, parameters: Any = None
) -> list[dict[str, Any]]:
    """All rows as dictionaries."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, parameters)
        return await cursor.fetchall()


async def fetch_one(
    connection: Connection, sql: Any, parameters: Any = None
) -> dict[str, Any] | None:
    """The first row as a dictionary, or None."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, parameters)
        return await cursor.fetchone()
