"""The socket of a duty page: `/live?duty=1`. What it rings is the page channel's business."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import orjson
from fastapi import WebSocket, WebSocketDisconnect

from dashboard.live.words import Ear, Flood
from data.errors import StoreUnavailable

# A page pings each few seconds while it is seen; one in the background may not, since browsers slow
# its timers down. So who is silent is asked, and who does not answer twice has gone.
BEAT_S = 10.0
MOST_MISSED = 2
ASK_S = 5.0
REVOKED = 4401
FLOOD = 1008
LATER = 1013

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Desk(Protocol):
    """Who rings pages; `dashboard.channels.page.PageChannel` does."""

    async def open(self, person_id: int, send: Send) -> str: ...

    async def receive(self, key: str, message: dict[str, Any]) -> None: ...

    async def close(self, key: str) -> None: ...


async def serve(
    socket: WebSocket,
    person_id: int,
    desk: Desk,
    *,
    alive: Callable[[], Awaitable[bool]] | None = None,
) -> None:
    """Accept a duty page and serve it until it goes. The caller has checked who it is.

    `alive` is asked now and then whether its session still stands.
    """
    await socket.accept()

    async def send(message: dict[str, Any]) -> None:
        await socket.send_text(orjson.dumps(message).decode())

    try:
        key = await desk.open(person_id, send)
    except StoreUnavailable:
        await socket.close(LATER)
        return
    try:
        await _listen(socket, desk, key, alive)
    finally:
        await asyncio.shield(desk.close(key))


async def _listen(
    socket: WebSocket, desk: Desk, key: str, alive: Callable[[], Awaitable[bool]] | None
) -> None:
    clock, ear = asyncio.get_running_loop().time, Ear()
    asked, missed = clock(), 0
    while True:
        try:
            message = ear.hear(await asyncio.wait_for(socket.receive(), BEAT_S))
            missed = 0
        except TimeoutError:
            missed += 1
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                if missed >= MOST_MISSED:
                    await socket.close(1001)
                    return
                await socket.send_text('{"type":"beat"}')
            continue
        except Flood:
            await socket.close(FLOOD)
            return
        except (WebSocketDisconnect, RuntimeError):
            return
        if message is not None:
            await desk.receive(key, message)
        if alive is not None and clock() - asked > ASK_S:
            asked = clock()
            if not await _stands(alive):
                await socket.close(REVOKED)
                return


async def _stands(alive: Callable[[], Awaitable[bool]]) -> bool:
    """Whether the page may stay; a store that is away says nothing against it."""
    try:
        return await alive()
    except StoreUnavailable:
        return True
