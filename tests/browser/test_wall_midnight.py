"""The wall just after midnight, when no figure of the day has a value yet: nothing looks broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from data import actors
from data.database import Database
from data.places import site
from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.wall_town import apart


@pytest.fixture
def midnight(wall: Wall) -> Iterator[Wall]:
    """The next day has begun a minute ago; all shifts are over. Afterwards it is now again."""

    async def set_clock(later: bool) -> None:
        store = wall.web.store
        async with Database(store.app_url, store.readonly_url, size=1) as database:
            async with database.acting(None) as link:
                system = await actors.system_actor(link)
            async with database.acting(system.id) as link:
                now = datetime.now(UTC)
                begun = (await site.read(link)).day_of(now)[1] + timedelta(minutes=1)
                await site.set_clock(link, site.Clock(1.0, now, begun if later else now))

    apart(lambda: set_clock(True))
    yield wall
    apart(lambda: set_clock(False))


@pytest.mark.parametrize(
    ("lang", "closed", "reported", "nobody"),
    [
        ("zh", "今日尚无结案", "今日尚无上报", "无人在岗"),
        ("en", "Nothing closed yet today", "No reports yet today", "Nobody on duty"),
    ],
)
def test_a_day_without_figures(
    midnight: Wall, lang: str, closed: str, reported: str, nobody: str
) -> None:
    page = midnight.open(f"/screen?lang={lang}", wait=False)
    expect(page.locator("#clock")).to_have_text(re.compile(r"^00:\d\d:\d\d$"))
    expect(page.locator("#types-names")).to_have_text(reported)
    expect(page.locator("[data-figure='today.closed']")).to_have_text("0")
    for rate in ("on_time_rate", "in_grid_rate", "satisfied_rate"):
        figure = page.locator(f".figure:has([data-figure='today.{rate}'])")
        expect(figure.locator(".value")).to_have_text("–", use_inner_text=True)  # no "– %"
        expect(figure).to_have_attribute("title", closed)
    expect(page.locator("#bars .bar b").first).to_have_text("0")
    expect(page.locator("#hot .call")).to_be_enabled()
    page.click("#draw-open")
    page.locator("#tool-area").click()
    page.fill("#area-find", "渠口")
    page.keyboard.press("Enter")
    expect(page.locator("#group .whom .said")).to_have_text(nobody)
    expect(page.locator("#group-call")).to_be_disabled()
    assert page.evaluate(boxes.CLIPPED, True) == []
    assert not re.search("NaN|undefined|null", page.inner_text("body"))
