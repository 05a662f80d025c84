"""P2: HTTP → filter → grid → enter and exit → PostgreSQL, against COPY of the same rows.

A real server process (`wangge serve ingest`) on a private PostGIS with its ordinary settings, as
the application's role; the load comes from another process on the same machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import numpy as np
import psycopg

from dashboard.embedded import Store
from data import actors
from data.database import Database
from tests.benchmarks import _cpu
from tests.benchmarks._town import BOX, add_grids, store, tiling
from tests.benchmarks.run import Figure

BAR = "P2"
PEOPLE = 2_000
FAULTY = 50  # every so many fixes one that must be rejected with its reason
POSITIONS, OSMAND = "/api/positions", "/api/positions/osmand"
LOAD = Path(__file__).with_name("_load.py")
Row = tuple[str, float, float, datetime]


@dataclass(frozen=True, slots=True)
class Phase:
    """One kind of traffic; `per_second` is in fixes, None = as fast as answered."""

    what: str
    batch: int
    fixes: int
    connections: int
    limit: float
    per_second: float | None
    path: str = POSITIONS


PHASES = (
    Phase("sustained, batches of 50", 50, 40_000, 4, 2_000, 2_200),
    Phase("bursts, batches of 500", 500, 100_000, 4, 10_000, None),
    Phase("single-fix requests", 1, 10_000, 64, 500, None),
    Phase("single fixes as Traccar Client sends them", 1, 10_000, 64, 500, None, OSMAND),
)


async def run() -> list[Figure]:
    """Each phase's rate of fixes answered, then the accounts, then COPY."""
    figures: list[Figure] = []
    sent = accepted = rejected = 0
    async with store() as made:
        token = await _prepare(made)
        walk = Walk()
        async with _server(made) as (port, pid):
            await _load(port, token, Phase("warm-up", 50, 5_000, 4, 0, None), walk)
            base = _cpu.postmaster(made.admin_url)
            for phase in PHASES:
                rows_before = len(walk.rows)
                spent = _cpu.seconds(pid), _cpu.seconds(base, children=True)
                found = await _load(port, token, phase, walk)
                found["server_us"] = (_cpu.seconds(pid) - spent[0]) / phase.fixes * 1e6
                base_s = _cpu.seconds(base, children=True) - spent[1]
                found["postgres_us"] = base_s / phase.fixes * 1e6
                figures.append(_figure(phase, found, _copy(made, walk.rows[rows_before:])))
            health = (await _get(port, "/healthz"))["positions"]
        stored = _stored(made)
        sent, accepted = len(walk.rows), health["accepted"]
        rejected = sum(health["rejected"].values())
    lost = abs(sent - accepted - rejected) + abs(accepted - stored)
    note = f"{sent} sent, {accepted} accepted, {rejected} rejected, {stored} stored"
    figures.append(Figure(BAR, "fixes not accounted for", lost, "fixes", 0, True, note=note))
    return figures


def _figure(phase: Phase, found: dict[str, Any], copy_per_s: float) -> Figure:
    answered = found["accepted"] + sum(found["rejected"].values())
    note = f"p50 {found['p50_ms']:.1f} ms, p99 {found['p99_ms']:.1f} ms, {found['errors']} refused"
    note += f", CPU a fix: server {found['server_us']:.0f} µs, PostgreSQL "
    note += f"{found['postgres_us']:.0f} µs"
    if phase.per_second:
        note += f", offered {phase.per_second:g}/s"
    return Figure(
        bar=BAR,
        what=phase.what,
        value=answered / found["seconds"],
        unit="fixes/s",
        limit=phase.limit,
        reference=copy_per_s,
        reference_what="COPY rows/s",
        note=note,
    )


class Walk:
    """People on their way, a metre a second; `rows` is all that was made, faults included."""

    def __init__(self) -> None:
        random = np.random.default_rng(11)
        self.at = datetime.now(UTC) - timedelta(hours=6)
        self.places = random.uniform(BOX[:2], BOX[2:], size=(PEOPLE, 2))
        self.steps = random.normal(0, 1e-5, size=(PEOPLE, 2))
        self.rows: list[Row] = []

    def bodies(self, phase: Phase) -> list[str]:
        """The next fixes of everybody in turn, as request bodies."""
        rows = [self._next(len(self.rows) + n) for n in range(phase.fixes)]
        self.rows += rows
        if phase.path == OSMAND:
            return [json.dumps(_of_traccar_client(row)) for row in rows]
        fixes = [
            {"person": who, "lon": lon, "lat": lat, "at": at.isoformat(), "accuracy_m": 8.0}
            for who, lon, lat, at in rows
        ]
        return [
            json.dumps({"positions": fixes[start : start + phase.batch]})
            for start in range(0, len(fixes), phase.batch)
        ]

    def _next(self, number: int) -> Row:
        person, turn = number % PEOPLE, number // PEOPLE
        lon, lat = self.places[person] + turn * self.steps[person]
        at = self.at + timedelta(seconds=turn)
        if number % FAULTY == 0:
            at -= timedelta(days=3)
        return f"p{person}", round(float(lon), 7), round(float(lat), 7), at


def _of_traccar_client(row: Row) -> dict[str, Any]:
    who, lon, lat, at = row
    coords = {"latitude": lat, "longitude": lon, "accuracy": 8.0, "speed": 1.2, "heading": 90}
    fix = {"timestamp": at.isoformat(), "coords": coords, "battery": {"level": 0.6}}
    return {"location": fix, "device_id": who}


async def _prepare(made: Store) -> str:
    """Grids, people on shift and a token."""
    async with Database(made.app_url, made.readonly_url) as database:
        await add_grids(database, tiling())
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        now = datetime.now(UTC)
        async with database.acting(system.id) as link:
            await link.execute(
                "INSERT INTO person (code, name, area_id)"
                " SELECT 'p' || n, 'p' || n, %s FROM generate_series(0, %s) n",
                [system.area_id, PEOPLE - 1],
            )
            await link.execute(
                "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
                " SELECT id, area_id, %(start)s, %(end)s, %(start)s FROM person",
                {"start": now - timedelta(hours=8), "end": now + timedelta(hours=8)},
            )
            for days in (-1, 0, 1):
                day = (now + timedelta(days=days)).date()
                await link.execute("SELECT ensure_position_day(%s)", [day])
            _, token = await actors.create_token(link, role="source", source="bench")
    with psycopg.connect(made.admin_url, autocommit=True) as admin:
        admin.execute("ANALYZE")
    return token


@asynccontextmanager
async def _server(made: Store) -> AsyncIterator[tuple[int, int]]:
    """`wangge serve ingest` as a process of its own: its port and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": made.app_url,
        "DATABASE_READONLY_URL": made.readonly_url,
        "INGEST_PORT": str(port),
    }
    command = (sys.executable, "-m", "dashboard.cli", "serve", "ingest")
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _get(port, "/healthz")
        yield port, process.pid
    finally:
        process.terminate()
        await process.wait()


async def _get(port: int, path: str) -> dict[str, Any]:
    transport = httpx.AsyncHTTPTransport(retries=0)
    async with httpx.AsyncClient(transport=transport) as client:
        for _ in range(150):
            try:
                reply = await client.get(f"http://127.0.0.1:{port}{path}", timeout=10)
                return dict(reply.json())
            except httpx.ConnectError:
                await asyncio.sleep(0.2)
    raise TimeoutError("the ingest role did not start")


async def _load(port: int, token: str, phase: Phase, walk: Walk) -> dict[str, Any]:
    """One phase from a process of its own."""
    plan = {
        "host": "127.0.0.1",
        "port": port,
        "path": phase.path,
        "token": token,
        "connections": phase.connections,
        "per_second": phase.per_second and phase.per_second / phase.batch,
        "seconds": 120,
        "bodies": walk.bodies(phase),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(LOAD), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(json.dumps(plan).encode()), 180)
    return dict(json.loads(output))


def _copy(made: Store, rows: list[Row]) -> float:
    """Rows a second of one raw COPY of the same rows into a table like the history."""
    with psycopg.connect(made.admin_url, autocommit=True) as link:
        link.execute("DROP TABLE IF EXISTS copied")
        link.execute(
            "CREATE TABLE copied (person text, lon float8, lat float8, at timestamptz,"
            " PRIMARY KEY (person, at))"
        )
        began = perf_counter()
        with link.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return len(rows) / (perf_counter() - began)


def _stored(made: Store) -> int:
    with psycopg.connect(made.admin_url) as link:
        row = link.execute("SELECT count(*) FROM position_history").fetchone()
    assert row is not None
    return int(row[0])
