"""POST /api/positions: fixes of people, answered when they are committed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request, Response

from dashboard.api.errors import InvalidBody, TooLarge, json_response
from dashboard.api.requests import caller, read_object
from dashboard.intake.queue import Intake
from dashboard.openapi import positions as described
from dashboard.openapi.positions import MAX_BYTES, MAX_POSITIONS
from data.access import Permission
from data.errors import Said


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The process's intake runs as long as the application that includes this router."""
    role = getattr(app.state, "role", "web")
    async with Intake(app.state.database, app.state.clock.now, role=role) as intake:
        app.state.intake = intake
        yield


router = APIRouter(lifespan=_lifespan)


@router.post("/api/positions", **described.POST)
async def post_positions(request: Request) -> Response:
    """{"positions": [{"person", "lon", "lat", "at", …}]}: what was accepted was committed.

    Answers {"accepted": n, "rejected": [{"index", "reason"}]}.
    """
    actor = caller(request, Permission.REPORT_POSITIONS)
    body = await read_object(request, limit_bytes=MAX_BYTES)
    rows = body.get("positions")
    if not isinstance(rows, list):
        raise InvalidBody(why='"positions" must be a list')
    if len(rows) > MAX_POSITIONS:
        raise TooLarge(limit=Said("{n} positions in one request", n=MAX_POSITIONS))
    outcome = await request.app.state.intake.submit(actor, rows)
    rejected = [{"index": index, "reason": reason} for index, reason in outcome.rejected]
    return json_response({"accepted": outcome.accepted, "rejected": rejected})
