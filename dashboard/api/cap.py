"""POST /api/cap: alerts of the Common Alerting Protocol, as events on their ground."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from dashboard.api.alert_flaws import alert_flaws
from dashboard.api.errors import InvalidBody, Unauthenticated, json_response, language
from dashboard.api.requests import bearer, read_body
from dashboard.openapi import reports as described
from dashboard.reporting import count
from data.access import Actor, Permission
from data.errors import Invalid, Said
from data.events import alerts, cap
from data.events.alerts import Became
from data.importers.errors import ImportRefused
from data.staff.positions.fix import FIRST_YEAR, LAST_YEAR

MAX_BYTES = 2**20

router = APIRouter()


@router.post("/api/cap", **described.CAP_POST)
async def post(request: Request) -> Response:
    """With a bearer token."""
    return await _take(request, bearer(request))


@router.post("/api/cap/{token}", **described.CAP_POST_BY_PATH)
async def post_by_path(request: Request, token: str) -> Response:
    """For systems that can be told an address alone."""
    return await _take(request, bearer(request) or token)


async def _take(request: Request, secret: str | None) -> Response:
    """{"outcome", "event", "flaws"}: what became of the message, its event as it stands now, and
    what of its ground was mended or left out."""
    actor: Actor | None = await request.app.state.identities.secret(secret) if secret else None
    if actor is None:
        raise Unauthenticated()
    actor.require(Permission.REPORT_EVENTS)
    body = await read_body(request, limit_bytes=MAX_BYTES)
    state = request.app.state
    try:
        message = await asyncio.to_thread(cap.read, body)
        _believe(message)
    except (Invalid, ImportRefused) as error:
        await count(request, actor, {"invalid": 1}, door="cap")
        raise InvalidBody(why=error.said) from None
    async with state.database.acting(actor.id) as connection:
        taken = await alerts.take(
            connection, actor, message, at=state.clock.now(), process=state.intake.process
        )
    outcome = "repeated" if taken.became is Became.REPEATED else str(taken.became)
    status = 201 if taken.became is Became.CREATED else 200
    flaws = alert_flaws([one.as_json() for one in message.flaws], language(request.scope))
    return json_response({"outcome": outcome, "event": taken.event, "flaws": flaws}, status)


def _believe(message: cap.Message) -> None:
    """Raises Invalid for years that no clock can mean."""
    for name in ("sent", "effective", "expires"):
        when = getattr(message, name)
        if when is not None and not FIRST_YEAR < when.year < LAST_YEAR:
            raise Invalid(what=name, why=Said("the year {year} is not believed", year=when.year))
