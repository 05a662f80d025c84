"""The engine as processes: two run, one is killed, time goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from dashboard.embedded import Store
from data.database import Database
from data.places.site import Clock, set_clock
from tests.calling import Desk, make_desk
from tests.waiting import LONGEST_S, until


async def start(store: Store, home: Path) -> Process:
    environment = {
        **os.environ,
        "WANGGE_HOME": str(home),
        "DATABASE_URL": store.app_url,
        "DATABASE_READONLY_URL": store.readonly_url,
    }
    command = [sys.executable, "-m", "dashboard.cli", "serve", "engine"]
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=quiet, stderr=asyncio.subprocess.PIPE
    )


async def running(engine: Process) -> None:
    """Wait for its first line."""
    assert engine.stderr is not None
    line = await asyncio.wait_for(engine.stderr.readline(), LONGEST_S)
    assert b"time runs" in line, line


@pytest.fixture
async def desk(database: Database, store: Store) -> Desk:
    one = await make_desk(database, store)
    one.real = datetime.now(UTC) - timedelta(minutes=1)
    # The engines must live in the desk's day: at another time nobody would be on duty, and an
    # engine that comes between the click and its first step would rightly say so.
    clock = Clock(anchor_real=one.real, anchor_site=one.when.site)
    async with database.acting(one.town.system_id) as link:
        await set_clock(link, clock)
    return one


async def ended(desk: Desk, session: int) -> bool:
    return bool((await desk.seen(session))["state"] != "running")


async def test_one_of_two_engines_may_die(desk: Desk, store: Store, tmp_path: Path) -> None:
    engines = [await start(store, tmp_path) for _ in "ab"]
    try:
        for engine in engines:
            await running(engine)
        for number in range(3):
            if number == 1:
                engines[0].send_signal(signal.SIGKILL)
                await engines[0].wait()
            await desk.open_page("west_chief")
            session = await desk.click("grid", desk.town.grids["W-1"], f"k{number}")
            await until(partial(ended, desk, session))  # no web takes it to the phone
            assert (await desk.seen(session))["outcome"] == "unreachable"
            assert (await desk.ledger(session)).count("offline") == 2
        engines[1].send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(engines[1].wait(), LONGEST_S) == 0
    finally:
        for engine in engines:
            if engine.returncode is None:
                engine.kill()
                await engine.wait()
