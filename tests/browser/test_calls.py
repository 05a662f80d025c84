"""From the dispatcher's click to the phone that rings, to 收到 and back."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.embedded import Store
from tests.browser.conftest import Wall, a_database
from tests.browser.duty_site import served
from tests.browser.phone import Phone
from tests.browser.serve import Web
from tests.browser.wall_town import PASSWORD
from tests.waiting import LONGEST_S


@pytest.fixture(scope="module")
def site(cluster: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    home = tmp_path_factory.mktemp("duty")
    with a_database(cluster, "duty") as store, served(store, home) as web:
        yield web


Open = Callable[..., Phone]


@pytest.fixture
def phone_of(browser: Browser, site: Web) -> Iterator[Open]:
    """Phones of this test, closed at its end."""
    opened: list[Phone] = []

    def open_one(account: str, web: Web | None = None) -> Phone:
        opened.append(Phone(browser, web or site, account))
        return opened[-1]

    yield open_one
    for phone in opened:
        phone.context.close()


class Desk:
    """The dispatcher, by HTTP with his own session. Calls left open are ended."""

    def __init__(self, site: Web) -> None:
        self.client = site.client("dora")
        self.calls: list[int] = []

    def click(self, key: str | None = None, **subject: int) -> dict[str, Any]:
        body = {"request_key": key or uuid4().hex, **subject}
        answer = self.client.post("/api/calls", json=body)
        assert answer.status_code == 200, answer.text
        session = dict(answer.json()["session"])
        self.calls.append(session["id"])
        return session

    def look(self, session: int) -> dict[str, Any]:
        return dict(self.client.get(f"/api/calls/{session}").json()["session"])

    def close(self) -> None:
        for call in self.calls:
            self.client.post(f"/api/calls/{call}/end")
        self.client.close()


@pytest.fixture
def desk(site: Web) -> Iterator[Desk]:
    one = Desk(site)
    yield one
    one.close()


def settled(desk: Desk, session: int, page: Page, **states: str) -> dict[str, Any]:
    """The call once its attempts stand so, or, where none are given, once it has ended."""
    for _ in range(10 * LONGEST_S):
        card = desk.look(session)
        if states:
            if {a["person"]["name"]: a["state"] for a in card["attempts"]} == states:
                return card
        elif card["state"] != "running":
            return card
        page.wait_for_timeout(100)
    raise AssertionError(card)


def test_a_click_rings_the_phone_and_its_confirmation_comes_back(
    phone_of: Open, site: Web, desk: Desk
) -> None:
    phone = phone_of("chief")
    page = phone.page
    expect(page.locator("#name")).to_have_text("陈甲")
    expect(page.locator("#post")).to_have_text("网格长 · 渠口村 服004")
    expect(page.locator("#shift")).to_have_attribute("aria-checked", "true")
    expect(page.locator("#grid-text")).to_contain_text("301 户 842 人 · 在办 3 · 超期 1")
    page.click("[data-act=position]")
    expect(page.locator("#reach-position .state")).to_contain_text("±9 米")

    session = desk.click("once", event_id=site.town.event)
    assert desk.click("once", event_id=site.town.event)["id"] == session["id"]  # a double click
    ring = page.locator("#ring")
    expect(ring).to_be_visible()
    expect(ring).to_contain_text("路面积水")
    expect(ring).to_contain_text("南桥引道")
    expect(ring).to_contain_text(re.compile(r"超 1:\d\d"))
    expect(ring).to_contain_text(re.compile("相距 1[67]0 米"))
    settled(desk, session["id"], page, 陈甲="ringing", 李乙="offline")

    page.click("#ring .yes")
    expect(ring).to_contain_text("已确认")
    card = settled(desk, session["id"], page)
    assert (card["state"], card["outcome"]) == ("acked", "acknowledged")
    page.click("#ring .no")
    expect(ring).to_be_hidden()
    assert "199000" not in page.content()
    assert phone.said == []


def test_two_phones_ring_and_the_other_is_thanked(phone_of: Open, site: Web, desk: Desk) -> None:
    chief, worker = phone_of("chief"), phone_of("worker")
    session = desk.click(grid_id=site.town.grids["W-1"])
    for phone in (chief, worker):
        expect(phone.page.locator("#ring .yes")).to_be_visible()
    worker.page.click("#ring .yes")
    chief.rang("李乙已确认，谢谢")
    states = {a["person"]["name"]: a["state"] for a in desk.look(session["id"])["attempts"]}
    assert states == {"陈甲": "cancelled", "李乙": "acknowledged"}
    expect(chief.page.locator("#ring")).to_be_hidden()


def test_two_phones_of_one_person_ring_and_know_of_each_other(
    phone_of: Open, site: Web, desk: Desk
) -> None:
    first, second = phone_of("chief").page, phone_of("chief").page
    expect(second.locator("#reach-page .state")).to_have_text("2 部手机打开中")
    session = desk.click(person_id=site.town.people["west_chief"])
    for page in (first, second):
        expect(page.locator("#ring .yes")).to_be_visible()
    first.click("#ring .yes")
    expect(second.locator("#ring")).to_contain_text("已确认")
    assert len(settled(desk, session["id"], first)["attempts"]) == 1


def test_a_session_that_ends_in_mid_shift_is_said(phone_of: Open, site: Web) -> None:
    phone = phone_of("chief")
    phone.context.request.post(f"{site.url}/sign-out", headers={"Origin": site.url})
    expect(phone.page.locator("#error")).to_have_text("登录已失效，请重新登录。")
    phone.page.fill("#account", "chief")
    phone.page.fill("#password", PASSWORD)
    phone.page.click("button[type=submit]")
    expect(phone.page.locator("#name")).to_have_text("陈甲")


def test_cannot_go_asks_for_a_reason(phone_of: Open, site: Web, desk: Desk) -> None:
    phone = phone_of("chief")
    session = desk.click(person_id=site.town.people["west_chief"])
    phone.page.click("#ring .no")
    phone.page.click("#ring [data-why='Too far away']")
    phone.rang("已告知去不了")
    card = settled(desk, session["id"], phone.page)
    assert card["outcome"] == "declined" and card["attempts"][0]["reason"] == "离得太远"


def test_a_phone_that_loads_again_still_rings(phone_of: Open, site: Web, desk: Desk) -> None:
    phone = phone_of("chief")
    desk.click(person_id=site.town.people["west_chief"])
    expect(phone.page.locator("#ring .yes")).to_be_visible()
    phone.page.reload()
    expect(phone.page.locator("#ring .yes")).to_be_visible()


def test_a_killed_server_loses_neither_the_call_nor_its_confirmation(
    phone_of: Open, site: Web, desk: Desk
) -> None:
    phone = phone_of("chief")
    session = desk.click(person_id=site.town.people["west_chief"])
    expect(phone.page.locator("#ring .yes")).to_be_visible()
    site.kill()
    lost = phone.page.locator("#ring .gone")
    expect(lost).to_have_text(re.compile(r"^链路中断 \d:\d\d，应答会在恢复后送出$|不得而知"))
    phone.page.click("#ring .yes")
    expect(phone.page.locator("#ring .yes")).to_contain_text("还没送到，正在重试")
    site.start()
    expect(phone.page.locator("#ring")).to_contain_text("已确认")
    assert settled(desk, session["id"], phone.page)["outcome"] == "acknowledged"


SLOW_ANSWERS = """() => {
  const quick = window.fetch;
  window.fetch = async (url, options) => {
    const answer = await quick(url, options);
    if (String(url).includes("/api/duty/me")) {
      window.asked = (window.asked || 0) + 1;
      await new Promise((done) => { window.release = done; });
    }
    return answer;
  };
}"""


def test_an_answer_from_before_the_ring_does_not_end_it(
    phone_of: Open, site: Web, desk: Desk
) -> None:
    """The page asks what it should know; a call comes; then the old answer arrives."""
    phone = phone_of("chief")
    phone.page.evaluate(SLOW_ANSWERS)
    phone.context.set_offline(True)  # a new link makes the page ask again
    phone.page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    expect(phone.page.locator("#link")).to_contain_text("链路中断")
    phone.context.set_offline(False)
    phone.page.wait_for_function("() => window.asked && window.release")
    expect(phone.page.locator("#link")).to_contain_text("在线")  # it may ask before its link stands
    desk.click(person_id=site.town.people["west_chief"])
    expect(phone.page.locator("#ring .yes")).to_be_visible()
    phone.page.evaluate("() => window.release()")
    phone.page.wait_for_timeout(300)
    expect(phone.page.locator("#ring .yes")).to_be_visible()


def test_off_shift_and_closed_pages_are_said_at_once(phone_of: Open, site: Web, desk: Desk) -> None:
    phone = phone_of("chief")
    expect(phone.page.locator("#shift-title")).to_have_text("在岗")
    phone.page.click("#shift")
    expect(phone.page.locator("#shift-title")).to_have_text("下班")
    session = desk.click(grid_id=site.town.grids["W-1"])
    assert session["outcome"] == "unreachable"  # the worker is on shift, his page is closed
    assert [a["state"] for a in session["attempts"]] == ["offline"]
    phone.page.click("#shift")
    expect(phone.page.locator("#shift-title")).to_have_text("在岗")


def test_a_lost_link_is_said_and_mends_itself(phone_of: Open, site: Web) -> None:
    phone = phone_of("chief")
    phone.context.set_offline(True)
    phone.page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    expect(phone.page.locator("#link")).to_contain_text("链路中断")
    expect(phone.page.locator("#reach-page .state")).to_have_text("未连接")
    phone.context.set_offline(False)
    expect(phone.page.locator("#link")).to_contain_text("在线")


def test_what_is_seen_is_reported(phone_of: Open, site: Web) -> None:
    phone = phone_of("chief")
    page = phone.page
    page.goto(f"{site.url}/duty?lang=en")
    expect(page.locator("#post")).to_have_text("Grid chief · 渠口村 服004")
    page.click(".tabs [data-go=report]")
    page.select_option("#r-type", "rubbish")
    page.fill("#r-text", "a heap at the gate")
    page.click("#tab-report .solid")
    expect(page.locator("#r-said")).to_contain_text("Reported as number")
    page.click(".tabs [data-go=todo]")
    expect(page.locator("#tab-todo .case").first).to_contain_text(re.compile(r"1:\d\d over"))
    page.click(".tabs [data-go=mine]")
    expect(page.locator("#tab-mine")).to_contain_text("west_chief")


def test_from_the_wall_to_the_phone_and_back(wall: Wall, phone_of: Open) -> None:
    """The whole story: a click on the wall, the phone rings, 收到, and the card says so."""
    phone = phone_of("chief", wall.web)
    screen = wall.open("/screen")
    event = {"kind": "event", "id": wall.town.events[0]}

    def calls() -> set[int]:
        with contextlib.closing(wall.web.client()) as dispatcher:
            sessions = dispatcher.get("/api/calls").json()["sessions"]
        return {one["id"] for one in sessions if event.items() <= one["subject"].items()}

    before = calls()
    screen.evaluate("(chosen) => window.wangge.select(chosen)", event)
    screen.dblclick("#call")
    expect(phone.page.locator("#ring .yes")).to_be_visible()
    expect(screen.locator("#call-state")).to_contain_text("振铃")
    phone.page.click("#ring .yes")
    expect(phone.page.locator("#ring")).to_contain_text("已确认")
    expect(screen.locator("#call-state .outcome")).to_contain_text("已确认")
    taken = screen.locator("#call-state .elapsed")
    expect(taken).to_have_text(re.compile(r"^\d+:\d\d$"))
    assert len(calls() - before) == 1
