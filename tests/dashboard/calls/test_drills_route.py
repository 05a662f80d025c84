"""The routes of drills: who may, what is wrong, the report as JSON and as a table."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from dashboard.sheets.drills import HEADINGS
from data.calls.drills.report import COLUMNS
from tests.drilling import scenario, tick


async def test_a_drill_is_started_once_seen_stopped_and_read(web: Any) -> None:
    """And the phone of the one who is called hears nothing of it."""
    phone = await web.open_page("west_worker")
    body = {"scenario": scenario({"answer": "no_answer"}), "request_key": "k"}
    for who, path, expected in (
        ("wall", "", 403), ("worker", "", 403), ("wall", "/1/stop", 403), ("east", "/1/stop", 404),
    ):  # fmt: skip
        assert (await web.ask(who, "POST", f"/api/drills{path}", body))[0] == expected
    (_, first), (status, again) = [
        await web.ask("dora", "POST", "/api/drills", body) for _ in range(2)
    ]
    assert status == 200 and first["drill"]["id"] == again["drill"]["id"]
    web.desk.real = datetime.now(UTC)  # the routes take the machine's
    await tick(web.desk)
    number = first["drill"]["id"]
    path = f"/api/drills/{number}"
    drill = (await web.ask("dora", "GET", path))[1]["drill"]
    (call,) = drill["calls"]
    assert (drill["drill"], drill["runs"], call["steps"][0]["called"]) == (True, True, 2)
    (row,) = (await web.ask("dora", "GET", "/api/calls"))[1]["sessions"]
    card = (await web.ask("dora", "GET", f"/api/calls/{row['id']}"))[1]["session"]
    assert all((one["drill"], one["drill_id"]) == (True, number) for one in (row, card))
    me = (await web.ask("worker", "GET", "/api/duty/me"))[1]
    assert me["rings"] == []
    attempt = {"attempt_id": card["attempts"][0]["id"]}
    assert (await web.ask("worker", "POST", "/api/duty/acknowledge", attempt))[0] == 404
    assert (await web.ask("east", "GET", path))[0] == 404
    # A real call rings the same phone in the middle of it, and is the first that it hears.
    real = {"request_key": "real", "grid_id": web.desk.town.grids["W-1"]}
    session = (await web.ask("dora", "POST", "/api/calls", real))[1]["session"]
    assert session["drill"] is False and "drill_id" not in session
    ring = await phone.until("ring")
    assert ring["session"] == session["id"] and phone.heard == []
    assert (await web.ask("dora", "POST", f"{path}/stop"))[1]["drill"]["runs"] is False
    table = (await web.client.get(f"{path}/report.csv", headers={"x-actor": "dora"})).text
    head, line = csv.reader(io.StringIO(table.removeprefix("\ufeff")))
    assert tuple(HEADINGS) == COLUMNS and head[:4] == ["呼叫编号", "点击", "呼叫对象", "演练情况"]
    assert not [heading for heading in head if heading.isascii()]
    assert line[COLUMNS.index("outcome")] == "发起人结束"
    english = (await web.client.get(f"{path}/report.csv?lang=en", headers={"x-actor": "dora"})).text
    head, line = csv.reader(io.StringIO(english.removeprefix("\ufeff")))
    assert tuple(head) == tuple(HEADINGS.values())
    assert line[COLUMNS.index("outcome")] == "Ended by the caller"
    listed = (await web.ask("dora", "GET", "/api/drills"))[1]
    assert [one["id"] for one in listed["drills"]] == [number] and listed["may"] is True
    assert {one["code"] for one in listed["scenarios"]} >= {"flood", "fire_at_night"}


async def test_what_is_wrong_in_a_scenario_is_said_at_its_field(web: Any) -> None:
    bad = scenario({"answer": "maybe"}, clicks=[{"grid": "any", "after_s": -1}])
    status, said = await web.ask(
        "dora", "POST", "/api/drills", {"scenario": bad, "request_key": "k"}
    )
    assert status == 422
    assert [one["where"] for one in said["faults"]] == ["clicks.0.after_s", "answers.0.answer"]
    assert said["faults"][0]["message"] == "clicks.0.after_s：请给出 0 到 3600 之间的数。"
    unknown = {"scenario": "moon", "request_key": "k"}
    assert (await web.ask("dora", "POST", "/api/drills", unknown))[0] == 404
    assert (await web.ask("dora", "GET", "/api/drills"))[1]["drills"] == []
