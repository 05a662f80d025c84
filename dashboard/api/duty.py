"""The phone page's routes: a person's own data, his shift, his answers to calls."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dashboard.api import bodies
from dashboard.api.errors import json_response
from dashboard.api.requests import NO_NUL, Code, caller, system_id
from dashboard.moment import moment
from data.access import Actor, Permission
from data.calls import answers, presence, selftest, view
from data.errors import NotAllowed
from data.places import areas as areas_
from data.staff import contacts, duty

router = APIRouter()


class Attempt(BaseModel, extra="forbid"):
    """One ring of one's own."""

    attempt_id: Annotated[int, Field(gt=0, lt=2**63)]


class Refusal(Attempt):
    """A ring that one cannot follow, and why."""

    reason: str = Field(min_length=1, max_length=200, pattern=NO_NUL)


class Test(BaseModel, extra="forbid"):
    """One's own test ring, with the key of this press."""

    request_key: str = Field(min_length=1, max_length=100, pattern=NO_NUL)


class Shift(BaseModel, extra="forbid"):
    """On or off duty."""

    on: bool


def person(request: Request) -> tuple[Actor, int]:
    """The caller and the person he is. Raises NotAllowed for an account that is nobody's."""
    actor = caller(request, Permission.ANSWER)
    if actor.person_id is None:
        raise NotAllowed(role=actor.role, action="be called: this account belongs to no person")
    return actor, actor.person_id


@router.get("/api/duty/me")
async def me(request: Request) -> Response:
    """Who am I, my grid and its open events, my shift, and what rings now."""
    actor, person_id = person(request)
    state = request.app.state
    now = moment(state.clock)
    async with state.database.acting(actor.id) as connection:
        found = await duty.me(connection, person_id, now.site)
    async with state.database.acting(await system_id(request)) as connection:
        rings = await view.rings(connection, person_id=person_id, when=now)
        pages = await presence.pages(connection, person_id, now.real)
        test = await selftest.of(connection, person_id, now)
        known = await contacts.own(connection, person_id)
    clock = state.clock.site.clock
    site = {"mode": clock.mode, "speed": clock.speed, "timezone": state.clock.site.timezone}
    calls = {"rings": [ring.body for ring in rings], "pages": pages, "self_test": _instants(test)}
    return json_response(
        {**found, **calls, "site": site, "contacts": [_instants(one) for one in known]}
    )


def _instants(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its times in milliseconds, as all of the page's are."""
    return {
        key: round(value.timestamp() * 1000) if isinstance(value, datetime) else value
        for key, value in row.items()
    }


@router.post("/api/duty/test")
async def test(request: Request) -> Response:
    """Ring me once as a test; answers like /api/duty/me."""
    _, person_id = person(request)
    wanted = await bodies.read(request, Test)
    state = request.app.state
    async with state.database.acting(await system_id(request)) as connection:
        await selftest.start_own(
            connection,
            person_id=person_id,
            request_key=wanted.request_key,
            when=moment(state.clock),
        )
    return await me(request)


@router.get("/api/duty/tests")
async def tests(request: Request, area: Code | None = None) -> Response:
    """Who on duty has not passed the self-test call of his shift, who failed first."""
    actor = caller(request, Permission.VIEW)
    state = request.app.state
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        areas = None if area is None else await areas_.below(connection, area)
        found = await selftest.not_passed(connection, when=moment(state.clock), areas=areas)
    headers = {"Cache-Control": "private, no-store"}
    return json_response({"people": [_instants(one) for one in found]}, headers=headers)


@router.get("/api/duty/ground")
async def ground(
    request: Request,
    west: Annotated[float, Query(ge=-180, le=180)],
    south: Annotated[float, Query(ge=-90, le=90)],
    east: Annotated[float, Query(ge=-180, le=180)],
    north: Annotated[float, Query(ge=-90, le=90)],
    grid: Annotated[int | None, Query(gt=0, lt=2**31)] = None,
) -> Response:
    """The ground of a small box, to draw the page's little maps."""
    actor, _ = person(request)
    box = duty.Box(west, south, east, north)
    async with request.app.state.database.acting(actor.id) as connection:
        found = await duty.ground(connection, box, grid)
    answer = await asyncio.to_thread(json_response, found)
    answer.headers["Cache-Control"] = "private, max-age=600"
    return answer


@router.get("/api/duty/types")
async def event_types(request: Request) -> Response:
    """The types of events that a person may report, in the order of the list."""
    actor, _ = person(request)
    async with request.app.state.database.acting(actor.id) as connection:
        found = await duty.event_types(connection)
    return json_response({"types": found})


@router.post("/api/duty/shift")
async def shift(request: Request) -> Response:
    """Go on or off duty; answers like /api/duty/me."""
    actor, person_id = person(request)
    wanted = await bodies.read(request, Shift)
    state = request.app.state
    change = duty.start_shift if wanted.on else duty.end_shift
    async with state.database.acting(actor.id) as connection:
        await change(connection, person_id, state.clock.now())
    return await me(request)


@router.post("/api/duty/acknowledge")
async def acknowledge(request: Request) -> Response:
    """收到: {"said": acknowledged | answered_by_other | declined | ended}."""
    _, person_id = person(request)
    attempt = await bodies.read(request, Attempt)
    state = request.app.state
    async with state.database.acting(await system_id(request)) as connection:
        reply = await answers.acknowledge(
            connection,
            attempt_id=attempt.attempt_id,
            person_id=person_id,
            when=moment(state.clock),
        )
    return json_response({"said": reply.said.value, "session": reply.session_id})


@router.post("/api/duty/decline")
async def decline(request: Request) -> Response:
    """去不了, with a reason."""
    _, person_id = person(request)
    refusal = await bodies.read(request, Refusal)
    state = request.app.state
    async with state.database.acting(await system_id(request)) as connection:
        reply = await answers.decline(
            connection,
            attempt_id=refusal.attempt_id,
            person_id=person_id,
            reason=refusal.reason,
            when=moment(state.clock),
        )
    return json_response({"said": reply.said.value, "session": reply.session_id})


@router.post("/api/duty/ringing")
async def ringing(request: Request) -> Response:
    """The page rings: what its socket says too, for a page that has lost it."""
    _, person_id = person(request)
    attempt = await bodies.read(request, Attempt)
    state = request.app.state
    async with state.database.acting(await system_id(request)) as connection:
        after = await answers.rings(
            connection,
            attempt_id=attempt.attempt_id,
            person_id=person_id,
            when=moment(state.clock),
        )
    return json_response({"state": after.value})
