"""/calls in a browser: a figure opens its calls, a call is replayed by its lines, files come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from data.calls.lifecycle import AttemptState
from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.phone import Phone
from tests.browser.test_english import chinese

STORY = "(id) => document.getElementById('desk')?.dataset.story === String(id)"
LINES = """SELECT t.person_id, e.attempt_id, e.action, max(e.at) OVER (ORDER BY e.id) AS at
    FROM call_event e LEFT JOIN call_attempt t ON t.id = e.attempt_id
    WHERE e.session_id = %s ORDER BY e.id"""
KNOWN = {one.value for one in AttemptState}
# What the intake writes of every fix, of two people who stand still.
KEPT = """INSERT INTO position_history (person_id, area_id, at, lon, lat, source_id, original_lon,
        original_lat)
    SELECT person_id, area_id, at, lon, lat, source_id, original_lon, original_lat
    FROM latest_position WHERE person_id = ANY (%s) ON CONFLICT DO NOTHING"""
AT = """(times) => { const L = window.wangge.ledger;
    return times.map((ms) => { L.time(ms); return L.drawn(); }); }"""
FINE = """() => { const canvas = document.querySelector('canvas.rings');
    return canvas.width > 2000
      && Math.abs(canvas.width - canvas.getBoundingClientRect().width) < 3; }"""


@pytest.fixture
def called(wall: Wall, browser: Browser) -> Iterator[int]:
    """A call of an event that the chief confirmed after one of his workers was rung too."""
    with psycopg.connect(wall.web.store.admin_url) as link:
        person = wall.town.people["李丙"]
        link.execute(
            "INSERT INTO presence VALUES ('elsewhere', 'duty', 'ledger', %s, now()"
            " + interval '1 hour')",
            [person],
        )
        link.execute(KEPT, [[person, wall.town.people["李甲"]]])
    phone = Phone(browser, wall.web, "chief")
    with closing(wall.web.client()) as dora:
        body = {"request_key": uuid4().hex, "event_id": wall.town.events[0]}
        session = dora.post("/api/calls", json=body).json()["session"]["id"]
        dora.post(f"/api/calls/{session}/add", json={"person_id": wall.town.people["李甲"]})
        dora.post(f"/api/calls/{session}/note", json={"text": "已联系排水队"})
        phone.page.click("#ring .yes")
        expect(phone.page.locator("#ring")).to_contain_text("已确认")
    yield session
    phone.context.close()
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute("DELETE FROM presence WHERE process = 'elsewhere'")


def ledger(wall: Wall, query: str = "", **given: Any) -> Page:
    """The page, told."""
    page = wall.open(f"/calls?{query}", wait=False, **given)
    page.wait_for_function("() => document.getElementById('desk')?.dataset.told")
    return page


def test_a_figure_opens_its_calls_and_a_call_is_replayed(wall: Wall, called: int) -> None:
    page = ledger(wall, "lang=en")
    row = page.locator(f"#calls tr[data-id='{called}']")
    expect(row).to_contain_text("Confirmed")
    expect(page.locator("#figure-confirmed b")).not_to_have_text("0")
    page.click("#figure-confirmed")
    expect(page.locator("#filters .chips")).to_contain_text("Confirmed")
    page.wait_for_function("() => document.getElementById('desk').dataset.told > 0")
    n = page.locator("#figure-calls b").inner_text()
    expect(page.locator("#figure-confirmed b")).to_have_text(n)
    assert page.locator("#calls tbody tr").count() == int(n)
    page.click("#bars [id^='step-']")
    expect(page.locator("#filters .chips")).to_contain_text("Settled at step")
    expect(row).to_be_visible()
    assert page.evaluate(boxes.CLIPPED, True) == []
    row.press("Enter")
    page.wait_for_function(STORY, arg=called)
    expect(page.locator("#story .lines")).to_contain_text("已联系排水队")
    expect(page.locator("#story .lines [aria-current]")).to_contain_text("Call confirmed")
    assert chinese(page, wall.town.words) == []
    replayed(wall, page, called)
    by_keys(page)
    twice_as_large(page)
    page.keyboard.press("Escape")
    expect(row).to_be_visible()  # the list as it was left
    expect(page.locator("#filters .chips")).to_contain_text("Settled at step")


def replayed(wall: Wall, page: Page, session: int) -> None:
    """At, before and after every line: each person's newest attempt as its last line says."""
    with psycopg.connect(wall.web.store.admin_url) as link:
        found = link.execute(LINES, [session]).fetchall()
    lines = [(*line, round(at.timestamp() * 1000)) for *line, at in found]
    times = sorted({at + n for *_, at in lines for n in (-1, 0, 1, 137)})
    shown = page.evaluate(AT, times)
    for ms, drawn in zip(times, shown, strict=True):
        states, newest = dict[int, str](), dict[int, int]()
        for person, attempt, action, at in lines:
            if at <= ms and attempt is not None and action in KNOWN:
                states[attempt] = action
                newest[person] = max(attempt, newest.get(person, 0))
        expected = {person: states[attempt] for person, attempt in newest.items()}
        assert dict(drawn) == expected, ms
    assert len({str(one) for one in shown}) > 3
    assert int(page.locator("#desk").get_attribute("data-replayed") or 0) >= 1  # on the map


def by_keys(page: Page) -> None:
    """Home, on, play to the end."""
    page.keyboard.press("Home")
    expect(page.locator("#moment")).to_contain_text("+0:00.0")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#story [aria-current]")).to_contain_text("Call started")
    page.keyboard.press("6")
    expect(page.locator("[data-speed='16']")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(page.locator("#story [aria-current]")).to_contain_text("Call confirmed")
    expect(page.locator("#play")).to_have_attribute("data-plays", "false")


def twice_as_large(page: Page) -> None:
    """On a screen of 3840 × 2160 the same stands there, its map drawn as fine as the screen is."""
    seen = "() => [...document.querySelectorAll('#story .lines li')].length"
    small = page.locator("#replay").bounding_box()
    lines = page.evaluate(seen)
    page.set_viewport_size({"width": 3840, "height": 2160})
    page.wait_for_function(FINE)
    large = page.locator("#replay").bounding_box()
    assert small and large
    for side in ("x", "y", "width", "height"):
        assert abs(large[side] - 2 * small[side]) <= 4, (small, large)
    assert page.evaluate(seen) == lines
    assert page.evaluate(
        "[document.documentElement.scrollWidth <= innerWidth,"
        " document.documentElement.scrollHeight <= innerHeight]"
    ) == [True, True]
    page.set_viewport_size({"width": 1920, "height": 1080})


def test_a_call_that_runs_grows_as_it_is_read(wall: Wall) -> None:
    """A note, a person and the end stand there without a reload; who reads back is left there."""
    wall.forgiven += ("ERR_INTERNET_DISCONNECTED",)
    person = wall.town.people["王丙"]
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute(
            "INSERT INTO presence VALUES ('elsewhere', 'duty', 'grows', %s, now()"
            " + interval '1 hour')",
            [person],
        )
    with closing(wall.web.client()) as dora:
        body = {"request_key": uuid4().hex, "person_id": person}
        session = dora.post("/api/calls", json=body).json()["session"]["id"]
        page = wall.open(f"/calls?call={session}", wait=False)
        page.wait_for_function(STORY, arg=session)
        lines, now = page.locator("#story .lines li"), page.locator("#story [aria-current]")
        expect(page.locator("#live")).to_contain_text("新情况会接在下面")
        dora.post(f"/api/calls/{session}/note", json={"text": "已联系排水队"})
        expect(lines.last).to_contain_text("已联系排水队")
        expect(now).to_contain_text("已联系排水队")  # the end is followed
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        expect(now).to_contain_text("发起")
        page.context.set_offline(True)
        expect(page.locator("#live")).to_contain_text("正在重试")
        page.context.set_offline(False)
        dora.post(f"/api/calls/{session}/end")
        expect(lines.last).to_contain_text("结束")
        expect(page.locator("#live")).to_have_count(0)
        expect(now).to_contain_text("发起")
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute("DELETE FROM presence WHERE process = 'elsewhere'")


def test_what_cannot_be_is_said_and_taken_back(wall: Wall, called: int) -> None:
    wall.forgiven += ("422", "404")
    page = ledger(wall, "outcome=lost")
    expect(page.locator("#wrong")).to_contain_text("outcome")
    page.get_by_text("清除筛选").click()
    page.wait_for_function("() => document.getElementById('desk').dataset.told > 0")
    page.fill("[name=person]", "没有此人")
    page.click("#filters .main")
    expect(page.locator("#calls .empty")).to_contain_text("没有符合条件的呼叫")
    page.click("#calls .empty button")
    with page.expect_download() as saved:
        page.click("#export-xlsx")
    assert re.fullmatch(r"calls-\d{8}-\d{4}\.xlsx", saved.value.suggested_filename)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{wall.web.url}/calls?call=999999")
    expect(page.locator("#story")).to_contain_text("999999")
