"""Doors for phone apps that set no header of ours: OsmAnd and Traccar Client, OwnTracks.

All these apps drop a fix after a 2xx and send it again after a 5xx, most of them also after a 4xx,
and what waits behind it waits too. So what is judged for good is a 200, also when it is rejected;
only a token, a body that cannot be read and a store that does not answer are errors.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from fastapi import APIRouter, FastAPI, Request, Response

from dashboard.api.errors import InvalidBody, TooLarge, Unauthenticated, json_response
from dashboard.api.requests import bearer, parse_json, read_body
from dashboard.openapi import positions as described
from dashboard.openapi.positions import MAX_BYTES, MAX_POSITIONS
from dashboard.phones import osmand, owntracks
from dashboard.phones.door import PhoneDoor
from dashboard.phones.reading import Read
from data.access import Actor, Permission
from data.errors import Said

MOST_FIELDS = 100
SMALL_BYTES = 64 * 2**10  # of a form, and of whatever names its token inside


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The phones' way into the intake, which the router of positions has begun before."""
    state = app.state
    clock = state.clock
    async with PhoneDoor(state.database, state.intake, clock.now, lambda: clock.site) as door:
        state.phone_door = door
        yield


router = APIRouter(lifespan=_lifespan)


@router.get("/api/positions/osmand", **described.OSMAND_GET)
@router.post("/api/positions/osmand", **described.OSMAND_POST)
async def osmand_by_id(request: Request) -> Response:
    """The device id is a token; or a gateway sends a bearer token."""
    return await _osmand(request, bearer(request))


@router.get("/api/positions/osmand/{token}", **described.OSMAND_GET)
@router.post("/api/positions/osmand/{token}", **described.OSMAND_POST)
async def osmand_by_path(request: Request, token: str) -> Response:
    """The device id is a person's code."""
    return await _osmand(request, bearer(request) or token)


@router.post("/api/positions/owntracks", **described.OWNTRACKS_POST)
async def post_owntracks(request: Request) -> Response:
    """Locations are fixes; other messages are counted. Always [], which is what the apps read."""
    user, password = _basic(request)
    secret = bearer(request) or password
    actor = await _sign_in(request, secret)
    body = await read_body(request, limit_bytes=MAX_BYTES)
    headers = request.headers
    user = user or headers.get("x-limit-u") or None
    message = parse_json(body) if body else []  # of a friend who was deleted: no message
    fixes, others = owntracks.read(message, user, headers.get("x-limit-d"))
    await _submit(request, actor, fixes, secret)
    if others or not body:
        await request.app.state.phone_door.ignore(actor, others or 1, user)
    return json_response([])


async def _osmand(request: Request, secret: str | None) -> Response:
    actor = None if secret is None else await _sign_in(request, secret)
    body = await read_body(request, limit_bytes=SMALL_BYTES if actor is None else MAX_BYTES)
    fixes = _read_osmand(request, body)
    if actor is None:
        secret = fixes[0].named if fixes else None
        actor = await _sign_in(request, secret)
    return await _submit(request, actor, fixes, secret)


def _read_osmand(request: Request, body: bytes) -> list[Read]:
    if body.lstrip()[:1] in (b"{", b"["):
        return osmand.from_json(parse_json(body))
    if len(body) > SMALL_BYTES:
        raise TooLarge(limit=Said("{n} bytes", n=SMALL_BYTES))
    pairs = []
    for part in (request.scope["query_string"], body):
        text = part.decode("utf-8", "replace")
        try:
            pairs += parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise InvalidBody(why=Said("at most {n} fields are possible", n=MOST_FIELDS)) from None
    return [osmand.from_parameters(pairs)]


async def _submit(
    request: Request, actor: Actor, fixes: Sequence[Read], secret: str | None
) -> Response:
    """Through the same intake as all fixes; a rejected one says its reason and unreadable field."""
    if len(fixes) > MAX_POSITIONS:
        raise TooLarge(limit=Said("{n} positions in one request", n=MAX_POSITIONS))
    answer = await request.app.state.phone_door.submit(actor, fixes, secret)
    return json_response({"accepted": answer.accepted, "rejected": answer.rejected})


async def _sign_in(request: Request, secret: str | None) -> Actor:
    """The actor of a token. A cookie is worth nothing here: a GET writes."""
    actor = await request.app.state.identities.secret(secret) if secret else None
    if not isinstance(actor, Actor):
        raise Unauthenticated()
    actor.require(Permission.REPORT_POSITIONS)
    return actor


def _basic(request: Request) -> tuple[str | None, str | None]:
    """User name and password of Basic auth; apps encode them in UTF-8 or Latin-1."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        found = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return None, None
    try:
        text = found.decode()
    except UnicodeDecodeError:
        text = found.decode("latin-1")
    user, _, password = text.partition(":")
    return user or None, password or None
