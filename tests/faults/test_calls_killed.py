"""Calls while everything is killed: none is lost, none is doubled, no step is left out.

Two engines, two web processes and PostgreSQL run as real processes and are killed at random
moments, while dispatchers double-click and phones ring, confirm, decline or keep silent.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import websockets

from dashboard.embedded import Store, ensure
from data import actors
from data.calls import policies
from data.calls.lifecycle import LATE, OPEN, TRANSITIONS
from data.calls.model import Rules, Step, Target
from data.calls.policies import Policy
from data.database import Database, fetch_all
from data.errors import StoreUnavailable
from tests.factories import Town, make_town
from tests.waiting import LONGEST_S, free_port, until

GRIDS, CALLS, KILLS = 24, 40, 9
STEPS = (Step(Target.OWNER, ring_s=8), Step(Target.GRID_CHIEF, ring_s=8))
ROLES = ("engine-0", "engine-1", "web-0", "web-1")
NEXT = {(t.before.value, t.after.value) for t in TRANSITIONS}
CLICKED = "SELECT * FROM call_session WHERE purpose = 'call' ORDER BY id"
RUNNING = "SELECT id FROM call_session WHERE state = 'running' AND purpose = 'call'"
BEAT = '{"type": "beat"}'  # who does not answer the server's two times running has gone
ASIDE = ("late", "waiting", "page_closed")  # lines that move nothing
MORE = """
WITH n AS (SELECT generate_series(1, %(n)s) AS n),
grid_ AS (INSERT INTO grid (kind, code, name, area_id, geom)
          SELECT 'service', 'K-' || n, 'K-' || n, %(area)s,
                 ST_Multi(ST_MakeEnvelope(112.9 + n * 1e-4, 35.6, 112.9001 + n * 1e-4, 35.61, 4326))
          FROM n RETURNING id, code),
person_ AS (INSERT INTO person (code, name, area_id)
            SELECT r || n, r || n, %(area)s FROM n, (VALUES ('w'), ('c')) v (r) RETURNING id, code),
shift_ AS (INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
           SELECT id, %(area)s, %(start)s, %(end)s, %(start)s FROM person_)
INSERT INTO post (person_id, role, grid_id, area_id)
SELECT p.id, CASE WHEN p.code LIKE 'w%%' THEN 'grid_worker' ELSE 'grid_chief' END, g.id, %(area)s
FROM person_ p JOIN grid_ g ON substr(p.code, 2) = substr(g.code, 3)
"""


@dataclass
class Scene:
    """The town, its processes and what its people were told."""

    store: Store
    home: Path
    town: Town
    dispatcher: str
    phones: dict[int, str]  # tokens by person
    grids: list[int]
    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    told: dict[int, list[str]] = field(default_factory=dict)  # what an answer was, by attempt
    started: dict[str, set[int]] = field(default_factory=dict)  # sessions by key
    open: set[int] = field(default_factory=set)  # people whose page stands

    async def start(self, name: str) -> None:
        role, number = name.split("-")
        environment = {
            **os.environ,
            "DATABASE_URL": self.store.app_url,
            "DATABASE_READONLY_URL": self.store.readonly_url,
            "PORT": str(self.ports[int(number)]),
        }
        self.running[name] = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dashboard.cli", "serve", role),
            env=environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def kill(self, name: str) -> None:
        """As a machine dies: nobody is asked."""
        if name == "store":
            (pid,) = self.home.rglob("postmaster.pid")
            os.kill(int(pid.read_text().split()[0]), signal.SIGKILL)
            await self.again()
            return
        self.running[name].kill()
        await self.running[name].wait()
        await self.start(name)

    async def again(self) -> None:
        async with asyncio.timeout(LONGEST_S):
            while True:
                with contextlib.suppress(Exception):
                    await ensure(self.home, careless=True)
                    return
                await asyncio.sleep(0.2)

    async def ask(self, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Until some web process has answered, as pages do."""
        head = {"Authorization": f"Bearer {token}"}
        async with asyncio.timeout(2 * LONGEST_S), httpx.AsyncClient(timeout=LONGEST_S) as client:
            for port in itertools.cycle(self.ports):
                with contextlib.suppress(httpx.HTTPError):
                    url = f"http://127.0.0.1:{port}{path}"
                    answer = await client.post(url, json=body, headers=head)
                    if answer.status_code < 500:
                        assert answer.status_code == 200, answer.text
                        return dict(answer.json())
                await asyncio.sleep(0.1)
        raise AssertionError


async def phone(scene: Scene, person: int, chance: random.Random) -> None:
    """A duty page that comes back by itself; he confirms, declines, or does not hear it."""
    token = scene.phones[person]
    for port in itertools.cycle(scene.ports):
        with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
            async with websockets.connect(
                f"ws://127.0.0.1:{port}/live?duty=1",
                additional_headers={"Authorization": f"Bearer {token}"},
                open_timeout=LONGEST_S,
            ) as link:
                await link.send('{"type": "ping"}')
                async for text in link:
                    message = orjson.loads(text)
                    scene.open.add(person)  # whatever it says, it holds his page
                    if message["type"] == "beat":
                        await link.send(BEAT)
                    elif message["type"] == "ring":
                        said = {"type": "ringing", "attempt": message["attempt"]}
                        await link.send(orjson.dumps(said).decode())
                        await answer(scene, token, message["attempt"], chance)
        scene.open.discard(person)
        await asyncio.sleep(0.3)


async def answer(scene: Scene, token: str, attempt: int, chance: random.Random) -> None:
    draw = chance.random()
    if draw < 0.3:
        return
    await asyncio.sleep(chance.random())
    body: dict[str, Any] = {"attempt_id": attempt}
    if draw < 0.45:
        said = await scene.ask(token, "/api/duty/decline", {**body, "reason": "far"})
    else:
        said = await scene.ask(token, "/api/duty/acknowledge", body)
    scene.told.setdefault(attempt, []).append(said["said"])


async def click(scene: Scene, number: int) -> None:
    """Twice, at two processes; perhaps the answer of the first was lost."""
    key = f"call {number}"
    body = {"request_key": key, "grid_id": scene.grids[number % GRIDS]}
    both = await asyncio.gather(
        *(scene.ask(scene.dispatcher, "/api/calls", body) for _ in range(2))
    )
    scene.started[key] = {one["session"]["id"] for one in both}


@asynccontextmanager
async def scene_of(
    store: Store, home: Path, database: Database, roles: Sequence[str] = ROLES
) -> AsyncIterator[Scene]:
    now = datetime.now(UTC)
    town = await make_town(database, store.admin_url, now)
    async with database.acting(town.system_id) as link:
        day = {"start": now - timedelta(hours=2), "end": now + timedelta(hours=8)}
        await link.execute(MORE.encode(), {"n": GRIDS, "area": town.areas["west"], **day})
        policy = Policy(Rules(code="all", name_zh="全部", name_en="All"), STEPS)
        await policies.write(link, await actors.system_actor(link), policy)
        _, dispatcher = await actors.create_token(link, role="duty_officer")
        people = await fetch_all(link, "SELECT id FROM person WHERE code ~ '^[wc][0-9]+$'")
        phones = {}
        for row in people:
            _, phones[row["id"]] = await actors.create_token(
                link, role="grid_worker", person_id=row["id"], name=f"p{row['id']}"
            )
        grids = await fetch_all(link, "SELECT id FROM grid WHERE code LIKE 'K-%' ORDER BY id")
    scene = Scene(store, home, town, dispatcher, phones, [row["id"] for row in grids])
    for name in roles:
        await scene.start(name)
    try:
        yield scene
    finally:
        for process in scene.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def test_nothing_is_lost_doubled_or_skipped(own_store: Store, tmp_path: Path) -> None:
    chance = random.Random(30428)
    victims = ["engine-0", "web-1", "store", "engine-1", "web-0", "engine-0", "store", "web-1"]
    victims += ["engine-1"]
    assert len(victims) == KILLS
    async with (
        Database(own_store.app_url, own_store.readonly_url, size=2) as database,
        scene_of(own_store, tmp_path / "home", database) as scene,
    ):
        pages = [
            asyncio.create_task(phone(scene, person, random.Random(person)))
            for person in scene.phones
        ]
        clicks = []
        for number in range(CALLS):
            if number % 4 == 0:
                await most_phones_are_open(scene)
            clicks.append(asyncio.create_task(click(scene, number)))
            await asyncio.sleep(0.5 * chance.random())
            if number % 4 == 3 and victims:
                await asyncio.sleep(2 * chance.random())
                await scene.kill(victims.pop(0))
        await asyncio.gather(*clicks)
        assert not victims
        await over(scene, database)
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        await audit(scene, database)


async def most_phones_are_open(scene: Scene) -> None:
    """Else all that is seen is that nobody can be reached."""
    await patiently(lambda: len(scene.open) > GRIDS)


async def patiently(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """As `until`, for what four processes have to come up for, on a machine that is busy too."""
    for last in (False, False, True):
        with contextlib.nullcontext() if last else contextlib.suppress(TimeoutError):
            await until(holds)
            return


async def quietly(ask: Callable[[], Awaitable[bool]]) -> bool:
    """The store may be away at this moment."""
    with contextlib.suppress(StoreUnavailable):
        return await ask()
    return False


async def over(scene: Scene, database: Database) -> None:
    """Wait until time alone has ended every call."""

    async def ended() -> bool:
        async with database.acting(scene.town.system_id) as link:
            return not await fetch_all(link, RUNNING)

    await patiently(lambda: quietly(ended))


async def audit(scene: Scene, database: Database) -> None:
    async with database.acting(scene.town.system_id) as link:
        sessions = await fetch_all(link, CLICKED)
        attempts = await fetch_all(link, "SELECT * FROM call_attempt ORDER BY id")
        lines = await fetch_all(link, "SELECT * FROM call_event ORDER BY id")
    # A double click is one call, and each click is one.
    assert all(len(ids) == 1 for ids in scene.started.values())
    assert len(sessions) == CALLS == len({id_ for ids in scene.started.values() for id_ in ids})
    for session in sessions:
        mine = [one for one in attempts if one["session_id"] == session["id"]]
        told = [one for one in lines if one["session_id"] == session["id"]]
        actions = Counter(one["action"] for one in told)
        states = Counter(one["state"] for one in mine)
        assert actions["started"] == 1
        assert states["acknowledged"] == (session["state"] == "acked")
        assert not any(states[state.value] for state in OPEN)
        fired = [one["detail"]["step"] for one in told if one["action"] == "step"]
        assert fired == list(range(len(fired))), fired  # each once, in its order
        if session["state"] == "exhausted" and session["outcome"] != "ambiguous":
            assert len(fired) == len(STEPS)
        for one in mine:
            story = [x["action"] for x in told if x["attempt_id"] == one["id"]]
            story = [action for action in story if action not in ASIDE]
            assert story[-1] == one["state"], story
            assert all(pair in NEXT for pair in itertools.pairwise(story)), story
            ends = [action for action in story if action not in {state.value for state in OPEN}]
            assert len(ends) == 1 or (len(ends) == 2 and ends[0] in LATE), story
    # What a person was told is what is written.
    written = {one["id"]: one["state"] for one in attempts}
    for attempt, answers in scene.told.items():
        if "acknowledged" in answers and written[attempt] != "interrupted":
            assert written[attempt] == "acknowledged"
    outcomes = Counter(one["outcome"] for one in sessions)
    assert outcomes["acknowledged"] > CALLS / 8, outcomes  # phones were rung, and people said yes
