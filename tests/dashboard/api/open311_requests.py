"""What apps of residents send to Open311, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import FastAPI

from data.database import fetch_all
from tests.factories import Town

V2 = "/open311/v2"
ASKED = [
    {"code": "WHERE", "datatype": "singlevaluelist", "required": True, "description": "Where?",
     "values": [{"key": "road", "name": "Road"}, {"key": "park", "name": "Park"}]},
    {"code": "BAGS", "datatype": "number"},
]  # fmt: skip


def form(**more: str) -> dict[str, str]:
    said = {
        "service_code": "wish", "lat": "35.605", "long": "112.915", "description": "a bench",
        "first_name": "三", "phone": "13800001111", "email": "san@example.org",
    }  # fmt: skip
    return {name: value for name, value in {**said, **more}.items() if value != "-"}


async def events(town: Town) -> list[dict[str, Any]]:
    async with town.database.acting(town.system_id) as link:
        return await fetch_all(link, "SELECT * FROM event ORDER BY id")


async def counted(town: Town, door: str = "open311") -> dict[str, int]:
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT reason, n FROM intake_counter WHERE door = %s", [door])
    return {row["reason"]: row["n"] for row in rows}


def let(app: FastAPI, **settings_: Any) -> None:
    """Change what the site lets anybody do, as all processes hear it."""
    app.state.clock.site = replace(app.state.clock.site, **settings_)
