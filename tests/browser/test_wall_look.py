"""The wall's sizes, type, contrast and totals, at 1080p and 4K, in Chinese and English."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import boxes
from tests.browser.conftest import Wall, until_drawn

FULL_HD, UHD, PHONE = (1920, 1080), (3840, 2160), (390, 844)
WALLS = [
    pytest.param("?lang=zh", FULL_HD, 1, id="1080-zh"),
    pytest.param("?lang=en", FULL_HD, 1, id="1080-en"),
    pytest.param("?lang=zh", UHD, 2, id="4k-zh"),
    pytest.param("?lang=zh&theme=light", FULL_HD, 1, id="1080-light"),
]


@pytest.mark.parametrize(("query", "size", "u"), WALLS)
def test_text_is_large_clear_and_apart(
    wall: Wall, query: str, size: tuple[int, int], u: int
) -> None:
    page = wall.open(f"/screen{query}", size=size)
    complaints = {"panels": faults(page, size, u)}
    page.locator("#hot .words").click()
    page.locator("#card .who").first.wait_for()
    complaints["card"] = faults(page, size, u)
    page.locator("#layers-open").click()
    complaints["layers"] = faults(page, size, u)
    assert not any(complaints.values()), complaints


def faults(page: Page, size: tuple[int, int], u: int) -> list[str]:
    """What is too small, too pale, cut, outside the screen or on top of something."""
    texts = page.evaluate(boxes.TEXTS)
    assert len(texts) > 40
    found = [f"small: {t['text']}" for t in texts if t["size"] < 24 * u - 0.01]
    for t in texts:
        ratio = boxes.contrast(t["colour"], t["ground"])
        if ratio < 4.5 and not t["disabled"]:
            found.append(f"pale {ratio:.2f}: {t['text']}")
        if t["right"] > size[0] or t["bottom"] > size[1]:
            found.append(f"outside: {t['text']}")
    found += [f"overlap: {a} | {b}" for a, b in boxes.overlapping(texts)]
    return found + [f"clipped: {text}" for text in page.evaluate(boxes.CLIPPED, True)]


REPLAY = """() => {
  document.documentElement.classList.add('replay');
  document.getElementById('day').textContent = '%s';
  return (CLIPPED)(true);
}""".replace("CLIPPED", boxes.CLIPPED)


@pytest.mark.parametrize(
    ("lang", "day"), [("zh", "回放 ×3600 2026年10月30日"), ("en", "Replay ×3600 30 Sept 2026")]
)
def test_a_replay_s_date_leaves_the_figures_their_room(wall: Wall, lang: str, day: str) -> None:
    page = wall.open(f"/screen?lang={lang}")
    assert page.evaluate(REPLAY.replace("%s", day)) == []


@pytest.mark.parametrize(("size", "u"), [(FULL_HD, 1), (UHD, 2)], ids=["1080", "4k"])
def test_the_parts_have_their_sizes(wall: Wall, size: tuple[int, int], u: int) -> None:
    page = wall.open(size=size)
    box = {
        name: page.locator(name).bounding_box() for name in (".header", ".map", ".aside", ".footer")
    }
    assert box[".header"] == {"x": 0, "y": 0, "width": 1920 * u, "height": 104 * u}
    assert box[".map"] == {"x": 0, "y": 104 * u, "width": 1340 * u, "height": 932 * u}
    assert box[".aside"] == {"x": 1340 * u, "y": 104 * u, "width": 580 * u, "height": 932 * u}
    assert box[".footer"] == {"x": 0, "y": 1036 * u, "width": 1920 * u, "height": 44 * u}
    blue = page.locator("button.call:visible")
    assert blue.count() == 1
    assert blue.bounding_box() is not None


NAMED = """() => { const kinds = wangge.map.marks.taken().map((one) => one[4]);
  return ['label', 'flag', 'overdue'].every((kind) => kinds.includes(kind)); }"""


@pytest.mark.parametrize("size", [FULL_HD, UHD], ids=["1080", "4k"])
def test_names_and_flags_on_the_map_touch_nothing(wall: Wall, size: tuple[int, int]) -> None:
    page = wall.open(size=size)
    page.wait_for_function(NAMED)
    names = [
        {"text": kind, "left": left, "top": top, "right": right, "bottom": bottom}
        for left, top, right, bottom, kind in page.evaluate("() => wangge.map.marks.taken()")
    ]
    assert sum(name["text"] == "label" for name in names) == 12
    # Two overdue marks may stand close together; a name or a flag stands alone.
    alone = ("label", "flag")
    touching = [pair for pair in boxes.overlapping(names) if pair[0] in alone or pair[1] in alone]
    assert not touching


def test_a_phone_has_all_of_it_below_each_other(wall: Wall) -> None:
    page = wall.open(size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    texts = page.evaluate(boxes.TEXTS)
    assert min(t["size"] for t in texts) >= 12.5
    assert not boxes.overlapping(texts)
    for part in (".header", ".map", "#hot", "#bars", "#types", "#trend", "#ranking", ".footer"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["width"] > 150, part
        assert box["height"] > 20, part
        assert box["x"] + box["width"] <= 391, part
    page.goto(page.url + ("&" if "?" in page.url else "?") + "lang=en")  # longer words
    until_drawn(page)
    page.click("#layers-open")
    rows = [
        {
            "text": row["text"],
            "left": row["x"],
            "top": row["y"],
            "right": row["r"],
            "bottom": row["b"],
        }
        for row in page.evaluate(
            """() => [...document.querySelectorAll('#layers .words span, #layers .words small')]
            .map((e) => { const b = e.getBoundingClientRect();
              return {text: e.textContent, x: b.left, y: b.top, r: b.right, b: b.bottom}; })"""
        )
    ]
    assert len(rows) > 15
    assert not boxes.overlapping(rows)
