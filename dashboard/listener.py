"""One listening connection per process: what other processes say, by NOTIFY, with ids only."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable

import psycopg

from dashboard import tasks
from data.database import Database

log = logging.getLogger("wangge.listener")
PING_S = 5.0
LONGEST_PAUSE_S = 2.0


class Listener:
    """Hands each notification to its listeners, which must be quick and must not raise.

    A broken connection is made again for ever; what was said meanwhile is lost, so `on_connect`
    listeners are told after each connection to read everything again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heard: dict[str, list[Callable[[str], None]]] = {}
        self._connected: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None

    def on(self, channel: str, heard: Callable[[str], None]) -> None:
        """Call `heard` with the payload of each notification; register before `start`."""
        self._heard.setdefault(channel, []).append(heard)

    def on_connect(self, connected: Callable[[], None]) -> None:
        """Call `connected` after each connection, also the first."""
        self._connected.append(connected)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="listener")

    async def stop(self) -> None:
        if self._task is not None:
            await tasks.end([self._task])

    async def _run(self) -> None:
        pause = 0.1
        while True:
            try:
                async with self._database.listening(*self._heard) as connection:
                    pause = 0.1
                    for connected in self._connected:
                        connected()
                    await self._listen(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("the listening connection broke (%s): again", type(error).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(LONGEST_PAUSE_S, pause * 2)

    async def _listen(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            async for notice in connection.notifies(timeout=PING_S):
                for heard in self._heard.get(notice.channel, ()):
                    heard(notice.payload)
            await connection.execute("")  # a ping: an empty statement, so a dead link is noticed
