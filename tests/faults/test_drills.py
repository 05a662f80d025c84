"""A drill touches nothing outside, and an engine that is killed in the middle of it is not missed.

Real processes: two engines, a web process, and the duty page of the very person that is called.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import httpx
import orjson
import websockets

from dashboard.embedded import Store
from data.calls.drills import report
from data.database import Database, fetch_all
from tests.drilling import scenario
from tests.faults.test_calls_killed import BEAT, Scene, quietly, scene_of
from tests.waiting import LONGEST_S, until

AFTER_S = 6
SAID = scenario(
    {"role": "grid_worker", "answer": "no_answer"},
    {"answer": "acknowledged", "after_s": AFTER_S},
    clicks=[{"grid": "K-1"}, {"grid": "K-2", "after_s": 4}],
)


async def test_no_phone_hears_of_a_drill_whose_engine_dies(
    own_store: Store, tmp_path: Path
) -> None:
    """8 s ring at the worker, then the chief: both pages are open, neither hears anything until a
    real call comes."""
    async with (
        Database(own_store.app_url, own_store.readonly_url, size=2) as database,
        scene_of(own_store, tmp_path / "home", database, ["web-0"]) as scene,
    ):
        heard: list[dict[str, Any]] = []
        async with database.acting(scene.town.system_id) as link:
            rows = await fetch_all(link, "SELECT id FROM person WHERE code IN ('w1', 'c1')")
        await until(lambda: answers(scene))  # one after the other: a slow machine has its time
        pages = [asyncio.create_task(listen(scene, row["id"], heard)) for row in rows]
        await until(lambda: quietly(lambda: both_open(scene, database)))
        for name in ("engine-0", "engine-1"):
            await scene.start(name)
        scene.ports[1] = scene.ports[0]
        said = await scene.ask(
            scene.dispatcher, "/api/drills", {"scenario": SAID, "request_key": "k"}
        )
        drill = said["drill"]["id"]

        async def told() -> dict[str, Any]:
            async with database.acting(scene.town.system_id) as link:
                return await report.report(link, drill)

        async def called() -> bool:
            return bool((await told())["calls"])

        await until(called)
        scene.running["engine-0"].kill()  # which of them played it nobody knows: both, in turn
        await scene.running["engine-0"].wait()
        await scene.start("engine-0")

        async def both_called() -> bool:
            return len((await told())["calls"]) == 2

        await until(both_called)
        scene.running["engine-1"].kill()
        await scene.running["engine-1"].wait()

        async def over() -> bool:
            return not (await told())["runs"]

        await until(over)
        found = await told()
        assert [call["outcome"] for call in found["calls"]] == ["acknowledged"] * 2
        for call in found["calls"]:
            assert [(step["called"], step["confirmed"]) for step in call["steps"]] == [
                (1, 0), (1, 1),
            ]  # fmt: skip
        # The pages work: what they hear first is a real call to the same grid.
        assert heard == []
        real = {"request_key": "real", "grid_id": scene.grids[0]}
        session = (await scene.ask(scene.dispatcher, "/api/calls", real))["session"]["id"]

        async def rung() -> bool:
            return bool(heard)

        await until(rung)
        assert {one["session"] for one in heard} == {session}
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)


async def listen(scene: Scene, person: int, heard: list[dict[str, Any]]) -> None:
    """A duty page that keeps every ring and end of one; it comes back by itself."""
    tests: set[int] = set()
    while True:
        with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
            async with websockets.connect(
                f"ws://127.0.0.1:{scene.ports[0]}/live?duty=1",
                additional_headers={"Authorization": f"Bearer {scene.phones[person]}"},
                open_timeout=LONGEST_S,
            ) as link:
                async for text in link:
                    message = orjson.loads(text)
                    if message["type"] == "beat":  # else both are closed at once, each 20 s
                        await link.send(BEAT)
                    elif message.get("test"):  # the self-test call of the shift, which is real
                        tests.add(message["session"])
                    elif (
                        message["type"] in ("ring", "ring_end") and message["session"] not in tests
                    ):
                        heard.append(message)
        await asyncio.sleep(0.3)


async def answers(scene: Scene) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        async with httpx.AsyncClient(trust_env=False, timeout=LONGEST_S) as client:
            url = f"http://127.0.0.1:{scene.ports[0]}/healthz"
            return (await client.get(url)).status_code == 200
    return False


async def both_open(scene: Scene, database: Database) -> bool:
    async with database.acting(scene.town.system_id) as link:
        (row,) = await fetch_all(link, "SELECT count(DISTINCT person_id) AS n FROM presence")
    return bool(row["n"] == 2)
