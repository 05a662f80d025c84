"""Debian's Chromium for pytest-playwright, without a request of its own to the outside; the wall.

`make test` leaves a `chromium` beside the interpreter (`python -m tests.system`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.embedded import Store
from tests import system
from tests.browser.serve import Web
from tests.browser.wall_town import WallTown, build, now
from tests.clones import cloned
from tests.waiting import LONGEST_S

system.use()
LONGEST_MS = 1000 * LONGEST_S
expect.set_options(timeout=LONGEST_MS)
SLOW = "was preloaded using link preload"  # and not used within seconds: the machine was busy
CHROMIUM = Path(sys.executable).parent / "chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the browser that the system has."""
    path = CHROMIUM if CHROMIUM.exists() else Path("/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": str(path), "args": ARGUMENTS}


@dataclass
class Wall:
    """A running site with its town, and pages that are watched."""

    web: Web
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    forgiven: tuple[str, ...] = ()  # what a test provokes: parts of faults

    @property
    def town(self) -> WallTown:
        return self.web.town

    def open(
        self,
        path: str = "/screen",
        *,
        account: str | None = "dora",
        size: tuple[int, int] = (1920, 1080),
        wait: bool = True,
    ) -> Page:
        """A page of a browser of its own, signed in; `wait` until the map and figures stand."""
        viewport: Any = {"width": size[0], "height": size[1]}
        context = self.browser.new_context(viewport=viewport, reduced_motion="reduce")
        context.set_default_timeout(LONGEST_MS)
        self.contexts.append(context)
        page = context.new_page()
        self.watch(page)
        if account is not None:
            cookies: Any = self.web.cookies(account)
            context.add_cookies(cookies)
        page.goto(self.web.url + path)
        if wait:
            until_drawn(page)
        return page

    def source(self) -> httpx.Client:
        """HTTP as a program that reports events and positions."""
        headers = {"Authorization": f"Bearer {self.town.source_token}"}
        return httpx.Client(
            base_url=self.web.url, headers=headers, trust_env=False, timeout=LONGEST_S
        )

    def watch(self, page: Page) -> None:
        """Write down what no page of ours may do."""
        own = (self.web.url, f"ws{self.web.url[4:]}", "data:", "blob:")

        def request(asked: Any) -> None:
            if not asked.url.startswith(own):
                self.faults.append(f"left the house: {asked.url}")

        def console(message: Any) -> None:
            if message.type in ("error", "warning") and SLOW not in message.text:
                self.faults.append(f"console: {message.text}")

        page.on("request", request)
        page.on("console", console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))


def until_drawn(page: Page) -> None:
    """The map has its grids, the header its figures."""
    page.wait_for_function(
        "() => { const wall = document.getElementById('wall');"
        " return wall && wall.dataset.grids > 0 && wall.dataset.drawn > 0"
        " && window.wangge.state.summary && window.wangge.state.summary.today; }"
    )
    page.wait_for_function("() => !document.querySelector('.figures').textContent.includes('–')")


@pytest.fixture(scope="session")
def _wall_web(cluster: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One site for all tests of the wall: they add to it, and never count on a number."""
    with a_database(cluster) as store:
        web = Web(store, build(store, now()), tmp_path_factory.mktemp("wall"))
        try:
            yield web.start()
        finally:
            web.stop()


@contextmanager
def a_database(cluster: Store, kind: str = "browser") -> Iterator[Store]:
    """A migrated database that lives as long as the block."""
    with cloned(cluster, f"{kind}_{os.getpid()}") as store:
        yield store


@pytest.fixture
def wall(_wall_web: Web, browser: Browser) -> Iterator[Wall]:
    """The wall; whatever a page logged or asked of others fails the test."""
    one = Wall(_wall_web, browser)
    yield one
    for context in one.contexts:
        context.close()
    assert [fault for fault in one.faults if not any(f in fault for f in one.forgiven)] == []
