"""The simulator against a real server: it is heard, it repeats itself, and it gives way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from dashboard import simulator, town
from dashboard.cli.simulate import NotTold, _simulate
from dashboard.embedded import Store
from dashboard.simulator import Addresses, Message, Simulator
from data.actors import system_actor
from data.database import Database, fetch_all
from data.demo import seed
from data.demo.event_types import SOURCES
from data.places import site
from tests import hamlet
from tests.serving import serving
from tests.waiting import LONGEST_S, free_port, until


@pytest.fixture
async def at(database: Database, store: Store, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The hamlet in the store, seeded up to this time, two minutes ago."""
    monkeypatch.setattr(simulator, "PATIENCE_S", (0.02,))
    monkeypatch.setattr(simulator, "TICK_S", 0.02)
    monkeypatch.setattr(seed, "HISTORY_DAYS", 0)
    reached = datetime.now(UTC) - timedelta(minutes=2)
    await site.create(store.admin_url, name_zh="示范镇", name_en="Demo", timezone="Asia/Shanghai")
    async with database.acting(await system_id(database)) as link:
        await seed.seed(link, hamlet.town(), hamlet.scene(), at=reached)
    return reached


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=LONGEST_S, trust_env=False) as made:
        yield made


async def simulated(store: Store, client: httpx.AsyncClient, url: str) -> Simulator:
    told = await town.simulator_tokens(store)
    tokens = {name: told[town.TOKENS + name.upper()] for name, *_ in SOURCES}
    return Simulator(hamlet.scene(), client, Addresses(url, url), tokens)


async def rows(database: Database, query: str) -> list[dict[str, Any]]:
    async with database.acting(await system_id(database)) as link:
        return await fetch_all(link, query.encode())


async def system_id(database: Database) -> int:
    async with database.acting(None) as link:
        return (await system_actor(link)).id


def of_some(said: Sequence[Message], count: int) -> list[Message]:
    """All that is said of the first few events that are reported and closed."""
    closed = {message.body["id"] for message in said if "closed" in message.body}
    opened = [m.body["id"] for m in said if "closed" not in m.body and m.body["id"] in closed]
    chosen = set(opened[:count])
    return [message for message in said if message.body["id"] in chosen]


async def test_phones_and_reporters_are_heard(
    at: datetime, store: Store, database: Database, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Positions since the seed come in with nothing left out and nothing refused."""
    async with serving(store, tmp_path) as served:
        living = await simulated(store, client, served.url)
        task = asyncio.create_task(living.run(at))
        expected = len(hamlet.scene().fixes(start=at, end=datetime.now(UTC)))
        assert expected > 0

        async def heard() -> dict[str, Any]:
            found = await client.get(f"{served.url}/healthz")
            return dict(found.json()["positions"])

        async def all_heard() -> bool:
            return bool((await heard())["received"] >= expected)

        await until(all_heard)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await heard())["rejected"] == {}
    newest = "SELECT max(at) AS at, count(DISTINCT person_id) AS n FROM latest_position"
    (seen,) = await rows(database, newest)
    assert seen["n"] == len(hamlet.WORKERS) and seen["at"] > at


async def test_events_come_and_go_as_the_world_has_them(
    at: datetime,
    store: Store,
    database: Database,
    client: httpx.AsyncClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is reported and closed is, in the store, what a later seed would have written."""
    async with serving(store, tmp_path) as served:
        living = await simulated(store, client, served.url)
        said = of_some(living.reports_between(at - timedelta(days=1), at), 8)
        await living.say_reports(said)
        await living.say_reports(said)
    live = await rows(database, EVENTS)
    assert len(live) == 8 and all(row["closed_at"] for row in live)
    logged = "SELECT event_id FROM event_log GROUP BY event_id, action HAVING count(*) > 1"
    assert await rows(database, logged) == []
    with psycopg.connect(store.admin_url) as link:
        link.execute("TRUNCATE event, event_log CASCADE")
    monkeypatch.setattr(seed, "HISTORY_DAYS", 2)
    async with database.acting(await system_id(database)) as link:
        await seed.catch_up(link, hamlet.scene(), since=at, at=datetime.now(UTC))
    later = {row["source_key"]: row for row in await rows(database, EVENTS)}
    assert [later[row["source_key"]] for row in live] == live


EVENTS = """SELECT source_id, source_key, type_id, area_id, grid_ids, geom::text, text, opened_at,
                   due_at, closed_at, settled_at, satisfied FROM event ORDER BY id"""


async def test_a_server_that_goes_and_comes_hears_everything(
    at: datetime,
    store: Store,
    database: Database,
    client: httpx.AsyncClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    refused: list[httpx.Request] = []
    send = client.send

    async def sent(request: httpx.Request, **given: Any) -> httpx.Response:
        try:
            return await send(request, **given)
        except httpx.ConnectError:
            refused.append(request)
            raise

    monkeypatch.setattr(client, "send", sent)
    living = await simulated(store, client, f"http://127.0.0.1:{port}")
    said = of_some(living.reports_between(at - timedelta(days=1), at), 3)
    fixes = living.fixes_between(at, at + timedelta(minutes=1))
    speaking = asyncio.gather(living.say_reports(said), living.say_positions(fixes))
    await until(lambda: len(refused) > 3)  # nobody listens yet
    assert not speaking.done()
    async with serving(store, tmp_path, port):
        await asyncio.wait_for(speaking, LONGEST_S)
    assert len(await rows(database, EVENTS)) == 3
    newer = f"SELECT count(*) AS n FROM position_history WHERE at > '{at.isoformat()}'"
    assert await rows(database, newer) == [{"n": len(fixes)}]


async def test_what_the_server_does_not_want_is_not_repeated(
    at: datetime, store: Store, database: Database, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    """The next report goes on."""
    async with serving(store, tmp_path) as served:
        living = await simulated(store, client, served.url)
        said = of_some(living.reports_between(at - timedelta(days=1), at), 2)
        bad = Message(said[0].at_s, said[0].source, {**said[0].body, "type": "nothing like it"})
        await asyncio.wait_for(living.say_reports([bad, *said]), LONGEST_S)
    assert len(await rows(database, EVENTS)) == 2


def test_old_positions_are_not_said_any_more() -> None:
    """A machine that slept for a night does not send the night."""
    tokens = {name: "x" for name, *_ in SOURCES}
    now = datetime.now(UTC)
    client = httpx.AsyncClient()
    living = Simulator(hamlet.scene(), client, Addresses("", ""), tokens, now=lambda: now)
    said = living.fixes_between(now - timedelta(hours=20), now)
    assert said and said[0].at_s > (now - simulator.BUFFER).timestamp()


async def test_it_says_what_it_needs() -> None:
    with pytest.raises(NotTold, match="WANGGE_BASE_URL, WANGGE_TOKEN_WORKER"):
        await _simulate({})
