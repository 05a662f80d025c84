"""/phones in a browser: who does not show and why, a token made, and nothing cut or left behind."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.test_english import chinese


def test_a_phone_is_found_out_and_connected(wall: Wall) -> None:
    """A code that nobody has, with a clock eight hours ahead; then a person's own token."""
    with wall.source() as phone:
        fix = {"id": "P0O17", "lat": 35.6, "lon": 112.9, "timestamp": int(time.time()) + 8 * 3600}
        assert phone.get("/api/positions/osmand", params=fix).status_code == 200
    page = wall.open("/phones?lang=en", account="admin", wait=False)
    row = page.locator("#phones tbody tr", has_text="P0O17")
    expect(row).to_contain_text("Nobody of this code")
    row.click()
    expect(page.locator("#phone")).to_contain_text("correct the device identifier")
    expect(page.locator("#phone button")).to_have_count(0)  # nobody to make a token for
    page.fill("#search", "nobody is called so")
    expect(page.locator("#phones")).to_contain_text("Nobody is called so.")
    page.fill("#search", "")
    # No phone app: seen by another door. Others may have sent by another source meanwhile.
    page.locator("#phones tbody tr", has_text="source 热线").first.press("Enter")
    expect(page.locator("#phone")).to_contain_text("Last position")
    page.click("#phone .button.main")
    expect(page.locator(".app img")).to_have_count(3)
    expect(page.locator(".app").first).to_contain_text("/api/positions/osmand/")
    assert page.evaluate("[...document.images].every((one) => one.naturalWidth > 100)")
    assert chinese(page, wall.town.words) == [] and page.evaluate(boxes.CLIPPED, True) == []
    page.click(".app .copy >> nth=1")
    expect(page.locator(".app .copy >> nth=1")).to_have_text("Copied")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
