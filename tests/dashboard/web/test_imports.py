"""Files by the page: uploaded, looked at, checked, imported, undone; killed jobs leave nothing."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
import os
import signal
from typing import Any

import httpx
import pytest

from dashboard.api import imports
from dashboard.imports.spool import Busy, Upload
from data.importers import journal
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town, value
from tests.serving import Served
from tests.waiting import until

ROWS = [("f1", "驿站", 112.902), ("f2", "岗亭", 112.915), ("f3", "", 112.903), ("f4", "远", 10.0)]
FACILITIES = "编码,名称,经度,纬度,地址\n" + "".join(
    f"{code},{name},{lon},35.605,=1+1\n" for code, name, lon in ROWS
)
UPLOADS = "/api/imports/uploads"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock' AND state = 'active'"
)


async def send(client: httpx.AsyncClient, name: str, content: str | bytes) -> str:
    answer = await client.post(UPLOADS, params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def start(client: httpx.AsyncClient, upload: str, task: str, **options: Any) -> Any:
    answer = await client.post(f"{UPLOADS}/{upload}/start", json={"task": task, **options})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def told(client: httpx.AsyncClient, upload: str, fits: Any) -> Any:
    """What is told of an upload, once it fits."""

    async def found() -> bool:
        nonlocal state
        state = (await client.get(f"{UPLOADS}/{upload}")).json()
        return bool(fits(state))

    state: Any = None
    await until(found)
    return state


async def ended(client: httpx.AsyncClient, upload: str, task: str, **options: Any) -> Any:
    await start(client, upload, task, **options)
    return await told(client, upload, lambda state: state["state"] != "running")


async def waiting(town: Town) -> None:
    """Until somebody in the store waits for somebody. Each look is a transaction of its own, since
    one sees the activity of its beginning."""

    async def found() -> bool:
        async with town.database.acting(town.system_id) as link:
            return bool(await value(link, WAITING))

    await until(found)


async def let_go(upload: Upload) -> int:
    """The lock, once the job is gone that has written its end."""
    lock: int | None = None

    async def free() -> bool:
        nonlocal lock
        with contextlib.suppress(Busy):
            lock = upload.lock()
        return lock is not None

    await until(free)
    assert lock is not None
    return lock


async def test_from_the_upload_to_the_undo(web: Served, bearer: Bearer, town: Town) -> None:
    async def stations() -> int:
        async with town.database.acting(town.system_id) as link:
            return int(await value(link, "SELECT count(*) FROM facility"))

    given = {"noun": "facilities", "group": "station", "parent_by": "location"}
    english = {"Accept-Language": "en"}
    async with web.client(headers=await bearer("administrator", name="zhao")) as client:
        upload = await send(client, "../站点.csv", FACILITIES)
        looked = await ended(client, upload, "look")
        assert looked["name"] == "站点.csv" and looked["look"]["guess"] == "facilities"
        assert looked["look"]["meant"]["facilities"]["code"] == "编码"
        address = looked["look"]["columns"][4]
        assert address["name"] == "地址" and address["examples"] == ["=1+1"] * 3
        assert address["values"][0]["rows"] == 4 and address["values"][0]["like"][0] == "驿站"

        checked = await ended(client, upload, "check", **given)
        assert checked["report"]["rows_imported"] == 2 and checked["run"] is None
        assert await stations() == 0
        drawn = (await client.get(f"{UPLOADS}/{upload}/preview.geojson", headers=english)).json()
        assert drawn["total"] == {"rejected": 2, "accepted": 2}
        said = {f["properties"]["row"]: f["properties"].get("message") for f in drawn["features"]}
        assert said[3] == "The row has no name." and said[1] is None

        done = await ended(client, upload, "run", **given)
        run = done["run"]
        assert await stations() == 2
        about = (await client.get("/api/imports")).json()
        assert (
            about["runs"][0] | {"id": run, "noun": "facilities", "actor": "zhao"}
            == (about["runs"][0])
        )
        assert about["runs"][0]["can_undo"] and about["uploads"][0]["id"] == upload
        for path in (f"{UPLOADS}/{upload}", f"/api/imports/{run}"):
            answer = await client.get(f"{path}/report.csv")
            table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            assert [line[2:4] for line in table if line[0] == "rejected"] == [
                ["3", "nameless"], ["4", "orphan"]
            ]  # fmt: skip
            assert "attachment" in answer.headers["content-disposition"]
            report = (await client.get(f"{path}/report.json", headers=english)).json()
            assert report["rows"] == 4
            assert report["rejected"][0]["message"] == "The row has no name."

        other = await bearer("administrator", name="qian")
        for method, path in (("GET", ""), ("POST", "/start"), ("GET", "/report.json")):
            body = {"task": "look"} if method == "POST" else None
            address = f"{UPLOADS}/{upload}{path}"
            refused = await client.request(method, address, json=body, headers=other)
            assert refused.status_code == 404
        assert (await client.post(f"/api/imports/{run}/undo")).status_code == 200
        assert await stations() == 0
        again = await client.post(f"/api/imports/{run}/undo", headers=english)
        assert again.status_code == 409
        assert again.json()["error"]["message"] == f"Import {run} has been undone already."


async def test_roads_that_come_in_are_drawn_and_gone_when_undone(
    web: Served, bearer: Bearer
) -> None:
    """Layers are kept by the version of the places, which the new ground changes."""
    path = {"type": "LineString", "coordinates": [[112.9, 35.6], [112.92, 35.61]]}
    road = {"type": "Feature", "properties": {"编号": "1", "等级": "主干路"}, "geometry": path}
    file = json.dumps({"type": "FeatureCollection", "features": [road]})
    async with web.client(headers=await bearer("administrator")) as client:

        async def drawn() -> list[str]:
            found = (await client.get("/api/layers/roads.geojson")).json()["features"]
            return [one["properties"]["class"] for one in found]

        async def one_drawn() -> bool:
            return await drawn() == ["main"]

        async def none_drawn() -> bool:
            return await drawn() == []

        assert await none_drawn()
        upload = await send(client, "roads.geojson", file)
        looked = await ended(client, upload, "look")
        assert looked["look"]["guess"] == "ground"
        done = await ended(client, upload, "run", noun="ground", group="road")
        await until(one_drawn)
        assert (await client.post(f"/api/imports/{done['run']}/undo")).status_code == 200
        await until(none_drawn)


async def test_a_killed_import_leaves_nothing_and_the_page_says_so(
    web: Served, bearer: Bearer, town: Town
) -> None:
    """It waits for its turn, in words; meanwhile the file is busy; killed, it is interrupted."""
    given = {"noun": "facilities", "group": "station"}
    async with web.client(headers=await bearer("administrator")) as client:
        upload = await send(client, "a.csv", FACILITIES)
        async with town.database.acting(town.system_id) as link:
            await link.execute(journal.SQL.wait_for_turn)
            await start(client, upload, "run", **given)
            await told(client, upload, lambda state: state["stage"] == "turn")
            for method, path in (("POST", "/start"), ("DELETE", "")):
                body = {"task": "check"} if method == "POST" else None
                busy = await client.request(method, f"{UPLOADS}/{upload}{path}", json=body)
                assert busy.status_code == 409 and "请等它结束" in busy.json()["error"]["message"]
            kept = web.app.state.settings.home / "imports" / upload / "state.json"
            os.kill(json.loads(kept.read_bytes())["pid"], signal.SIGKILL)
            state = await told(client, upload, lambda state: state["state"] != "running")
        assert state["state"] == "interrupted" and state["run"] is None
        async with town.database.acting(town.system_id) as link:
            assert await value(link, "SELECT count(*) FROM facility") == 0
            assert await value(link, "SELECT count(*) FROM import_run") == 0
        assert (await ended(client, upload, "run", **given))["report"]["rows_imported"] == 2
        assert (await client.delete(f"{UPLOADS}/{upload}")).status_code == 200
        assert not kept.parent.exists()


async def test_a_stopped_import_leaves_a_line_in_the_log_and_nothing_else(
    web: Served, bearer: Bearer, town: Town
) -> None:
    """Stopped while it reads, while it waits for its turn, and while a statement of it waits in
    the store: that one is rolled back when the answer comes, and the next begins at once."""
    given = {"noun": "facilities", "group": "station", "parent_by": "location"}
    async with web.client(headers=await bearer("administrator", name="zhao")) as client:
        upload = await send(client, "a.csv", FACILITIES)

        async def stopped(task: str, stage: str | None, **options: Any) -> Any:
            await start(client, upload, task, **options)
            if stage is not None:
                await told(client, upload, lambda state: state["stage"] == stage)
            answer = await client.post(f"{UPLOADS}/{upload}/stop")
            assert answer.status_code == 200, answer.text
            return answer.json()

        assert (await stopped("look", None))["state"] == "stopped"
        async with town.database.acting(town.system_id) as link:
            await link.execute(journal.SQL.wait_for_turn)
            assert (await stopped("check", "turn", **given))["state"] == "stopped"
            assert (await stopped("run", "turn", **given))["state"] == "stopped"
        async with town.database.acting(town.system_id) as link:  # a row that the import waits for
            await link.execute(
                "INSERT INTO facility_kind (kind, name_zh, name_en) VALUES ('station', '站', 'S')"
            )
            await start(client, upload, "run", **given)
            await waiting(town)
            assert (await client.post(f"{UPLOADS}/{upload}/stop")).json()["state"] == "stopped"
            assert await value(link, "SELECT count(*) FROM facility") == 0

        done = await ended(client, upload, "run", **given)
        assert done["report"]["rows_imported"] == 2
        late = (await client.post(f"{UPLOADS}/{upload}/stop")).json()
        assert late["state"] == "done" and late["run"] == done["run"]  # too late: it stands
        runs = (await client.get("/api/imports")).json()["runs"]
        assert [(run["id"], run["stopped_by"], run["can_undo"]) for run in runs] == [
            (done["run"], None, True), (2, "zhao", False), (1, "zhao", False)
        ]  # fmt: skip
        assert done["run"] == 3  # checks and looks use up no number
        refused = await client.post("/api/imports/2/undo", headers={"Accept-Language": "en"})
        assert refused.status_code == 409 and "was stopped" in refused.json()["error"]["message"]


async def test_an_import_that_was_final_when_it_was_stopped_stands(
    web: Served, bearer: Bearer, town: Town
) -> None:
    """Killed between the end of its transaction and its last word: the log knows it."""
    given = {"noun": "facilities", "group": "station", "parent_by": "location"}
    async with web.client(headers=await bearer("administrator", name="zhao")) as client:
        upload = await send(client, "a.csv", FACILITIES)
        done = await ended(client, upload, "run", **given)
        kept = web.app.state.settings.home / "imports" / upload
        sleeper = await asyncio.create_subprocess_exec("sleep", "600")
        lock = await let_go(Upload(kept))
        try:
            Upload(kept).change(state="running", run=None, report=None, pid=sleeper.pid)
            asking = asyncio.create_task(client.post(f"{UPLOADS}/{upload}/stop"))
            await sleeper.wait()  # killed by the stop
        finally:
            os.close(lock)
        answer = (await asking).json()
        assert answer["state"] == "done" and answer["run"] == done["run"]
        assert answer["report"]["rows_imported"] == 2
        runs = (await client.get("/api/imports")).json()["runs"]
        assert [run["stopped_by"] for run in runs] == [None]


async def test_what_cannot_be_used_is_refused_in_words(
    web: Served, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with web.client(headers=await bearer("administrator")) as client:
        upload = await send(client, "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
        state = await ended(client, upload, "look")
        assert state["state"] == "failed" and "另存为" in state["error"]
        for wrong in ({"task": "fly"}, {"task": "look", "maps": {"a\x00": "b"}}, {"other": 1}):
            answer = await client.post(f"{UPLOADS}/{upload}/start", json=wrong)
            assert answer.status_code == 422, wrong
        monkeypatch.setattr(imports, "MOST_BYTES", 1000)
        for sent in (b"x" * 1001, _slowly(b"x" * 600, b"y" * 600)):
            answer = await client.post(UPLOADS, params={"name": "a.csv"}, content=sent)
            assert answer.status_code == 413
        left = (await client.get("/api/imports")).json()["uploads"]
        assert [one["id"] for one in left] == [upload]
        for strange in ("..%2f..", "%2e%2e%2fetc", "AAAAAAAAAAAAAAA%00", "A" * 17):
            assert (await client.get(f"{UPLOADS}/{strange}")).status_code in (404, 422, 405)


async def _slowly(*parts: bytes) -> Any:
    for part in parts:
        yield part
