"""The doors of positions: rows of ours, and what phone apps send."""

from __future__ import annotations

from dashboard.openapi.parts import (
    BEARER,
    COUNT,
    FLAG,
    FORM,
    INSTANT,
    JSON,
    TEXT,
    WHOLE,
    Schema,
    choice,
    content,
    many,
    maybe,
    number,
    operation,
    parameter,
    record,
    ref,
    text,
)  # fmt: skip
from data.staff.positions.fix import FAR, MAX_CODE_LENGTH, OPTIONAL_LIMITS, Reason

MAX_BYTES = 2 * 2**20
MAX_POSITIONS = 5_000
TAG = "positions"
REASONS = choice(*Reason)
LOOSE: Schema = {"anyOf": [{"type": "number"}, TEXT]}  # phones write numbers as texts, too
SECONDS: Schema = {
    "anyOf": [INSTANT, number(0, 7_258_118_400)],
    "description": "ISO 8601 with its offset, or seconds since 1970.",
}

POSITION = record(
    {
        "person": {**text(MAX_CODE_LENGTH, 1), "description": "The person's code."},
        "lon": {**number(-FAR, FAR), "description": "Degrees in WGS-84, or as the source says."},
        "lat": number(-FAR, FAR),
        "at": SECONDS,
    },
    or_={name: maybe(number(0, most)) for name, most in OPTIONAL_LIMITS.items()},
) | {"additionalProperties": True}

OSMAND = {
    "type": "object",
    "description": "What the current Traccar Client sends; `location` may be a list.",
    "properties": {
        "device_id": {**TEXT, "description": "The person's code, or the token of his own."},
        "location": {"anyOf": [ref("TraccarLocation"), many(ref("TraccarLocation"))]},
    },
    "required": ["location"],
}
LOCATION = {
    "type": "object",
    "properties": {
        "timestamp": {"anyOf": [INSTANT, LOOSE]},
        "coords": {
            "type": "object",
            "properties": {
                "latitude": LOOSE,
                "longitude": LOOSE,
                "accuracy": maybe(LOOSE),
                "speed": {**maybe(LOOSE), "description": "m/s"},
            },
            "required": ["latitude", "longitude"],
        },
        "battery": maybe(
            {"type": "object", "properties": {"level": maybe(LOOSE), "is_charging": FLAG}}
        ),
    },
    "required": ["timestamp", "coords"],
}
OSMAND_FIELDS = {
    "id": {**TEXT, "description": "The person's code, or the token of his own."},
    "lat": TEXT,
    "lon": TEXT,
    "timestamp": {**TEXT, "description": "Seconds or milliseconds since 1970, or ISO 8601."},
    "accuracy": {**TEXT, "description": "Metres."},
    "speed": TEXT,
    "speed_unit": {**TEXT, "description": "kn (where nothing is said), kmh or mps."},
    "batt": {**TEXT, "description": "Percent."},
}
OWNTRACKS = {
    "type": "object",
    "description": "Messages whose `_type` is not `location` are counted, and no fixes.",
    "properties": {
        "_type": {**TEXT, "examples": ["location"]},
        "lat": LOOSE,
        "lon": LOOSE,
        "tst": {"anyOf": [INSTANT, LOOSE]},
        "acc": {**maybe(LOOSE), "description": "Metres."},
        "vel": {**maybe(LOOSE), "description": "km/h"},
        "batt": {**maybe(LOOSE), "description": "Percent."},
        "topic": maybe(TEXT),
        "tid": maybe(TEXT),
    },
    "required": ["_type"],
}
SCHEMAS = {
    "Position": POSITION,
    "Positions": record({"positions": many(ref("Position"), MAX_POSITIONS)}),
    "Taken": record(
        {
            "accepted": COUNT,
            "rejected": many(record({"index": COUNT, "reason": REASONS})),
        }
    ),
    "TakenOfPhone": record(
        {
            "accepted": COUNT,
            "rejected": many(
                record(
                    {"index": COUNT, "reason": REASONS},
                    or_={"field": {**TEXT, "description": "What cannot be read."}},
                )
            ),
        }
    ),
    "TraccarPositions": OSMAND,
    "TraccarLocation": LOCATION,
    "OsmAndForm": {"type": "object", "properties": OSMAND_FIELDS},
    "OwnTracksMessage": OWNTRACKS,
}

POST = operation(
    TAG, {200: content(ref("Taken"))}, 401, 403, 413, 422, 503, body=content(ref("Positions"))
)
PHONE_ERRORS = (401, 403, 413, 422, 503)
IN_QUERY = tuple(parameter(name, schema) for name, schema in OSMAND_FIELDS.items())
BY_TOKEN = [{}, *BEARER]  # in the address, or as the device id
OSMAND_GET = operation(
    TAG, {200: content(ref("TakenOfPhone"))}, *PHONE_ERRORS, parameters=IN_QUERY, security=BY_TOKEN
)
OSMAND_POST = operation(
    TAG,
    {200: content(ref("TakenOfPhone"))},
    *PHONE_ERRORS,
    body=content(ref("TraccarPositions")) | content(ref("OsmAndForm"), FORM),
    body_needed=False,
    parameters=IN_QUERY,
    security=BY_TOKEN,
)
OWNTRACKS_POST = operation(
    TAG,
    {200: content(many(WHOLE, 0), JSON)},
    *PHONE_ERRORS,
    body=content({"anyOf": [ref("OwnTracksMessage"), many(ref("OwnTracksMessage"))]}),
    body_needed=False,
    parameters=[
        parameter("X-Limit-U", TEXT, "header", said="The person's code, where no user is named."),
        parameter("X-Limit-D", TEXT, "header", said="The device, where no user is named."),
    ],
    security=[{"basic": []}, *BEARER],
)
