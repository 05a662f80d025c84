"""PostgreSQL stops for twenty seconds during a ring: real processes, a real phone and wall."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.embedded import Store, ensure, stop
from data import migrate
from tests.browser.duty_site import served
from tests.browser.phone import Phone
from tests.browser.serve import Web
from tests.browser.wall_town import apart
from tests.clones import places
from tests.waiting import LONGEST_S

# He presses before his screen knows: on a slow machine it may know by now.
PRESS = """() => { const w = window.wangge, { lost } = w.state;
  w.state.lost = false;
  w.call(w.state.selection);
  w.state.lost = lost; }"""
STOPPED_MS = 20_000
RING_S = 900  # the call outlasts the outage however slow the machine


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="wangge-ring-", dir=places()[0]))
    made.chmod(0o711)
    yield made
    apart(lambda: stop(made))
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[Web]:
    """A town on a server of its own, with an engine."""
    store: Store = apart(lambda: ensure(home))
    apart(lambda: migrate.apply(store.admin_url))
    with served(store, home) as web, engine(store, home):
        with psycopg.connect(store.admin_url) as link:
            link.execute("UPDATE call_policy_step SET ring_s = %s", [RING_S])
        yield web


@contextmanager
def engine(store: Store, home: Path) -> Iterator[None]:
    environment = {
        **os.environ,
        "WANGGE_HOME": str(home),
        "DATABASE_URL": store.app_url,
        "DATABASE_READONLY_URL": store.readonly_url,
    }
    command = [sys.executable, "-m", "dashboard.cli", "serve", "engine"]
    with (home / "engine.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(LONGEST_S)


@contextmanager
def both(browser: Browser, site: Web, event: int) -> Iterator[tuple[Page, Page]]:
    """The chief's phone, and the dispatcher's screen with the event's card open."""
    phone = Phone(browser, site, "chief")
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(1000 * LONGEST_S)
    context.add_cookies(site.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}/screen?event={event}")
    expect(page.locator("#call")).to_be_enabled()
    yield phone.page, page
    phone.context.close()
    context.close()


def about(event: int, desk: httpx.Client) -> list[dict[str, Any]]:
    """The calls about an event."""
    sessions = desk.get("/api/calls").json()["sessions"]
    return [one for one in sessions if one["subject"] == {"kind": "event", "id": event}]


def test_a_confirmation_in_the_outage_counts_once(browser: Browser, site: Web, home: Path) -> None:
    event = site.town.events[0]
    with both(browser, site, event) as (phone, screen):
        screen.click("#call")
        expect(phone.locator("#ring .yes")).to_be_visible()
        state = screen.locator("#call-state")
        expect(state.locator(".attempt.ringing")).to_have_count(1)

        apart(lambda: stop(home))
        phone.click("#ring .yes")
        expect(phone.locator("#ring .yes")).to_contain_text("还没送到，正在重试")
        expect(screen.locator("#lost")).to_be_visible()
        screen.wait_for_timeout(STOPPED_MS)
        expect(phone.locator("#ring .yes")).to_contain_text("还没送到，正在重试")
        apart(lambda: ensure(home))

        expect(phone.locator("#ring")).to_contain_text("已确认")
        expect(state.locator(".outcome")).to_contain_text("已确认")
        expect(screen.locator("html")).not_to_have_class("lost")
    with closing(site.client()) as desk:
        (session,) = about(event, desk)
        told = desk.get(f"/api/calls/{session['id']}").json()
    assert (session["state"], session["outcome"]) == ("acked", "acknowledged")
    states = {a["person"]["name"]: a["state"] for a in told["session"]["attempts"]}
    assert states == {"陈甲": "acknowledged", "李乙": "offline"}
    actions = [line["action"] for line in told["ledger"]]
    assert [actions.count(one) for one in ("ringing", "acknowledged", "acked")] == [1, 1, 1]


def test_a_call_in_the_outage_is_refused_and_can_be_placed_after(
    browser: Browser, site: Web, home: Path
) -> None:
    """The dispatcher presses as the store goes: he is told, and no half of a call remains."""
    event = site.town.events[1]
    with both(browser, site, event) as (phone, screen):
        apart(lambda: stop(home))
        screen.evaluate(PRESS)
        expect(screen.locator("#call-state .bad")).to_contain_text("呼叫未能发起")
        expect(screen.locator("#lost")).to_be_visible()
        expect(screen.locator("#call")).to_be_disabled()
        apart(lambda: ensure(home))
        expect(screen.locator("#call")).to_be_enabled()
        screen.click("#call")
        expect(phone.locator("#ring .yes")).to_be_visible()
    with closing(site.client()) as desk:
        (session,) = about(event, desk)
        desk.post(f"/api/calls/{session['id']}/end")
