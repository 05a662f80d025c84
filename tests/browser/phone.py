"""A worker's phone: a browser of its size, signed in on the duty page, watched."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser import fleeting
from tests.browser.serve import Web
from tests.browser.wall_town import PASSWORD
from tests.waiting import LONGEST_S

HERE = {"longitude": 112.9070, "latitude": 35.6040, "accuracy": 9}


class Phone:
    """A phone's browser at 390 × 844, signed in."""

    def __init__(
        self, browser: Browser, site: Web, account: str, *, url: str = "", **options: Any
    ) -> None:
        self.url = url or site.url  # of a wire to it
        self.context = browser.new_context(
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            has_touch=True,
            geolocation=HERE,
            permissions=["geolocation", "notifications"],
            **options,
        )
        self.context.set_default_timeout(1000 * LONGEST_S)
        self.context.add_init_script(f"({fleeting.NOTE})('#ring [role=status]')")
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on(
            "request",
            lambda r: None if r.url.startswith(self.url) else self.said.append(f"foreign {r.url}"),
        )
        self.page.goto(f"{self.url}/duty")
        self.page.fill("#account", account)
        self.page.fill("#password", PASSWORD)
        self.page.click("button[type=submit]")
        expect(self.page.locator("#link")).to_contain_text(re.compile("在线|Online"))

    def rang(self, words: str) -> None:
        """A call on the whole screen ends with these words, which go after five seconds."""
        fleeting.said(self.page, words)
