"""Types as services, events as requests: what Open311 calls each field."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from data.events.types import Service

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"  # its name, never asked for
CHANGESET = "2026-11-22T00:00:00Z"
PUBLIC_DIGITS = 3  # of a degree, some 100 m: a home is not pointed at


def service(one: Service, lang: str, *, batch: bool) -> dict[str, Any]:
    """A type in the list; `batch`: who asks would get a token instead of an id."""
    zh, en = (one.name_zh, one.class_zh), (one.name_en, one.class_en)
    (name, group), (other, _) = (en, zh) if lang == "en" else (zh, en)
    return {
        "service_code": one.code,
        "service_name": name,
        "description": other,
        "metadata": bool(one.attributes),
        "type": "batch" if batch else "realtime",
        "keywords": ", ".join(dict.fromkeys((name, other, group))),
        "group": group,
    }


def definition(one: Service) -> dict[str, Any]:
    """What is asked of who reports one."""
    return {"service_code": one.code, "attributes": one.attributes}


def request(row: dict[str, Any], lang: str, zone: tzinfo, *, public: bool) -> dict[str, Any]:
    """An event; `public` leaves out what people wrote, and rounds its place."""
    detail = {} if public else row["detail"].get("open311", {})
    lon, lat = row["lon"], row["lat"]
    if public and lon is not None and lat is not None:
        lon, lat = round(lon, PUBLIC_DIGITS), round(lat, PUBLIC_DIGITS)
    return {
        "service_request_id": str(row["id"]),
        "status": "closed" if row["closed"] else "open",
        "status_notes": None,
        "service_name": row["name_en"] if lang == "en" else row["name_zh"],
        "service_code": row["code"],
        "description": None if public else row["text"] or None,
        "agency_responsible": row["area"],
        "service_notice": None,
        "requested_datetime": _w3(row["opened_at"], zone),
        "updated_datetime": _w3(row["updated_at"] or row["opened_at"], zone),
        "expected_datetime": _w3(row["due_at"], zone),
        "address": None if public else row["address"],
        "address_id": detail.get("address_id"),
        "zipcode": None,
        "lat": lat,
        "long": lon,
        "media_url": detail.get("media_url"),
    }


def discovery(base_url: str, contact: str, how: str) -> dict[str, Any]:
    """Where this endpoint is and what it speaks."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": base_url,
        "changeset": CHANGESET,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    return {
        "changeset": CHANGESET,
        "contact": contact,
        "key_service": how,
        "endpoints": [endpoint],
    }


def _w3(at: datetime | None, zone: tzinfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")
