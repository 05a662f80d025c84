"""/policies in a browser: made, wrong at its control, tried, saved, removed; nothing is cut."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.test_english import chinese


def test_a_policy_is_made_tried_and_removed(wall: Wall) -> None:
    page = wall.open("/policies?lang=en", account="admin", wait=False)
    expect(page.locator("#policies")).to_contain_text("The product's own, where none fits")
    page.click("#new")
    page.fill("#code", "night")
    page.fill("#name_zh", "夜间")
    page.fill("#name_en", "Night")
    page.fill("#need", "101")
    page.fill("[id='steps.0.ring_s']", "1")
    wall.forgiven += ("422",)
    page.click("#policy .button.main")
    expect(page.locator("[data-where='need']")).to_contain_text("between 0 and 100")
    expect(page.locator("[data-where='steps.0.ring_s']")).to_contain_text("5 and 600 seconds")
    page.fill("#need", "1")
    page.fill("[id='steps.0.ring_s']", "20")
    grid = page.locator("#grids option").first
    grid.wait_for(state="attached")
    page.fill("#place", grid.get_attribute("value") or "")
    page.click("#trial button")
    expect(page.locator("#tried h3")).to_have_count(5)
    assert page.evaluate(boxes.CLIPPED, True) == []
    page.click("#policy .button.main")
    expect(page.locator("#said")).to_contain_text("Saved.")
    expect(page.locator("#policies tr.on")).to_contain_text("Who works the grid 20 s")
    assert chinese(page, wall.town.words | {"夜间"}) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#policy .risky")
    expect(page.locator("#policies tbody tr", has_text="night")).to_have_count(0)
