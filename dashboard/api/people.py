"""GET /api/people/nearest: who is near a point, and why in this order."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.errors import json_response, language
from dashboard.api.requests import caller, system_actor
from dashboard.i18n.sentences import tell
from dashboard.openapi import places as described
from data.access import Actor, Permission
from data.query import nearest

router = APIRouter()

Found = dict[str, Any]


@router.get("/api/people/nearest", **described.NEAREST)
async def read(
    request: Request,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
    k: Annotated[int, Query(ge=1, le=nearest.MOST)] = nearest.USUAL,
    form: Annotated[Literal["json", "geojson"], Query(alias="format")] = "json",
) -> Response:
    """On duty and fresh first, then by distance; names as far as the caller may see them, and of
    people beyond his area the minimum. As GeoJSON the people alone, those on duty with a point."""
    actor = caller(request, Permission.VIEW)
    state = request.app.state
    asked = nearest.Question(state.clock.site, state.clock.now(), lon, lat, k)
    people, beyond = await asyncio.gather(
        nearest.people(state.database, actor, asked),
        _neighbours(request, actor, asked) if form == "json" else _nobody(),
    )
    lang = language(request.scope)
    for one in (*people, *beyond):
        one["reason"] = tell(one["reason"], lang)
    headers = {"Cache-Control": "private, no-store"}
    if form == "geojson":
        return _geojson(people, headers)
    found = {"lon": lon, "lat": lat, "people": people, "neighbours": beyond}
    return json_response(found, headers=headers)


async def _neighbours(request: Request, actor: Actor, asked: nearest.Question) -> list[Found]:
    """Of who sees the whole site nobody is a neighbour."""
    system = await system_actor(request)
    if actor.readonly or actor.area_id == system.area_id:
        return []
    return await nearest.neighbours(request.app.state.database, system.id, actor, asked)


async def _nobody() -> list[Found]:
    return []


def _geojson(people: list[Found], headers: dict[str, str]) -> Response:
    """A FeatureCollection, best first, `rank` from 1."""
    features = []
    for rank, one in enumerate(people, start=1):
        point = (one.pop("lon"), one.pop("lat"))
        geometry = None if None in point else {"type": "Point", "coordinates": point}
        features.append(
            {
                "type": "Feature",
                "id": one["id"],
                "geometry": geometry,
                "properties": {"rank": rank, **one},
            }
        )
    response = json_response({"type": "FeatureCollection", "features": features}, headers=headers)
    response.headers["Content-Type"] = "application/geo+json"
    return response
