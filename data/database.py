"""The store's door: two pools, and transactions that state their actor."""

from __future__ import annotations

import asyncio
import math
import select
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from data.errors import StoreUnavailable

Connection = AsyncConnection[TupleRow]
TRUSTED_S = 1.0  # how long after its last use a silent connection is taken without a question
ACTOR = "SELECT set_config('wangge.actor', %s, true)"
ACTOR_AND_PLAN = f"{ACTOR}, set_config('plan_cache_mode', 'force_generic_plan', true)"


class Database:
    """Two pools on one store. Every transaction states its actor; without one it sees nothing.

    `app_url` and `readonly_url` are libpq connection strings of the application's and the
    read-only role. Raises StoreUnavailable when no connection can be had in time.
    """

    def __init__(self, app_url: str, readonly_url: str, *, size: int = 8) -> None:
        self.app_url = app_url
        self.size = size  # transactions of the application at once
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
        self,
        actor_id: int | None,
        *,
        readonly: bool = False,
        at_once: bool = False,
        plan_once: bool = False,
    ) -> AsyncIterator[Connection]:
        """One transaction on behalf of an actor; `readonly` takes the read-only role.

        `at_once` sends all that is executed, COMMIT too, without waiting in between: what cursors
        found, or the error, is there when the block has ended. `plan_once` is for statements whose
        planning takes as long as their answer, and whose plan is the same for all values.
        """
        pool = self._readonly if readonly else self._app
        try:
            async with AsyncExitStack() as stack:
                connection = await _begin(stack, pool, at_once)
                await act_as(connection, actor_id, plan_once=plan_once)
                yield connection
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise StoreUnavailable() from error

    async def ask(
        self, actor_id: int | None, search: Any, parameters: Any, *, readonly: bool = False
    ) -> list[dict[str, Any]]:
        """All rows of one search, as dictionaries, in a transaction of its own.

        It goes as one message and is answered by one, and is planned once a connection.
        """
        async with self.acting(
            actor_id, readonly=readonly, at_once=True, plan_once=True
        ) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(search, parameters)
        return await cursor.fetchall()

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


async def act_as(connection: Connection, actor_id: int | None, *, plan_once: bool = False) -> None:
    """State whose the transaction is from here on, to its end or back to a savepoint."""
    said = "" if actor_id is None else str(actor_id)
    await connection.execute(ACTOR_AND_PLAN if plan_once else ACTOR, [said])


class _Link(AsyncConnection[TupleRow]):
    """A connection of a pool, and when it was last taken (seconds of the event loop's clock)."""

    taken_at = -math.inf


def _pool(url: str, size: int) -> AsyncConnectionPool[_Link]:
    return AsyncConnectionPool(
        url,
        connection_class=_Link,
        min_size=1,
        max_size=size,
        timeout=5,
        reconnect_timeout=0,
        kwargs={"application_name": "wangge"},
        open=False,
    )


async def _check(link: _Link) -> None:
    """Ask the server whether the connection lives, where that is in doubt.

    Raises psycopg.OperationalError if it does not. A server that ends a connection sends its last
    words and closes: then there is something to be read where nothing was asked. Only a network
    loses one in silence. The question costs a tenth of the search for who is near.
    """
    now = asyncio.get_running_loop().time()
    if now - link.taken_at > TRUSTED_S or _speaks(link):
        await AsyncConnectionPool.check_connection(link)
    link.taken_at = now


def _speaks(link: _Link) -> bool:
    """Whether there is something to be read, be it only that the other end has closed."""
    poll = select.poll()
    poll.register(link.fileno(), select.POLLIN)
    return bool(poll.poll(0))


async def _begin(
    stack: AsyncExitStack, pool: AsyncConnectionPool[_Link], at_once: bool
) -> Connection:
    """A connection in a transaction, which ends with `stack`; for a dead one another is taken.

    The pool's own check would wait a second after the first dead one, and two after the next. A
    BEGIN that is answered by itself tells of one, too, that the server was just about to end.
    """
    for others in reversed(range(pool.max_size + 1)):
        try:
            async with AsyncExitStack() as attempt:
                link = await attempt.enter_async_context(pool.connection())
                await _check(link)
                if at_once:
                    await attempt.enter_async_context(link.pipeline())
                await attempt.enter_async_context(link.transaction())
                stack.push_async_exit(attempt.pop_all())
                return link
        except psycopg.OperationalError as error:
            if not others or isinstance(error, PoolTimeout):
                raise
    raise StoreUnavailable()


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
