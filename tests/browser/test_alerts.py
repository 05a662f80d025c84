"""The ground of an alert on the wall: drawn while it is in force, said in the page's language."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.alerts import message
from tests.browser.conftest import Wall
from tests.browser.wall_town import now

EXTENT = "() => wangge.state.hello.extent"
DRAWN = "(id) => (wangge.map.alerts().find((one) => one[0] === id) || [])[1] || null"
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PAINTED = """(colour) => { const marks = document.querySelector('canvas.marks');
  const canvas = new OffscreenCanvas(marks.width, marks.height);
  const rgb = [1, 3, 5].map((i) => parseInt(wangge.colour(colour).slice(i, i + 2), 16));
  const copy = canvas.getContext('2d', { willReadFrequently: true });
  copy.drawImage(marks, 0, 0);
  const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
  let n = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 100 && rgb.every((c, k) => Math.abs(c - data[i + k]) < 6)) n += 1;
  return n; }"""


def rectangle(page: Page, *sides: float) -> str:
    """A polygon of CAP by shares of the town's extent: west, south, east, north."""
    west, south, east, north = page.evaluate(EXTENT)
    x = [west + (east - west) * side for side in (sides[0], sides[2])]
    y = [south + (north - south) * side for side in (sides[1], sides[3])]
    corners = [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]), (x[0], y[0])]
    return "<polygon>" + " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in corners) + "</polygon>"


def send(source: httpx.Client, *args: Any, **options: Any) -> dict[str, Any]:
    said = message(*args, **options, now=now()).encode()
    answer = source.post("/api/cap", content=said)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


def test_an_alert_s_ground_comes_and_goes(wall: Wall) -> None:
    """In Chinese and English; over the whole town it is a label; a cancel takes it away."""
    page, english = wall.open(), wall.open("/screen?lang=en&theme=light")
    page.wait_for_function(f"() => ({PAINTED})('alert-severe') === 0")
    with wall.source() as source:
        said = send(source, "ground", area=rectangle(page, 0.3, 0.55, 0.7, 0.95))
        id_ = said["event"]["id"]
        for one, words in ((page, "暴雨橙色预警 · 至 "), (english, "Heavy rain · until ")):
            one.wait_for_function(DRAWN, arg=id_)
            assert one.evaluate(DRAWN, id_).startswith(words)
            one.wait_for_function(f"() => ({PAINTED})('alert-severe') > 1000")
        page.evaluate("(id) => wangge.select({ kind: 'event', id })", id_)
        card = page.locator("#card .notice")
        expect(card).to_contain_text("严重")
        expect(card).to_contain_text("未来三小时")
        expect(page.locator("#card h2")).to_contain_text("暴雨橙色预警")
        english.evaluate("(id) => wangge.select({ kind: 'event', id })", id_)
        expect(english.locator("#card .notice")).to_contain_text("Severe")
        expect(english.locator("#card .notice .words")).to_have_text("50 mm")
        expect(english.locator("#card h2")).to_contain_text("Heavy rain")
        page.evaluate("() => wangge.select(null)")
        page.wait_for_function("() => document.getElementById('card').hidden")
        page.evaluate(FRAMES)
        outlined = page.evaluate(PAINTED, "alert-severe")
        wide = rectangle(page, -3, -3, 4, 4)  # no edge of it is in view
        send(source, "wide", kind="Update", sent=-9, refs="ground", area=wide)
        page.wait_for_function(f"(most) => ({PAINTED})('alert-severe') < most", arg=outlined / 2)
        page.wait_for_function(DRAWN, arg=id_)  # the label is all that is left of it
        send(source, "over", kind="Cancel", sent=-8, refs="ground wide")
    for one in (page, english):
        one.wait_for_function("(id) => !wangge.state.events.has(id)", arg=id_)
        one.wait_for_function("() => wangge.map.alerts().length === 0")
    page.wait_for_function(f"() => ({PAINTED})('alert-severe') === 0")
