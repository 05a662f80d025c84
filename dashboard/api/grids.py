"""GET /api/grids/at: the grids at a point, with who answers for them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.errors import json_response
from dashboard.api.requests import caller, system_id
from dashboard.openapi import places as described
from data.access import Permission
from data.places import lookup

router = APIRouter()


@router.get("/api/grids/at", **described.GRIDS_AT)
async def grids_at(
    request: Request,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
) -> Response:
    """All kinds at a point, one grid each; people and phones as far as the caller may see them."""
    actor = caller(request, Permission.VIEW)
    state = request.app.state
    now = state.clock.now()
    async with state.database.acting(await system_id(request)) as connection:
        place = await lookup.locate(connection, lon=lon, lat=lat, at=now)
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        grids = await lookup.describe(connection, actor, place.grid_ids, now)
    return json_response({"lon": lon, "lat": lat, "grids": [asdict(grid) for grid in grids]})
