"""Errors as Open311 has them: a list of code and description, in the format that was asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from dashboard.api.errors import HEADERS, UNEXPECTED, TooLarge, language
from dashboard.i18n.sentences import tell
from dashboard.open311 import formats
from data.errors import NoSite, NotAllowed, NotFound, Said, StoreUnavailable, WanggeError
from data.events.report import UnknownType
from data.events.reporters import EnoughForToday

LOG = logging.getLogger(__name__)


class WrongKey(NotAllowed):
    """This needs an api_key that is valid here. Ask the site's administrator for one."""


class TooOften(WanggeError):
    """Too many reports came from your address. Try again in {minutes} minutes."""


STATUS: dict[type[Exception], int] = {  # 403 for keys, 404 for what is not there, else 400
    NotAllowed: 403,
    NotFound: 404,
    UnknownType: 404,
    TooLarge: 413,
    TooOften: 429,
    EnoughForToday: 429,
    NoSite: 503,
    StoreUnavailable: 503,
    WanggeError: 400,
}


class Open311Route(APIRoute):
    """A route whose errors, also unexpected ones, have this shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except WanggeError as error:
                kind = next(one for one in type(error).__mro__ if one in STATUS)
                return problem(request, STATUS[kind], error.said)
            except ClientDisconnect:
                raise
            except Exception as error:
                LOG.error("%s %s failed", request.method, self.path, exc_info=error)
                return problem(request, 500, UNEXPECTED)

        return handled


def problem(request: Request, status: int, said: Said) -> Response:
    """The answer to what cannot be done."""
    errors = [{"code": status, "description": tell(said, language(request.scope))}]
    return answer(request, "errors", errors, status, HEADERS.get(status))


def answer(
    request: Request,
    name: str,
    value: Any,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A value in the format that the address names, else the one that the client accepts."""
    said = formats.split(request.url.path)[1]
    format = said or formats.wanted(request.headers.get("accept", ""))
    headers = {"Cache-Control": "no-store", **(headers or {})}
    body = formats.write(name, value, format)
    return Response(body, status, headers, media_type=formats.MEDIA[format])
