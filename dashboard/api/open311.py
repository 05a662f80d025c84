"""Open311 GeoReport v2: reports of residents and their apps, and what became of them.

A key is a token of ours, as `api_key` or a bearer; a browser's cookie is worth nothing here.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api import open311_keys as keys
from dashboard.api.errors import code_of, language
from dashboard.api.instants import instant
from dashboard.api.open311_errors import Open311Route, answer, problem
from dashboard.api.requests import read_body, system_id
from dashboard.open311 import answers, formats, query
from dashboard.open311 import form as forms
from dashboard.open311.form import Form
from dashboard.openapi import open311 as described
from dashboard.openapi.open311 import suffixed
from dashboard.reporting import count, submit
from data.access import Actor, Permission
from data.database import Connection
from data.errors import Invalid, NotAllowed, NotFound, Said, WanggeError
from data.events import attributes, reporters, types
from data.events.report import Report, Reported, free_key
from data.events.types import Service
from data.query import requests

MAX_BYTES = 64 * 1024
ROOT = "/open311/v2"
OTHER_FORMS = ("application/json", "multipart/form-data", "application/xml", "text/xml")
HOW = Said("A key is a token of this site: wangge token create --role source --source NAME")

router = APIRouter(prefix=ROOT, route_class=Open311Route)


@router.get("/discovery.{format}", **described.DISCOVERY_GET)
async def discovery(request: Request) -> Response:
    """Where this is, what it speaks, and how one gets a key."""
    site = request.app.state.clock.site
    how = str(HOW)
    base = str(request.base_url).rstrip("/") + ROOT
    return answer(request, "discovery", answers.discovery(base, site.name_zh, how))


@router.get("/services.{format}", **suffixed(described.SERVICES_GET))
@router.get("/services", **described.SERVICES_GET)
async def services(request: Request) -> Response:
    """All types that can be reported."""
    _jurisdiction(request, request.query_params.get("jurisdiction_id"))
    found = await _services(request)
    batch = await keys.holder(request, request.query_params.get("api_key")) is None
    batch = batch and request.app.state.clock.site.open311_daily > 0
    lang = language(request.scope)
    return answer(request, "services", [answers.service(one, lang, batch=batch) for one in found])


@router.get("/services/{name:path}", **described.SERVICE_GET)
async def service(request: Request, name: str) -> Response:
    """What is asked of who reports one type."""
    _jurisdiction(request, request.query_params.get("jurisdiction_id"))
    found = await _service(request, formats.split(name)[0])
    return answer(request, "service_definition", answers.definition(found))


@router.get("/requests.{format}", **suffixed(described.REQUESTS_GET))
@router.get("/requests", **described.REQUESTS_GET)
async def find(request: Request) -> Response:
    """Requests by id, or of at most 90 days by type and status; 1,000 a page."""
    given = request.query_params
    _jurisdiction(request, given.get("jurisdiction_id"))
    reader = await keys.reader(request)
    clock = request.app.state.clock
    wanted = query.read(
        given.getlist,
        clock.now(),
        lambda text, name: instant(text, clock.site.zone, name=name),
    )
    return answer(request, "service_requests", await _find(request, reader, wanted))


@router.get("/requests/{name:path}", **described.REQUEST_GET)
async def one(request: Request, name: str) -> Response:
    """One request; who has its receipt (`token`) needs no key."""
    given = request.query_params
    _jurisdiction(request, given.get("jurisdiction_id"))
    id_ = formats.split(name)[0]
    reader = await keys.reader(request, receipt_of=id_)
    now = request.app.state.clock.now()
    ids = [int(id_)] if query.is_id(id_) else []
    wanted = requests.Filter(now, now, ids=ids)
    found = await _find(request, reader, wanted)
    if not found:
        raise NotFound(what="service_request_id", key=id_)
    return answer(request, "service_requests", found)


@router.get("/tokens/{name:path}", **described.TOKEN_GET)
async def token(request: Request, name: str) -> Response:
    """The id that a receipt stands for."""
    _jurisdiction(request, request.query_params.get("jurisdiction_id"))
    secret = formats.split(name)[0]
    event_id = await keys.event_of(request, secret)
    if event_id is None:
        raise NotFound(what="token", key=secret[:50])
    said = [{"service_request_id": str(event_id), "token": secret}]
    return answer(request, "service_requests", said)


@router.post("/requests.{format}", **suffixed(described.REQUEST_POST))
@router.post("/requests", **described.REQUEST_POST)
async def post(request: Request) -> Response:
    """A report as a form. Its id with a key, its receipt without one; the same words again, as
    long as it is open, are the same report."""
    _is_form(request.headers.get("content-type", ""))
    body = await read_body(request, limit_bytes=MAX_BYTES)
    pairs = forms.pairs_of(body)
    key = dict(pairs).get("api_key") or request.query_params.get("api_key")
    actor = await keys.holder(request, key)
    anonymous = actor is None
    if actor is None:
        actor = await keys.resident(request)
    actor.require(Permission.REPORT_EVENTS)
    try:
        form = forms.read(pairs)
        reported = await _report(request, actor, form, anonymous=anonymous)
    except WanggeError as error:
        if isinstance(error, Invalid | NotFound | NotAllowed | reporters.EnoughForToday):
            await count(request, actor, {code_of(error): 1}, door="open311")
        raise
    said: dict[str, Any] = {"service_request_id": str(reported.event["id"])}
    if anonymous:
        async with request.app.state.database.acting(actor.id) as connection:
            said = {"token": await reporters.receipt(connection, reported.event["id"])}
    said |= {"service_notice": None, "account_id": form.fields.get("account_id")}
    return answer(request, "service_requests", [said], 201 if reported.created else 200)


def _is_form(content_type: str) -> None:
    """Raises Invalid for JSON and multipart: their key would be looked for in vain."""
    if content_type.partition(";")[0].strip().lower() in OTHER_FORMS:
        raise Invalid(what="Content-Type", why="send application/x-www-form-urlencoded")


async def _report(request: Request, actor: Actor, form: Form, *, anonymous: bool) -> Reported:
    _jurisdiction(request, form.fields.get("jurisdiction_id"))
    code = form.fields.get("service_code")
    if code is None:
        raise Invalid(what="service_code", why="this is missing")
    service = await _service(request, code)
    report = _read(request, form, service, source=reporters.RESIDENTS if anonymous else None)
    state = request.app.state
    async with state.database.acting(actor.id) as connection:
        key = await free_key(connection, actor, report, report.opened_at)
    since = state.clock.site.day_of(report.opened_at)[0]

    async def before(connection: Connection) -> None:
        if anonymous:
            most = state.clock.site.open311_daily
            await reporters.within(connection, since=since, most=most)

    async def after(connection: Connection, reported: Reported) -> None:
        if anonymous or form.contact:
            await _leave(connection, reported.event, form.contact, receipt=anonymous)

    return await submit(
        request, actor, replace(report, key=key), door="open311", now=report.opened_at,
        before=before, after=after,
    )  # fmt: skip


async def _leave(
    connection: Connection, event: dict[str, Any], contact: dict[str, str], *, receipt: bool
) -> None:
    """Keep how the reporter may be reached, and a receipt by which he may ask."""
    token = secrets.token_urlsafe(18) if receipt else None
    who = {"event_id": event["id"], "area_id": event["area_id"], "contact": contact}
    await reporters.leave(connection, **who, token=token)


def _read(request: Request, form: Form, service: Service, source: str | None) -> Report:
    """What a form reports, at this moment of the site. Raises Invalid."""
    lon, lat = forms.point(form)
    said = form.fields
    kept = {name: said[name] for name in ("media_url", "address_id") if name in said}
    answered = attributes.check(service.attributes, form.attributes)
    return Report(
        key=form.digest,
        type=service.code,
        opened_at=request.app.state.clock.now(),
        text=said.get("description", ""),
        source=source,
        lon=lon,
        lat=lat,
        address=said.get("address_string"),
        detail={"open311": kept | ({"attributes": answered} if answered else {})},
    )


async def _services(request: Request, code: str | None = None) -> list[Service]:
    async with request.app.state.database.acting(await system_id(request)) as connection:
        return await types.services(connection, code)


async def _service(request: Request, code: str) -> Service:
    """Raises NotFound."""
    found = [] if "\0" in code else await _services(request, code)
    if not found:
        raise NotFound(what="service_code", key=code[:100])
    return found[0]


async def _find(
    request: Request, reader: keys.Reader, wanted: requests.Filter
) -> list[dict[str, Any]]:
    """What of it the reader may read, as Open311 writes it."""
    state = request.app.state
    wanted = replace(wanted, own_source=reader.own_source, ours=reader.public)
    async with state.database.acting(reader.actor_id, readonly=reader.readonly) as connection:
        rows = await requests.find(connection, wanted, at=state.clock.now())
    lang, zone = language(request.scope), state.clock.site.zone
    return [answers.request(row, lang, zone, public=reader.public) for row in rows]


def _jurisdiction(request: Request, said: str | None) -> None:
    """Raises NotFound where the site has a name here and another is meant."""
    own = request.app.state.clock.site.open311_jurisdiction
    if own and said and said != own:
        raise NotFound(what="jurisdiction_id", key=said[:100])


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def nothing(request: Request) -> Response:
    """Whatever else is asked for is not there, in the same shape."""
    return problem(request, 404, Said("There is no {path} here.", path=request.url.path))
