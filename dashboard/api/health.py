"""GET /healthz: whether this process and its store work, and what came in. Open to anybody."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api.errors import json_response
from dashboard.openapi import places as described
from data import counters, feed_shifts
from data.errors import StoreUnavailable

router = APIRouter()
REPORTS = ("events", "open311", "hooks", "cap")  # doors of events


@cache
def version() -> str:
    """The version of this product as installed."""
    try:
        return metadata.version("wangge")
    except metadata.PackageNotFoundError:
        return "unknown"


@router.get("/healthz", **described.HEALTH)
async def health(request: Request) -> Response:
    """Counters are persistent and summed over processes; received = accepted + rejected;
    `dropped` and `ignored` stand beside the sum. So do those of reports, a door each."""
    state = request.app.state
    answer: dict[str, Any] = {"status": "ok", "version": version(), "database": "ok"}
    try:
        async with state.database.acting(None) as connection:
            counts = await counters.read(connection, door="positions")
            phones = await counters.read(connection, door="phones")
            reports = await counters.doors(connection, REPORTS)
            shifts = await feed_shifts.suspected(connection)
            screens = await counters.screens(connection, real=datetime.now(UTC))
    except StoreUnavailable:
        return json_response({**answer, "status": "degraded", "database": "unavailable"}, 503)
    answer["positions"] = {
        "received": counts.received,
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "dropped": counts.dropped + state.intake.dropped,
        "ignored": phones.rejected.get("ignored", 0),  # messages of phones that are no fixes
    }
    answer["reports"] = {name: _doors(one) for name, one in reports.items()}
    answer["phones"] = {"two_phones": phones.rejected.get("two_phones", 0)}  # a device id of two
    answer["shifts"] = [asdict(one) for one in shifts]  # feeds that lie beside the map
    return json_response({**answer, "screens": screens})


def _doors(counts: counters.Counts) -> dict[str, Any]:
    """A source that repeats itself stands beside what was wrong, each reason by itself."""
    return {
        "received": counts.received,
        "accepted": counts.accepted,
        "repeated": counts.rejected.get("duplicate", 0),
        "rejected": {name: n for name, n in counts.rejected.items() if name != "duplicate"},
    }
