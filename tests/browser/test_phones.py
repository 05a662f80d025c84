"""/phones in a browser: who does not show and why, a token made, and nothing cut or left behind."""

from __future__ import annotations

import time
from dataclasses import asdict, replace

import psycopg
from playwright.sync_api import expect

from data import feed_shifts
from data.feed_shifts import FeedShift
from tests.browser import boxes, fleeting
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
    own = page.locator("#phones tbody tr", has_text="source 热线").first
    own.focus()
    old = own.element_handle()
    page.locator("#search").dispatch_event("input")  # as it is asked each ten seconds
    page.wait_for_function("(row) => !row.isConnected", arg=old)
    expect(own).to_be_focused()  # the keys stay where they were
    own.press("Enter")
    expect(page.locator("#phone")).to_contain_text("Last position")
    page.click("#phone .button.main")
    expect(page.locator(".app img")).to_have_count(3)
    expect(page.locator(".app").first).to_contain_text("/api/positions/osmand/")
    page.wait_for_function("[...document.images].every((one) => one.naturalWidth > 100)")
    assert chinese(page, wall.town.words) == [] and page.evaluate(boxes.CLIPPED, True) == []
    fleeting.note(page, ".app .copy")
    page.click(".app .copy >> nth=1")
    fleeting.said(page, "Copied")  # for a second and a half
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_feed_beside_the_map_is_warned_of_with_what_to_do(wall: Wall) -> None:
    """One whole, one mixed; nothing offers to convert."""
    whole = FeedShift("gps", "positions", "roads", "GCJ02>WGS84", "gcj02", 300, 1.0, 552, 48, 9)
    mixed = replace(whole, source="app", share=0.7)
    with psycopg.connect(wall.web.store.admin_url, autocommit=True) as link:
        for one in (whole, mixed):
            link.execute(feed_shifts.SQL.keep, asdict(one))
        page = wall.open("/phones?lang=en", account="admin", wait=False)
        expect(page.locator("#shifts .said")).to_have_count(2)
        first, second = page.locator("#shifts .said").all()
        expect(first).to_contain_text("About 70 % of the positions of source app lie 552 m beside")
        expect(first.locator("code")).to_have_count(0)
        expect(second).to_contain_text("GCJ02 → WGS84 would fit: 9 m. Nothing was converted.")
        expect(second.locator("code")).to_have_text("wangge source set gps --crs gcj02")
        assert chinese(page, wall.town.words) == [] and page.evaluate(boxes.CLIPPED, True) == []
        page.set_viewport_size({"width": 390, "height": 844})
        warned, listed = (page.locator(one).bounding_box() for one in ("#shifts", "#phones"))
        assert warned and listed and warned["y"] + warned["height"] <= listed["y"]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(boxes.CLIPPED, True) == []
        page.locator("#phones tbody tr").first.click()
        expect(page.locator("#phone .panel").first).to_be_in_viewport()
        link.execute(feed_shifts.SQL.forget)
        page.reload()
        page.wait_for_selector("#phones tbody tr")
        expect(page.locator("#shifts")).to_have_count(0)
