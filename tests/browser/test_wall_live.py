"""Marks age by time alone; a lost link is said within five seconds and mends itself."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta

import psycopg
from playwright.sync_api import Page, expect

from tests.browser.conftest import Wall, until_drawn
from tests.browser.wall_town import now

STATE = """([id, state]) => { const w = window.wangge;
  const mark = w.state.marks.get(w.state.people.findIndex((p) => p.id === id));
  return Boolean(mark) && mark.state === state; }"""

HEARD = """([id, at]) => { const w = window.wangge;
  const mark = w.state.marks.get(w.state.people.findIndex((p) => p.id === id));
  return Boolean(mark) && mark.at >= at && "state " + mark.state; }"""

LATER = """() => { const w = window.wangge;
  for (const event of w.state.events.values()) if (event.due) event.due += 60000;
  w.emit("events"); }"""

ESCALATE = """() => window.wangge.post('/api/calls/1/escalate', {}).catch((e) => e.message)"""

COUNT_LOSSES = """() => { window.losses = 0;
  window.wangge.on('lost', () => { window.losses += 1; }); }"""
STAND_STILL = """() => { const until = performance.now() + 4500;
  while (performance.now() < until); }"""
HEARD_AGAIN = """() => new Promise((done) => { let n = 0;
  const count = () => { n += 1; if (n === 4) done(); };
  for (const name of ['tick', 'summary']) window.wangge.on(name, count); })"""

CUT = (  # what a page may log whose server was killed, whatever it was asking at that moment
    "WebSocket",
    "ERR_CONNECTION",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_EMPTY_RESPONSE",
    "Failed to fetch",
    "Callback failed: the server did not respond",
)


def stopped(page: Page) -> None:
    """It says so; the band also stands for a moment when the link is back."""
    expect(page.locator("#lost")).to_contain_text("链路中断")
    expect(page.locator("#lost")).to_be_visible()


def test_a_lost_link_is_said_and_mends_itself(wall: Wall) -> None:
    wall.forgiven = CUT
    page = wall.open()
    web = wall.web
    web.kill()
    try:
        stopped(page)
        expect(page.locator("#lost")).to_contain_text(re.compile(r"链路中断 \d:\d\d"))
        assert "grayscale" in page.locator("canvas.marks").evaluate(
            "(e) => getComputedStyle(e).filter"
        )
        expect(page.locator("#hot button.call")).to_be_disabled()
        clock = page.locator("#clock").inner_text()
        expect(page.locator("#clock")).not_to_have_text(clock)  # time goes on, the picture does not
        below(page)
    finally:
        web.start()
    expect(page.locator("html")).not_to_have_class(re.compile(r"\blost\b"))
    expect(page.locator("#lost")).to_contain_text("已恢复")
    below(page)
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#hot button.call")).to_be_enabled()


def test_a_page_that_stood_still_itself_has_not_lost_its_link(wall: Wall) -> None:
    """Its machine was busy or asleep: what came meanwhile is read before silence is said."""
    page = wall.open()
    page.evaluate(COUNT_LOSSES)
    kept = 0
    for _ in range(12):  # while the server stood still too, silence may be said
        before = page.evaluate("() => window.losses")
        page.evaluate(STAND_STILL)
        page.evaluate(HEARD_AGAIN)
        kept += page.evaluate("() => window.losses") == before
        if kept == 2:
            break
    assert kept == 2


def below(page: Page) -> None:
    """The chip of the place and the layers stands below the band, not under it."""
    edges = """() => [document.getElementById("lost").getBoundingClientRect().bottom,
                      document.querySelector(".chip").getBoundingClientRect().top]"""
    band, chip = page.evaluate(edges)
    assert band <= chip


def test_it_mends_itself_after_five_minutes_too(wall: Wall) -> None:
    wall.forgiven = CUT
    page = wall.open(wait=False)
    page.clock.install()
    page.reload()
    until_drawn(page)
    wall.web.kill()
    try:
        stopped(page)
        for _ in range(60):  # a try each: its pauses are 5 s at most
            page.clock.fast_forward(5_000)
        expect(page.locator("#lost")).to_contain_text(re.compile("链路中断 [5-9]:"))
    finally:
        wall.web.start()
    expect(page.locator("html")).not_to_have_class(re.compile(r"\blost\b"))


def test_charts_that_were_lost_with_the_link_are_drawn_when_it_is_back(wall: Wall) -> None:
    wall.forgiven = (*CUT, "ERR_FAILED")
    page = wall.open(wait=False)
    charts = "**/_dash-update-component*"
    page.route(
        charts,
        lambda route: (
            route.abort() if "day-store" in (route.request.post_data or "") else route.fallback()
        ),
    )
    page.reload()
    until_drawn(page)
    assert page.locator("#trend .bars .point").count() == 0
    page.unroute(charts)
    page.context.set_offline(True)
    stopped(page)
    page.context.set_offline(False)
    expect(page.locator("#trend .bars .point").first).to_be_attached()


def test_marks_age_by_time_alone(wall: Wall) -> None:
    """钱己 has sent nothing before, so a fix that is 45 s old is not outdated in a young town."""
    page = wall.open()
    person = wall.web.town.people["钱己"]
    for age_s in (45, 30, 0):  # the page has 15 s to hear of it, or 30, or 60
        at = now() - timedelta(seconds=age_s)
        fix = {"person": "p8-5", "lon": 112.87, "lat": 35.63, "at": at.isoformat()}
        with wall.source() as source:
            answer = source.post("/api/positions", json={"positions": [fix]})
            assert answer.json() == {"accepted": 1, "rejected": []}
        heard = page.wait_for_function(HEARD, arg=[person, int(at.timestamp())]).json_value()
        if heard == "state 0":
            break
    assert heard == "state 0"
    page.wait_for_function(STATE, arg=[person, 1])


def test_a_call_that_ends_while_the_link_is_lost(wall: Wall) -> None:
    """The card does not go on saying that it rings."""
    wall.forgiven = CUT
    page = wall.open()
    event = wall.town.events[0]
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute(
            "INSERT INTO presence VALUES ('elsewhere', 'duty', 'lost', %s, now()"
            " + interval '1 hour')",
            [wall.town.people["李甲"]],
        )
    page.evaluate("(id) => window.wangge.select({kind: 'event', id})", event)
    page.click("#call")
    state = page.locator("#call-state .outcome")
    expect(state).to_contain_text("呼叫中")
    page.context.set_offline(True)
    stopped(page)
    band = page.locator("#lost").inner_text()
    as_of = page.locator("#call-state .as-of")
    expect(as_of).to_have_text(re.compile(r"^截至 \d\d:\d\d:\d\d$"))
    assert as_of.inner_text()[3:] in band  # the picture's time, not another
    expect(page.locator("#call-state .remaining")).to_have_text("–")
    elapsed = page.locator("#call-state .elapsed").inner_text()
    assert re.fullmatch(r"\d:\d\d", elapsed)
    expect(page.locator("#call-state .acts .reason")).to_contain_text("恢复后才能操作")
    for button in page.locator("#call-state .acts button").all():
        expect(button).to_be_disabled()
    assert page.evaluate(ESCALATE) == "连不到服务器，链路恢复后再试"
    expect(page.locator("#call-state .elapsed")).to_have_text(elapsed)  # it stands still
    with closing(wall.web.client()) as dispatcher:
        (session,) = (
            one["id"]
            for one in dispatcher.get("/api/calls").json()["sessions"]
            if (one["subject"]["kind"], one["subject"]["id"]) == ("event", event)
        )
        assert dispatcher.post(f"/api/calls/{session}/end").json()["session"]["outcome"] == "ended"
    page.context.set_offline(False)
    expect(state).to_contain_text("已取消")
    expect(as_of).to_have_count(0)
    expect(page.locator("#call-state .reason")).to_have_count(0)
    expect(page.locator("#call-note")).to_be_enabled()
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute("DELETE FROM presence WHERE process = 'elsewhere'")


def test_a_station_that_is_built_appears(wall: Wall) -> None:
    page = wall.open()
    with psycopg.connect(wall.web.store.admin_url) as link:
        row = link.execute(
            "INSERT INTO facility (code, kind, name, area_id, geom) SELECT 'new', 'station',"
            " '新驿站', id, ST_PointOnSurface(geom) FROM area WHERE name = '平安村' RETURNING id"
        ).fetchone()
    assert row is not None
    there = "(id) => window.wangge.map.stations().some((s) => s.id === id)"
    page.wait_for_function(there, arg=row[0])
    wall.town.words.add("新驿站")


def test_a_press_on_the_list_outlives_a_change_of_the_list(wall: Wall) -> None:
    """Limits count on while somebody presses: the row, or the worst event, stays under him."""
    page = wall.open()
    for place in ("#list .row:nth-child(2)", "#hot .words"):
        page.hover(place)
        page.mouse.down()
        old = page.evaluate_handle(f"() => document.querySelector('{place}')")
        page.evaluate(LATER)
        assert old.evaluate("(row) => row.isConnected")
        page.mouse.up()
        name = old.evaluate("(row) => row.querySelector('.kind span, span.kind').innerText")
        expect(page.locator("#card h2")).to_contain_text(name)
        page.wait_for_function("(row) => !row.isConnected", arg=old)  # the change came after it
        page.keyboard.press("Escape")
        expect(page.locator("#card")).to_be_hidden()
