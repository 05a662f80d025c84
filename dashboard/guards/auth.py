"""Who asks: an ASGI middleware for HTTP and WebSocket that denies by default.

It finds the actor of a session cookie, a bearer token or a kiosk's cookie and puts it into
`scope["state"]["actor"]`. What a role may do is then decided by each route; which rows it sees,
by PostgreSQL. Only the paths of OPEN and OPEN_BELOW are served to anybody; those of OWN_KEYS find
their actor by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from dashboard.api.errors import Unauthenticated, describe, error_response, language
from dashboard.guards.identities import Identities
from dashboard.live.socket import refuse
from data.access import Actor
from data.errors import Said, StoreUnavailable
from data.places.site import Site

OPEN = frozenset(
    ("/sign-in", "/sign-out", "/healthz", "/api/openapi.json", "/_favicon.ico", "/favicon.ico")
)
OPEN_BELOW = ("/enter/", "/kiosk/", "/assets/", "/_dash-component-suites/")
# Phone apps and other people's systems bring their token in the address, the body or as a password:
# their routes look for it, and take no cookie, since a GET writes at some.
OWN_KEYS = re.compile(
    r"/api/positions/(osmand(/[^/]+)?|owntracks)|/api/(hooks|cap)(/[^/]+)?|/open311/v2/.*",
    re.DOTALL,
)
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

acting: ContextVar[Actor | None] = ContextVar("acting", default=None)
standing: ContextVar[Site | None] = ContextVar("standing", default=None)  # the site of a request


def current_actor(connection: HTTPConnection | None = None) -> Actor | None:
    """The actor of a request, or of the request that is being served; None if not signed in."""
    if connection is None:
        return acting.get()
    found = getattr(connection.state, "actor", None)
    return found if isinstance(found, Actor) else None


class AuthMiddleware:
    """`identities` is asked for at each request, since the store opens after the wiring."""

    def __init__(self, app: ASGIApp, *, identities: Callable[[], Identities]) -> None:
        self.app = app
        self._identities = identities

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _is_foreign(scope, headers):
            await _refuse(scope, receive, send, 403, Said("This request comes from another site."))
            return
        if scope["type"] == "http" and _asks_itself(scope["path"]):
            await self.app(scope, receive, send)
            return
        try:
            actor = await self._actor(headers)
        except StoreUnavailable as error:
            await _unavailable(scope, receive, send, error)
            return
        if actor is None:
            await _unknown(scope, receive, send)
            return
        scope.setdefault("state", {}).update(actor=actor, still=lambda: self._still(headers))
        who, where = acting.set(actor), standing.set(self._identities().site())
        try:
            await self.app(scope, receive, send)
        finally:
            acting.reset(who)
            standing.reset(where)

    async def _still(self, headers: Headers) -> bool:
        """Whether a long connection's credentials hold; yes as long as nobody can be asked."""
        try:
            return await self._actor(headers) is not None
        except StoreUnavailable:
            return True

    async def _actor(self, headers: Headers) -> Actor | None:
        """By bearer token if there is one, else by a session, else by a kiosk's cookie."""
        identities = self._identities()
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await identities.secret(token.strip())
        kept = cookies(headers)
        session, kiosk = kept.get(identities.session_cookie), kept.get(identities.kiosk_cookie)
        if session and (actor := await identities.session(session)):
            return actor
        if kiosk:
            actor = await identities.secret(kiosk)
            return actor if actor is not None and actor.kind == "kiosk" else None
        return None


def _asks_itself(path: str) -> bool:
    """Whether a route serves anybody, or finds out by itself who asks."""
    return path in OPEN or path.startswith(OPEN_BELOW) or OWN_KEYS.fullmatch(path) is not None


def cookies(headers: Headers) -> dict[str, str]:
    """The cookies of a request as browsers write them: those of other programs on this host come
    along, and one that `http.cookies` cannot read would hide ours."""
    return cookie_parser(headers.get("cookie", ""))


def _is_foreign(scope: Scope, headers: Headers) -> bool:
    """Whether a page of another site sends this: on the socket and on everything that writes.

    Programs send no Origin; browsers always do where it matters, also with `null`.
    """
    origin = headers.get("origin")
    if origin is None or (scope["type"] == "http" and scope["method"] not in UNSAFE):
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host", "")
    except ValueError:  # no address at all
        return True


async def _unknown(scope: Scope, receive: Receive, send: Send) -> None:
    """Pages go to the sign-in; everything else gets a 401."""
    path = scope["path"]
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    is_page = scope["type"] == "http" and not path.startswith(("/api/", "/_"))
    if is_page and wants_page and scope["method"] == "GET":
        query = scope["query_string"].decode()
        there = quote(f"{path}?{query}" if query else path)
        await RedirectResponse(f"/sign-in?next={there}", 303)(scope, receive, send)
        return
    await _refuse(scope, receive, send, 401, Unauthenticated().said)


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, said: Said) -> None:
    if scope["type"] == "websocket":
        await refuse(WebSocket(scope, receive, send), status, said)
        return
    code = "unauthenticated" if status == 401 else "not_allowed"
    await error_response(status, code, said, language(scope))(scope, receive, send)


async def _unavailable(scope: Scope, receive: Receive, send: Send, error: StoreUnavailable) -> None:
    if scope["type"] == "websocket":
        await refuse(WebSocket(scope, receive, send), 503, error.said)
        return
    await describe(error, language(scope))(scope, receive, send)
