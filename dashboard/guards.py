"""Whose page and whose callback: Dash serves all layouts and all callbacks by one route each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from dash import html
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.errors import error_response
from dashboard.auth import acting
from dashboard.pages import Page
from data.access import Actor, Permission

CALLBACKS = "/_dash-update-component"
MOST_BYTES = 1_000_000
ROUTER = ("_pages_content", "_pages_store", "_pages_dummy")  # shows a page, itself guarded


def may(permission: Permission, actor: Actor | None) -> bool:
    """Whether there is an actor and he may."""
    return actor is not None and actor.may(permission)


def guarded(page: Page) -> Callable[..., Any]:
    """A page's layout for those who may see it, a sentence for others."""

    def layout(**given: Any) -> Any:
        if not may(page.permission, acting.get()):
            return html.Main("此页面不属于您的角色。 This page is not for your role.", role="alert")
        return page.layout(**given)

    return layout


class CallbackGuard:
    """A callback needs a signed-in role that may look at screens; the page router, one that may
    be called as well. Writes have their own permissions in their routes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/_dash-"):
            await self.app(scope, receive, send)
            return
        actor = acting.get()
        if scope["path"].startswith("/_dash-component-suites/"):
            await self.app(scope, receive, send)
            return
        if not (may(Permission.VIEW, actor) or may(Permission.ANSWER, actor)):
            await _no(scope, receive, send)
            return
        if scope["path"] != CALLBACKS:
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await error_response(413, "too_large", "The request is too large.")(
                scope, receive, send
            )
            return
        if not may(Permission.VIEW, actor) and not _is_router(body):
            await _no(scope, receive, send)
            return
        await self.app(scope, _again(body, receive), send)


def _is_router(body: bytes) -> bool:
    try:
        output = str(orjson.loads(body).get("output", ""))
    except (orjson.JSONDecodeError, AttributeError):
        return False
    parts = output.strip(".").split("...")
    return all(part.split(".")[0] in ROUTER for part in parts)


async def _no(scope: Scope, receive: Receive, send: Send) -> None:
    await error_response(403, "not_allowed", "This is not for your role.")(scope, receive, send)


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
