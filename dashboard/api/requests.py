"""What every resource needs of a request: who asks, and a bounded body."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import Query, Request

from dashboard.api.errors import InvalidBody, TooLarge, Unauthenticated
from data import actors
from data.access import Actor, Permission
from data.errors import Said

NO_NUL = r"^[^\x00]*$"  # PostgreSQL's text cannot hold one
Code = Annotated[str, Query(max_length=100, pattern=NO_NUL)]


def caller(request: Request, permission: Permission | None = None) -> Actor:
    """The actor that the auth middleware found, if he may. Raises Unauthenticated, NotAllowed."""
    actor = getattr(request.state, "actor", None)
    if not isinstance(actor, Actor):
        raise Unauthenticated()
    if permission is not None:
        actor.require(permission)
    return actor


async def system_actor(request: Request) -> Actor:
    """The system actor, for what lies beyond the caller's scope. It never changes."""
    state = request.app.state
    found: Actor | None = getattr(state, "system_actor", None)
    if found is None:
        async with state.database.acting(None) as connection:
            found = state.system_actor = await actors.system_actor(connection)
    return found


async def system_id(request: Request) -> int:
    """The id of the system actor."""
    return (await system_actor(request)).id


def bearer(request: Request) -> str | None:
    """The token of a request's own header, None where it brings none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def read_body(request: Request, *, limit_bytes: int) -> bytes:
    """The body. Raises TooLarge before it is all read."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit_bytes:
        raise TooLarge(limit=Said("{n} bytes", n=limit_bytes))
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise TooLarge(limit=Said("{n} bytes", n=limit_bytes))
    return bytes(body)


def parse_json(body: bytes) -> Any:
    """What a body says. Raises InvalidBody."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidBody(why=Said("no JSON ({error})", error=error)) from None


async def read_object(request: Request, *, limit_bytes: int) -> dict[str, Any]:
    """The body as a JSON object. Raises TooLarge before it is all read, InvalidBody."""
    value = parse_json(await read_body(request, limit_bytes=limit_bytes))
    if not isinstance(value, dict):
        raise InvalidBody(why="a JSON object is needed")
    return value
