"""GET /api/summary: the wall's figures as of any instant, computed in SQL in the caller's scope."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.errors import json_response
from dashboard.api.instants import instant
from dashboard.api.requests import Code, caller
from data.access import Permission
from data.places import areas as areas_
from data.query import summary

router = APIRouter()


@router.get("/api/summary")
async def read(
    request: Request,
    at: Annotated[str | None, Query(max_length=40)] = None,
    area: Code | None = None,
) -> Response:
    """{"now", "events", "people", "today", "ranking", "vacancy", "self_test"} as the live
    feed's summary.

    `at` is ISO 8601, by default now; without an offset it is meant in the site's time zone.
    """
    actor = caller(request, Permission.VIEW)
    state = request.app.state
    site = state.clock.site
    when = state.clock.now() if at is None else instant(at, site.zone)
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        areas = None if area is None else await areas_.below(connection, area)
        answer: dict[str, Any] = {
            "now": when.isoformat(),
            "events": await summary.events(connection, at=when, areas=areas),
            "people": await summary.people(
                connection, at=when, site=site, areas=areas, latest=at is None
            ),
            **await summary.day_block(connection, at=when, site=site, areas=areas),
        }
    return json_response(answer)
