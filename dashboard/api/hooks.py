"""POST /api/hooks/{name}: what other people's systems send, in words of their own.

They cannot set a header of ours, so the token may stand in the address; or the address names the
source and the request is signed. What is judged is a 200, whatever the judgement: such systems send
again and again what is not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from dashboard.api.errors import Unauthenticated, code_of, json_response, language
from dashboard.api.requests import bearer, parse_json, read_body, system_id
from dashboard.i18n.sentences import tell
from dashboard.openapi import reports as described
from dashboard.reporting import count, submit
from data.access import Actor, Permission
from data.errors import Invalid, NotAllowed, Said, WanggeError
from data.events import hooks, mapping
from data.events.hooks import Hook
from data.events.mapping import Unread
from data.events.report import OtherSource

MAX_BYTES = 2**20
WHY = {
    "no_object": Said("a JSON object is needed"),
    "missing": Said("this is missing"),
    "no_scalar": Said("a text or a number is needed"),
    "too_long": Said("this is too long"),
    "bad_text": Said("a character here is not possible"),
    "bad_number": Said("a finite number is needed"),
    "bad_time": Said("write it as 2026-07-14T09:42:00+08:00"),
}

router = APIRouter()


class NoMapping(WanggeError):
    """This source has no mapping. Say what means what: wangge source map NAME --map id=PATH"""


@router.post("/api/hooks/{name}", **described.HOOK_POST)
async def post(request: Request, name: str) -> Response:
    """{"accepted", "repeated", "rejected": [{"index", "reason", "field", "message"}]}."""
    asks, hook = await _claim(request, name)
    body = await read_body(request, limit_bytes=MAX_BYTES)
    actor = await _prove(request, asks, hook, body)
    items = mapping.items(hook.mapping, parse_json(body))
    counts, rejected, taken = Counter[str](), [], set[bytes]()
    for index, item in enumerate(items):
        written = orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
        try:  # of what stood in this body before the store is not asked again
            counts["same" if written in taken else await _take(request, actor, hook, item)] += 1
            taken.add(written)
        except Unread as unread:
            said = {"reason": unread.reason, "field": unread.field}
            rejected.append((index, said, WHY[unread.reason]))
        except (Invalid, NotAllowed) as error:
            rejected.append((index, {"reason": code_of(error)}, error.said))
    reasons = Counter(said["reason"] for _, said, _ in rejected)
    reasons["duplicate"] = counts["same"]
    if reasons.total():
        await count(request, actor, reasons, door="hooks")
    repeated = counts["repeated"] + counts["same"]
    lang = language(request.scope)
    told = [{"index": n, **said, "message": tell(why, lang)} for n, said, why in rejected]
    answer = {"accepted": counts["accepted"], "repeated": repeated, "rejected": told}
    return json_response(answer)


async def _take(request: Request, actor: Actor, hook: Hook, item: Any) -> str:
    clock = request.app.state.clock
    now = clock.now()
    report = mapping.read(hook.mapping, item, now=now, zone=clock.site.zone)
    if actor.source_id is None:
        report = replace(report, source=hook.name)
    reported = await submit(request, actor, report, door="hooks", now=now)
    return "repeated" if reported.repeated else "accepted"


async def _claim(request: Request, name: str) -> tuple[Actor | None, Hook]:
    """Who posts to which hook, before a byte of the body is read; no actor, where the body's
    signature is to tell.

    By a bearer token, by a token in the address, else by the source's name and a signature. Raises
    Unauthenticated, NotAllowed, OtherSource, WrongSignature, NoMapping.
    """
    state = request.app.state
    header = bearer(request)
    actor: Actor | None = await state.identities.secret(header or name)
    if actor is not None:
        actor.require(Permission.REPORT_EVENTS)
    elif header or "\0" in name:
        raise Unauthenticated()
    source_id = actor.source_id if actor is not None else None
    by_name = name if source_id is None else None
    async with state.database.acting(await system_id(request)) as connection:
        hook = await hooks.find(connection, source_id=source_id, name=by_name)
    if actor is None and (hook is None or hook.secret is None):
        raise Unauthenticated()
    if hook is None:
        raise NoMapping()
    if header and source_id is not None and name not in (hook.name, header):
        raise OtherSource(source=name)
    hooks.check_headers(hook, request.headers, datetime.now(UTC))
    return actor, hook


async def _prove(request: Request, asks: Actor | None, hook: Hook, body: bytes) -> Actor:
    """Who posts, now that the body is here. Raises WrongSignature, Unauthenticated."""
    real = datetime.now(UTC)
    hooks.verify(hook, body, request.headers, real)
    if asks is None:
        async with request.app.state.database.acting(await system_id(request)) as connection:
            asks = await hooks.holder(connection, hook, real)
    if asks is None:
        raise Unauthenticated()
    return asks
