"""POST /api/events: one report, in its grids at once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, Field, StrictBool, StrictInt

from dashboard.api import bodies
from dashboard.api.errors import json_response
from dashboard.api.requests import NO_NUL, caller
from dashboard.openapi import reports as described
from dashboard.reporting import submit
from data.access import Permission
from data.events.report import Report

MAX_BYTES = 64 * 1024

router = APIRouter()
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]  # true is none, nor is "1"


class Body(BaseModel, extra="forbid"):
    """A report as it comes. `id` is the source's own; the same source and id is one event.
    `lon` and `lat` (easting and northing) are in the coordinate system of the source.

    `due` is the source's own deadline, else the type's limit counts. With `closed` the report
    says that it is over, `settled` at which level and `satisfied` whether the reporter was.
    """

    id: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)] | StrictInt
    type: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
    time: AwareDatetime | None = None
    text: Annotated[str, Field(max_length=5_000, pattern=NO_NUL)] = ""
    source: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)] | None = None
    lon: Number | None = None
    lat: Number | None = None
    address: Annotated[str, Field(max_length=500, pattern=NO_NUL)] | None = None
    due: AwareDatetime | None = None
    closed: AwareDatetime | None = None
    settled: Literal["grid", "community", "town", "district"] | None = None
    satisfied: StrictBool | None = None
    updated: AwareDatetime | None = None


@router.post("/api/events", **described.EVENT_POST)
async def post_event(request: Request) -> Response:
    """201 {"event", "created": true}; the same source and id again: 200, created false.

    The same again with `closed` closes an open event, with a later `updated` changes it; once it
    is closed nothing changes any more.
    """
    actor = caller(request, Permission.REPORT_EVENTS)
    body = await bodies.read(request, Body, limit_bytes=MAX_BYTES)
    now = request.app.state.clock.now()
    report = _report(body, body.time or min(now, body.closed or now))
    reported = await submit(request, actor, report, door="events", now=now)
    content = {"event": reported.event, "created": reported.created}
    return json_response(content, 201 if reported.created else 200)


def _report(body: Body, opened: datetime) -> Report:
    said = body.model_dump(include={"type", "text", "source", "lon", "lat", "address", "satisfied"})
    return Report(
        **said,
        key=str(body.id),
        opened_at=opened,
        due_at=body.due,
        closed_at=body.closed,
        settled_at=body.settled,
        revised_at=body.updated,
    )
