"""The call ledger: calls by a filter, their figures, one call's story, and files of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, tzinfo
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from dashboard.api.errors import json_response
from dashboard.api.instants import instant
from dashboard.api.requests import NO_NUL, caller
from dashboard.i18n import ledger as words
from dashboard.i18n.reasons import both
from dashboard.sheets import calls as call_sheet
from dashboard.sheets.writing import FORMATS
from data import actors
from data.access import Actor, Permission
from data.calls import reasons
from data.calls.model import Outcome, SessionState
from data.errors import Invalid, Said
from data.query import call_story, calls
from data.query.calls import Filter, Page

router = APIRouter()
MOST_CALLS, MOST_ATTEMPTS = 50_000, 200_000  # of one file
PIECE = 200  # sessions read at once for a file
PRIVATE = {"Cache-Control": "private, no-store"}
SessionId = Annotated[int, Path(gt=0, lt=2**63)]
Words = Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
Time = Annotated[str, Field(max_length=40)]


class Asked(BaseModel, extra="forbid"):
    """The filter as the address says it; `from` and `to` without an offset are the site's."""

    since: Time | None = Field(None, alias="from")
    until: Time | None = Field(None, alias="to")
    state: SessionState | None = None
    outcome: Outcome | None = None
    purpose: Literal["call", "self_test"] | None = None
    drill: bool | None = None
    policy: Words | None = None
    type: Words | None = None
    area: Words | None = None
    person: Words | None = None
    person_id: int | None = Field(None, gt=0, lt=2**31)
    caller: Words | None = None
    reached: bool | None = None
    confirmed: bool | None = None
    held: bool | None = None
    settled_step: int | None = Field(None, ge=1, le=100)
    ack_from_s: float | None = Field(None, ge=0, le=1e9)

    def filter(self, zone: tzinfo) -> Filter:
        """Raises Invalid for a time that cannot be read."""
        given = {name: getattr(self, name) for name in Asked.model_fields}
        for name, said in (("since", "from"), ("until", "to")):
            if given[name] is not None:
                given[name] = instant(given[name], zone, name=said)
        return Filter(**given)


class Listed(Asked):
    """And behind which session the page begins: `after` of the answer before."""

    after: Annotated[str, Field(max_length=80)] | None = None


class Exported(Asked):
    """As which file, in which language; with phone numbers for those who may see them."""

    format: Literal["csv", "xlsx"] = "csv"
    lang: Literal["zh", "en"] = "zh"
    phones: bool = False


@router.get("/api/calls")
async def listing(request: Request, asked: Annotated[Listed, Query()]) -> Response:
    """The calls that fit in the caller's area, newest first, 50 a page; `after` leads on."""
    found = await _page(request, _viewer(request), _filter(request, asked), asked.after)
    sessions = [listed(row) for row in found.rows]
    return json_response({"sessions": sessions, "after": found.after}, headers=PRIVATE)


@router.get("/api/calls/figures")
async def figures(request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """What the whole list comes to."""
    actor, state = _viewer(request), request.app.state
    wanted = _filter(request, asked)
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        found = await calls.figures(connection, wanted, now=state.clock.now())
    told = {name: words.said(words.OUTCOMES.get(name, name)) for name in found["by_outcome"]}
    most = {"calls": MOST_CALLS, "attempts": MOST_ATTEMPTS}
    return json_response({"figures": found, "outcomes": told, "most": most}, headers=PRIVATE)


@router.get("/api/calls/filters")
async def filters(request: Request) -> Response:
    """What a filter may name."""
    actor, state = _viewer(request), request.app.state
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        found = await calls.choices(connection)
    outcomes = [{"code": one.value, **words.said(words.OUTCOMES[one.value])} for one in Outcome]
    site = {"now": state.clock.now(), "timezone": state.clock.site.timezone}
    return json_response({**found, "outcomes": outcomes, **site}, headers=PRIVATE)


@router.get("/api/calls/{session_id:int}/events")
async def story(request: Request, session_id: SessionId) -> Response:
    """One call line by line, with its people, why each was called, and where they were."""
    actor, state = _viewer(request), request.app.state
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        found = await call_story.read(connection, session_id, now=state.clock.now())
    return json_response(_story(found), headers=PRIVATE)


@router.get("/api/calls/export")
async def export(request: Request, asked: Annotated[Exported, Query()]) -> Response:
    """What is filtered as a file, a row an attempt, bounded; the audit keeps who took it."""
    actor, state = caller(request), request.app.state
    actor.require(Permission.CALL)
    if asked.phones:
        actor.require(Permission.SEE_CONTACTS)
    wanted, now = _filter(request, asked), state.clock.now()
    async with state.database.acting(actor.id) as connection:
        counted = await calls.figures(connection, wanted, now=now)
        if counted["calls"] > MOST_CALLS or counted["attempts"] > MOST_ATTEMPTS:
            why = Said("at most {n} calls go into one file; choose a shorter time", n=MOST_CALLS)
            raise Invalid(what="export", why=why)
        detail = asked.model_dump(mode="json", exclude_none=True, exclude={"lang", "format"})
        await actors.record(
            connection,
            actor.id,
            now,
            "export_calls",
            asked.format,
            calls=counted["calls"],
            **detail,
        )
    stamp = f"{now.astimezone(state.clock.site.zone):%Y%m%d-%H%M}"
    headers = {
        **PRIVATE,
        "Content-Disposition": f'attachment; filename="calls-{stamp}.{asked.format}"',
    }
    pieces = _pieces(request, actor, wanted, asked, now)
    return StreamingResponse(pieces, headers=headers, media_type=FORMATS[asked.format].media_type)


async def _pieces(
    request: Request, actor: Actor, wanted: Filter, asked: Exported, now: datetime
) -> AsyncIterator[bytes]:
    """The file piece by piece, each of a short transaction: a slow reader holds no connection."""
    state, names = request.app.state, call_sheet.columns(phones=asked.phones)
    zone = state.clock.site.zone
    sheet = FORMATS[asked.format](words.said("Call ledger")[asked.lang])
    yield sheet.rows([call_sheet.header(names, asked.lang)])
    after: str | None = None
    while True:
        async with state.database.acting(actor.id) as connection:
            found = await calls.page(connection, wanted, now=now, after=after, most=PIECE)
            ids = [row["id"] for row in found.rows]
            tried = await calls.attempts(connection, ids, phones=asked.phones)
        yield sheet.rows(call_sheet.rows(found.rows, tried, names, asked.lang, zone))
        after = found.after
        if after is None:
            break
    yield sheet.end()


def _viewer(request: Request) -> Actor:
    actor = caller(request, Permission.VIEW)
    return actor


def _filter(request: Request, asked: Asked) -> Filter:
    return asked.filter(request.app.state.clock.site.zone)


async def _page(request: Request, actor: Actor, wanted: Filter, after: str | None) -> Page:
    state = request.app.state
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        return await calls.page(connection, wanted, now=state.clock.now(), after=after)


def listed(row: dict[str, Any]) -> dict[str, Any]:
    """A session of the list: times in milliseconds of site time, words by language."""
    given = {**row, "started": _ms(row["started_at"]), "ended": _ms(row["ended_at"])}
    for name in ("started_at", "ended_at", "drill_id"):
        del given[name]
    drill = (
        {} if row["drill_id"] is None else {"drill_id": row["drill_id"], "drill_name": row["drill"]}
    )
    said = {"title": words.title(row), "said": words.outcome(row)}
    return {**given, "drill": bool(drill), **drill, **said}


def _story(found: call_story.Story) -> dict[str, Any]:
    attempts = {one["id"]: one for one in found.attempts}
    events = [
        {
            **{name: line[name] for name in ("id", "action", "person_id")},
            "attempt": line["attempt_id"],
            "at": _ms(line["at"]),
            "when": _ms(line["when"]),
            "name": line["detail"].get("name"),
            **words.line(line, attempts.get(line["attempt_id"])),
        }
        for line in found.lines
    ]
    return {
        "session": {**listed(found.session), "place": found.place},
        "events": events,
        "attempts": [_attempt(one) for one in found.attempts],
        "tracks": {
            person: [(_ms(at), lon, lat) for at, lon, lat in track]
            for person, track in found.tracks.items()
        },
        "unshown": found.unshown,
    }


def _attempt(one: dict[str, Any]) -> dict[str, Any]:
    who = one["who"]
    return {
        **{name: one[name] for name in ("id", "person_id", "step", "state")},
        "try": one["try_"],
        "channel": words.said(words.CHANNELS.get(one["channel"], one["channel"])),
        "name": who.get("name"),
        "post": who.get("post"),
        "grid": who.get("grid"),
        "had_position": who.get("age_s", 0) is not None,
        "rank": who.get("rank"),
        "words": both(reasons.reasons(who)),
    }


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
