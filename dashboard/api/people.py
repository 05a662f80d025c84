"""GET /api/people/nearest: who is near a point, and why in this order."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.errors import json_response, language
from dashboard.api.requests import caller, system_id
from dashboard.i18n.sentences import tell
from data.access import Permission
from data.query import nearest

router = APIRouter()


@router.get("/api/people/nearest")
async def read(
    request: Request,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
    k: Annotated[int, Query(ge=1, le=nearest.MOST)] = nearest.USUAL,
    form: Annotated[Literal["json", "geojson"], Query(alias="format")] = "json",
) -> Response:
    """On duty and fresh first, then by distance; names as far as the caller may see them, and of
    people beyond his area the minimum. As GeoJSON the people alone, those on duty with a point."""
    actor = caller(request)
    actor.require(Permission.VIEW)
    state = request.app.state
    asked = nearest.Question(state.clock.site, state.clock.now(), lon, lat, k)
    as_caller = {"readonly": actor.readonly, "at_once": True}
    async with state.database.acting(actor.id, **as_caller) as connection:
        people = await nearest.people(connection, actor, asked)
    beyond = []
    if form == "json" and not actor.readonly:
        async with state.database.acting(await system_id(request)) as connection:
            beyond = await nearest.neighbours(connection, actor, asked)
    lang = language(request.scope)
    for one in (*people, *beyond):
        one["reason"] = tell(one["reason"], lang)
    headers = {"Cache-Control": "private, no-store"}
    if form == "geojson":
        return _geojson(people, headers)
    found = {"lon": lon, "lat": lat, "people": people, "neighbours": beyond}
    return json_response(found, headers=headers)


def _geojson(people: list[dict[str, Any]], headers: dict[str, str]) -> Response:
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
