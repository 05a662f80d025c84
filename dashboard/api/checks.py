"""The grid contract over HTTP: what is wrong with the grids, and what changed between two days."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.errors import json_response, language
from dashboard.api.instants import instant
from dashboard.api.requests import Code, caller
from dashboard.i18n.sentences import tell
from dashboard.sheets.findings import as_csv, as_geojson
from data.access import Actor, Permission
from data.contract import announced
from data.contract import diff as diff_
from data.contract.check import check
from data.contract.model import Limits
from data.contract.report import as_json
from data.places import grids

USUAL = Limits()
router = APIRouter()
Metres = Annotated[float, Query(ge=0.001, le=1000)]


def _manager(request: Request) -> Actor:
    actor = caller(request, Permission.CHECK_GRIDS)
    return actor


@router.get("/api/checks/grids")
async def findings(
    request: Request,
    kind: Annotated[list[Code] | None, Query(max_length=20)] = None,
    tolerance: Metres = USUAL.tolerance_m,
    sliver: Metres = USUAL.sliver_m,
    format: Literal["json", "geojson", "csv"] = "json",
) -> Response:
    """The report of `wangge check grids` in the caller's scope and language; `kind` may repeat.
    As `geojson` or `csv` its findings alone."""
    actor, state = _manager(request), request.app.state
    lang = language(request.scope)
    if not hasattr(state, "checking"):
        state.checking = asyncio.Lock()  # one at a time: each needs a whole core
    async with (
        state.checking,
        state.database.acting(actor.id, readonly=actor.readonly) as connection,
    ):
        at, limits = state.clock.now(), Limits(tolerance, sliver)
        report = await check(connection, at=at, kinds=kind or (), limits=limits)
    said = as_json(report, lambda one: tell(one, lang), lang=lang)
    if format == "csv":
        return Response(as_csv(said), media_type="text/csv; charset=utf-8")
    if format == "geojson":
        return json_response(as_geojson(said))
    return json_response({"at": at.isoformat(), **said})


@router.get("/api/grids/versions")
async def versions(request: Request) -> Response:
    """{"now", "kinds"}: each kind of grids, how it tiles, when it was cut anew, and which cuts are
    announced (`why` where one could not be carried out)."""
    lang = language(request.scope)
    actor, state = _manager(request), request.app.state
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        known = await grids.kinds(connection)
        cuts = [await diff_.cut_days(connection, one.kind) for one in known]
        coming = await announced.listed(connection)
    zone = state.clock.site.zone
    said: list[dict[str, Any]] = [
        {
            "kind": one.kind,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "tiles": one.tiles,
            "tiles_with": one.tiles_with,
            "cuts": [day.astimezone(zone).isoformat() for day in days],
            "announced": [_announced(cut, zone, lang) for cut in coming if cut.kind == one.kind],
        }
        for one, days in zip(known, cuts, strict=True)
    ]
    return json_response({"now": state.clock.now().astimezone(zone).isoformat(), "kinds": said})


def _announced(cut: announced.Announced, zone: ZoneInfo, lang: str) -> dict[str, Any]:
    return {
        "at": cut.at.astimezone(zone).isoformat(),
        "state": cut.state,
        "within": cut.within,
        "run": cut.announced,
        "why": cut.why and tell(cut.why, lang),
    }


@router.get("/api/grids/diff")
async def changes(
    request: Request,
    kind: Code,
    since: Annotated[str, Query(alias="from", max_length=40)],
    until: Annotated[str | None, Query(alias="to", max_length=40)] = None,
) -> Response:
    """{"kind", "from", "to", "counts", "changes"} between two instants of site time; `to` is now
    where it is not said, and a day is its beginning."""
    actor, state = _manager(request), request.app.state
    zone = state.clock.site.zone
    begin = instant(since, zone, name="from")
    end = state.clock.now() if until is None else instant(until, zone, name="to")
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        found = await diff_.diff(connection, kind=kind, since=begin, until=end)
    said = diff_.as_json(found.changes, found.olds, found.news)
    when = {"from": begin.isoformat(), "to": end.isoformat()}
    return json_response({"kind": kind, **when, **said})
