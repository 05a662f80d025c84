"""From the dispatcher's click to the phone that rings, to 收到 and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.embedded import Store
from tests.browser.duty_site import PASSWORD, Served, served

HERE = {"longitude": 112.9070, "latitude": 35.6040, "accuracy": 9}


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Iterator[Served]:
    with served(store, tmp_path) as one:
        yield one


class Phone:
    """A phone's browser at 390 × 844, signed in."""

    def __init__(self, browser: Browser, site: Served, account: str, **options: Any) -> None:
        self.context = browser.new_context(
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            has_touch=True,
            geolocation=HERE,
            permissions=["geolocation", "notifications"],
            **options,
        )
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on(
            "request",
            lambda r: None if r.url.startswith(site.url) else self.said.append(f"foreign {r.url}"),
        )
        self.page.goto(f"{site.url}/duty")
        self.page.fill("#account", account)
        self.page.fill("#password", PASSWORD)
        self.page.click("button[type=submit]")
        expect(self.page.locator("#link")).to_contain_text(re.compile("在线|Online"))


@pytest.fixture
def desk(site: Served) -> Iterator[Desk]:
    with Desk(site) as one:
        yield one


class Desk:
    """The dispatcher, by HTTP with his own session."""

    def __init__(self, site: Served) -> None:
        self.client = httpx.Client(base_url=site.url, trust_env=False, timeout=10)
        form = {"account": "dora", "password": PASSWORD}
        assert self.client.post("/sign-in", data=form).status_code == 303
        self.site = site

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def click(self, key: str = "k", **subject: int) -> dict[str, Any]:
        answer = self.client.post("/api/calls", json={"request_key": key, **subject})
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["session"])

    def look(self, session: int) -> dict[str, Any]:
        return dict(self.client.get(f"/api/calls/{session}").json()["session"])


def the_event(site: Served) -> int:
    async def find(link: Any) -> int:
        row = await (await link.execute("SELECT id FROM event WHERE source_key = '1'")).fetchone()
        return int(row[0])

    return int(site.run(find))


def confirmed(desk: Desk, session: int, page: Page) -> dict[str, Any]:
    for _ in range(50):
        card = desk.look(session)
        if card["state"] != "running":
            break
        page.wait_for_timeout(100)
    return card


def test_a_click_rings_the_phone_and_its_confirmation_comes_back(
    browser: Browser, site: Served, desk: Desk
) -> None:
    phone = Phone(browser, site, "chief")
    page = phone.page
    expect(page.locator("#name")).to_have_text("陈甲")
    expect(page.locator("#post")).to_have_text("网格长 · 渠口村 服004")
    expect(page.locator("#shift")).to_have_attribute("aria-checked", "true")
    expect(page.locator("#grid-text")).to_contain_text("301 户 842 人 · 在办 3 · 超期 1")
    page.click("[data-act=position]")
    expect(page.locator("#reach-position .state")).to_contain_text("±9 米")

    session = desk.click(event_id=the_event(site))
    assert desk.click(event_id=the_event(site))["id"] == session["id"]  # a double click
    ring = page.locator("#ring")
    expect(ring).to_be_visible()
    expect(ring).to_contain_text("路面积水")
    expect(ring).to_contain_text("南桥引道")
    expect(ring).to_contain_text("超 1:12")
    expect(ring).to_contain_text(re.compile("离你 1[67]0 米"))
    states = {a["person"]["name"]: a["state"] for a in desk.look(session["id"])["attempts"]}
    assert states == {"陈甲": "ringing", "李乙": "offline"}

    page.click("#ring .yes")
    expect(ring).to_contain_text("已确认")
    card = confirmed(desk, session["id"], page)
    assert (card["state"], card["outcome"]) == ("acked", "acknowledged")
    page.click("#ring .no")
    expect(ring).to_be_hidden()
    assert "199000" not in page.content()
    assert phone.said == []


def test_two_phones_ring_and_the_other_is_thanked(
    browser: Browser, site: Served, desk: Desk
) -> None:
    chief, worker = Phone(browser, site, "chief"), Phone(browser, site, "worker")
    session = desk.click(grid_id=site.town.grids["W-1"])
    for phone in (chief, worker):
        expect(phone.page.locator("#ring .yes")).to_be_visible()
    worker.page.click("#ring .yes")
    expect(chief.page.locator("#ring")).to_contain_text("李乙已确认，谢谢")
    states = {a["person"]["name"]: a["state"] for a in desk.look(session["id"])["attempts"]}
    assert states == {"陈甲": "cancelled", "李乙": "acknowledged"}
    expect(chief.page.locator("#ring")).to_be_hidden(timeout=8000)


def test_cannot_go_asks_for_a_reason(browser: Browser, site: Served, desk: Desk) -> None:
    phone = Phone(browser, site, "chief")
    session = desk.click(person_id=site.town.people["west_chief"])
    phone.page.click("#ring .no")
    phone.page.click("#ring [data-why='Too far away']")
    expect(phone.page.locator("#ring")).to_contain_text("已告知去不了")
    card = confirmed(desk, session["id"], phone.page)
    assert card["outcome"] == "declined" and card["attempts"][0]["reason"] == "离得太远"


def test_a_phone_that_loads_again_still_rings(browser: Browser, site: Served, desk: Desk) -> None:
    phone = Phone(browser, site, "chief")
    desk.click(person_id=site.town.people["west_chief"])
    expect(phone.page.locator("#ring .yes")).to_be_visible()
    phone.page.reload()
    expect(phone.page.locator("#ring .yes")).to_be_visible()


def test_off_shift_and_closed_pages_are_said_at_once(
    browser: Browser, site: Served, desk: Desk
) -> None:
    phone = Phone(browser, site, "chief")
    phone.page.click("#shift")
    expect(phone.page.locator("#shift-title")).to_have_text("下班")
    session = desk.click(grid_id=site.town.grids["W-1"])
    assert session["outcome"] == "unreachable"  # the worker is on shift, his page is closed
    assert [a["state"] for a in session["attempts"]] == ["offline"]
    phone.page.click("#shift")
    expect(phone.page.locator("#shift-title")).to_have_text("在岗")


def test_a_lost_link_is_said_and_mends_itself(browser: Browser, site: Served) -> None:
    phone = Phone(browser, site, "chief")
    phone.context.set_offline(True)
    phone.page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    expect(phone.page.locator("#link")).to_contain_text("链路中断", timeout=10_000)
    expect(phone.page.locator("#reach-page .state")).to_have_text("未连接")
    phone.context.set_offline(False)
    expect(phone.page.locator("#link")).to_contain_text("在线", timeout=15_000)


def test_what_is_seen_is_reported(browser: Browser, site: Served) -> None:
    phone = Phone(browser, site, "chief", locale="en")
    page = phone.page
    page.goto(f"{site.url}/duty?lang=en")
    expect(page.locator("#post")).to_have_text("Grid chief · 渠口村 服004")
    page.click(".tabs [data-go=report]")
    page.select_option("#r-type", "rubbish")
    page.fill("#r-text", "a heap at the gate")
    page.click("#tab-report .solid")
    expect(page.locator("#r-said")).to_contain_text("Reported as number")
    page.click(".tabs [data-go=todo]")
    expect(page.locator("#tab-todo .case").first).to_contain_text("1:12 over")
    page.click(".tabs [data-go=mine]")
    expect(page.locator("#tab-mine")).to_contain_text("west_chief")
