"""The ledger's routes: lists, stories and files as programs and the page ask for them."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from dashboard.i18n import catalogue, ledger
from dashboard.sheets import calls as call_sheet
from dashboard.sheets import writing as sheets
from data.calls.lifecycle import AttemptState
from data.calls.model import Outcome, SessionState, Target
from tests.dashboard.calls.test_calls import click
from tests.factories import value

RISKY = "=cmd|' /C calc'!A0"
TABLES = (ledger.STATES, ledger.OUTCOMES, ledger.TARGETS, ledger.LINES, ledger.PURPOSES)


@pytest.fixture
async def called(web: Any) -> int:
    """A call by somebody with a dangerous name, which the chief confirms; another rang nobody."""
    town = web.desk.town
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "UPDATE person SET name = %s WHERE id = %s", [RISKY, town.people["west_chief"]]
        )
    phone = await web.open_page("west_chief")
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    ring = {"attempt_id": (await phone.until("ring"))["attempt"]}
    await web.ask("chief", "POST", "/api/duty/ringing", ring)
    web.time.advance(seconds=3)
    await web.ask("chief", "POST", "/api/duty/acknowledge", ring)
    web.time.advance(hours=7)
    await web.ask("dora", "POST", "/api/calls", click(web, "k2"))
    return int(body["session"]["id"])


async def _file(web: Any, query: str, who: str = "dora") -> Any:
    return await web.client.get(f"/api/calls/export?{query}", headers={"x-actor": who})


async def test_list_figures_and_story_by_the_routes(web: Any, called: int) -> None:
    _, listed = await web.ask("dora", "GET", "/api/calls")
    (newest, first), chief = listed["sessions"], web.desk.town.people["west_chief"]
    assert (first["id"], first["ack_s"], first["settled_step"]) == (called, 3.0, 1)
    assert newest["said"] == {"zh": "无人在岗", "en": "Nobody on duty"} and listed["after"] is None
    _, only = await web.ask(
        "dora", "GET", f"/api/calls?confirmed=true&person_id={chief}&from=2026-07-14"
    )
    assert [one["id"] for one in only["sessions"]] == [called]
    _, said = await web.ask("dora", "GET", "/api/calls/figures?confirmed=true")
    assert (said["figures"]["calls"], said["outcomes"]["acknowledged"]["zh"]) == (1, "已确认")
    _, story = await web.ask("dora", "GET", f"/api/calls/{called}/events")
    actions = [line["action"] for line in story["events"]]
    assert actions[0] == "started" and actions[-1] == "acked" and "ringing" in actions
    queued = next(line for line in story["events"] if line["action"] == "queued")
    assert queued["more"]["zh"].startswith("在岗，")
    assert (await web.ask("east", "GET", f"/api/calls/{called}/events"))[0] == 404
    assert (await web.ask("dora", "GET", "/api/calls/99999/events"))[0] == 404
    _, known = await web.ask("dora", "GET", "/api/calls/filters")
    assert {one["code"] for one in known["outcomes"]} == {one.value for one in Outcome}
    assert known["areas"] == [{"code": "community:code-west", "name": "west"}]


async def test_a_wrong_filter_is_said(web: Any) -> None:
    for query, word in (
        ("outcome=lost", "choose one of"),
        ("colour=red", "colour: this is not known here"),
        ("from=yesterday", "from=yesterday: write it as"),
        ("from=2026-07-15&to=2026-07-14", "later than the end"),
        ("area=nowhere", "nowhere"),
        ("after=7", "use the one of the answer before"),
        ("settled_step=0", "at least 1"),
        ("person=", "at least 1 characters"),
    ):
        headers = {"x-actor": "dora", "accept-language": "en"}
        answer = await web.client.get(f"/api/calls?{query}", headers=headers)
        assert answer.status_code in (404, 422), query
        assert word in answer.json()["error"]["message"], answer.text


async def test_the_files_say_what_the_ledger_says(web: Any, called: int) -> None:
    """In the page's language; no cell is computed; numbers are numbers."""
    plain = (await _file(web, "format=csv&lang=zh")).content
    assert plain.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(plain.decode("utf-8-sig"))))
    assert [row["呼叫编号"] for row in table] == [str(called + 1), str(called), str(called)]
    chief = next(row for row in table if row["状态"] == "已确认")
    assert (chief["人员"], chief["振铃至确认（秒）"], chief["结果"]) == (
        f"'{RISKY}",
        "3.0",
        "已确认",
    )
    assert chief["发起时间"] == "2026-07-14 12:00:00" and chief["岗位"] == "网格长"
    assert table[0]["结果"] == "无人在岗" and table[0]["人员"] == ""
    packed = (await _file(web, "format=xlsx&lang=en&confirmed=true")).content
    assert zipfile.ZipFile(io.BytesIO(packed)).testzip() is None
    sheet = load_workbook(io.BytesIO(packed), read_only=True).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert list(head) == call_sheet.columns(phones=False)
    row = next(
        dict(zip(head, one, strict=True))
        for one in rows
        if one[head.index("State")] == "acknowledged"
    )
    assert (row["Call no."], row["Person"], row["Settled at step"]) == (called, f"'{RISKY}", 1)
    assert len(rows) == 2


async def test_numbers_only_for_who_may_see_them_and_the_audit_knows(web: Any, called: int) -> None:
    assert b"199000" not in (await _file(web, "format=csv")).content
    shown = (await _file(web, "format=csv&phones=true&lang=en")).content
    assert b"199000" in shown and b",Phone," in shown
    for who, status in (("wall", 403), ("intake", 403), ("chief", 403), ("", 401)):
        assert (await _file(web, "format=csv&phones=true", who)).status_code == status
    assert called and b"west" not in (await _file(web, "format=csv", "east")).content
    town = web.desk.town
    async with town.database.acting(town.system_id) as link:
        found = await value(
            link, "SELECT jsonb_agg(detail ORDER BY id) FROM audit WHERE action = 'export_calls'"
        )
    assert [one.get("phones") for one in found] == [False, True, False]
    assert found[1]["calls"] == 2


async def test_too_much_for_a_file_is_refused(
    web: Any, called: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.api.call_ledger.MOST_CALLS", 1)
    answer = await _file(web, "format=csv")
    assert (answer.status_code, "缩短时间" in answer.text) == (422, True)
    assert (await _file(web, "format=csv&confirmed=true")).status_code == 200


def test_every_word_of_files_and_stories_has_its_chinese() -> None:
    known = catalogue("zh", "desk", "calls")
    words = {word for table in TABLES for word in table.values()} | set(call_sheet.COLUMNS)
    assert sorted(words - set(known)) == []
    assert set(ledger.OUTCOMES) == {one.value for one in Outcome}
    assert set(ledger.STATES) == {one.value for one in SessionState}
    assert set(ledger.TARGETS) == {one.value for one in Target}
    assert {one.value for one in AttemptState} <= set(known)


def test_what_xml_cannot_hold_does_not_break_a_sheet() -> None:
    sheet = sheets.Xlsx('a"b[c]:' + "x" * 40)
    data = sheet.rows([["\x00<&>", "＝1", 1.5, None, "-2"]]) + sheet.end()
    (row,) = load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    assert row == ("\ufffd<&>", "'＝1", 1.5, None, "'-2")


def test_who_waited_too_long_is_not_said_to_be_offline() -> None:
    line = {"action": "failed", "detail": {"why": "waited_too_long"}}
    assert ledger.line(line, {"state": "failed"}) == {
        "said": {"zh": "呼叫失败", "en": "failed"},
        "more": {
            "zh": "页面在线，排队过久未轮到",
            "en": "Page open, waited too long in the queue",
        },
    }
