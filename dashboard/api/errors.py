"""Exceptions as HTTP: one table from class to status, one shape for all of them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from dashboard.i18n.sentences import accepted, tell
from dashboard.imports.jobs import TooMany
from dashboard.imports.spool import Busy, NoRoom
from dashboard.intake.queue import IntakeFull
from data.calls.foresight import NeedsConfirmation
from data.errors import Invalid, NoSite, NotAllowed, NotFound, Said, StoreUnavailable, WanggeError
from data.importers.errors import CannotUndo

LOG = logging.getLogger(__name__)


class Unauthenticated(WanggeError):
    """Sign in, or send a valid token: Authorization: Bearer TOKEN."""


class InvalidBody(WanggeError):
    """The request's body is not as expected: {why}."""


class InvalidParameter(WanggeError):
    """The request's address is not as expected: {why}."""


class TooLarge(WanggeError):
    """The request is too large: at most {limit}."""


STATUS: dict[type[Exception], int] = {  # the nearest class in the exception's tree decides
    Unauthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    TooLarge: 413,
    Invalid: 422,
    InvalidBody: 422,
    InvalidParameter: 422,
    Busy: 409,
    NeedsConfirmation: 409,
    CannotUndo: 409,
    TooMany: 503,
    NoRoom: 507,
    IntakeFull: 503,
    NoSite: 503,
    StoreUnavailable: 503,
    WanggeError: 400,
}
HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "2"},
}
UNEXPECTED = Said("Something went wrong here. It is in the log.")
HTTP_CODES = {
    401: "unauthenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
}

HTTP_WORDS = {404: "There is no {path} here.", 405: "This path does not take {method}."}
FAULTS = {  # by pydantic's name
    "missing": "this is missing",
    "extra_forbidden": "this is not known here",
    "string_type": "a text is needed",
    "string_too_short": "at least {min_length} characters are needed",
    "string_too_long": "at most {max_length} characters are possible",
    "string_pattern_mismatch": "a character here is not possible",
    "greater_than": "a number greater than {gt} is needed",
    "greater_than_equal": "a number of at least {ge} is needed",
    "less_than": "a number less than {lt} is needed",
    "less_than_equal": "a number of at most {le} is needed",
    "finite_number": "a finite number is needed",
    "int_type": "a whole number is needed",
    "int_parsing": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "float_type": "a number is needed",
    "float_parsing": "a number is needed",
    "bool_type": "true or false is needed",
    "bool_parsing": "true or false is needed",
    "literal_error": "choose one of {expected}",
    "enum": "choose one of {expected}",
    "timezone_aware": "a time with its zone is needed",
    "datetime_parsing": "a time with its zone is needed",
    "datetime_from_date_parsing": "a time with its zone is needed",
    "datetime_type": "a time with its zone is needed",
}


def json_response(
    content: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A JSON answer; dates as ISO 8601, non-string keys allowed."""
    body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status, headers, media_type="application/json")


def error_response(
    status: int, code: str, said: Said, lang: str, more: Mapping[str, Any] = MappingProxyType({})
) -> Response:
    """The one shape of errors: {"error": {"code", "message"}}, in the caller's language; `more`
    is what programs are told too."""
    content = {"error": {"code": code, "message": tell(said, lang), **more}}
    return json_response(content, status, HEADERS.get(status))


def language(scope: Scope) -> str:
    """zh or en: what the request's Accept-Language wants most, Chinese where it says nothing."""
    return accepted(Headers(scope=scope).get("accept-language", ""))


def describe(error: WanggeError, lang: str) -> Response:
    """The answer to an exception of ours."""
    kind = next(one for one in type(error).__mro__ if one in STATUS)
    more = {name: error.fields[name] for name in error.told}
    return error_response(STATUS[kind], code_of(error), error.said, lang, more)


def faults_response(request: Request, found: Sequence[WanggeError]) -> Response:
    """The first fault in the shape of all errors, and all of them with what they are about."""
    lang = language(request.scope)
    faults = [
        {"where": getattr(one, "where", ""), "message": tell(one.said, lang)} for one in found
    ]
    error = {"code": code_of(found[0]), "message": faults[0]["message"]}
    return json_response({"error": error, "faults": faults}, 422)


def code_of(error: WanggeError) -> str:
    """What programs call it: OutsideScope is outside_scope."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


def fault(found: Any) -> Said:
    """What pydantic finds wrong, in words of the catalogue where they have some."""
    context = found.get("ctx") or {}
    words = FAULTS.get(found["type"])
    why = (
        Said(words, **context)
        if words
        else Said("{why}", why=str(context.get("error", found["msg"])))
    )
    where = ".".join(str(part) for part in found["loc"] if part not in ("body", "query", "path"))
    return Said("{where}: {why}", where=where, why=why) if where else why


def install(app: FastAPI) -> None:
    """Answer all exceptions of an application in this shape."""
    app.add_exception_handler(WanggeError, _wangge)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


async def _wangge(request: Request, error: Exception) -> Response:
    assert isinstance(error, WanggeError)
    return describe(error, language(request.scope))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, f"http_{error.status_code}")
    sentence = HTTP_WORDS.get(
        error.status_code, str(error.detail).replace("{", "{{").replace("}", "}}")
    )
    said = Said(sentence, path=request.url.path, method=request.method)
    response = error_response(error.status_code, code, said, language(request.scope))
    response.headers.update(error.headers or {})
    return response


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()[0]
    kind = InvalidBody if found["loc"][:1] == ("body",) else InvalidParameter
    return describe(kind(why=fault(found)), language(request.scope))


async def _gone(request: Request, error: Exception) -> Response:
    """Who went away while he was sending hears nothing, and is no fault to be logged: phones lose
    their network, and anybody could fill the disk."""
    return Response(status_code=400)


async def _unexpected(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", "?")  # the address may hold a secret
    LOG.error("%s %s failed", request.method, route, exc_info=error)
    return error_response(500, "internal", UNEXPECTED, language(request.scope))
