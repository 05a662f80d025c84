"""Requests as phone apps send them, and what the store holds afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from data.database import fetch_all
from tests.factories import NOON, Town

OSMAND = "/api/positions/osmand"
OWNTRACKS = "/api/positions/owntracks"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def at(seconds: float = -60) -> datetime:
    return NOON + timedelta(seconds=seconds)


def epoch(seconds: float = -60) -> int:
    return int(at(seconds).timestamp())


def query(seconds: float = -60, **more: Any) -> dict[str, str]:
    """What Traccar Client for Android (to version 8) puts into its address, in its order."""
    said = {
        "id": "west_worker", "timestamp": epoch(seconds), "lat": 35.605, "lon": 112.905,
        "speed": 2.5, "bearing": 87.0, "altitude": 741.2, "accuracy": 12.0, "batt": 64.0,
    }  # fmt: skip
    return {name: str(value) for name, value in {**said, **more}.items() if value is not None}


def location(seconds: float = -60, **coords: Any) -> dict[str, Any]:
    """The current Traccar Client's template, filled in."""
    return {
        "timestamp": at(seconds).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "coords": {
            "latitude": 35.605, "longitude": 112.905, "accuracy": 8.1, "speed": 1.4,
            "heading": 87.2, "altitude": 741.2, **coords,
        },
        "is_moving": True,
        "odometer": 1204.5,
        "event": "motionchange",
        "battery": {"level": 0.75, "is_charging": False},
        "activity": {"type": "walking"},
        "extras": {},
        "_": "&id=west_worker&lat=35.605&lon=112.905&timestamp=x&",
    }  # fmt: skip


def message(seconds: float = -60, **more: Any) -> dict[str, Any]:
    """A location of OwnTracks for Android."""
    return {
        "_type": "location", "BSSID": "02:00:00:00:00:00", "SSID": "office", "_id": "a1b2c3d4",
        "acc": 14, "alt": 741, "batt": 64, "bs": 1, "cog": 87, "conn": "m",
        "created_at": epoch(seconds) + 1, "lat": 35.605, "lon": 112.905, "m": 1, "t": "u",
        "tid": "ww", "topic": "owntracks/west_worker/phone", "tst": epoch(seconds), "vac": 3,
        "vel": 9, **more,
    }  # fmt: skip


async def stored(town: Town) -> list[dict[str, Any]]:
    async with town.database.acting(town.system_id) as link:
        return await fetch_all(
            link,
            "SELECT p.code, h.at, h.lon, h.lat, h.accuracy_m, h.speed_mps, h.battery, s.name AS"
            " source FROM position_history h JOIN person p ON p.id = h.person_id"
            " JOIN source s ON s.id = h.source_id ORDER BY h.at",
        )


async def counted(town: Town) -> dict[str, int]:
    """The counters of positions; they always add up."""
    async with town.database.acting(town.system_id) as link:
        sql = (
            "SELECT reason, sum(n)::int AS n FROM intake_counter"
            " WHERE reason <> 'two_phones' GROUP BY reason"
        )
        found = {row["reason"]: row["n"] for row in await fetch_all(link, sql)}
    ignored, received = found.pop("ignored", 0), found.pop("received", 0)
    assert received == sum(found.values())
    return {"ignored": ignored, **found} if ignored else found
