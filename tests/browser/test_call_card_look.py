"""The card of a call with every length of words, on a wall, a large wall and a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import boxes
from tests.browser.call_cards import HOUR_MS, call, tell
from tests.browser.conftest import Wall

# A phone as long as its page: what sticks to the foot of a screen covers what is scrolled away.
SIZES = {"1080": ((1920, 1080), 24.0), "4k": ((3840, 2160), 48.0), "phone": ((390, 2600), 12.5)}
LONG = ("欧阳上官司马诸葛慕容令狐东方皇甫尉迟公孙", "Bartholomew Featherstonehaugh-Cholmondeley")
STATES = (
    *("acknowledged", "answered", "ringing", "ringing", "queued", "ambiguous"),
    *("declined", "busy", "no_answer", "offline", "offline"),
)
CUT_NAMES = """() => [...document.querySelectorAll('#call-state .attempt .name b')]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)
  .map((e) => e.textContent)"""
BESIDE = """() => { const [map, card] = ['.map', '#card'].map((name) =>
    document.querySelector(name).getBoundingClientRect());
  return innerWidth <= 820 ? card.top >= map.bottom - 1 : card.left >= map.right - 1; }"""
CARD = """(all) => { const card = document.getElementById('card').getBoundingClientRect();
  return all.filter((t) => t.left >= card.left - 1 && t.top >= card.top - 1); }"""


def faults(page: Page, at_least: float) -> list[str]:
    """What of the card is small, pale, cut, outside the screen or on top of something."""
    texts = page.evaluate(CARD, page.evaluate(boxes.TEXTS))
    wide = page.viewport_size["width"] if page.viewport_size else 0
    assert len(texts) > 8
    found = [f"small: {t['text']}" for t in texts if t["size"] < at_least - 0.01]
    for t in texts:
        if boxes.contrast(t["colour"], t["ground"]) < 4.5 and not t["disabled"]:
            found.append(f"pale: {t['text']}")
        if t["right"] > wide + 0.5:
            found.append(f"outside: {t['text']}")
    found += [f"overlap: {a} | {b}" for a, b in boxes.overlapping(texts)]
    return found + [f"clipped: {text}" for text in page.evaluate(boxes.CLIPPED, True)]


def crowd(wall: Wall, n: int) -> list[tuple[str, str]]:
    """`n` people by name and state, every third with a long name."""
    known = list(wall.town.people)
    names = [f"{LONG[i % 2]}{i}" if i % 3 == 0 or i >= len(known) else known[i] for i in range(n)]
    return [(name, STATES[i * 5 % len(STATES)]) for i, name in enumerate(names)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words_of_every_length_stand_apart(wall: Wall, lang: str) -> None:
    """A call of one event that lasted for days, and a group call with long names that runs."""
    page = wall.open(f"/screen?lang={lang}")
    people = [("李甲", "acknowledged"), (LONG[0], "cancelled"), ("李戊", "no_answer")]
    over = call(wall, page, people, lasted_ms=123 * HOUR_MS + 59_000)
    runs = call(wall, page, crowd(wall, 40), number=1, area="渠口村")
    for name, (size, at_least) in SIZES.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for session in (over, runs):
            tell(page, session)
            assert faults(page, at_least) == [], name
            assert page.evaluate(CUT_NAMES) == [], name
            assert page.evaluate(BESIDE), name
        expect(page.locator("#call-end")).to_be_in_viewport(ratio=1)
    expect(page.locator("#path")).to_contain_text("渠口村")


def test_a_call_of_many_shows_those_who_matter(wall: Wall) -> None:
    page = wall.open("/screen")
    rows, others = page.locator("#call-state .attempt"), page.locator("#call-others")
    tell(page, call(wall, page, crowd(wall, 5), area="渠口村"))
    expect(rows).to_have_count(5)
    expect(others).to_have_count(0)  # so few stand there all
    many = call(wall, page, crowd(wall, 40), number=1, area="渠口村")
    away = sum(leg["state"] in STATES[6:] for leg in many["attempts"])
    tell(page, many)
    expect(rows).to_have_count(40 - away)
    expect(rows.first).to_have_class(re.compile("ambiguous"))
    expect(rows.nth(39 - away)).to_have_class(re.compile("queued"))
    expect(others).to_contain_text(re.compile(rf"其余 {away} 人.*离线 \d+"))
    others.click()
    expect(rows).to_have_count(40)
    tell(page, {**many, "line": many["line"] + 1})  # what was opened stays open
    expect(others).to_have_text(re.compile("^收起"))
    expect(rows).to_have_count(40)
    others.click()
    expect(rows).to_have_count(40 - away)
    tell(page, call(wall, page, crowd(wall, 300), number=2, area="渠口村"))
    more = page.locator("#call-state .people .hint")
    expect(more).to_contain_text("另有 240 人")
    expect(more.locator("a")).to_have_attribute("href", re.compile(r"^/calls\?.*call=\d+$"))
