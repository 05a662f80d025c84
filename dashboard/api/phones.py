"""Doors for phone apps that set no header of ours: OsmAnd and Traccar Client, OwnTracks.

All these apps drop a fix after a 2xx and send it again after a 5xx, most of them also after a 4xx,
and what waits behind it waits too. So what is judged for good is a 200, also when it is rejected;
only a token, a body that cannot be read and a store that does not answer are errors.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from dashboard.api.errors import InvalidBody, TooLarge, Unauthenticated, json_response
from dashboard.api.positions import MAX_BYTES, MAX_POSITIONS
from dashboard.api.requests import bearer, parse_json, read_body, system_id
from dashboard.phones import osmand, owntracks
from dashboard.phones.reading import Read
from data import actors
from data.access import Actor, Permission
from data.errors import Said

MOST_FIELDS = 100
SMALL_BYTES = 64 * 2**10  # of a form, and of whatever names its token inside

router = APIRouter()


@router.api_route("/api/positions/osmand", methods=["GET", "POST"])
async def osmand_by_id(request: Request) -> Response:
    """The device id is a token; or a gateway sends a bearer token."""
    return await _osmand(request, bearer(request))


@router.api_route("/api/positions/osmand/{token}", methods=["GET", "POST"])
async def osmand_by_path(request: Request, token: str) -> Response:
    """The device id is a person's code."""
    return await _osmand(request, bearer(request) or token)


@router.post("/api/positions/owntracks")
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
        await request.app.state.intake.ignore(actor, others or 1)
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
    own = None
    if any(one.named in (None, "", secret) for one in fixes):
        own = await _own_code(request, actor)
    rows, wrong = [], {}
    for index, one in enumerate(fixes):
        person = own if one.named in (None, "", secret) else one.named
        field = one.wrong or ("id" if person is None else None)
        rows.append({} if field else {**one.row, "person": person})
        wrong[index] = field
    outcome = await request.app.state.intake.submit(actor, rows)
    rejected = [
        {"index": index, "reason": reason} | ({"field": wrong[index]} if wrong[index] else {})
        for index, reason in outcome.rejected
    ]
    return json_response({"accepted": outcome.accepted, "rejected": rejected})


async def _sign_in(request: Request, secret: str | None) -> Actor:
    """The actor of a token. A cookie is worth nothing here: a GET writes."""
    actor = await request.app.state.identities.secret(secret) if secret else None
    if not isinstance(actor, Actor):
        raise Unauthenticated()
    actor.require(Permission.REPORT_POSITIONS)
    return actor


async def _own_code(request: Request, actor: Actor) -> str | None:
    """The code of the person whose token it is, None for a token of nobody."""
    if actor.person_id is None:
        return None
    async with request.app.state.database.acting(await system_id(request)) as connection:
        return await actors.person_code(connection, actor.person_id)


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
