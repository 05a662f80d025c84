"""P6 and the calls' part of P8: real web, two real engines, real PostGIS, pages on real sockets.

1,000 calls are clicked and stay open; while their steps fire, others are clicked and confirmed, and
a group is called. Then web, one engine and PostgreSQL are killed while phones ring. The reference
is a bare INSERT, COMMIT and NOTIFY, heard on another connection meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg

from dashboard.embedded import Store, ensure
from data.database import Database, fetch_all
from tests.benchmarks import _cpu
from tests.benchmarks._callers import (
    Phones,
    Processes,
    Screen,
    Town,
    processes,
    ring_for,
    settle_town,
)
from tests.benchmarks._town import store
from tests.benchmarks.run import Figure

BAR = "P6"
OPEN, PROBES, GROUP, KILLED = 1_000, 60, 300, 20
OWNER_S, CHIEF_S = 110, 140
WORTH_S = 20.0
CLICKS_S = 100.0  # in which the open calls are clicked: ten a second
DUE = """
SELECT s.id, p.code AS chief,
       EXISTS (SELECT FROM call_attempt o
               WHERE o.session_id = s.id AND o.step = 0 AND o.state = 'no_answer') AS rang_out,
       extract(epoch FROM e.at)::float AS fired,
       (SELECT extract(epoch FROM max(o.ring_until))::float FROM call_attempt o
        WHERE o.session_id = s.id AND o.step = 0) AS due
FROM call_session s JOIN call_event e ON e.session_id = s.id AND e.action = 'step'
LEFT JOIN call_attempt t ON t.session_id = s.id AND t.step = 1
LEFT JOIN person p ON p.id = t.person_id
WHERE (e.detail ->> 'step')::integer = 1 AND s.id = ANY (%s)
"""
LEGS = """
SELECT count(*)::integer AS n FROM call_attempt
WHERE session_id = ANY (%s) AND ended_at IS NULL"""


@dataclass
class Seen:
    """What was measured: seconds each."""

    clicks: list[float] = field(default_factory=list)  # click → ring
    probes: list[float] = field(default_factory=list)  # the same, in the middle of all
    cards: list[float] = field(default_factory=list)  # ring → 收到 on the card
    timers: list[float] = field(default_factory=list)  # due → fired
    next_rings: list[float] = field(default_factory=list)  # due → the next phone rings
    bare: list[float] = field(default_factory=list)
    group_s: float = float("inf")
    open: int = 0  # calls that ran when the probes were over
    load: float = 0.0  # cores, while the steps fired
    back_s: float = float("inf")
    wrong: int = 0  # lost or doubled by the kills


async def run() -> list[Figure]:
    """Click, timer, card, group; then the kills."""
    seen = Seen()
    async with store() as made, Database(made.app_url, made.readonly_url, size=2) as database:
        town = await settle_town(made, database, grids=OPEN + PROBES + KILLED, group=GROUP)
        await ring_for(database, town, owner_s=OWNER_S, chief_s=CHIEF_S)
        async with processes(made, "web", "engine-0", "engine-1") as roles:
            phones, screen = Phones(roles.port), Screen(roles.port, town.dispatcher)
            watching = asyncio.create_task(screen.watch())
            try:
                await _work(town, database, roles, phones, screen, seen)
                await _kill(town, database, roles, phones, screen, seen)
            finally:
                await phones.hang_up()
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                await phones.client.aclose()
    return _figures(seen)


def _figures(seen: Seen) -> list[Figure]:
    bare = {"reference": _p(seen.bare, 99), "reference_what": "s, INSERT + COMMIT + NOTIFY heard"}
    p99 = Figure(BAR, "click → phone rings, p99", _p(seen.clicks + seen.probes, 99), "s", 1.0, True)
    note = f"p50 {_p(seen.clicks, 50):.3f} s; {len(seen.clicks)} clicks in {CLICKS_S:.0f} s,"
    note += f" {len(seen.probes)} while steps fire: p99 {_p(seen.probes, 99):.3f} s"
    timer = Figure(BAR, "step timer error, worst", _p(seen.timers, 100), "s", 1.0, True)
    timed = f"p50 {_p(seen.timers, 50):.3f} p99 {_p(seen.timers, 99):.3f} s"
    timed += f" of {len(seen.timers)} that rang out;"
    timed += f" due → next phone rings p99 {_p(seen.next_rings, 99):.3f} s; {seen.open} calls open,"
    timed += f" all processes {seen.load:.2f} cores"
    card = Figure(BAR, "ring → confirmed on the card, p99", _p(seen.cards, 99), "s", 1.0, True)
    shown = f"p50 {_p(seen.cards, 50):.3f} s of {len(seen.cards)}, through /live"
    group = Figure(BAR, f"a group of {GROUP} pages all rung", seen.group_s, "s", 3.0, True)
    back = Figure(
        "P8", "calls: web, engine, PostgreSQL killed → right", seen.back_s, "s", 5.0, True
    )
    wrong = Figure("P8", "calls lost or doubled by it", seen.wrong, "calls", 0, True)
    return [
        changed(p99, note=note, **bare),
        changed(timer, note=timed),
        changed(card, note=shown, **bare),
        group,
        changed(back, note=f"{KILLED} phones ring again, and the wall shows their calls"),
        wrong,
    ]


def _p(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent, method="higher")) if values else float("inf")


async def _work(
    town: Town, database: Database, roles: Processes, phones: Phones, screen: Screen, seen: Seen
) -> None:
    """The open calls, then the probes and the group among their firing steps."""
    phones.prompt = {f"w{n + 1}" for n in range(OPEN, OPEN + PROBES)}
    own = {f"{r}{n + 1}" for n in range(OPEN + PROBES, OPEN + PROBES + KILLED) for r in "wc"}
    await phones.connect((code, one) for code, one in town.tokens.items() if code not in own)
    began = time.time()
    clicked = await _clicks(town, phones, range(OPEN), CLICKS_S)
    seen.clicks = await _rung(phones, clicked)
    await asyncio.sleep(max(0.0, began + OWNER_S - time.time()))
    pids = [process.pid for process in roles.running.values()]
    server = _cpu.postmaster(town.made.admin_url)
    before, started = _spent(pids, server), time.time()
    bare = asyncio.create_task(_bare(town.made, seen))
    probed = await _clicks(town, phones, range(OPEN, OPEN + PROBES), CLICKS_S / 2)
    seen.probes = await _rung(phones, probed)
    await _group(town, phones, seen)
    await asyncio.sleep(max(0.0, began + OWNER_S + CLICKS_S + 2 - time.time()))
    seen.load = (_spent(pids, server) - before) / (time.time() - started)
    bare.cancel()
    await asyncio.gather(bare, return_exceptions=True)
    await _until(lambda: all((one, "acked") in screen.came for one in probed))
    for session, (_, code) in probed.items():
        came = screen.came.get((session, "acked"), float("inf"))
        seen.cards.append(came - phones.rung.get((session, code), 0.0))
    async with database.acting(town.system_id) as link:
        rows = await fetch_all(link, DUE, [list(clicked)])
        running = "SELECT count(*)::integer AS n FROM call_session WHERE state = 'running'"
        seen.open = (await fetch_all(link, running))[0]["n"]
    missing = OPEN - len(rows)
    rows = [row for row in rows if row["rang_out"]]  # else it went on before its time
    seen.timers = [row["fired"] - row["due"] for row in rows] + [float("inf")] * missing
    rings = [(phones.rung.get((row["id"], row["chief"])), row["due"]) for row in rows]
    seen.next_rings = [at - due for at, due in rings if at is not None]


def _spent(pids: list[int], server: int) -> float:
    return sum(_cpu.seconds(pid) for pid in pids) + _cpu.seconds(server, children=True)


async def _clicks(
    town: Town, phones: Phones, grids: range, seconds: float
) -> dict[int, tuple[float, str]]:
    """Clicks on these grids, evenly; by session, when it was clicked and whom it rings first."""
    head = {"Authorization": f"Bearer {town.dispatcher}"}
    began, found = time.time(), {}

    async def click(number: int, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.time()))
        body = {"request_key": f"c{number}", "grid_id": town.grids[number]}
        clicked = time.time()
        while True:  # as a page does, by the same key
            answer = await phones.client.post("/api/calls", json=body, headers=head)
            if answer.status_code == 200:
                break
            assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.5)
        found[answer.json()["session"]["id"]] = clicked, f"w{number + 1}"

    step = seconds / len(grids)
    await asyncio.gather(*(click(n, began + k * step) for k, n in enumerate(grids)))
    return found


async def _until(holds: Callable[[], bool]) -> None:
    """As long as a figure may take that is still worth a number."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WORTH_S):
            while not holds():
                await asyncio.sleep(0.02)


async def _rung(phones: Phones, clicked: dict[int, tuple[float, str]]) -> list[float]:
    """Seconds from each click to its ring; who does not ring counts as never."""
    keys = {(id_, code) for id_, (_, code) in clicked.items()}
    await _until(lambda: phones.rung.keys() >= keys)
    never = float("inf")
    return [phones.rung.get((id_, code), never) - at for id_, (at, code) in clicked.items()]


async def _group(town: Town, phones: Phones, seen: Seen) -> None:
    head = {"Authorization": f"Bearer {town.dispatcher}"}
    body: dict[str, Any] = {"request_key": "group", "area_id": town.area, "group": {"team": "all"}}
    body["confirmed"] = True
    clicked = time.time()
    answer = await phones.client.post("/api/calls", json=body, headers=head)
    session = answer.json()["session"]["id"]

    def rung() -> list[float]:
        return [at for (id_, _), at in phones.rung.items() if id_ == session]

    await _until(lambda: len(rung()) == GROUP)
    if len(rung()) == GROUP:
        seen.group_s = max(rung()) - clicked


async def _bare(made: Store, seen: Seen) -> None:
    """What any system on this store would need at least."""
    with psycopg.connect(made.admin_url, autocommit=True) as link:
        link.execute("CREATE TABLE bare (id integer)")
    given: dict[str, Any] = {"autocommit": True}
    async with (
        await psycopg.AsyncConnection.connect(made.app_url, **given) as ear,
        await psycopg.AsyncConnection.connect(made.admin_url) as mouth,
    ):
        await ear.execute("LISTEN bare")
        while True:
            began = time.time()
            async with mouth.transaction():
                await mouth.execute("INSERT INTO bare VALUES (1)")
                await mouth.execute("NOTIFY bare")
            async for _ in ear.notifies(timeout=5, stop_after=1):
                seen.bare.append(time.time() - began)
            await asyncio.sleep(0.1)


async def _kill(
    town: Town, database: Database, roles: Processes, phones: Phones, screen: Screen, seen: Seen
) -> None:
    """20 phones ring; then nearly all dies at once. From when it is back until all is right."""
    await phones.hang_up()
    await ring_for(database, town, owner_s=90, chief_s=90)
    grids = range(OPEN + PROBES, OPEN + PROBES + KILLED)
    await phones.connect((f"w{n + 1}", town.tokens[f"w{n + 1}"]) for n in grids)
    clicked = await _clicks(town, phones, grids, 1.0)
    await _rung(phones, clicked)
    codes, links = {code for _, code in clicked.values()}, screen.links
    for code in codes:
        phones.shows[code] = set()
    home = _home(town.made)
    os.kill(_cpu.postmaster(town.made.admin_url), signal.SIGKILL)
    for name in ("web", "engine-0"):
        await roles.kill(name)
    await ensure(home)
    await asyncio.gather(roles.start("web"), roles.start("engine-0"))
    began = time.time()

    def right() -> bool:
        shown = all(len(phones.shows[code]) == 1 for code in codes)
        cards = [screen.cards.get(session, {}).get("state") for session in clicked]
        return shown and screen.links > links and cards == ["running"] * len(clicked)

    await _until(right)
    if right():
        seen.back_s = time.time() - began
    async with httpx.AsyncClient(base_url=str(phones.client.base_url), timeout=60) as client:
        phones.client = client
        again = await _clicks(town, phones, grids, 0.5)  # the same keys: nobody knows the answers
    async with database.acting(town.system_id) as link:
        legs = (await fetch_all(link, LEGS, [list(clicked)]))[0]["n"]
    seen.wrong = len(set(again) ^ set(clicked)) + abs(legs - KILLED)


def _home(made: Store) -> Path:
    """Where the server of a bench lies."""
    with psycopg.connect(made.admin_url) as link:
        row = link.execute("SHOW data_directory").fetchone()
    assert row is not None
    return next(one for one in Path(row[0]).parents if one.name.startswith("wangge-bench-"))
