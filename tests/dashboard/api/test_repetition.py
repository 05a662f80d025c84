"""A source that repeats itself for ever: one row, every repetition counted, nothing that grows."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from dashboard.embedded import Store
from data.database import fetch_all
from data.events import hooks
from tests.dashboard.api.phone_requests import OSMAND, OWNTRACKS, at, location, message
from tests.dashboard.api.test_cap import message as alert
from tests.factories import Town

REPEATS = 10_000  # by doors that take many at once
BATCH = 5_000
SINGLE = int(os.environ.get("WANGGE_REPEATS", "200"))  # by doors that take one; 10,000 take minutes
ROWS = """
SELECT c.relname AS name, ((xpath('/row/n/text()', query_to_xml(
    format('SELECT count(*) AS n FROM %I', c.relname), false, true, '')))[1])::text::int AS n
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""
FIX = {"person": "west_worker", "lon": 112.905, "lat": 35.605, "at": at().isoformat()}
EVENT = {"id": "e-1", "type": "t", "lon": 112.905, "lat": 35.605, "time": at().isoformat()}
Send = Callable[[], Awaitable[httpx.Response]]


@pytest.fixture(autouse=True)
async def typed(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO event_type (code, name_zh, name_en, limit_s) VALUES ('t', '类', 'T', 60)"
        )


async def rows(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    async with await psycopg.AsyncConnection.connect(store.admin_url) as link:
        return dict(await (await link.execute(ROWS)).fetchall())


async def counted(town: Town, door: str) -> dict[str, int]:
    async with town.database.acting(town.system_id) as link:
        found = await fetch_all(
            link, "SELECT reason, n FROM intake_counter WHERE door = %s", [door]
        )
    return {row["reason"]: row["n"] for row in found}


async def repeat(store: Store, send: Send, times: int, each: int = 1) -> int:
    """The first time, half of the others, the rest: from half on no table has a row more, and the
    process holds no object more for each. How many were sent."""
    await many(send, 1)
    half = (times // each - 1) // 2
    await many(send, half)
    held, rest = await rows(store), times // each - 1 - half
    grown = []
    for _ in range(3):  # what the process does meanwhile may grow once, a leak grows each time
        objects = living()
        await many(send, rest)
        grown.append(living() - objects)
        if grown[-1] < rest * each:
            break
    assert await rows(store) == held
    assert min(grown) < rest * each
    return (1 + half + rest * len(grown)) * each


async def many(send: Send, times: int) -> None:
    """Eight at a time."""
    left = iter(range(times))

    async def one_after_another() -> None:
        for _ in left:
            reply = await send()
            assert reply.status_code in (200, 201), reply.text

    await asyncio.gather(*(one_after_another() for _ in range(8)))


def living() -> int:
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.parametrize("door", ["positions", "osmand", "owntracks"])
async def test_a_fix(
    app: FastAPI, town: Town, store: Store, client: httpx.AsyncClient, token: str, door: str
) -> None:
    """Ten thousand times, in bodies of 2,500; the phone's account is a line for each reason."""
    each = BATCH // 2
    said: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}}
    if door == "positions":
        url, said["json"] = "/api/positions", {"positions": [FIX] * each}
    elif door == "osmand":
        one = {name: location()[name] for name in ("timestamp", "coords")}
        url, said["json"] = OSMAND, {"device_id": "west_worker", "location": [one] * each}
    else:
        one = {name: message()[name] for name in ("_type", "lat", "lon", "tst", "topic")}
        url, said["json"] = OWNTRACKS, [one] * each

    async def send() -> httpx.Response:
        reply = await client.post(url, **said)
        await app.state.phone_door.write()
        return reply

    sent = await repeat(store, send, REPEATS, each)
    assert sent >= REPEATS
    found = await counted(town, "positions")
    assert found == {"received": sent, "accepted": 1, "duplicate": sent - 1}
    held = await rows(store)
    history = sum(n for name, n in held.items() if name.startswith("position_history"))
    assert history == held["latest_position"] == 1
    assert held["phone_day"] == (0 if door == "positions" else 2)


async def test_a_hook(town: Town, store: Store, client: httpx.AsyncClient, token: str) -> None:
    """Ten thousand times, in bodies of 500."""
    async with town.database.acting(town.system_id) as link:
        (source,) = await fetch_all(link, "SELECT id FROM source WHERE name = 'phones'")
        fields = {name: name for name in ("id", "type", "time", "lon", "lat")}
        await hooks.set_mapping(link, source["id"], {"map": fields})
    sent = await repeat(
        store, lambda: client.post(f"/api/hooks/{token}", json=[EVENT] * 500), REPEATS, 500
    )
    found = await counted(town, "hooks")
    assert found == {"received": sent, "accepted": 1, "duplicate": sent - 1}
    held = await rows(store)
    assert held["event"] == held["event_log"] == 1


@pytest.mark.parametrize("door", ["events", "cap", "open311"])
async def test_a_report(
    town: Town, store: Store, client: httpx.AsyncClient, token: str, door: str
) -> None:
    """One at a time, eight beside each other."""
    said: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}}
    url = f"/api/{door}"
    if door == "events":
        said["json"] = EVENT
    elif door == "cap":
        said["content"] = alert().encode()
    else:
        url, said["data"] = "/open311/v2/requests.json", {
            "service_code": "t", "lat": "35.605", "long": "112.905", "email": "a@b.c",
        }  # fmt: skip
    sent = await repeat(store, lambda: client.post(url, **said), SINGLE)
    found = await counted(town, door)
    assert found == {"received": sent, "accepted": 1, "duplicate": sent - 1}
    held = await rows(store)
    assert held["event"] == held["event_log"] == 1
