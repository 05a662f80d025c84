"""/live: the WebSocket of screens and duty pages. The auth middleware has found the actor."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from dashboard.i18n.sentences import accepted, tell
from dashboard.live import duty
from dashboard.live.clients import Client
from dashboard.live.hub import Hub
from dashboard.live.words import Ear, Flood
from dashboard.tasks import end
from data.access import Actor, Permission
from data.errors import Said, StoreUnavailable
from data.places.areas import AmbiguousArea

log = logging.getLogger("wangge.live")
router = APIRouter()
LONGEST_SEND_S = 20.0
DOUBT_S = 20.0  # an expired session is noticed by then, a revoked one at once
REFUSALS = {
    401: "unauthenticated",
    403: "not_allowed",
    422: "ambiguous_area",
    503: "store_unavailable",
}
Still = Callable[[], Awaitable[bool]]


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """A screen of the actor's scope (`?area=CODE` or `LEVEL:CODE` for a narrower one); with
    `?duty=1`, and for actors who may not look at screens, the duty page of the actor's person."""
    actor: Actor = socket.state.actor
    if "duty" in socket.query_params or not actor.may(Permission.VIEW):
        await _duty(socket, actor)
        return
    hub: Hub = socket.app.state.hub
    try:
        area = await hub.area(actor.area_id, socket.query_params.get("area"))
        if area is None:
            await refuse(socket, 403, Said("This area is not yours."))
            return
        view = await hub.view(area)
    except (AmbiguousArea, StoreUnavailable) as error:
        await refuse(socket, 422 if isinstance(error, AmbiguousArea) else 503, error.said)
        return
    key = secrets.token_hex(8)
    client = Client(actor, key, view.snapshot, view.full_frame, hub.skipped)
    await socket.accept()
    view.clients.add(client)
    try:
        await _serve(client, socket, socket.state.still)
    finally:
        view.clients.discard(client)


async def _duty(socket: WebSocket, actor: Actor) -> None:
    if actor.person_id is None or not actor.may(Permission.ANSWER):
        await refuse(socket, 403, Said("This account has no duty page."))
        return
    await duty.serve(socket, actor.person_id, socket.app.state.desk, alive=socket.state.still)


async def refuse(socket: WebSocket, status: int, said: Said) -> None:
    """Refuse the handshake with an HTTP status, or by closing where the server cannot."""
    code = REFUSALS[status]
    lang = accepted(socket.headers.get("accept-language", ""))
    body = orjson.dumps({"error": {"code": code, "message": tell(said, lang)}})
    if "websocket.http.response" not in socket.scope.get("extensions", {}):
        await socket.close(1013 if status == 503 else 1008, code)
        return
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    start = {"type": "websocket.http.response.start", "status": status, "headers": headers}
    await socket.send(start)
    await socket.send({"type": "websocket.http.response.body", "body": body})


async def _serve(client: Client, socket: WebSocket, still: Still) -> None:
    """Send and receive until either ends."""

    async def send(message: str | bytes) -> None:
        async with asyncio.timeout(LONGEST_SEND_S):
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)

    tasks = {
        asyncio.create_task(client.pump(send), name="live pump"),
        asyncio.create_task(_receive(client, socket), name="live receive"),
        asyncio.create_task(_doubt(client, still), name="live doubt"),
    }
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect | TimeoutError):
                log.info("a page was lost: %s", type(error).__name__)
    finally:
        await end(tasks)
        with contextlib.suppress(Exception):
            await socket.close(1012 if client.closing is None else 1008, client.closing)


async def _doubt(client: Client, still: Still) -> None:
    """Close the page of somebody whose session or token has ended."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DOUBT_S):
                await client.doubt.wait()
        client.doubt.clear()
        if not await still():
            client.close("signed out")


async def _receive(client: Client, socket: WebSocket) -> None:
    """What pages say: resync and ping. Anything else is not for here and is passed over."""
    ear = Ear()
    while True:
        try:
            said = ear.hear(await socket.receive())
        except Flood:
            client.close("too many messages")
            return
        kind = said.get("type") if said else None
        if kind == "resync":
            client.resync()
        elif kind == "ping":
            client.text('{"type":"pong"}')
