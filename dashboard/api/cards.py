"""GET /api/card/{kind}/{id}: what opens when something on the map is chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from dashboard.api.alert_flaws import alert_flaws
from dashboard.api.errors import json_response, language
from dashboard.api.requests import caller
from data.access import Permission
from data.events import reporters
from data.query import cards

router = APIRouter()


@router.get("/api/card/{kind}/{id}")
async def read(
    request: Request,
    kind: Literal["grid", "event", "person", "facility", "area"],
    id_: Annotated[int, Path(alias="id", ge=1, lt=2**31)],
) -> Response:
    """Who is responsible, the load, the last events; phones only for roles that may see them."""
    actor = caller(request, Permission.VIEW)
    state = request.app.state
    asking = cards.Asking(actor, state.clock.site, state.clock.now(), datetime.now(UTC))
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        card = await cards.read(connection, asking, kind, id_)
    if "alert" in card:
        flaws = card["alert"]["flaws"]
        card["alert"]["flaws"] = alert_flaws(flaws, language(request.scope))
    return json_response(card, headers={"Cache-Control": "private, no-store"})


@router.post("/api/card/event/{id}/reporter")
async def reporter(
    request: Request, id_: Annotated[int, Path(alias="id", ge=1, lt=2**31)]
) -> Response:
    """Who reported, in clear, for those who see contacts; each look is a line of the audit."""
    actor = caller(request, Permission.SEE_CONTACTS)
    state = request.app.state
    async with state.database.acting(actor.id) as connection:
        found = await reporters.look(connection, actor, id_, at=state.clock.now())
    return json_response({"reporter": found}, headers={"Cache-Control": "private, no-store"})
