"""P3: POST of a fix → drawn in a real browser, while 2,000 fixes a second run and 200 clients
decode every frame and check its sequence; against a fan-out of the same bytes (`_fanout.py`).

Real processes: `wangge serve web`, `wangge serve ingest`, PostGIS, the load, the clients, Chromium.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from playwright.async_api import async_playwright

from dashboard.embedded import Store
from data import actors
from data.database import Database
from tests import system
from tests.benchmarks import _cpu, _fanout
from tests.benchmarks._role import role
from tests.benchmarks._town import BOX, store
from tests.benchmarks.run import Figure

BAR = "P3"
PEOPLE, CLIENTS = 2_000, 200
PROBES = tuple(f"probe{n}" for n in range(10))
SECONDS = 30
HERE = Path(__file__).parent
CHROMIUM = Path(sys.executable).parent / "chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HOOK = """codes => {
  const w = window.wangge, drawn = {}, last = {};
  window.drawn = drawn;
  const look = () => {
    const now = performance.timeOrigin + performance.now();
    for (const p of w.state.people) {
      const mark = codes.includes(p.code) && w.state.marks.get(p.i);
      if (!mark || last[p.i] === mark.at) continue;
      last[p.i] = mark.at;
      drawn[p.code + " " + mark.at] = now;
    }
  };
  const wall = document.getElementById("wall");
  new MutationObserver(look).observe(wall, { attributes: true, attributeFilter: ["data-drawn"] });
}"""


system.use()


async def run() -> list[Figure]:
    """The browser's and the clients' p99, gaps, and the reference."""
    async with store() as made:
        tokens = await _prepare(made)
        async with _roles(made) as (web, ingest):
            sent, drawn, seen, load, cpu_s = await _measure(web, ingest, tokens)
    size = seen["bytes"] // max(1, seen["frames"])
    kind, reference, share = await _fanout.measure(size, CLIENTS)
    in_browser = [drawn[key] / 1e3 - at for key, at in sent.items() if key in drawn]
    arrived = {key: all_ for key, all_ in seen["arrivals"].items() if key in sent}
    at_clients = [t - sent[key] for key, all_ in arrived.items() for t in all_]
    missed = CLIENTS * len(sent) - len(at_clients)
    rate = load["accepted"] / load["seconds"]
    browser = Figure(BAR, "POST → drawn in Chromium, p99", _p(in_browser, 99), "s", 1.0, True)
    clients = Figure(
        BAR, f"POST → decoded by {CLIENTS} clients, p99", _p(at_clients, 99), "s", 1.0, True,
        reference=_p(reference, 99), reference_what=f"s, fan-out by {kind}",
    )  # fmt: skip
    gaps = Figure(BAR, "gaps in a sequence", seen["gaps"] + len(seen["failed"]), "gaps", 0, True)
    return [
        replace(
            browser,
            note=f"p50 {_p(in_browser, 50):.3f} s, {len(in_browser)} of {len(sent)} drawn,"
            f" {rate:.0f} fixes/s accepted, web role {cpu_s / SECONDS:.0%} of a core",
        ),
        replace(
            clients,
            note=f"p50 {_p(at_clients, 50):.3f} s, {missed} of {CLIENTS * len(sent)} skipped;"
            " same bytes, but the reference begins at its publisher, ours at the POST, with up to"
            f" 0.3 s of tick between; {kind} {share:.0%} of a core",
        ),
        replace(
            gaps,
            note=f"{seen['frames']} frames, {seen['messages']} messages, {seen['full']} full,"
            f" {seen['bytes'] / 1e6:.0f} MB",
        ),
    ]


def _p(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("inf")


async def _prepare(made: Store) -> dict[str, str]:
    """People on shift in one area with a box; tokens for the load and for screens."""
    async with Database(made.app_url, made.readonly_url) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        now = datetime.now(UTC)
        async with database.acting(system.id) as link:
            await link.execute(
                "UPDATE area SET geom = ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4326))", list(BOX)
            )
            codes = [*(f"p{n}" for n in range(PEOPLE)), *PROBES]
            await link.execute(
                "INSERT INTO person (code, name, area_id)"
                " SELECT c, c, %s FROM unnest(%s::text[]) c",
                [system.area_id, codes],
            )
            await link.execute(
                "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
                " SELECT id, area_id, %(start)s, %(end)s, %(start)s FROM person",
                {"start": now - timedelta(hours=1), "end": now + timedelta(hours=8)},
            )
            await link.execute("SELECT ensure_position_day(%s)", [now.date()])
            _, source = await actors.create_token(link, role="source", source="bench")
            _, screen = await actors.create_token(link, role="kiosk")
    return {"source": source, "screen": screen}


@asynccontextmanager
async def _roles(made: Store) -> AsyncIterator[tuple[Any, Any]]:
    """The web and ingest roles as processes of their own: (process, port) each."""
    async with role(made, "web", "PORT") as web, role(made, "ingest", "INGEST_PORT") as ingest:
        yield web, ingest


async def _measure(web: Any, ingest: Any, tokens: dict[str, str]) -> Any:
    """Clients first, then the browser, then load and probes together."""
    plan = {"kind": "live", "port": web[1], "token": tokens["screen"], "clients": CLIENTS}
    plan |= {"probes": list(PROBES), "seconds": SECONDS + 25}
    async with _browser(web[1], tokens["screen"]) as page:
        watchers = await _fanout.watchers(plan)
        before = _cpu.seconds(web[0].pid)
        load = asyncio.create_task(_load(ingest[1], tokens["source"]))
        sent = await _probe(ingest[1], tokens["source"])
        found = await load
        cpu_s = _cpu.seconds(web[0].pid) - before
        await asyncio.sleep(2)
        drawn = await page.evaluate("window.drawn")
    output, _ = await watchers.communicate()
    return sent, drawn, json.loads(output), found, cpu_s


@asynccontextmanager
async def _browser(port: int, secret: str) -> AsyncIterator[Any]:
    """The wall in Chromium, with a hook that notes when a probe's fix was drawn."""
    path = str(CHROMIUM if CHROMIUM.exists() else "/usr/bin/chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1920, "height": 1080}, bypass_csp=True)
        await page.goto(f"http://127.0.0.1:{port}/kiosk/{secret}")
        await page.wait_for_function("window.wangge && window.wangge.state.people.length > 0")
        await page.evaluate(HOOK, list(PROBES))
        yield page
        await browser.close()


async def _load(port: int, token: str) -> dict[str, Any]:
    """2,000 fixes a second: everybody moves once a second, in batches of 50."""
    random = np.random.default_rng(3)
    places = random.uniform(BOX[:2], BOX[2:], size=(PEOPLE, 2))
    start = datetime.now(UTC) + timedelta(seconds=1)
    bodies = []
    for turn in range(SECONDS):
        places += random.normal(0, 1e-5, size=places.shape)
        at = (start + timedelta(seconds=turn)).isoformat()
        fixes = [
            {"person": f"p{n}", "lon": round(lon, 7), "lat": round(lat, 7), "at": at}
            for n, (lon, lat) in enumerate(places.tolist())
        ]
        bodies += [json.dumps({"positions": fixes[n : n + 50]}) for n in range(0, PEOPLE, 50)]
    plan = {
        "host": "127.0.0.1", "port": port, "path": "/api/positions", "token": token,
        "connections": 4, "per_second": PEOPLE / 50, "seconds": SECONDS + 10, "bodies": bodies,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "_load.py"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate(json.dumps(plan).encode())
    return dict(json.loads(output))


async def _probe(port: int, token: str) -> dict[str, float]:
    """One fix of each probe a second, evenly spread; when each was sent."""
    sent: dict[str, float] = {}
    began = time.time()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        for n in range((SECONDS - 2) * len(PROBES)):
            await asyncio.sleep(max(0.0, began + n / len(PROBES) - time.time()))
            code, now = PROBES[n % len(PROBES)], time.time()
            at = datetime.fromtimestamp(int(now), UTC).isoformat()
            fix = {"person": code, "lon": 112.9 + n * 1e-6, "lat": 35.6, "at": at}
            answer = await client.post("/api/positions", json={"positions": [fix]}, timeout=30)
            if answer.json().get("accepted") == 1:
                sent[f"{code} {int(now)}"] = now
    return sent
