"""A drill on the wall: said in words, colour and stripes at each of its marks, and gone with it."""

from __future__ import annotations

import re
from contextlib import closing

import psycopg
from playwright.sync_api import expect

from dashboard.embedded import Store
from dashboard.roles.ending import site_clock
from dashboard.roles.engine import Engine
from data import engine
from data.database import Database
from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.test_english import chinese
from tests.browser.wall_town import apart
from tests.drilling import scenario
from tests.waiting import LONGEST_S

LATER = "UPDATE call_drill SET next_at = next_at + %s::interval"


async def played(store: Store) -> None:
    """What an engine does in one pass."""
    async with (
        Database(store.app_url, store.readonly_url, size=2) as database,
        site_clock(database) as clock,
    ):
        steps = [step for step in engine.STEPS if step.name in ("drills", "call_timers")]
        await Engine(database, clock).pass_once(steps)


def test_a_drill_is_marked_everywhere_on_the_wall(wall: Wall) -> None:
    page = wall.open("/screen")
    expect(page.locator("#drill")).to_have_count(0)
    said = scenario(
        {"answer": "no_answer"},
        clicks=[{"grid": "any", "urgent": True, "about_zh": "居民楼起火", "about_en": "A fire"}],
        name_zh="夜间火情",
        name_en="A fire at night",
        held_s=None,
    )
    with closing(wall.web.client()) as dispatcher:
        body = {"scenario": said, "request_key": "browser"}
        answer = dispatcher.post("/api/drills", json=body, timeout=LONGEST_S)
        number = answer.json()["drill"]["id"]
        try:
            apart(lambda: played(wall.web.store))
            band = page.locator("#drill")
            expect(band).to_contain_text(re.compile(r"演练夜间火情第 \d+ 分钟 · 1 次呼叫"))
            expect(band).to_contain_text("不拨真实电话")
            expect(page.locator("#running .line", has_text="演练")).to_be_visible()
            band.click()
            expect(page.locator(".top.outcome.drilled")).to_have_attribute("data-drill", "演练")
            expect(page.locator(".drilled-about")).to_have_text("夜间火情 · 居民楼起火")
            assert page.evaluate(boxes.CLIPPED, True) == []
            other = wall.open("/screen?lang=en")
            expect(other.locator("#drill")).to_contain_text("No real phone is dialled")
            other.locator("#drill").click()
            expect(other.locator(".drilled-about")).to_have_text("A fire at night · A fire")
            assert chinese(other, wall.town.words) == []
        finally:
            dispatcher.post(f"/api/drills/{number}/stop", timeout=LONGEST_S)
    expect(page.locator("#drill")).to_have_count(0)
    expect(page.locator(".top.outcome.drilled")).to_contain_text("已取消")


def test_a_drill_is_started_read_and_stopped_on_its_page(wall: Wall) -> None:
    page = wall.open("/drills?lang=en", account="admin", wait=False)
    expect(page.locator("#scenarios .one")).to_have_count(4)
    page.locator("#scenarios .one", has_text="Nobody on duty").get_by_role("button").click()
    running = page.locator("#now .panel")
    expect(running).to_contain_text("0 of 2 clicks made")
    apart(lambda: played(wall.web.store))
    expect(running).to_contain_text("1 of 2 clicks made, 0 of 1 calls confirmed")
    expect(page.locator("#report h3").first).to_contain_text("Nobody on duty")
    expect(page.locator("#report td").last).to_contain_text("Nobody found")
    with psycopg.connect(wall.web.store.admin_url) as link:  # long due, and nobody took it up
        link.execute(LATER, ["-1 hour"])
    expect(running.locator(".bad")).to_contain_text("wangge serve engine")
    running.get_by_role("button").click()
    expect(running).to_have_count(0)
    expect(page.locator("#drills tr.on")).to_contain_text("stopped by")
    assert page.evaluate(boxes.CLIPPED, True) == []
    assert chinese(page, wall.town.words) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wall.forgiven += ("422",)
    bad = {"name": "bad.json", "mimeType": "application/json", "buffer": b'{"code": "x"}'}
    page.set_input_files("#scenario-file", bad)
    expect(page.locator("#faults .bad")).to_have_count(4)
