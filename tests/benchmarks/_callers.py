"""A town of phones for the bench of calls: its people, its processes, and pages that ring."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import websockets

from dashboard.embedded import Store
from data import actors
from data.calls import policies
from data.calls.model import Rules, Step, Target
from data.calls.policies import Policy
from data.database import Database, fetch_all
from tests.waiting import free_port

PING_S = 5.0
AT_ONCE = 40  # handshakes
TOWN = """
WITH n AS (SELECT generate_series(1, %(grids)s) AS n),
grid_ AS (INSERT INTO grid (kind, code, name, area_id, geom)
          SELECT 'service', 'K-' || n, 'K-' || n, %(area)s,
                 ST_Multi(ST_MakeEnvelope(112.8 + n * 1e-4, 35.6, 112.8001 + n * 1e-4, 35.61, 4326))
          FROM n RETURNING id, code),
person_ AS (INSERT INTO person (code, name, area_id, team)
            SELECT r || n, r || n, %(area)s, NULL FROM n, (VALUES ('w'), ('c')) v (r)
            UNION ALL SELECT 'g' || n, 'g' || n, %(area)s, 'all'
            FROM generate_series(1, %(group)s) n
            RETURNING id, code),
shift_ AS (INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
           SELECT id, %(area)s, %(start)s, %(end)s, %(start)s FROM person_)
INSERT INTO post (person_id, role, grid_id, area_id)
SELECT p.id, CASE WHEN p.code LIKE 'w%%' THEN 'grid_worker' ELSE 'grid_chief' END, g.id, %(area)s
FROM person_ p JOIN grid_ g ON p.code ~ '^[wc]' AND substr(p.code, 2) = substr(g.code, 3)
"""


@dataclass
class Town:
    """Tokens by person's code, grids by their number from 0, and how to act."""

    made: Store
    area: int
    system_id: int
    dispatcher: str
    tokens: dict[str, str]
    grids: list[int]
    people: dict[int, str]  # codes by id


async def settle_town(made: Store, database: Database, *, grids: int, group: int) -> Town:
    """Each grid has a worker w1… and a chief c1…, all on shift; a team of g1… besides."""
    async with database.acting(None) as link:
        system = await actors.system_actor(link)
    now = datetime.now(UTC)
    async with database.acting(system.id) as link:
        await link.execute(
            "INSERT INTO grid_kind VALUES ('service', 1, '服务网格', 'Service grid', true)"
        )
        given = {"grids": grids, "group": group, "area": system.area_id}
        given |= {"start": now - timedelta(hours=1), "end": now + timedelta(hours=8)}
        await link.execute(TOWN.encode(), given)
        _, dispatcher = await actors.create_token(link, role="duty_officer")
        people = {r["id"]: r["code"] for r in await fetch_all(link, "SELECT id, code FROM person")}
        tokens = {}
        for id_, code in people.items():
            _, tokens[code] = await actors.create_token(
                link, role="grid_worker", person_id=id_, name=code
            )
        found = await fetch_all(link, "SELECT id FROM grid ORDER BY substr(code, 3)::integer")
        await link.execute("SELECT ensure_position_day(%s)", [now.date()])
    town = Town(made, system.area_id, system.id, dispatcher, tokens, [], people)
    town.grids = [row["id"] for row in found]
    return town


async def ring_for(database: Database, town: Town, *, owner_s: int, chief_s: int) -> None:
    """The town's policy: the worker, then the chief."""
    steps = Step(Target.OWNER, ring_s=owner_s), Step(Target.GRID_CHIEF, ring_s=chief_s)
    async with database.acting(town.system_id) as link:
        policy = Policy(Rules(code="all", name_zh="全部", name_en="All"), steps)
        await policies.write(link, await actors.system_actor(link), policy)


@dataclass
class Processes:
    """The product's roles as processes that can be killed and started again."""

    made: Store
    port: int = field(default_factory=free_port)
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, name: str) -> None:
        """`web` or `engine-N`; a web process answers when this returns."""
        environment = {
            **os.environ,
            "DATABASE_URL": self.made.app_url,
            "DATABASE_READONLY_URL": self.made.readonly_url,
            "PORT": str(self.port),
        }
        self.running[name] = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dashboard.cli", "serve", name.partition("-")[0]),
            env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        if name != "web":
            return
        async with httpx.AsyncClient() as client, asyncio.timeout(300):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    url = f"http://127.0.0.1:{self.port}/healthz"
                    if (await client.get(url, timeout=10)).status_code == 200:
                        return
                await asyncio.sleep(0.1)

    async def kill(self, name: str) -> None:
        """As a machine dies."""
        self.running[name].kill()
        await self.running[name].wait()

    async def end(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


@asynccontextmanager
async def processes(made: Store, *names: str) -> AsyncIterator[Processes]:
    """These roles, ended afterwards."""
    found = Processes(made)
    try:
        for name in names:
            await found.start(name)
        yield found
    finally:
        await found.end()


class Phones:
    """Duty pages on real sockets. Each says that it rings; those of `prompt` confirm at once."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.rung: dict[tuple[int, str], float] = {}  # first ring by session and person's code
        self.shows: dict[str, set[int]] = {}  # attempts on a person's page now
        self.open: set[str] = set()
        self.prompt: set[str] = set()
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False
        )
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def connect(self, tokens: Iterable[tuple[str, str]]) -> None:
        """Open the pages of these (code, token), and wait until all stand."""
        for code, token in tokens:
            self._tasks[code] = asyncio.create_task(self._page(code, token))
        async with asyncio.timeout(300):
            while not self.open.issuperset(self._tasks):
                await asyncio.sleep(0.1)

    async def hang_up(self) -> None:
        """Close all pages."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks, self.open = {}, set()

    async def _page(self, code: str, token: str) -> None:
        head = {"Authorization": f"Bearer {token}"}
        url = f"ws://127.0.0.1:{self.port}/live?duty=1"
        given = {"additional_headers": head, "compression": None, "ping_interval": None}
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with self._gate:
                    link = await websockets.connect(url, open_timeout=60, proxy=None, **given)
                self.shows[code] = set()
                self.open.add(code)
                async with link:
                    pinger = asyncio.create_task(_ping(link))
                    try:
                        await self._hear(code, token, link)
                    finally:
                        pinger.cancel()
            await asyncio.sleep(0.3)

    async def _hear(self, code: str, token: str, link: Any) -> None:
        async for text in link:
            said = orjson.loads(text)
            if said["type"] == "ring_end":
                self.shows[code].discard(said["attempt"])
            if said["type"] != "ring":
                continue
            self.rung.setdefault((said["session"], code), time.time())
            self.shows[code].add(said["attempt"])
            await link.send(orjson.dumps({"type": "ringing", "attempt": said["attempt"]}).decode())
            if code in self.prompt:
                head = {"Authorization": f"Bearer {token}"}
                body = {"attempt_id": said["attempt"]}
                await self.client.post("/api/duty/acknowledge", json=body, headers=head)


async def _ping(link: Any) -> None:
    while True:
        await asyncio.sleep(PING_S)
        await link.send('{"type": "ping", "t": 1}')


class Screen:
    """The dispatcher's wall: the cards as `/live` tells them, and when each state came."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.cards: dict[int, dict[str, Any]] = {}
        self.came: dict[tuple[int, str], float] = {}  # by session and state
        self.links = 0  # connections so far

    async def watch(self) -> None:
        """Until cancelled; a screen comes back by itself."""
        head = {"Authorization": f"Bearer {self.token}"}
        given = {"additional_headers": head, "compression": None, "max_size": None}
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                url = f"ws://127.0.0.1:{self.port}/live"
                async with websockets.connect(url, proxy=None, **given) as link:
                    self.links += 1
                    self.cards = {}
                    async for message in link:
                        if isinstance(message, str):
                            self._take(orjson.loads(message))
            await asyncio.sleep(0.3)

    def _take(self, said: dict[str, Any]) -> None:
        found = said["sessions"] if said["type"] == "calls" else []
        for card in [said["session"]] if said["type"] == "call" else found:
            self.cards[card["id"]] = card
            self.came.setdefault((card["id"], card["state"]), time.time())
