"""The doors of events: ours, webhooks in other systems' words, alerts by CAP."""

from __future__ import annotations

from dashboard.openapi.parts import (
    BEARER,
    COUNT,
    FLAG,
    INSTANT,
    NO_KEY,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    choice,
    content,
    many,
    maybe,
    operation,
    record,
    ref,
)  # fmt: skip
from data.events.alerts import Became
from data.events.cap import KINDS, NAME, STATUSES
from data.events.grounds import Fault

TAG = "events"
EVENT = {
    "id": WHOLE,
    "key": {**TEXT, "description": "The source's own id."},
    "type": TEXT,
    "area_id": WHOLE,
    "grid_ids": many(WHOLE),
    "lon": maybe(NUMBER),
    "lat": maybe(NUMBER),
    "address": maybe(TEXT),
    "text": TEXT,
    "opened": INSTANT,
    "closed": maybe(INSTANT),
}
FLAW = {  # of an alert's ground
    "part": {**TEXT, "description": "As `polygon 2`; `ground`: all of it."},
    "fault": choice(*Fault),
    "message": TEXT,
}
OUTCOMES = ["repeated" if one is Became.REPEATED else str(one) for one in Became]

NAMED: Schema = {**TEXT, "pattern": f"^{NAME.pattern}$"}

# XML is described by its elements; a reader of ours goes through them one by one.
ALERT: Schema = {
    "type": "object",
    "xml": {"name": "alert", "namespace": "urn:oasis:names:tc:emergency:cap:1.2"},
    "properties": {
        "identifier": NAMED,
        "sender": NAMED,
        "sent": INSTANT,
        "status": choice(*STATUSES),
        "msgType": choice(*KINDS),
        "scope": TEXT,
        "references": {**TEXT, "description": "sender,identifier,sent of earlier messages."},
        "info": many(ref("AlertInfo")),
    },
    "required": ["identifier", "sender", "sent", "status", "msgType"],
}
INFO: Schema = {
    "type": "object",
    "xml": {"name": "info"},
    "properties": {
        "language": {**TEXT, "examples": ["zh-CN"]},
        "event": TEXT,
        "urgency": TEXT,
        "severity": TEXT,
        "certainty": TEXT,
        "effective": INSTANT,
        "onset": INSTANT,
        "expires": INSTANT,
        "headline": TEXT,
        "description": TEXT,
        "instruction": TEXT,
        "area": many(ref("AlertArea")),
    },
}
AREA: Schema = {
    "type": "object",
    "xml": {"name": "area"},
    "properties": {
        "areaDesc": TEXT,
        "polygon": many({**TEXT, "description": "lat,lon lat,lon … in WGS-84"}),
        "circle": many({**TEXT, "description": "lat,lon radius in km"}),
    },
}
SCHEMAS = {
    "Event": record(
        {
            **EVENT,
            "source": TEXT,
            "due": maybe(INSTANT),
            "yellow": maybe(INSTANT),
            "settled": maybe(TEXT),
            "satisfied": maybe(FLAG),
        }
    ),
    "EventTaken": record({"event": ref("Event"), "created": FLAG}),
    "HookTaken": record(
        {
            "accepted": COUNT,
            "repeated": COUNT,
            "rejected": many(
                record({"index": COUNT, "reason": TEXT, "message": TEXT}, or_={"field": TEXT})
            ),
        }
    ),
    "AlertTaken": record(
        {
            "outcome": choice(*OUTCOMES),
            "event": maybe(record(EVENT)),
            "flaws": many(record(FLAW)),
        }
    ),
    "Alert": ALERT,
    "AlertInfo": INFO,
    "AlertArea": AREA,
}

EVENT_POST = operation(
    TAG,
    {200: content(ref("EventTaken")), 201: content(ref("EventTaken"))},
    *(401, 403, 413, 422, 503),
    body=content(ref("Report")),
)
HOOK_POST = operation(
    TAG,
    {200: content(ref("HookTaken"))},
    *(400, 401, 403, 413, 422, 503),
    body=content({"description": "Any JSON; `wangge source map` says what of it means what."}),
    security=[*NO_KEY, *BEARER],
)
CAP_ANSWERS = {200: content(ref("AlertTaken")), 201: content(ref("AlertTaken"))}
CAP_BODY = content(ref("Alert"), "application/cap+xml", "application/xml", "text/xml")
CAP_POST = operation(TAG, CAP_ANSWERS, 401, 403, 413, 422, 503, body=CAP_BODY)
CAP_POST_BY_PATH = operation(
    TAG, CAP_ANSWERS, 401, 403, 413, 422, 503, body=CAP_BODY, security=[*NO_KEY, *BEARER]
)
