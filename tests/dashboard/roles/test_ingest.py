"""The ingest role: positions and health behind the same sign-in, nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from dashboard.embedded import Store
from dashboard.roles.ingest import create_app
from dashboard.settings import Settings
from data import actors
from data.database import Database
from tests.factories import Town, make_town

NOW = datetime.now(UTC)
ROW = {"person": "west_worker", "lon": 112.905, "lat": 35.605}


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url, at=NOW)


@pytest.fixture
async def client(town: Town, store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    urls = {"app_url": store.app_url, "readonly_url": store.readonly_url}
    app = create_app(Settings(home=tmp_path, **urls))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
            yield made


async def header(town: Town) -> dict[str, str]:
    async with town.database.acting(town.system_id) as link:
        _, token = await actors.create_token(link, role="source", source="phones")
    return {"Authorization": f"Bearer {token}"}


async def test_positions_come_in_by_a_token(client: httpx.AsyncClient, town: Town) -> None:
    """The real sign-in, the real clock, and the role's own counters."""
    rows = [{**ROW, "at": (NOW - timedelta(seconds=5)).isoformat()}, {**ROW, "at": "yesterday"}]
    reply = await client.post(
        "/api/positions", json={"positions": rows}, headers=await header(town)
    )
    assert reply.json() == {"accepted": 1, "rejected": [{"index": 1, "reason": "invalid"}]}
    health = (await client.get("/healthz")).json()
    assert health["positions"]["received"] == 2
    async with town.database.acting(town.system_id) as link:
        rows_ = await (await link.execute("SELECT DISTINCT process FROM intake_counter")).fetchall()
    assert [name.startswith("ingest-") for (name,) in rows_] == [True]


async def test_phone_apps_come_in_too(client: httpx.AsyncClient, town: Town) -> None:
    token = (await header(town))["Authorization"].removeprefix("Bearer ")
    seconds = int(NOW.timestamp()) - 5
    said = {"id": "west_worker", "lat": "35.605", "lon": "112.905", "timestamp": str(seconds)}
    reply = await client.get(f"/api/positions/osmand/{token}", params=said)
    assert reply.json() == {"accepted": 1, "rejected": []}
    location = {"_type": "location", "lat": 35.605, "lon": 112.905, "tst": seconds + 1}
    body = [location, {"_type": "status"}]
    reply = await client.post("/api/positions/owntracks", json=body, auth=("west_worker", token))
    assert (reply.status_code, reply.json()) == (200, [])
    health = (await client.get("/healthz")).json()["positions"]
    assert (health["accepted"], health["received"], health["ignored"]) == (2, 2, 1)


async def test_nothing_else_is_there(client: httpx.AsyncClient, town: Town) -> None:
    """No token: 401 before anything; with one, a JSON 404."""
    assert (await client.post("/api/positions", json={"positions": []})).status_code == 401
    assert (await client.get("/api/events")).status_code == 401
    assert (await client.get("/api/positions/osmand")).status_code == 401
    assert (await client.post("/api/positions/owntracks", json={})).status_code == 401
    known = await header(town)
    for path in ("/api/events", "/docs", "/openapi.json", "/"):
        reply = await client.get(path, headers=known)
        assert reply.status_code == 404, path
        assert reply.json()["error"]["code"] == "not_found"
