"""Exceptions as HTTP: one table from class to status, one shape for all of them."""

from __future__ import annotations

import logging
import re
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from dashboard.intake import IntakeFull
from data.errors import Invalid, NoSite, NotAllowed, NotFound, StoreUnavailable, WanggeError

LOG = logging.getLogger(__name__)


class Unauthenticated(WanggeError):
    """Sign in, or send a valid token: Authorization: Bearer TOKEN."""


class InvalidBody(WanggeError):
    """The request's body is not as expected: {why}."""


class TooLarge(WanggeError):
    """The request is too large: at most {limit}."""


STATUS: dict[type[Exception], int] = {  # the nearest class in the exception's tree decides
    Unauthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    TooLarge: 413,
    Invalid: 422,
    InvalidBody: 422,
    IntakeFull: 503,
    NoSite: 503,
    StoreUnavailable: 503,
    WanggeError: 400,
}
HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "2"},
}
UNEXPECTED = "Something went wrong here. It is in the log."
HTTP_CODES = {
    401: "unauthenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
}


def json_response(
    content: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A JSON answer; dates as ISO 8601, non-string keys allowed."""
    body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status, headers, media_type="application/json")


def error_response(status: int, code: str, message: str) -> Response:
    """The one shape of errors: {"error": {"code", "message"}}."""
    content = {"error": {"code": code, "message": message}}
    return json_response(content, status, HEADERS.get(status))


def describe(error: Exception) -> Response:
    """The answer to an exception of ours."""
    kind = next(one for one in type(error).__mro__ if one in STATUS)
    code = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    return error_response(STATUS[kind], code, str(error))


def install(app: FastAPI) -> None:
    """Answer all exceptions of an application in this shape."""
    app.add_exception_handler(WanggeError, _wangge)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Exception, _unexpected)


async def _wangge(_request: Request, error: Exception) -> Response:
    return describe(error)


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, f"http_{error.status_code}")
    response = error_response(error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query"))
    return describe(InvalidBody(why=f"{where}: {first['msg']}" if where else first["msg"]))


async def _unexpected(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", "?")  # the address may hold a secret
    LOG.error("%s %s failed", request.method, route, exc_info=error)
    return error_response(500, "internal", UNEXPECTED)
