"""What is asked of the town: grids at a point, people near it, the clock, how the process is."""

from __future__ import annotations

from dashboard.openapi.parts import (
    COUNT,
    FLAG,
    GEOJSON,
    INSTANT,
    NO_KEY,
    NUMBER,
    TEXT,
    WHOLE,
    choice,
    content,
    many,
    maybe,
    operation,
    record,
    ref,
)  # fmt: skip
from data.query.nearest import CLASSES_M, MOST
from data.staff.standing import STATES

TAG = "places"
FEED_SHIFT = record(
    {
        **dict.fromkeys(("source", "what", "reference", "conversion", "crs"), TEXT),
        "points": COUNT,
        **dict.fromkeys(("share", "shift_m", "before_m", "after_m"), NUMBER),
    }
)
COUNTERS = {"type": "object", "additionalProperties": COUNT}
PERSON = {
    "id": WHOLE,
    "code": maybe(TEXT),
    "name": maybe(TEXT),
    "on_duty": FLAG,
    "state": choice(*STATES),
    "at": INSTANT,
    "age_s": NUMBER,
    "accuracy_m": maybe(NUMBER),
    "distance_m": NUMBER,
    "post": maybe(TEXT),
    "grid": maybe(TEXT),
    "load": record({"open_events": COUNT, "calls_today": COUNT}),
    "reason": TEXT,
}
POINT = {
    "type": "object",
    "properties": {
        "type": {"const": "Point"},
        "coordinates": {**many(NUMBER, 2), "minItems": 2},
    },
    "required": ["type", "coordinates"],
}
RESPONSIBLE = record(
    {"person_id": WHOLE, "name": TEXT, "post": TEXT, "on_duty": FLAG, "phone": maybe(TEXT)}
)
GRID = record(
    {
        "id": WHOLE,
        "kind": TEXT,
        "kind_name_zh": TEXT,
        "kind_name_en": TEXT,
        "code": TEXT,
        "name": TEXT,
        "area_id": WHOLE,
        "area_name": maybe(TEXT),
        "responsible": many(RESPONSIBLE),
    }
)
NEIGHBOUR = record(
    {
        "within_m": {**WHOLE, "enum": list(CLASSES_M)},
        "on_duty": FLAG,
        "post": maybe(TEXT),
        "ask": record({"id": WHOLE, "name": TEXT, "level": TEXT}),
        "reason": TEXT,
    }
)
DOOR = record({"received": COUNT, "accepted": COUNT, "repeated": COUNT, "rejected": COUNTERS})
SCHEMAS = {
    "Error": record({"error": record({"code": TEXT, "message": TEXT})}),
    "GridsAt": record({"lon": NUMBER, "lat": NUMBER, "grids": many(GRID)}),
    "Nearest": record(
        {
            "lon": NUMBER,
            "lat": NUMBER,
            "people": many(record({**PERSON, "lon": maybe(NUMBER), "lat": maybe(NUMBER)}), MOST),
            "neighbours": many(NEIGHBOUR, MOST),
        }
    ),
    "NearestFeatures": record(
        {
            "type": {"const": "FeatureCollection"},
            "features": many(
                record(
                    {
                        "type": {"const": "Feature"},
                        "id": WHOLE,
                        "geometry": maybe(POINT),
                        "properties": record({**PERSON, "rank": {**WHOLE, "minimum": 1}}),
                    }
                )
            ),
        }
    ),
    "Clock": record(
        {"now": INSTANT, "speed": NUMBER, "mode": choice("real", "replay"), "timezone": TEXT}
    ),
    "Health": record(
        {"status": choice("ok", "degraded"), "version": TEXT, "database": TEXT},
        or_={
            "positions": record(
                {
                    "received": COUNT,
                    "accepted": COUNT,
                    "rejected": COUNTERS,
                    "dropped": COUNT,
                    "ignored": COUNT,
                }
            ),
            "reports": {"type": "object", "additionalProperties": DOOR},
            "phones": COUNTERS,
            "shifts": many(FEED_SHIFT),
            "screens": COUNT,
        },
    ),
}

GRIDS_AT = operation(TAG, {200: content(ref("GridsAt"))}, 401, 403, 422, 503)
NEAREST = operation(
    TAG,
    {200: content(ref("Nearest")) | content(ref("NearestFeatures"), GEOJSON)},
    *(401, 403, 422, 503),
)
CLOCK = operation(TAG, {200: content(ref("Clock"))}, 401, 503)
HEALTH = operation(
    TAG, {200: content(ref("Health"))}, 503, fault=content(ref("Health")), security=NO_KEY
)
