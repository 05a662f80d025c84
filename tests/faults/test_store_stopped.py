"""PostgreSQL stops for 20 seconds under load: what was answered "accepted" is there afterwards."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from dashboard.embedded import Store, ensure, stop
from dashboard.guards import identities
from data import actors, migrate
from data.database import Database, fetch_all
from tests.clones import places
from tests.factories import Town, make_town
from tests.serving import serving
from tests.waiting import until

STOPPED_S = 20
PEOPLE = ("west_worker", "east_worker", "west_chief", "east_chief")


@pytest.fixture
async def home() -> AsyncIterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="wangge-fault-", dir=places()[0]))
    made.chmod(0o711)
    yield made
    await stop(made)
    shutil.rmtree(made, ignore_errors=True)


@dataclass
class Phone:
    """Sends fixes for ever and keeps what it was told; a refused one is sent again."""

    client: httpx.AsyncClient
    header: dict[str, str]
    person: str
    at: datetime
    accepted: set[datetime] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    retry_after: bool = True

    async def walk(self, until: asyncio.Event) -> None:
        while not until.is_set():
            await self.send()
            await asyncio.sleep(0.05)

    async def send(self) -> bool:
        """One fix; True when it is safe (accepted, or there already)."""
        fix = {"person": self.person, "lon": 112.905, "lat": 35.605, "at": self.at.isoformat()}
        reply = await self.client.post(
            "/api/positions", json={"positions": [fix]}, headers=self.header
        )
        if reply.status_code != 200:
            self.told[str(reply.status_code)] += 1
            self.retry_after &= int(reply.headers.get("Retry-After", 0)) > 0
            return False
        body = reply.json()
        if body["accepted"]:
            self.accepted.add(self.at)
        else:  # it was written although the answer before said that nobody knows
            assert body["rejected"] == [{"index": 0, "reason": "duplicate"}]
        self.told["200"] += 1
        self.at += timedelta(seconds=1)
        return True


async def open_town(store: Store, at: datetime) -> tuple[Town, str]:
    await migrate.apply(store.admin_url)
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        town = await make_town(database, store.admin_url, at=at)
        async with database.acting(town.system_id) as link:
            _, token = await actors.create_token(link, role="source", source="phones")
    return town, token


async def stored(store: Store, system_id: int) -> dict[str, set[datetime]]:
    found: dict[str, set[datetime]] = {person: set() for person in PEOPLE}
    async with (
        Database(store.app_url, store.readonly_url, size=2) as database,
        database.acting(system_id) as link,
    ):
        query = "SELECT p.code, h.at FROM position_history h JOIN person p ON p.id = h.person_id"
        for row in await fetch_all(link, query):
            found[row["code"]].add(row["at"])
    return found


async def test_what_was_accepted_is_stored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused with 503 and Retry-After meanwhile; going on by itself afterwards."""
    monkeypatch.setattr(identities, "CACHE_S", 1e6)  # the intake meets the outage, not the door
    now = datetime.now(UTC)
    store = await ensure(home)
    town, token = await open_town(store, now)
    header = {"Authorization": f"Bearer {token}"}
    enough = asyncio.Event()
    async with serving(store, home) as served, served.client() as client:
        phones = [Phone(client, header, name, now - timedelta(hours=2)) for name in PEOPLE]
        walks = [asyncio.create_task(phone.walk(enough)) for phone in phones]
        await until(lambda: all(len(phone.accepted) > 5 for phone in phones))
        await stop(home)
        await asyncio.sleep(STOPPED_S)
        await until(lambda: all(phone.told["503"] for phone in phones))
        unknown = await client.get("/api/summary", headers={"Authorization": "Bearer other"})
        assert unknown.status_code == 503 and int(unknown.headers["Retry-After"]) > 0
        before = [len(phone.accepted) for phone in phones]
        await ensure(home)
        going_on = zip(phones, before, strict=True)
        for phone, n in going_on:
            await until(lambda phone=phone, n=n: len(phone.accepted) > n + 5)
        enough.set()
        await asyncio.gather(*walks)
        health = (await client.get("/healthz")).json()
    there = await stored(store, town.system_id)
    for phone in phones:
        assert set(phone.told) == {"200", "503"} and phone.retry_after
        assert phone.accepted <= there[phone.person]
    total = sum(len(times) for times in there.values())
    assert health["positions"]["accepted"] == total
    assert health["positions"]["dropped"] >= len(PEOPLE)
