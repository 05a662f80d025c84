"""In English nothing is Chinese but what the town's people wrote."""

from __future__ import annotations

import re
from contextlib import closing

from playwright.sync_api import Page, expect

from tests.browser.conftest import Wall

CHINESE = re.compile(r"[\u3400-\u9fff][\u3000-\u9fff\d]*")
SHOWN = """() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest('script,style')) found.push(walker.currentNode.textContent);
  }
  for (const element of document.querySelectorAll('[aria-label],[title],[placeholder],[alt]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      if (element.getAttribute(name)) found.push(element.getAttribute(name));
  return found.map((text) => text.trim()).filter(Boolean);
}"""
EMPTY = "() => document.getElementById('card').replaceChildren()"  # of the one before
SWITCH = {"中文"}  # the way back to Chinese is written in Chinese
WRITTEN = {"已联系排水队"}  # notes that tests write, which stand on later cards


def chinese(page: Page, data: set[str]) -> list[str]:
    """Texts with Chinese in them once the town's own words are taken out."""
    left, data = [], data | SWITCH | WRITTEN
    for text in page.evaluate(SHOWN):
        rest = text
        for word in sorted(data, key=len, reverse=True):
            rest = rest.replace(word, "")
        if CHINESE.search(rest):
            left.append(text)
    return left


def test_the_wall_in_english(wall: Wall) -> None:
    page, town = wall.open("/screen?lang=en"), wall.town
    assert page.evaluate("() => document.documentElement.lang") == "en"
    expect(page.locator("#place")).to_have_text("Demo town")
    expect(page.locator("#path .here")).to_have_text("Demo town")
    assert chinese(page, town.words) == []
    for kind, id_ in (
        ("event", town.events[0]),
        ("event", town.events[-1]),
        ("grid", town.grids["平安村服001"]),
        ("grid", town.grids["渠口村服001"]),
        ("person", town.people["李甲"]),
        ("facility", town.stations[0]),
    ):
        page.evaluate(EMPTY)
        page.evaluate("(chosen) => window.wangge.select(chosen)", {"kind": kind, "id": id_})
        expect(page.locator("#card section").first).to_be_visible()
        assert chinese(page, town.words) == [], kind
    page.keyboard.press("c")
    expect(page.locator("#call-state")).not_to_be_empty()
    assert chinese(page, town.words) == []
    assert "_" not in page.locator("#card").inner_text()  # the store's names are not words
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.locator("#layers")).to_be_visible()
    assert chinese(page, town.words) == []


def test_the_doors_in_english(wall: Wall) -> None:
    page = wall.open("/sign-in?lang=en", account=None, wait=False)
    expect(page.locator("button[type=submit]")).to_have_text("Sign in")
    assert chinese(page, wall.town.words) == []
    wall.forgiven = ("401", "403")
    page.fill("#account", "nobody")
    page.fill("#password", "wrong")
    page.click("button[type=submit]")
    expect(page.locator("#error")).to_be_visible()
    assert chinese(page, wall.town.words) == []


def test_the_phone_in_english(wall: Wall) -> None:
    page = wall.open("/duty?lang=en", account="chief", size=(390, 844), wait=False)
    expect(page.locator("#name")).to_have_text("李甲")
    expect(page.locator("#shift-title")).not_to_be_empty()
    for tab in ("todo", "report", "mine"):
        page.click(f".tabs [data-go={tab}]")
        expect(page.locator(f"#tab-{tab}")).to_be_visible()
        assert chinese(page, wall.town.words | {"路面积水", "热线"}) == [], tab


def test_errors_of_the_api_are_in_the_language_that_is_asked_for(wall: Wall) -> None:
    """Chinese where none is."""
    with closing(wall.web.client()) as client:
        for path in ("/api/nothing", "/api/card/grid/999999", "/api/summary?at=soon"):
            for wanted, is_chinese in (({"Accept-Language": "en"}, False), ({}, True)):
                error = client.get(path, headers=wanted).json()["error"]
                assert error["message"].endswith((".", "。")), path
                assert bool(CHINESE.search(error["message"])) is is_chinese, path
