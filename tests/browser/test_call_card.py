"""The card of a call on the wall, with a real phone: what it says, and what is done from it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from data import actors
from data.calls import policies
from data.calls.model import Rules, Step, Target
from data.calls.policies import Policy
from data.database import Database
from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.fleeting import unhurried
from tests.browser.phone import Phone
from tests.browser.wall_town import apart

# Seen in an hour: on a slow machine a page opens later than a presence lasts.
ELSEWHERE = "INSERT INTO presence VALUES ('elsewhere', 'duty', %s, %s, now() + interval '1 hour')"
STEPS = (Target.OWNER, Target.NEAREST, Target.GRID_CHIEF)
RING = """([id, state, word]) => window.wangge.map.rings()
  .some(([person, now, label]) => person === id && now === state && label.includes(word))"""
CALLS = "() => [...window.wangge.state.calls.values()]"


@pytest.fixture
def reached(wall: Wall, browser: Browser) -> Iterator[Phone]:
    """The chief's phone; two of his workers have the page open at another web process."""
    with psycopg.connect(wall.web.store.admin_url) as link:
        for name in ("李丙", "李戊"):
            link.execute(ELSEWHERE, [f"card {name}", wall.town.people[name]])
    apart(lambda: policy(wall, True))
    phone = Phone(browser, wall.web, "chief")
    yield phone
    phone.context.close()
    with closing(wall.web.client()) as dispatcher:
        for session in dispatcher.get("/api/calls").json()["sessions"]:
            dispatcher.post(f"/api/calls/{session['id']}/end")
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute("DELETE FROM presence WHERE process = 'elsewhere'")
    apart(lambda: policy(wall, False))


async def policy(wall: Wall, slow: bool) -> None:
    """Steps that last ten minutes, so that none is over before a slow machine has looked."""
    store = wall.web.store
    async with Database(store.app_url, store.readonly_url, size=1) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        async with database.acting(system.id) as link:
            if slow:
                steps = tuple(Step(target, ring_s=600) for target in STEPS)
                rules = Rules("slow", "慢", "Slow", ack_timeout_s=3600)
                await policies.write(link, system, Policy(rules, steps))
            else:
                await policies.remove(link, system, "slow")


def begun(wall: Wall, page: Page) -> None:
    """A call of the worst event, whose buttons may be pressed."""
    page.evaluate("(id) => window.wangge.select({kind: 'event', id})", wall.town.events[0])
    page.dblclick("#call")  # the second click presses none of the card's buttons
    expect(page.locator("#call-escalate")).to_be_enabled()


def test_the_card_says_what_happens_and_does_what_is_asked(wall: Wall, reached: Phone) -> None:
    page = wall.open("/screen")
    begun(wall, page)
    people = page.locator("#call-state .attempt")
    expect(page.locator(".top.outcome")).to_contain_text(re.compile(r"呼叫中\s*\d:\d\d"))
    expect(people).to_have_count(2)
    expect(page.locator(".counts")).to_have_text(re.compile(r"呼叫2接通0确认0 / 1下一步\d+ 秒"))
    expect(page.locator(".next")).to_have_text("再无人确认，转呼 最近在岗人员")
    expect(people.filter(has_text="李丙")).to_contain_text(
        re.compile(r"网格员.*米 · 位置 .*在办 \d")
    )
    expect(page.locator(".ledger")).to_contain_text("发起")

    page.click("#call-note")
    page.fill("#note-text", "已联系排水队")
    page.keyboard.press("c")  # a letter of the note, no second call
    page.keyboard.press("Enter")
    expect(page.locator(".ledger p").first).to_contain_text("备注已联系排水队c")

    page.click("#call-add")
    expect(page.locator("#add-find")).to_be_focused()
    page.keyboard.type("李甲")
    expect(page.locator(".tool .row")).to_have_count(1)
    page.locator(".tool .row").click()
    expect(reached.page.locator("#ring .yes")).to_be_visible()
    expect(people.filter(has_text="李甲")).to_contain_text("振铃中")
    expect(page.locator(".counts")).to_contain_text("接通1")
    chief, worker = wall.town.people["李甲"], wall.town.people["李丙"]
    page.wait_for_function(RING, arg=[chief, "ringing", "李甲 振铃中"])
    page.wait_for_function(RING, arg=[worker, "queued", ""])

    with unhurried(page):
        page.click("#call-end")
        expect(page.locator("#call-end")).to_have_text("再按一次结束")
        expect(page.locator(".top.outcome")).to_contain_text("呼叫中")  # it asks once
        page.keyboard.press("Escape")
        expect(page.locator("#call-end")).to_have_text("结束呼叫")

    reached.page.click("#ring .yes")
    expect(page.locator(".top.outcome")).to_contain_text("已确认")
    expect(page.locator(".counts")).to_contain_text("确认1 / 1")
    expect(people.filter(has_text="李戊")).to_contain_text("已取消")
    expect(page.locator("#call-escalate")).to_be_enabled()  # before the watch is over, too
    page.wait_for_function(RING, arg=[chief, "acknowledged", "已确认"])
    page.wait_for_function(RING, arg=[worker, "cancelled", ""])
    expect(page.locator(".next")).to_have_text("若无人动身，转呼 最近在岗人员")
    assert page.evaluate(boxes.CLIPPED, True) == []

    expect(page.locator("#call-end")).to_have_text("结束跟进")
    with unhurried(page):
        page.click("#call-end")
        expect(page.locator("#call-end")).to_have_text("再按一次结束")
        page.click("#call-end")
        expect(page.locator(".ledger p").first).to_contain_text("已结束跟进")
    expect(page.locator("#call-end")).to_have_count(0)
    expect(page.locator(".next")).to_have_count(0)
    expect(page.locator(".top.outcome")).to_contain_text("已确认")


def test_somebody_is_added_from_the_map_and_the_call_goes_on(wall: Wall, reached: Phone) -> None:
    page = wall.open("/screen?lang=en&theme=light")
    begun(wall, page)
    page.click("#call-add")
    expect(page.locator(".tool .row").first).to_be_visible()
    chosen = wall.town.people["李乙"]
    page.evaluate(
        "(id) => window.wangge.map.takes.forEach((take) => take({kind: 'person', id}))", chosen
    )
    expect(page.locator(".attempt").filter(has_text="李乙")).to_contain_text(
        "Offline", ignore_case=True
    )
    page.click("#call-escalate")
    on = f"() => (({CALLS})().find((s) => s.state === 'running' && s.step > 0) || {{}}).id"
    call = page.wait_for_function(on).json_value()
    told = page.evaluate("(id) => window.wangge.get('/api/calls/' + id)", call)
    assert "escalated" in [
        line["action"] for line in told["ledger"]
    ]  # the card shows the last five
    with unhurried(page):
        page.click("#call-end")
        page.click("#call-end")
        expect(page.locator(".top.outcome")).to_contain_text("Cancelled")
    assert page.evaluate(boxes.CLIPPED, True) == []


def test_an_unclear_result_says_what_to_do(wall: Wall, reached: Phone) -> None:
    """The card of a call that waits for the dispatcher, as the feed tells it."""
    page = wall.open("/screen")
    begun(wall, page)
    running = page.evaluate(f"() => ({CALLS})().filter((s) => s.state === 'running').pop().id")
    page.keyboard.press("Escape")  # a call that is not looked at stays in sight
    strip = page.locator(f"#running-{running}")
    expect(strip).to_have_text(
        re.compile(r"^呼叫中.+呼叫 2 · 接通 0 · 确认 0 ?· 下一步 \d+ 秒$"), use_inner_text=False
    )
    assert page.evaluate(boxes.CLIPPED, True) == []
    strip.click()
    expect(strip).to_have_count(0)
    expect(page.locator(".top.outcome")).to_contain_text("呼叫中")
    session = page.evaluate(f"() => ({CALLS})().filter((s) => s.state === 'running').pop()")
    for attempt in session["attempts"]:  # of whichever step it is by now
        attempt["state"] = "ambiguous"
    held = {**session, "held": True, "line": session["line"] + 1000}  # newer than what still comes
    page.evaluate("(text) => window.wangge.heardCall(JSON.parse(text))", json.dumps(held))
    expect(page.locator(".top.outcome")).to_contain_text("结果不明")
    expect(page.locator("#call-state .hint")).to_contain_text("不会自动呼叫他人")
    expect(page.locator(".attempt").first).to_contain_text("结果不明")
    expect(page.locator("#call-escalate")).to_be_enabled()
    expect(page.locator("#card .who .phone").first).to_be_visible()  # to ask him by phone
    page.keyboard.press("Escape")
    expect(page.locator("#running .line").first).to_have_text(re.compile("^结果不明"))
