"""GET /api/clock: the site's time, for programs that send or ask by it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api.errors import json_response
from dashboard.api.requests import caller
from dashboard.openapi import places as described

router = APIRouter()


@router.get("/api/clock", **described.CLOCK)
async def read(request: Request) -> Response:
    """{"now", "speed", "mode": "real" or "replay", "timezone"}; for anybody who is signed in."""
    caller(request)
    clock = request.app.state.clock
    site = clock.site
    return json_response(
        {
            "now": clock.now().isoformat(),
            "speed": site.clock.speed,
            "mode": site.clock.mode,
            "timezone": site.timezone,
        },
        headers={"Cache-Control": "no-store"},
    )
