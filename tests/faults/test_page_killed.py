"""A web process that dies while phones ring on it, and a person whose pages stand at two of them.

Real processes: an engine, two web processes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import websockets

from dashboard.embedded import Store
from data.database import Database, fetch_all
from tests.faults.test_calls_killed import BEAT, Scene, patiently, quietly, scene_of
from tests.waiting import LONGEST_S

TRIES = """SELECT t.state FROM call_attempt t JOIN person p ON p.id = t.person_id
           WHERE p.code = %s AND NOT t.self_test ORDER BY t.id"""
LINES = "SELECT action FROM call_event WHERE session_id = %s ORDER BY id"


class Page:
    """A duty page that does not come back by itself."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def rings(self) -> list[int]:
        """Attempts of calls; the engine also tests who begins his shift."""
        return [one["attempt"] for one in self.heard if one["type"] == "ring" and not one["test"]]

    def ended(self) -> list[int]:
        over = {one["attempt"] for one in self.heard if one["type"] == "ring_end"}
        return [one for one in self.rings() if one in over]

    async def listen(self, link: Any) -> None:
        with contextlib.suppress(websockets.WebSocketException):
            async for text in link:
                message = orjson.loads(text)
                self.heard.append(message)
                if message["type"] == "beat":  # else it is closed while the other process is missed
                    await link.send(BEAT)
                elif message["type"] == "ring":
                    said = {"type": "ringing", "attempt": message["attempt"]}
                    await link.send(orjson.dumps(said).decode())


@asynccontextmanager
async def page_of(scene: Scene, person: int, web: int) -> AsyncIterator[Page]:
    page = Page()
    async with websockets.connect(
        f"ws://127.0.0.1:{scene.ports[web]}/live?duty=1",
        additional_headers={"Authorization": f"Bearer {scene.phones[person]}"},
        open_timeout=LONGEST_S,
    ) as link:
        listening = asyncio.create_task(page.listen(link))
        await link.send('{"type": "ping"}')
        await patiently(lambda: bool(page.heard))  # it is open, and its process answers
        yield page
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def answers(scene: Scene, web: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        async with httpx.AsyncClient(timeout=LONGEST_S) as client:
            found = await client.get(f"http://127.0.0.1:{scene.ports[web]}/healthz")
            return found.status_code == 200
    return False


async def test_a_web_process_that_dies_is_missed_and_no_page_is_forgotten(
    own_store: Store, tmp_path: Path
) -> None:
    """Two phones of one worker, at two processes, ring both and stop both. Then one process is
    killed in mid-ring: whoever rang there alone is interrupted and dialled again long before the
    ten minutes of his ring; who has a page at the other rings on."""
    async with (
        Database(own_store.app_url, own_store.readonly_url, size=2) as database,
        scene_of(own_store, tmp_path / "home", database, ["engine-0", "web-0", "web-1"]) as scene,
    ):

        async def tries(code: str) -> list[str]:
            async with database.acting(scene.town.system_id) as link:
                return [row["state"] for row in await fetch_all(link, TRIES, [code])]

        async def click(grid: int, key: str) -> int:
            body = {"request_key": key, "grid_id": scene.grids[grid]}
            answer = await scene.ask(scene.dispatcher, "/api/calls", body)
            return int(answer["session"]["id"])

        async with database.acting(scene.town.system_id) as link:
            await link.execute("UPDATE call_policy_step SET ring_s = 600")
            people = await fetch_all(link, "SELECT id, code FROM person WHERE code IN ('w1', 'w2')")
        who = {row["code"]: row["id"] for row in people}
        for web in (0, 1):
            await patiently(lambda web=web: answers(scene, web))  # type: ignore[misc]
        async with (
            page_of(scene, who["w1"], 0) as first,
            page_of(scene, who["w1"], 1) as second,
            page_of(scene, who["w2"], 0) as alone,
        ):
            codes = await grids_of(scene, database, who)
            one = await click(codes[who["w1"]], "one")
            await patiently(lambda: first.rings() == second.rings() != [])
            path = f"/api/calls/{one}/end"
            await scene.ask(scene.dispatcher, path, {})
            await patiently(lambda: first.ended() == second.ended() == first.rings())

            two = await click(codes[who["w1"]], "two")
            three = await click(codes[who["w2"]], "three")
            await patiently(lambda: len(second.rings()) == 2 and len(alone.rings()) == 1)

            async def ringing() -> bool:
                both = await tries("w1"), await tries("w2")
                return both == (["cancelled", "ringing"], ["ringing"])

            await patiently(lambda: quietly(ringing))
            scene.running["web-0"].kill()
            await scene.running["web-0"].wait()
            scene.ports[0] = scene.ports[1]

            async def missed() -> bool:
                found = await tries("w2")  # and dialled again
                return found[:1] == ["interrupted"] and len(found) == 2

            await patiently(lambda: quietly(missed))
            assert (await tries("w1"))[-1] == "ringing"
            async with database.acting(scene.town.system_id) as link:
                told = {
                    s: [x["action"] for x in await fetch_all(link, LINES, [s])]
                    for s in (two, three)
                }
            assert "page_closed" in told[three] and "page_closed" not in told[two]
            said = await scene.ask(
                scene.phones[who["w1"]], "/api/duty/acknowledge", {"attempt_id": second.rings()[-1]}
            )
            assert said["said"] == "acknowledged"


async def grids_of(scene: Scene, database: Database, who: dict[str, int]) -> dict[int, int]:
    """By person, which of the scene's grids is his."""
    async with database.acting(scene.town.system_id) as link:
        sql = "SELECT person_id, grid_id FROM post WHERE person_id = ANY (%s)"
        rows = await fetch_all(link, sql, [list(who.values())])
    return {row["person_id"]: scene.grids.index(row["grid_id"]) for row in rows}
