"""The page of the grid contract: a finding is chosen and shown, two versions are compared."""

from __future__ import annotations

from pathlib import Path

import psycopg
from playwright.sync_api import expect

from tests.browser.boxes import CLIPPED
from tests.browser.conftest import Wall
from tests.browser.test_english import chinese


def parks(wall: Wall) -> None:
    """Two parks that overlap by 30 m; the border of the first was moved last year."""
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute("SET row_security = off")
        link.execute("INSERT INTO grid_kind VALUES ('park', 9, '公园', 'Park', false)")
        for code, west, since, until in (
            ("P-1", 112.9000, None, "2025-06-01T00:00+08:00"),
            ("P-1", 112.9005, "2025-06-01T00:00+08:00", None),
            ("P-2", 112.9050, None, None),
        ):
            link.execute(
                "INSERT INTO grid (kind, code, name, area_id, geom, valid_from, valid_to)"
                " SELECT 'park', %(code)s, %(code)s, id, ST_Multi(ST_MakeEnvelope("
                "  %(west)s, 35.60, 112.9053 + (%(code)s = 'P-2')::int * 0.005, 35.604, 4326)),"
                " coalesce(%(since)s::timestamptz, '-infinity'), %(until)s::timestamptz"
                " FROM area WHERE parent_id IS NULL",
                {"code": code, "west": west, "since": since, "until": until},
            )


def test_findings_and_two_versions(wall: Wall) -> None:
    parks(wall)
    page = wall.open("/grids?lang=en&kind=park", account="carla", size=(1440, 900), wait=False)
    desk, row = page.locator("#desk"), page.locator("#findings .rows button")
    expect(desk).to_have_attribute("data-findings", "1")
    expect(row).to_contain_text("Overlap")
    expect(row).to_contain_text("Take it from")
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    assert "Take it from" in Path(saved.value.path()).read_text("utf-8")
    row.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-current", "true")
    expect(desk).to_have_attribute("data-drawn_parties", "2")
    assert "id=" in page.url
    assert page.evaluate("() => window.wangge.desk.map.leaflet.getZoom()") >= 15
    assert page.evaluate(CLIPPED) == []
    again = wall.open(page.url.removeprefix(wall.web.url), account="carla", wait=False)
    expect(again.locator("#findings [aria-current]")).to_have_count(1)

    page.get_by_role("tab", name="Two versions").click()
    expect(desk).to_have_attribute("data-changes", "1")
    changed = page.locator("#changes .rows button")
    expect(changed).to_contain_text("Border moved")
    expect(changed).to_contain_text("m²")
    changed.click()
    expect(changed).to_have_attribute("aria-current", "true")
    assert page.evaluate(CLIPPED) == []
    expect(page).to_have_title("Grid check · Demo town")
    assert chinese(page, wall.town.words) == []
    page.get_by_label("Kind of grids").select_option("service")
    expect(page.locator("#told")).to_contain_text("This kind was never cut anew.")
    refused = wall.open("/grids?lang=en", account="dora", wait=False)
    expect(refused.locator("#findings")).to_have_count(0)
    wall.forgiven = ("403",)
