"""Phones for those who administer: what each sent today, and a new token with its settings."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from dashboard.api.errors import json_response
from dashboard.api.requests import NO_NUL, caller
from dashboard.phones import settings
from data import actors, feed_shifts
from data.access import Permission
from data.staff import phones

router = APIRouter()
TOKEN = "phone"  # the name of the tokens that are made here
PersonId = Annotated[int, Path(ge=1, lt=2**31)]
Search = Annotated[str, Query(max_length=100, pattern=NO_NUL)]
PRIVATE = {"Cache-Control": "private, no-store"}


@router.get("/api/phones")
async def listing(request: Request, q: Search = "") -> Response:
    """People and unknown device ids that match, who was heard last first; counts are today's."""
    actor = caller(request, Permission.ADMINISTER)
    state = request.app.state
    site, now = state.clock.site, state.clock.now()
    async with state.database.acting(actor.id) as connection:
        found = await phones.listing(connection, site=site, at=now, search=q)
        shifts = [asdict(one) for one in await feed_shifts.suspected(connection)]
    base_url, doubts = _address(request)
    answer = {"now": now, "base_url": base_url, "doubts": doubts, "phones": found, "shifts": shifts}
    return json_response(answer, headers=PRIVATE)


@router.post("/api/phones/{person_id}/token")
async def token(request: Request, person_id: PersonId) -> Response:
    """A new token of a person, shown this once, and what to type into each app. The one that was
    made here before ends."""
    actor = caller(request, Permission.ADMINISTER)
    now = datetime.now(UTC)
    async with request.app.state.database.acting(actor.id) as connection:
        person = await phones.person(connection, person_id)
        ended = await phones.tokens(connection, person_id, TOKEN)
        for one in ended:
            await actors.revoke(connection, one, now)
        made, secret = await actors.create_token(
            connection, role="grid_worker", area=person["area"], name=TOKEN, person_id=person_id
        )
        await actors.record(
            connection, actor.id, now, "create_token", str(made.id), role=made.role, ended=ended
        )
    base_url, doubts = _address(request)
    made_apps = [one.as_json() for one in settings.apps(base_url, person["code"], secret)]
    answer = {"token": secret, "person": person, "ended": len(ended), "apps": made_apps}
    return json_response({**answer, "base_url": base_url, "doubts": doubts}, headers=PRIVATE)


def _address(request: Request) -> tuple[str, list[str]]:
    """Where phones find the site: as it is set, else as this browser sees it."""
    said = request.app.state.clock.site.public_url
    base_url = said or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return base_url, settings.doubts(base_url, said=bool(said))
