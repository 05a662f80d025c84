"""Whether a ring reaches the phone: lost wires, closed and sleeping pages, the self-test call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.embedded import Store
from tests.browser import boxes
from tests.browser.conftest import a_database
from tests.browser.duty_site import served
from tests.browser.notices import (
    HIDDEN,
    NO_NOTICE_OF_ITS_OWN,
    NOTICES,
    TOUCHED,
    TOUCHED_AFTER,
    glance,
    until_notices,
)
from tests.browser.phone import Phone
from tests.browser.serve import Web
from tests.browser.wire import Wire
from tests.waiting import LONGEST_S

# As browsers do after some minutes in the background, but at once: no timer runs any more.
SLEEPING = "() => { for (let i = 0; i < 10000; i++) { clearInterval(i); clearTimeout(i); } }"
REFUSED_LOCK = "navigator.wakeLock.request = () => Promise.reject(new Error('low battery'));"
LONG_RING = "UPDATE call_policy_step SET ring_s = 900"  # none ends because the machine is slow


NOT_HEARD = """
INSERT INTO call_session (request_key, actor_id, area_id, person_id, steps, policy, purpose, state,
                          outcome, started_at, ended_at)
SELECT 'not heard', (SELECT min(id) FROM actor), area_id, id,
       '[{"target": "person", "channels": ["page"], "ring_s": 45, "k": 3}]', '{}', 'self_test',
       'exhausted', 'no_answer', now(), now() FROM person WHERE id = %s"""


@pytest.fixture(scope="module")
def site(cluster: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    home = tmp_path_factory.mktemp("reach")
    with a_database(cluster, "reach") as store, served(store, home) as web:
        with psycopg.connect(store.admin_url) as link:
            link.execute(LONG_RING)
        yield web


@pytest.fixture
def phone(browser: Browser, site: Web) -> Iterator[Callable[..., Phone]]:
    """Phones of the chief, closed at the test's end."""
    opened: list[Phone] = []

    def make(**options: Any) -> Phone:
        opened.append(Phone(browser, site, "chief", **options))
        return opened[-1]

    yield make
    for one in opened:
        one.context.close()


@pytest.fixture
def dora(site: Web) -> Iterator[httpx.Client]:
    """The dispatcher; what she called is ended."""
    client = site.client("dora")
    yield client
    for one in client.get("/api/calls").json()["sessions"]:
        client.post(f"/api/calls/{one['id']}/end")
    client.close()


@pytest.fixture
def wire(site: Web) -> Iterator[Wire]:
    made = Wire(site.port)
    yield made
    made.close()


def click(dora: httpx.Client, site: Web) -> int:
    body = {"request_key": uuid4().hex, "event_id": site.town.event}
    answer = dora.post("/api/calls", json=body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["session"]["id"])


def chief(dora: httpx.Client, call: int) -> str:
    """How the attempt to reach the chief stands."""
    card = dora.get(f"/api/calls/{call}").json()["session"]
    return next(str(a["state"]) for a in card["attempts"] if a["person"]["name"] == "陈甲")


def until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(10 * LONGEST_S):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not become so")


def pages(dora: httpx.Client, site: Web) -> list[dict[str, Any]]:
    card = dora.get(f"/api/card/person/{site.town.people['west_chief']}").json()
    return list(card["person"]["pages"])


def test_a_test_call_is_one_tap_and_a_real_call_goes_before_it(
    phone: Callable[..., Phone], site: Web, dora: httpx.Client
) -> None:
    page = phone().page
    expect(page.locator("#reach-test .state")).to_contain_text("尚未自检")
    page.click("[data-act=test]")
    ring = page.locator("#ring")
    expect(ring).to_contain_text("测试呼叫")
    expect(ring.locator("[data-do=no]")).to_have_count(0)
    assert dora.get("/api/calls?purpose=call").json()["sessions"] == []
    ring.locator(".yes").click()
    expect(ring).to_contain_text("呼叫能到达这部手机")
    ring.locator("[data-do=close]").click()
    expect(page.locator("#reach-test .state")).to_contain_text("通过")
    card = dora.get(f"/api/card/person/{site.town.people['west_chief']}").json()["person"]
    assert card["self_test"]["state"] == "passed"
    (worker,) = dora.get("/api/duty/tests").json()["people"][:1]
    assert (worker["state"], worker["page_open"]) == ("not_yet", False)

    page.click("[data-act=test]")
    expect(ring).to_contain_text("测试呼叫")
    call = click(dora, site)
    expect(ring).to_contain_text("路面积水")
    expect(ring.locator("[data-do=no]")).to_be_visible()
    dora.post(f"/api/calls/{call}/end")
    expect(ring).to_contain_text("测试呼叫")  # no engine runs here, which would have ended it
    ring.locator(".yes").click()
    expect(ring).to_contain_text("呼叫能到达这部手机")


def test_a_tunnel_is_noticed_on_both_sides_and_loses_no_ring(
    phone: Callable[..., Phone], site: Web, dora: httpx.Client, wire: Wire
) -> None:
    """Nothing comes through and nobody is told. A call comes meanwhile; then the phone is back.
    The next one comes and ends meanwhile."""
    page = phone(url=f"http://127.0.0.1:{wire.port}").page
    until(page, lambda: len(pages(dora, site)) == 1)
    wire.swallow()
    expect(page.locator("#link")).to_contain_text("链路中断")
    expect(page.locator("#reach-page .state")).to_have_text("未连接")
    call = click(dora, site)
    until(page, lambda: pages(dora, site) == [])  # two beats missed
    wire.mend()
    expect(page.locator("#link")).to_contain_text("在线")
    call = click(dora, site) if chief(dora, call) == "offline" else call
    expect(page.locator("#ring .yes")).to_be_visible()
    until(page, lambda: chief(dora, call) == "ringing")

    wire.cut()
    expect(page.locator("#link")).to_contain_text("链路中断")
    dora.post(f"/api/calls/{call}/end")
    wire.mend()
    expect(page.locator("#ring")).to_be_hidden()


def test_a_page_closed_in_mid_ring_is_said_to_the_dispatcher(
    phone: Callable[..., Phone], site: Web, dora: httpx.Client
) -> None:
    """One of two pages may close. When the last one does, the call knows it and goes on without."""
    first, second = phone(), phone()
    call = click(dora, site)
    for one in (first, second):
        expect(one.page.locator("#ring .yes")).to_be_visible()
    until(first.page, lambda: chief(dora, call) == "ringing")
    first.page.close()
    until(second.page, lambda: len(pages(dora, site)) == 1)
    assert chief(dora, call) == "ringing"
    second.page.close()
    watch = second.context.new_page()
    until(watch, lambda: pages(dora, site) == [])
    lines = dora.get(f"/api/calls/{call}").json()["ledger"]
    assert "page_closed" in [line["action"] for line in lines]
    dora.post(f"/api/calls/{call}/end")


def test_a_page_whose_timers_sleep_is_rung(
    phone: Callable[..., Phone], site: Web, dora: httpx.Client
) -> None:
    """In the background: it answers the server's beats, which nothing slows down."""
    one = phone()
    until(one.page, lambda: len(pages(dora, site)) == 1)
    one.page.evaluate(SLEEPING)
    watch = one.context.new_page()
    seen: list[int] = []

    def heard_again() -> bool:
        (page,) = pages(dora, site)  # never gone
        seen.append(page["heard_s"])
        beats = sum(later < earlier for earlier, later in pairwise(seen))
        return beats >= 3

    until(watch, heard_again)
    call = click(dora, site)
    until(watch, lambda: chief(dora, call) == "ringing")
    one.page.bring_to_front()
    one.page.click("#ring .yes")
    until(one.page, lambda: chief(dora, call) == "acknowledged")


def test_a_phone_that_will_not_stay_awake_says_so(phone: Callable[..., Phone]) -> None:
    page = phone(reduced_motion="reduce").page
    page.add_init_script(REFUSED_LOCK)
    page.reload()
    expect(page.locator("#reach-screen .state")).to_contain_text("可能熄屏")
    expect(page.locator("#reach-screen button")).to_have_text("重试")


def test_the_duty_panel_opens_who_has_not_passed(
    browser: Browser, phone: Callable[..., Phone], site: Web
) -> None:
    """And from there the card of a person, which says by what he can be reached."""
    phone()
    with psycopg.connect(site.store.admin_url) as link:
        link.execute(NOT_HEARD, [site.town.people["west_worker"]])
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(1000 * LONGEST_S)
    context.add_cookies(site.cookies())  # type: ignore[arg-type]
    screen = context.new_page()
    screen.goto(f"{site.url}/screen")
    row = screen.locator("#self-tests")
    expect(row).to_contain_text("呼叫自检")
    expect(row).to_contain_text("/4")
    row.click()
    card = screen.locator("#card")
    expect(card).to_contain_text("李乙 · 渠口村")
    expect(card).to_contain_text(re.compile(r"自检未确认 \d\d:\d\d"))
    expect(card).to_contain_text("只有打开值班页的人能被呼到")
    card.locator("button.row", has_text="李乙").click()
    expect(card).to_contain_text("未打开，呼叫不到")
    expect(card).to_contain_text("未核验，不拨打")
    screen.evaluate(
        "(id) => window.wangge.select({kind: 'person', id})", site.town.people["west_chief"]
    )
    expect(card).to_contain_text("秒前有心跳")
    assert screen.evaluate(boxes.CLIPPED, True) == []
    context.close()


def test_a_notice_comes_from_the_worker_and_brings_the_page_back(
    phone: Callable[..., Phone], dora: httpx.Client, site: Web
) -> None:
    """Where a page by itself may show none, as on Android; it goes with the ring."""
    one = phone()
    page = one.page
    page.evaluate(NO_NOTICE_OF_ITS_OWN)
    page.locator("#name").click()  # a touch frees the tone
    expect(page.locator("#reach-bell")).to_contain_text("已允许")
    call = click(dora, site)
    expect(page.locator("#ring")).to_be_visible()
    assert page.evaluate(NOTICES) == []  # he sees the ring
    page.evaluate(HIDDEN, True)
    notice = ["指挥中心来电", "路面积水"]
    until_notices(page, notice)
    (worker,) = one.context.service_workers
    assert worker.evaluate(TOUCHED) == f"focus {site.url}/duty"
    until_notices(page)  # touched, it is gone
    glance(page)
    until_notices(page, notice)
    dora.post(f"/api/calls/{call}/end")
    until_notices(page)
    assert page.evaluate("() => caches.keys()") == []
    page.goto(f"{site.url}/sign-in")
    worker = one.context.service_workers[0]
    assert worker.evaluate(TOUCHED_AFTER) == "open /duty"
    assert one.said == []


def test_without_notices_the_page_says_why(phone: Callable[..., Phone]) -> None:
    """Blocked by the browser, no HTTPS, no such thing: the bell rings, and what to do is said."""
    one = phone()
    one.context.clear_permissions()
    one.context.grant_permissions(["geolocation"])
    for script, said in (
        ("", "通知被屏蔽，请在浏览器的网站设置里允许"),
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "通知需要 HTTPS"),
        ("delete window.Notification", "此浏览器不支持通知"),
    ):
        page = one.context.new_page()
        page.add_init_script(script)
        page.goto(f"{one.url}/duty")
        page.locator("#name").click()  # a touch frees the tone
        expect(page.locator("#reach-bell")).to_contain_text(said)
        expect(page.locator("#reach-bell button")).to_have_count(0)
        assert page.evaluate(boxes.CLIPPED, True) == []
        page.close()
