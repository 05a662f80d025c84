"""The card of a call with every length of words, on a wall, a large wall and a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import boxes
from tests.browser.call_cards import HOUR_MS, call, tell
from tests.browser.conftest import Wall

# A phone as long as its page: what sticks to the foot of a screen covers what is scrolled away.
SIZES = {"1080": ((1920, 1080), 24.0), "4k": ((3840, 2160), 48.0), "phone": ((390, 2600), 12.5)}
CARD = """(all) => { const card = document.getElementById('card').getBoundingClientRect();
  return all.filter((t) => t.left >= card.left - 1 && t.top >= card.top - 1); }"""


def faults(page: Page, at_least: float) -> list[str]:
    """What of the card is small, pale, cut, outside the screen or on top of something."""
    texts = page.evaluate(CARD, page.evaluate(boxes.TEXTS))
    assert len(texts) > 8
    found = [f"small: {t['text']}" for t in texts if t["size"] < at_least - 0.01]
    for t in texts:
        if boxes.contrast(t["colour"], t["ground"]) < 4.5 and not t["disabled"]:
            found.append(f"pale: {t['text']}")
        if t["right"] > page.evaluate("() => innerWidth") + 0.5:
            found.append(f"outside: {t['text']}")
    found += [f"overlap: {a} | {b}" for a, b in boxes.overlapping(texts)]
    return found + [f"clipped: {text}" for text in page.evaluate(boxes.CLIPPED, True)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_how_a_call_ended_stands_apart_from_its_link(wall: Wall, lang: str) -> None:
    page = wall.open(f"/screen?lang={lang}")
    people = [("李甲", "acknowledged"), ("李丙", "cancelled"), ("李戊", "no_answer")]
    tell(page, call(wall, page, people, lasted_ms=123 * HOUR_MS + 59_000))
    for name, (size, at_least) in SIZES.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        expect(page.locator("#call-state .ended a")).to_be_visible()
        assert faults(page, at_least) == [], name
