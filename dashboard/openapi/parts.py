"""Pieces of a description: schemas, bodies, answers, and the keywords of a route's decorator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]
Security = list[dict[str, list[str]]]
Described = dict[str, Any]  # the keywords of a route's decorator

JSON, GEOJSON, XML = "application/json", "application/geo+json", "text/xml"
FORM = "application/x-www-form-urlencoded"
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time"}

ERRORS = {
    400: "It is not as this door needs it.",
    401: "No token, or none that is valid here.",
    403: "The token's role may not do this, or not there.",
    404: "There is no such thing here.",
    413: "Too large.",
    422: "The body or a parameter is not as expected; the message says which and why.",
    429: "Too often; try again later.",
    503: "The store does not answer, or too much waits for it: send it again.",
}
BEARER: Security = [{"bearer": []}]
NO_KEY: Security = [{}]


def ref(name: str) -> Schema:
    """A schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(needed: Mapping[str, Schema], *, or_: Mapping[str, Schema] | None = None) -> Schema:
    """An object of exactly these fields; those of `or_` may be missing."""
    fields = {**needed, **(or_ or {})}
    return {
        "type": "object",
        "properties": fields,
        "required": list(needed),
        "additionalProperties": False,
    }


def many(items: Schema, most: int | None = None) -> Schema:
    """A list."""
    return {"type": "array", "items": items} | ({} if most is None else {"maxItems": most})


def maybe(schema: Schema) -> Schema:
    """This or null."""
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema:
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def text(most: int, least: int = 0) -> Schema:
    """A text of so many characters, without NUL."""
    return {**TEXT, "minLength": least, "maxLength": most, "pattern": r"^[^\x00]*$"}


def number(least: float, most: float) -> Schema:
    """A finite number."""
    return {**NUMBER, "minimum": least, "maximum": most}


def choice(*words: str) -> Schema:
    """One of these words."""
    return {**TEXT, "enum": list(words)}


def content(schema: Schema, *kinds: str) -> Schema:
    """A body in one or several media types."""
    return {kind: {"schema": schema} for kind in kinds or (JSON,)}


def parameter(
    name: str, schema: Schema, where: str = "query", *, required: bool = False, said: str = ""
) -> Schema:
    """A parameter that a route reads by itself."""
    one: Schema = {"name": name, "in": where, "required": required, "schema": schema}
    return one | ({"description": said} if said else {})


def operation(
    tag: str,
    answers: Mapping[int, Schema],
    *errors: int,
    fault: Schema | None = None,
    body: Schema | None = None,
    body_needed: bool = True,
    parameters: Sequence[Schema] = (),
    security: Security = BEARER,
) -> Described:
    """The keywords of a route's decorator. `answers` has contents by status, `fault` the content
    of all `errors`, `body` that of the request."""
    fault = fault or content(ref("Error"))
    said = {status: {"description": "Done.", "content": one} for status, one in answers.items()}
    wrong = {status: {"description": ERRORS[status], "content": fault} for status in errors}
    extra: dict[str, Any] = {"security": list(security)}
    if parameters:
        extra["parameters"] = list(parameters)
    if body is not None:
        extra["requestBody"] = {"required": body_needed, "content": body}
    return {"tags": [tag], "responses": {**said, **wrong}, "openapi_extra": extra}
