"""The wall in a browser: what it says is what the store says, at once and everywhere alike."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Wall
from tests.waiting import LONGEST_S

READ = """() => Object.fromEntries([...document.querySelectorAll('[data-figure]')]
  .map((e) => [e.dataset.figure, e.textContent]))"""

ALL = f"""() => [({READ})(), document.getElementById('events-basis').innerText,
  window.wangge.state.events.size]"""


def figures(page: Page) -> dict[str, str]:
    """The figures as a person reads them, by their place in the summary."""
    return dict(page.evaluate(READ))


def number(text: str) -> int:
    return int(text.replace("\u2009", ""))


def differing(shown: dict[str, str], summary: dict[str, Any]) -> list[str]:
    """The figures that say something else than the summary."""
    found = []
    for path, text in shown.items():
        block, name = path.split(".")
        if path == "people.lost":  # offline, less those never seen this shift
            continue
        expected = summary[block][name]
        if name.endswith("_rate"):
            if float(text) != round(expected * 100, 1):
                found.append(path)
        elif (block == "events" or name in ("on_duty", "closed")) and number(text) != expected:
            found.append(path)
    return found


def test_the_figures_are_the_store_s(wall: Wall) -> None:
    """By the next telling: the page hears of the day's figures each three seconds."""
    page = wall.open()
    wrong = ["not looked at"]
    with closing(wall.web.client("dora")) as client:
        for _ in range(2 * LONGEST_S):
            summary = client.get("/api/summary").json()
            shown = figures(page)
            assert len(shown) >= 14 and summary["events"]["open"] > 0
            if not (wrong := differing(shown, summary)):
                break
            page.wait_for_timeout(500)
    assert wrong == []


def test_the_sums_add_up_on_the_screen(wall: Wall) -> None:
    """At each moment: all of it is read at once."""
    page = wall.open()
    found, basis, open_now = page.evaluate(ALL)
    shown = {path: number(text) for path, text in found.items() if "rate" not in path}
    states = ("fresh", "ageing", "stale", "lost", "no_position")
    assert sum(shown[f"people.{state}"] for state in states) == shown["people.on_duty"] > 0
    lights = ("overdue", "yellow", "green", "no_limit")
    assert sum(shown[f"events.{light}"] for light in lights) == shown["events.open"] > 0
    open_, located, unlocated = (int(part) for part in basis.split() if part.isdigit())
    assert open_ == located + unlocated == shown["events.open"]
    assert unlocated > 0
    assert open_now == open_


def report(source: httpx.Client, **given: Any) -> dict[str, Any]:
    answer = source.post("/api/events", json={"type": "exit", **given})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_an_event_without_a_place_is_counted_and_named(wall: Wall) -> None:
    page = wall.open()
    with wall.source() as source:
        event = report(source, id="nowhere", text="somewhere")["event"]
    page.wait_for_function("(id) => window.wangge.state.events.has(id)", arg=event["id"])
    assert page.evaluate("(id) => window.wangge.state.events.get(id).lon", event["id"]) is None
    page.evaluate("(id) => window.wangge.select({kind: 'event', id})", event["id"])
    expect(page.locator("#card .head")).to_contain_text("无位置")


def test_the_day_s_charts_hold_all_reports(wall: Wall) -> None:
    page = wall.open()
    expect(page.locator("#trend .bars path").first).to_be_visible()
    expect(page.locator("#types .bars path").first).to_be_visible()
    page.wait_for_function(  # the charts follow the figure by one question to the server
        """() => { const sum = (all) => all.reduce((a, b) => a + (b || 0), 0);
        const rows = [...document.querySelectorAll('#types-numbers b')];
        const total = window.wangge.state.summary.today.reported;
        return total > 0 && total === sum(rows.map((e) => Number(e.textContent)))
          && total === sum(document.querySelector('#trend .js-plotly-plot').data[0].y); }"""
    )


def test_the_map_comes_first_and_its_grids_are_fetched_once(wall: Wall) -> None:
    """The page asks for them ahead of its scripts; the charts' library begins after them."""
    page = wall.open()
    page.wait_for_selector("#trend .bars path")
    found = page.evaluate(
        """() => ({ fetched: performance.getEntriesByType("resource")
            .filter((e) => e.name.includes("/grids.geojson?v=")).map((e) => e.initiatorType),
          charts: document.querySelectorAll("head > script[src*='/vendor/plotly']").length,
          started: typeof window.Plotly.newPlot }) """
    )
    assert found == {"fetched": ["link"], "charts": 1, "started": "function"}
