"""The first command, whole: a town from nothing, killed, found again, and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest

from dashboard.embedded import Store, find_running, stop
from tests.waiting import LONGEST_S, free_port

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 600  # a bound on hanging, not a promise: the promise is measured by hand

OURS = """
SELECT r.rolname::text, r.rolsuper OR r.rolbypassrls OR EXISTS (
           SELECT FROM pg_class c
           WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace)
FROM pg_stat_activity a JOIN pg_roles r ON r.rolname = a.usename
WHERE a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
"""


@dataclass
class Demo:
    """One run of `wangge demo`, and what it said."""

    process: Process
    said: dict[str, list[str]] = field(default_factory=dict)

    async def ready(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(READY_WITHIN_S):
            while line := (await self.process.stdout.readline()).decode():
                word, _, rest = line.strip().partition(": ")
                self.said.setdefault(word, []).append(rest)
                if word == "ready":
                    return rest
        raise AssertionError(f"the demo ended with {await self.process.wait()}: {self.said}")


async def start(environment: dict[str, str]) -> Demo:
    command = (sys.executable, "-m", "dashboard.cli", "demo")
    return Demo(await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE))


def connected(store: Store) -> set[tuple[str, bool]]:
    with psycopg.connect(store.admin_url) as link:
        return {(str(role), bool(unbound)) for role, unbound in link.execute(OURS)}


def events(store: Store) -> int:
    with psycopg.connect(store.admin_url) as link:
        row = link.execute("SELECT count(*) FROM event").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = str(tmp_path / "home")
    port = str(free_port())
    return {**os.environ, "WANGGE_HOME": home, "PORT": port, "PYTHONPATH": str(ROOT)}


async def test_a_town_from_nothing_killed_and_found_again(environment: dict[str, str]) -> None:
    home = Path(environment["WANGGE_HOME"])
    demo = await start(environment)
    try:
        enter = await demo.ready()
        assert enter.startswith(f"http://127.0.0.1:{environment['PORT']}/enter/")
        assert len(demo.said["account"]) >= 3
        await _looks_alive(enter, demo.said["kiosk"][0])
        store = await find_running(home)
        assert store is not None
        assert connected(store)
        assert not [role for role, unbound in connected(store) if unbound]
        before = events(store)
        assert before > 10_000

        demo.process.kill()  # nothing may block the next start
        await demo.process.wait()
        demo = await start(environment)
        await _looks_alive(await demo.ready(), demo.said["kiosk"][0])
        assert events(store) >= before

        demo.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(LONGEST_S):
            assert await demo.process.wait() == 0
        assert await find_running(home) is None
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(environment["PORT"])))
    finally:
        if demo.process.returncode is None:
            demo.process.kill()
        await demo.process.communicate()
        await stop(home)


async def _looks_alive(enter: str, kiosk: str) -> None:
    """The links answer with the wall, also to a client that keeps no cookie."""
    async with httpx.AsyncClient(timeout=LONGEST_S, trust_env=False) as client:
        for url in (enter, enter, kiosk):
            answer = await client.get(url, follow_redirects=True)
            client.cookies.clear()
            assert answer.status_code == 200
            assert "react-entry-point" in answer.text
        health = (await client.get(enter.split("/enter/")[0] + "/healthz")).json()
    assert health["status"] == "ok"
