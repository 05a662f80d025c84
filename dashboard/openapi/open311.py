"""Open311 GeoReport v2, its errors too. Each answer is JSON or XML, as its address says."""

from __future__ import annotations

from dashboard.open311.form import CONTACT, LENGTHS, OTHER_LENGTH
from dashboard.openapi.parts import (
    BEARER,
    FLAG,
    FORM,
    INSTANT,
    JSON,
    NO_KEY,
    NUMBER,
    TEXT,
    WHOLE,
    XML,
    Described,
    Schema,
    Security,
    choice,
    content,
    many,
    maybe,
    operation,
    parameter,
    record,
    ref,
    text,
)  # fmt: skip
from data.events.attributes import DATATYPES

TAG = "open311"
ANY_KEY: Security = [*NO_KEY, {"api_key": []}, *BEARER]
FORMAT = parameter("format", choice("json", "xml"), "path", required=True)
JURISDICTION = parameter("jurisdiction_id", TEXT)
FORM_FIELDS = {
    "service_code": TEXT,
    "lat": TEXT,
    "long": TEXT,
    **{name: text(most) for name, most in LENGTHS.items()},
    **{name: text(OTHER_LENGTH) for name in (*CONTACT, "address_id", "jurisdiction_id")},
    "api_key": TEXT,
}
FILTERS = (
    parameter("service_request_id", TEXT, said="Several, separated by commas."),
    parameter("service_code", TEXT, said="Several, separated by commas."),
    parameter("start_date", TEXT, said="ISO 8601; at most 90 days before end_date."),
    parameter("end_date", TEXT),
    parameter("status", TEXT, said="open, closed, or both."),
    parameter("page", TEXT),
    parameter("page_size", TEXT, said="At most 1,000."),
)
REQUEST = record(
    {
        "service_request_id": TEXT,
        "status": choice("open", "closed"),
        "status_notes": maybe(TEXT),
        "service_name": TEXT,
        "service_code": TEXT,
        "description": maybe(TEXT),
        "agency_responsible": maybe(TEXT),
        "service_notice": maybe(TEXT),
        "requested_datetime": INSTANT,
        "updated_datetime": INSTANT,
        "expected_datetime": maybe(INSTANT),
        "address": maybe(TEXT),
        "address_id": maybe(TEXT),
        "zipcode": maybe(TEXT),
        "lat": maybe(NUMBER),
        "long": maybe(NUMBER),
        "media_url": maybe(TEXT),
    }
)
ATTRIBUTE = record(
    {
        "variable": FLAG,
        "code": TEXT,
        "datatype": choice(*DATATYPES),
        "required": FLAG,
        "datatype_description": maybe(TEXT),
        "order": WHOLE,
        "description": TEXT,
        "values": many(record({"key": TEXT, "name": TEXT})),
    }
)
SERVICE = record(
    {
        "service_code": TEXT,
        "service_name": TEXT,
        "description": TEXT,
        "metadata": FLAG,
        "type": choice("realtime", "batch"),
        "keywords": TEXT,
        "group": TEXT,
    }
)
DISCOVERY = record(
    {
        "changeset": TEXT,
        "contact": TEXT,
        "key_service": TEXT,
        "endpoints": many(
            record(
                {
                    "specification": TEXT,
                    "url": TEXT,
                    "changeset": TEXT,
                    "type": TEXT,
                    "formats": many(TEXT),
                }
            )
        ),
    }
)
REPORTED = record(
    {"service_notice": maybe(TEXT), "account_id": maybe(TEXT)},
    or_={
        "service_request_id": {**TEXT, "description": "For who has a key."},
        "token": {**TEXT, "description": "The receipt of who has none."},
    },
)
SCHEMAS = {
    "Open311Errors": many(record({"code": WHOLE, "description": TEXT})),
    "Open311Discovery": DISCOVERY,
    "Open311Service": SERVICE,
    "Open311Definition": record({"service_code": TEXT, "attributes": many(ATTRIBUTE)}),
    "Open311Request": REQUEST,
    "Open311Receipt": record({"service_request_id": TEXT, "token": TEXT}),
    "Open311Reported": REPORTED,
    "Open311Form": {
        "type": "object",
        "description": "Answers to a type's questions as attribute[CODE].",
        "properties": FORM_FIELDS,
        "required": ["service_code"],
    },
}


def _get(answer: Schema, *errors: int, parameters: tuple[Schema, ...] = ()) -> Described:
    return _operation({200: answer}, *errors, parameters=parameters)


def _operation(
    answers: dict[int, Schema],
    *errors: int,
    parameters: tuple[Schema, ...] = (),
    body: Schema | None = None,
) -> Described:
    return operation(
        TAG,
        {status: content(one, JSON) | content(TEXT, XML) for status, one in answers.items()},
        *errors,
        503,
        fault=content(ref("Open311Errors"), JSON) | content(TEXT, XML),
        body=body,
        parameters=parameters,
        security=ANY_KEY,
    )


def suffixed(described: Described) -> Described:
    """The same where the address ends in its format."""
    extra = described["openapi_extra"]
    parameters = [*extra.get("parameters", ()), FORMAT]
    return {**described, "openapi_extra": {**extra, "parameters": parameters}}


DISCOVERY_GET = suffixed(_get(ref("Open311Discovery")))
SERVICES_GET = _get(many(ref("Open311Service")), 403, 404, parameters=(JURISDICTION,))
SERVICE_GET = _get(ref("Open311Definition"), 403, 404, parameters=(JURISDICTION,))
REQUESTS_GET = _get(
    many(ref("Open311Request"), 1_000), 400, 403, 404, parameters=(JURISDICTION, *FILTERS)
)
REQUEST_GET = _get(
    many(ref("Open311Request"), 1),
    *(403, 404),
    parameters=(JURISDICTION, parameter("token", TEXT, said="The request's receipt.")),
)
TOKEN_GET = _get(many(ref("Open311Receipt"), 1), 404, parameters=(JURISDICTION,))
REPORTED_NOW = many(ref("Open311Reported"), 1)
REQUEST_POST = _operation(
    {200: REPORTED_NOW, 201: REPORTED_NOW},
    *(400, 403, 404, 413, 429),
    body=content(ref("Open311Form"), FORM),
)
