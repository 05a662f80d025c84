"""Whose page and whose callback: Dash serves all layouts and all callbacks by one route each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container
from typing import Any

import orjson
from dash import html
from dash.exceptions import DependencyException, InvalidResourceError, PreventUpdate
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.errors import (
    UNEXPECTED,
    InvalidBody,
    TooLarge,
    describe,
    error_response,
    language,
)
from dashboard.guards.auth import acting
from dashboard.pages import Page
from data.access import Actor, Permission
from data.errors import Said

LOG = logging.getLogger(__name__)
CALLBACKS = "/_dash-update-component"
MOST_BYTES = 64_000
NOT_FOR_ROLE = "当前角色无权打开此页面。 This page is not for your role."
BARE = {"maxWidth": 480, "margin": "20vh auto", "padding": "0 20px", "font": "16px/24px sans-serif"}
ROUTER = ("_pages_content", "_pages_store", "_pages_dummy")  # shows a page, itself guarded


def may(permission: Permission, actor: Actor | None) -> bool:
    """Whether there is an actor and he may."""
    return actor is not None and actor.may(permission)


def guarded(page: Page) -> Callable[..., Any]:
    """A page's layout for those who may see it, a sentence for others."""

    def layout(**given: Any) -> Any:
        if not may(page.permission, acting.get()):
            away = (
                html.A("返回 Back", href="/"),
                " · ",
                html.A("换账号 Other account", href="/sign-in"),
            )
            return html.Main([html.P(NOT_FOR_ROLE), *away], role="alert", style=BARE)
        return page.layout(**given)

    return layout


class CallbackGuard:
    """A callback needs a signed-in role that may look at screens; the page router, one that may
    be called as well. Writes have their own permissions in their routes."""

    def __init__(self, app: ASGIApp, *, outputs: Callable[[], Container[str]]) -> None:
        self.app = app
        self._outputs = outputs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        actor = acting.get()
        if not _is_dash(scope) or scope["path"].startswith("/_dash-component-suites/"):
            await self.app(scope, receive, send)
        elif not (may(Permission.VIEW, actor) or may(Permission.ANSWER, actor)):
            await _no(scope, receive, send)
        elif scope["path"] != CALLBACKS:
            await self.app(scope, receive, send)
        else:
            await self._callback(actor, scope, receive, send)

    async def _callback(
        self, actor: Actor | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        body = await _read(receive)
        if body is None:
            too_large = TooLarge(limit=Said("{n} bytes", n=MOST_BYTES))
            await describe(too_large, language(scope))(scope, receive, send)
            return
        output = _output(body)
        if not may(Permission.VIEW, actor) and not _is_router(output):
            await _no(scope, receive, send)
            return
        if output not in self._outputs():
            why = "`output` must name a callback of this application"
            await describe(InvalidBody(why=why), language(scope))(scope, receive, send)
            return
        await self.app(scope, _again(body, receive), send)


class DashErrors:
    """Dash answers an error of its routes in a shape of its own and writes it nowhere. This stands
    inside of Dash and tells it as everywhere else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_dash(scope):
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        except PreventUpdate:
            raise
        except (DependencyException, InvalidResourceError):
            missing = Said("There is no {path} here.", path=scope["path"])
            answer = error_response(404, "not_found", missing, language(scope))
            await answer(scope, receive, send)
        except Exception:
            LOG.exception("%s %s failed", scope["method"], scope["path"])
            await error_response(500, "internal", UNEXPECTED, language(scope))(scope, receive, send)


def _is_dash(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["path"].startswith("/_dash-"))


def _output(body: bytes) -> str:
    """What a callback's body asks for, "" where it asks for nothing."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return str(said.get("output", "")) if isinstance(said, dict) else ""


def _is_router(output: str) -> bool:
    parts = output.strip(".").split("...")
    return all(part.split(".")[0] in ROUTER for part in parts)


async def _no(scope: Scope, receive: Receive, send: Send) -> None:
    said = Said("This is not for your role.")
    await error_response(403, "not_allowed", said, language(scope))(scope, receive, send)


async def _read(receive: Receive) -> bytes | None:
    """The whole body, None when it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body once more."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
