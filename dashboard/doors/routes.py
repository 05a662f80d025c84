"""The routes of the doors. Secrets never reach a log: the server writes no access log."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.doors.limits import Limit, address_of
from dashboard.doors.page import SignIn, render
from dashboard.guards.auth import cookies
from dashboard.guards.identities import Identities
from dashboard.i18n import language
from data import actors, logins
from data.access import Actor, Permission
from data.database import Database
from data.errors import StoreUnavailable

MOST_FORM_BYTES = 4096
KIOSK_LASTS_S = 400 * 24 * 3600  # the longest a browser keeps; revoking it ends it at once
USED = "This sign-in link was used or has expired. Sign in with an account, or start again."
router = APIRouter(include_in_schema=False)

Wall = Callable[[Request, int | None], Awaitable[Response]]


@dataclass(slots=True)
class Doors:
    """How often the doors may be tried, and how many passwords are checked at once: argon2 takes
    64 MB and a core for 50 ms."""

    by_address: Limit = field(default_factory=lambda: Limit(most=20, within_s=60))
    by_account: Limit = field(default_factory=lambda: Limit(most=5, within_s=60))
    argon2: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


@router.get("/sign-in")
async def form(request: Request) -> Response:
    """The sign-in page; `ended` for those who were signed in until now."""
    ended = "ended" in request.query_params
    return _page(request, error="You are no longer signed in. Sign in again." if ended else "")


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check an account's password; a session's cookie and where he wanted to go."""
    fields = await _fields(request)
    name, password = fields.get("account", ""), fields.get("password", "")
    address = address_of(request)
    doors: Doors = request.app.state.doors
    mine = f"{address} {name}"
    if doors.by_address.wait_s(address) or doors.by_account.wait_s(mine):
        answer = _page(request, 429, "Too many tries. Wait a minute and try again.", name)
        answer.headers["Retry-After"] = "60"
        return answer
    doors.by_address.tried(address)
    doors.by_account.tried(mine)
    try:
        actor = await _check(request.app.state.database, doors, name, password)
        if actor is None:
            return _page(request, 401, "Wrong account or password.", name)
        doors.by_account.forget(mine)
        doors.by_address.forgive(address)
        now = datetime.now(UTC)
        async with request.app.state.database.acting(actor.id) as connection:
            secret = await logins.open_session(connection, actor.id, now)
            await actors.record(connection, actor.id, now, "sign_in")
    except StoreUnavailable:
        return _page(request, 503, "The database does not answer. Try again in a moment.", name)
    answer = RedirectResponse(_next(request, actor), 303)
    name = _identities(request).session_cookie
    _keep(answer, request, name, secret, int(logins.SESSION_LASTS.total_seconds()))
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session, here and on every other page that holds it."""
    identities = _identities(request)
    secret = cookies(Headers(scope=request.scope)).get(identities.session_cookie)
    answer = RedirectResponse("/sign-in", 303)
    if secret:
        async with request.app.state.database.acting(None) as connection:
            await logins.revoke_session(connection, secret, datetime.now(UTC))
        identities.forget()
    for name in (identities.session_cookie, identities.kiosk_cookie):
        answer.delete_cookie(name, path="/", httponly=True, samesite="lax")
    return answer


@router.get("/enter/{code}")
async def enter(request: Request, code: str) -> Response:
    """A one-time sign-in from this machine: the wall and a pending session.

    The code is used up by the first request that brings the cookie back, so that a client
    without cookies sees the page and takes nothing.
    """
    if not _is_loopback(request):
        return _page(request, 403, "Sign-in links work on this machine only.")
    now = datetime.now(UTC)
    try:
        async with request.app.state.database.acting(None) as connection:
            actor_id = await logins.open_code(connection, code, now)
            if actor_id is None:
                return await _used(request)
            secret = await logins.open_session(connection, actor_id, now, code=code)
    except StoreUnavailable:
        return _page(request, 503, "The database does not answer. Try again in a moment.")
    answer = await _wall(request)
    name = _identities(request).session_cookie
    _keep(answer, request, name, secret, int(logins.SESSION_LASTS.total_seconds()))
    return answer


@router.get("/kiosk/{secret}")
async def kiosk(request: Request, secret: str) -> Response:
    """A read-only wall by its link, which stays valid until it is revoked."""
    try:
        async with request.app.state.database.acting(None) as connection:
            actor = await actors.by_secret(connection, secret, datetime.now(UTC))
    except StoreUnavailable:
        return _page(request, 503, "The database does not answer. Try again in a moment.")
    if actor is None or actor.kind != "kiosk":
        gone = "This screen link is not valid any more. Ask an administrator for a new one."
        return _page(request, 401, gone)
    answer = await _wall(request, actor.area_id)
    identities = _identities(request)
    answer.delete_cookie(identities.session_cookie, path="/", httponly=True, samesite="lax")
    _keep(answer, request, identities.kiosk_cookie, secret, KIOSK_LASTS_S)
    return answer


async def _check(database: Database, doors: Doors, name: str, password: str) -> Actor | None:
    """The account if the password fits; as slow for an unknown one."""
    async with database.acting(None) as connection:
        found = await actors.account(connection, name, datetime.now(UTC))
    async with doors.argon2:
        fits = await asyncio.to_thread(actors.password_fits, found[1] if found else None, password)
    return found[0] if found and fits else None


async def _used(request: Request) -> Response:
    """A code that does not open: whoever is signed in already simply goes on."""
    identities = _identities(request)
    secret = cookies(Headers(scope=request.scope)).get(identities.session_cookie)
    if secret and await identities.session(secret):
        return RedirectResponse("/screen", 303)
    return _page(request, 401, USED)


def _identities(request: Request) -> Identities:
    found: Identities = request.app.state.identities
    return found


async def _wall(request: Request, area_id: int | None = None) -> Response:
    wall: Wall = request.app.state.wall
    return await wall(request, area_id)


def _page(request: Request, status: int = 200, error: str = "", account: str = "") -> Response:
    query = request.query_params
    site = request.app.state.clock.site
    lang = language(query.get("lang"))
    page = SignIn(
        place=site.name_en if lang == "en" else site.name_zh,
        lang=lang,
        theme="light" if query.get("theme") == "light" else "dark",
        next=_safe(query.get("next", "")),
        account=account,
        error=error,
    )
    return HTMLResponse(render(page), status, headers={"Cache-Control": "no-store"})


def _safe(target: str) -> str:
    """A path of this site, nothing that leads elsewhere."""
    fine = target.startswith("/") and not target.startswith(("//", "/\\", "/enter/", "/kiosk/"))
    return target if fine and target.isprintable() and len(target) < 1000 else ""


def _next(request: Request, actor: Actor) -> str:
    home = "/screen" if actor.may(Permission.VIEW) else "/duty"
    return _safe(request.query_params.get("next", "")) or home


async def _fields(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM_BYTES:
            return {}
    try:
        parsed = parse_qs(body.decode("utf-8"), max_num_fields=10)
    except ValueError:
        return {}
    # No account's name holds a NUL, and the store could not even be asked for one.
    return {key: values[0] for key, values in parsed.items() if "\0" not in values[0]}


def _keep(answer: Response, request: Request, name: str, value: str, max_age_s: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=max_age_s,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
