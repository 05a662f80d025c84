"""One click calls staff: start a call, look at it, end it. What was called is in call_ledger.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from dashboard.api import bodies
from dashboard.api.clicks import Click, Clicked
from dashboard.api.errors import json_response
from dashboard.api.requests import NO_NUL, caller, system_id
from dashboard.i18n.reasons import previewed, worded
from dashboard.moment import moment
from data.access import Actor, Permission
from data.calls import preview as dry
from data.calls import sessions, view
from data.calls.model import Moment
from data.database import Connection, act_as
from data.errors import NotFound

router = APIRouter()
CLICK_BYTES = 64 * 1024  # a drawn ground has corners
SessionId = Annotated[int, Path(gt=0, lt=2**63)]


class Onward(BaseModel, extra="forbid"):
    """The step that the dispatcher saw, from which he goes on."""

    step: Annotated[int, Field(ge=0, le=100)]


class More(BaseModel, extra="forbid"):
    """One more person to ring."""

    person_id: Annotated[int, Field(gt=0, lt=2**31)]


class Note(BaseModel, extra="forbid"):
    """A note for the ledger."""

    text: str = Field(min_length=1, max_length=500, pattern=NO_NUL)


@router.post("/api/calls")
async def start(request: Request) -> Response:
    """Start a call. The session is durable before anybody is looked for, and says its outcome
    at once where nobody can be reached. Above five people at once it is to be confirmed."""
    caller(request, Permission.CALL)  # who may not is not read either
    click = await bodies.read(request, Click, limit_bytes=CLICK_BYTES)
    ask_as = None if click.confirmed else await system_id(request)

    async def work(connection: Connection, actor: Actor, when: Moment) -> int:
        return await sessions.start(
            connection,
            actor=actor,
            request_key=click.request_key,
            subject=click.subject(),
            when=when,
            urgent=click.urgent,
            ask_as=ask_as,
        )

    return await _done(request, work)


@router.post("/api/calls/preview")
async def preview(request: Request) -> Response:
    """A dry run of a click: whom it would call now and why, and what would stand empty."""
    actor = caller(request, Permission.CALL)
    clicked = await bodies.read(request, Clicked, limit_bytes=CLICK_BYTES)
    state = request.app.state
    system = await system_id(request)
    async with state.database.acting(actor.id) as connection:
        found = await dry.preview(
            connection,
            actor=actor,
            system_id=system,
            subject=clicked.subject(),
            when=moment(state.clock),
            urgent=clicked.urgent,
        )
    return json_response({"preview": previewed(found.as_json())})


@router.get("/api/calls/{session_id:int}")
async def look(request: Request, session_id: SessionId) -> Response:
    """One call with its ledger."""
    actor, state = caller(request, Permission.VIEW), request.app.state
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        card = await _card(connection, session_id, moment(state.clock))
        ledger = await view.lines(connection, session_id)
    return json_response({"session": card, "ledger": ledger})


@router.post("/api/calls/{session_id}/end")
async def end(request: Request, session_id: SessionId) -> Response:
    """The caller ends the call, or the watch over one that is confirmed; phones stop ringing."""
    return await _act(request, session_id, sessions.end)


@router.post("/api/calls/{session_id}/escalate")
async def escalate(request: Request, session_id: SessionId) -> Response:
    """The caller goes on to the next step now; whoever rings goes on ringing."""
    onward = await bodies.read(request, Onward)
    return await _act(request, session_id, sessions.escalate, step=onward.step)


@router.post("/api/calls/{session_id}/add")
async def add(request: Request, session_id: SessionId) -> Response:
    """The caller rings one more person."""
    more = await bodies.read(request, More)
    return await _act(request, session_id, sessions.add_person, person_id=more.person_id)


@router.post("/api/calls/{session_id}/note")
async def note(request: Request, session_id: SessionId) -> Response:
    """The caller writes a note into the ledger."""
    said = await bodies.read(request, Note)
    return await _act(request, session_id, sessions.note, text=said.text)


async def _act(
    request: Request, session_id: int, act: Callable[..., Awaitable[None]], **given: Any
) -> Response:
    """What the caller does with a call that there is."""

    async def work(connection: Connection, actor: Actor, when: Moment) -> int:
        await act(connection, actor=actor, session_id=session_id, when=when, **given)
        return session_id

    return await _done(request, work)


Work = Callable[[Connection, Actor, Moment], Awaitable[int]]


async def _done(request: Request, work: Work) -> Response:
    """What the caller does with a call (`work` gives its id), carried forward at once; the card
    as it is then."""
    actor, state = caller(request, Permission.CALL), request.app.state
    async with state.database.acting(actor.id, plan_once=True) as connection:
        session_id = await work(connection, actor, moment(state.clock))
    async with state.database.acting(await system_id(request), plan_once=True) as connection:
        await sessions.advance(connection, session_id, moment(state.clock))
        await act_as(connection, actor.id, plan_once=True)
        card = await _card(connection, session_id, moment(state.clock))
    return json_response({"session": card})


async def _card(connection: Connection, session_id: int, when: Moment) -> dict[str, Any]:
    """A session as its caller sees it. Raises NotFound outside his area."""
    cards = await view.sessions(connection, [session_id], when)
    if not cards:
        raise NotFound(what="call", key=session_id)
    return worded(cards[0])
