"""One click calls staff: start a call, look at it, end it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field, model_validator

from dashboard.api import bodies
from dashboard.api.errors import json_response
from dashboard.api.requests import NO_NUL, caller, system_id
from dashboard.moment import moment
from data.access import Permission
from data.calls import sessions, view
from data.calls.model import Subject, SubjectKind
from data.errors import NotFound

router = APIRouter()
Id = Annotated[int, Field(gt=0, lt=2**31)]
SessionId = Annotated[int, Path(gt=0, lt=2**63)]
RECENT = timedelta(hours=24)


class Click(BaseModel, extra="forbid"):
    """What was clicked, and the click's own key: the same key again is the same call."""

    request_key: str = Field(min_length=1, max_length=100, pattern=NO_NUL)
    event_id: Annotated[int, Field(gt=0, lt=2**63)] | None = None
    grid_id: Id | None = None
    person_id: Id | None = None
    facility_id: Id | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Click:
        if sum(getattr(self, f"{kind}_id") is not None for kind in SubjectKind) != 1:
            raise ValueError("give one of event_id, grid_id, person_id, facility_id")
        return self

    def subject(self) -> Subject:
        """The one that is given."""
        found = ((kind, getattr(self, f"{kind}_id")) for kind in SubjectKind)
        return next(Subject(kind, id_) for kind, id_ in found if id_ is not None)


@router.post("/api/calls")
async def start(request: Request) -> Response:
    """Start a call. The session is durable before anybody is looked for, and says its outcome
    at once where nobody can be reached."""
    actor = caller(request)
    actor.require(Permission.CALL)
    click = await bodies.read(request, Click)
    state = request.app.state
    async with state.database.acting(actor.id) as connection:
        session_id = await sessions.start(
            connection,
            actor=actor,
            request_key=click.request_key,
            subject=click.subject(),
            when=moment(state.clock),
        )
    async with state.database.acting(await system_id(request)) as connection:
        await sessions.advance(connection, session_id, moment(state.clock))
    return json_response({"session": await _card(request, session_id)})


@router.get("/api/calls")
async def recent(request: Request) -> Response:
    """The calls of the last day in the caller's area, newest first."""
    actor = caller(request)
    actor.require(Permission.VIEW)
    now = moment(request.app.state.clock)
    async with request.app.state.database.acting(actor.id, readonly=actor.readonly) as connection:
        found = await view.recent(connection, since=now.site - RECENT, when=now)
    return json_response({"sessions": found})


@router.get("/api/calls/{session_id}")
async def look(request: Request, session_id: SessionId) -> Response:
    """One call with its ledger."""
    card = await _card(request, session_id)
    actor = caller(request)
    async with request.app.state.database.acting(actor.id, readonly=actor.readonly) as connection:
        ledger = await view.lines(connection, session_id)
    return json_response({"session": card, "ledger": ledger})


@router.post("/api/calls/{session_id}/end")
async def end(request: Request, session_id: SessionId) -> Response:
    """The caller ends the call; phones stop ringing."""
    actor = caller(request)
    actor.require(Permission.CALL)
    state = request.app.state
    async with state.database.acting(actor.id) as connection:
        await sessions.end(connection, actor=actor, session_id=session_id, when=moment(state.clock))
    return json_response({"session": await _card(request, session_id)})


async def _card(request: Request, session_id: int) -> dict[str, Any]:
    """A session as its caller sees it. Raises NotFound outside his area."""
    actor = caller(request)
    actor.require(Permission.VIEW)
    state = request.app.state
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        cards = await view.sessions(connection, [session_id], moment(state.clock))
    if not cards:
        raise NotFound(what="call", key=session_id)
    return cards[0]
