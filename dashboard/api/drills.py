"""Drills: start one of a scenario, watch it, stop it, read what it showed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from dashboard.api import bodies
from dashboard.api.clicks import Text
from dashboard.api.errors import faults_response, json_response
from dashboard.api.requests import caller, system_id
from dashboard.moment import moment
from dashboard.sheets.drills import as_csv
from data import actors
from data.access import Actor, Permission
from data.calls.drills import drills, report
from data.calls.drills.shipped import scenario, shipped
from data.calls.policy_file import WrongFile

router = APIRouter()
FILE_BYTES = 256 * 1024
DrillId = Annotated[int, Path(gt=0, lt=2**63)]


class Wanted(BaseModel, extra="forbid"):
    """What to play: the code of a scenario of the product, or a scenario; the same key again is
    the same drill."""

    scenario: Text | dict[str, Any]
    request_key: Text


@router.get("/api/drills")
async def listing(request: Request) -> Response:
    """The newest drills, the scenarios of the product, and whether the caller may drill."""
    actor = caller(request, Permission.CALL)
    async with request.app.state.database.acting(actor.id) as connection:
        found = await drills.recent(connection, datetime.now(UTC))
    known = [
        {"code": one["code"], "zh": one["name_zh"], "en": one["name_en"], "scenario": one}
        for one in shipped().values()
    ]
    may = actor.may(Permission.DRILL)
    zone = request.app.state.clock.site.timezone
    return json_response({"drills": found, "scenarios": known, "may": may, "timezone": zone})


@router.post("/api/drills")
async def start(request: Request) -> Response:
    """Start a drill, or answer every fault of its scenario."""
    actor = caller(request, Permission.DRILL)
    wanted = await bodies.read(request, Wanted, limit_bytes=FILE_BYTES)
    said = wanted.scenario if isinstance(wanted.scenario, dict) else scenario(wanted.scenario)
    state = request.app.state
    try:
        async with state.database.acting(actor.id) as connection:
            made = await drills.start(
                connection,
                actor=actor,
                request_key=wanted.request_key,
                said=said,
                when=moment(state.clock),
            )
            detail = {"drill": made}
            now = datetime.now(UTC)
            await actors.record(connection, actor.id, now, "start_drill", said["code"], **detail)
    except WrongFile as wrong:
        return faults_response(request, wrong.found)
    return json_response({"drill": await _report(request, actor, made)})


@router.get("/api/drills/{drill_id}")
async def look(request: Request, drill_id: DrillId) -> Response:
    """A drill with all its calls and steps, as they are now."""
    actor = caller(request, Permission.CALL)
    return json_response({"drill": await _report(request, actor, drill_id)})


@router.get("/api/drills/{drill_id}/report.csv")
async def table(request: Request, drill_id: DrillId, lang: Literal["zh", "en"] = "zh") -> Response:
    """The same as a table, a line a step, in a language."""
    found = await _report(request, caller(request, Permission.CALL), drill_id)
    headers = {"Content-Disposition": f'attachment; filename="drill-{drill_id}.csv"'}
    return Response(as_csv(found, lang), headers=headers, media_type="text/csv; charset=utf-8")


@router.post("/api/drills/{drill_id}/stop")
async def stop(request: Request, drill_id: DrillId) -> Response:
    """End a drill and all its calls."""
    actor = caller(request, Permission.DRILL)
    state = request.app.state
    async with state.database.acting(actor.id) as connection:
        await drills.seen(connection, drill_id)
    async with state.database.acting(await system_id(request)) as connection:
        when = moment(state.clock)
        await drills.stop(connection, actor=actor, drill_id=drill_id, when=when)
        await actors.record(connection, actor.id, when.real, "stop_drill", str(drill_id))
    return json_response({"drill": await _report(request, actor, drill_id)})


async def _report(request: Request, actor: Actor, drill_id: int) -> dict[str, Any]:
    async with request.app.state.database.acting(actor.id) as connection:
        return await report.report(connection, drill_id)
