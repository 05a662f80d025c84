"""/basemaps: an administrator checks a file, sets it, sees it under his town, and takes it away."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import tile_sets
from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.test_basemap import event_at
from tests.browser.test_english import chinese


def test_a_base_map_is_checked_set_and_taken_away(wall: Wall) -> None:
    place = event_at(wall)
    made = tile_sets.painted(place, range(11, 16), system="GCJ02", reach=4)
    folder = wall.web.home / "basemaps"
    folder.mkdir(exist_ok=True)
    tile_sets.mbtiles(folder / "town.mbtiles", made, attribution="(c) Surveyors")
    tile_sets.mbtiles(folder / "names.mbtiles", dict.fromkeys(made, tile_sets.lettering()))
    page = wall.open("/basemaps?lang=en", account="admin", wait=False)
    expect(page.locator("#present")).to_contain_text("No base map")
    page.select_option("#file", "town.mbtiles")
    page.select_option("#labels", "names.mbtiles")
    page.click("text=Only check")
    expect(page.locator("#said")).to_contain_text("in which coordinate system")  # asked for
    wall.forgiven = ("400",)
    page.select_option("#crs", "gcj02")
    page.click("text=Only check")
    expect(page.locator("#said .said")).to_have_count(2)
    expect(page.locator("#present")).to_contain_text("No base map")
    page.click("#wish .button.main")
    expect(page.locator("#present")).to_contain_text("town.mbtiles")
    expect(page.locator(".map .attribution")).to_have_text("(c) Surveyors")
    expect(page.locator("#present")).to_contain_text("GCJ02")
    assert page.evaluate(boxes.CLIPPED) == []
    assert chinese(page, wall.town.words) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.on("dialog", lambda asked: asked.accept())
    page.click("#present .risky")
    expect(page.locator("#present")).to_contain_text("No base map")
