"""Anything on the map is chosen by mouse or keys; the URL keeps it; who may not call cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl

import psycopg
import pytest
from playwright.sync_api import Page, expect
from psycopg.types.json import Jsonb

from tests.browser.conftest import Wall, until_drawn

# A mark of a kind that no other mark touches, in the page's pixels; of grids, an empty spot.
LONELY = """(kind) => {
  const w = window.wangge, map = w.map.leaflet, box = map.getContainer().getBoundingClientRect();
  const hits = w.map.hits.flatMap((offer) => offer());
  const spots = kind !== 'grid' ? hits.filter((h) => h.kind === kind)
    : [...w.map.grids.data.values()].map((g) => { const [lat, lon] = w.map.middle(g.geometry);
      return { id: g.id, r: 0, ...map.latLngToContainerPoint([lat, lon]) }; });
  const free = (s) => s.x > 60 && s.y > 120 && s.x < box.width - 60 && s.y < box.height - 60
    && hits.every((h) => h === s || Math.hypot(h.x - s.x, h.y - s.y) > h.r + s.r + 14);
  const found = spots.find(free);
  return found && { id: found.id, x: found.x + box.left, y: found.y + box.top };
}"""
EVENT_OF_SOMEBODY = """
    INSERT INTO reporter (event_id, area_id, contact)
    SELECT id, area_id, %(contact)s FROM event
    WHERE closed_at IS NULL AND geom IS NOT NULL ORDER BY id LIMIT 1
    RETURNING event_id"""
SELECTED = "() => window.wangge.state.selection"


@pytest.fixture
def page(wall: Wall) -> Iterator[Page]:
    yield wall.open()


def query(page: Page) -> dict[str, str]:
    """What the address bar says now."""
    return dict(parse_qsl(page.evaluate("() => location.search")[1:]))


@pytest.mark.parametrize("kind", ["grid", "event", "person", "facility"])
def test_a_click_opens_the_card(page: Page, kind: str) -> None:
    spot = page.wait_for_function(LONELY, arg=kind).json_value()
    page.mouse.click(spot["x"], spot["y"])
    card = page.locator("#card")
    expect(card.locator("h2")).not_to_be_empty()
    assert page.evaluate(SELECTED)["kind"] == kind
    assert page.evaluate(SELECTED)["id"] == spot["id"]
    assert query(page) == {kind: str(spot["id"])}
    expect(page.locator("#spoken")).not_to_be_empty()  # for those who do not see
    expect(card.locator("#call")).to_be_enabled()
    if kind != "event":  # the chip says where one is: of an event, its grid
        expect(page.locator("#path b")).to_have_text("/ " + card.locator("h2 span").inner_text())
    card.locator(".close").click()
    expect(card).to_be_hidden()
    expect(page.locator("#panels")).to_be_visible()
    assert query(page) == {}


def test_the_wall_without_a_mouse(page: Page, wall: Wall) -> None:
    keys = page.keyboard
    keys.press("n")  # the worst first
    worst = page.evaluate(SELECTED)
    light = page.evaluate("(id) => window.wangge.state.events.get(id).light", worst["id"])
    assert (worst["kind"], light) == ("event", "red")
    keys.press("n")
    assert page.evaluate(SELECTED)["id"] != worst["id"]
    keys.press("Escape")
    assert page.evaluate(SELECTED) is None

    keys.press("ArrowRight")
    middle = page.evaluate(SELECTED)
    assert middle["kind"] == "grid"
    keys.press("ArrowRight")
    east = page.evaluate(SELECTED)
    lon = "(id) => window.wangge.map.middle(window.wangge.map.grids.data.get(id).geometry)[1]"
    assert page.evaluate(lon, east["id"]) > page.evaluate(lon, middle["id"])
    keys.press("ArrowLeft")
    assert page.evaluate(SELECTED)["id"] == middle["id"]
    name = "(id) => window.wangge.map.grids.data.get(id).name"
    expect(page.locator("#card h2")).to_have_text(page.evaluate(name, middle["id"]))
    keys.press("Enter")
    expect(page.locator("#call")).to_be_focused()

    keys.press("l")
    expect(page.locator("#layers")).to_be_visible()
    expect(page.locator("#layers input").first).to_be_focused()
    keys.press("Space")
    assert query(page)["off"] == "load"
    keys.press("Space")
    assert "off" not in query(page)
    keys.press("Escape")
    expect(page.locator("#layers")).to_be_hidden()


def test_c_calls_and_says_how_it_went(page: Page, wall: Wall) -> None:
    page.evaluate(
        "(id) => window.wangge.select({kind: 'grid', id})", wall.town.grids["平安村服001"]
    )
    expect(page.locator("#call")).to_be_enabled()
    page.keyboard.press("c")
    expect(page.locator("#call-state")).to_contain_text("无人在岗")  # the whole village is off
    expect(page.locator("#call-state .hint")).to_contain_text("附近")
    page.evaluate(
        "(id) => window.wangge.select({kind: 'grid', id})", wall.town.grids["石桥村服001"]
    )
    expect(page.locator("#card h2")).to_contain_text(
        "石桥村"
    )  # until then the button is the other's
    page.locator("#call").dblclick()
    expect(page.locator("#call-state")).to_contain_text(re.compile("正在呼叫|联系不上"))
    sessions = page.evaluate("() => [...window.wangge.state.calls.values()]")
    stone = {"kind": "grid", "id": wall.town.grids["石桥村服001"]}
    calls = {s["id"] for s in sessions if stone.items() <= s["subject"].items()}
    assert len(calls) == 1  # a double click is one call


def test_a_reload_shows_the_same(page: Page, wall: Wall) -> None:
    event = wall.town.events[1]
    page.goto(f"{wall.web.url}/screen?lang=en&theme=light&event={event}&off=circles,labels")
    until_drawn(page)
    expect(page.locator("#card h2")).to_contain_text("Exposed refuse")
    page.reload()
    until_drawn(page)
    expect(page.locator("#card h2")).to_contain_text("Exposed refuse")
    asked = {"lang": "en", "theme": "light", "event": str(event), "off": "circles,labels"}
    assert query(page) == asked
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    expect(page.locator("#layers-count")).to_have_text("10")
    page.keyboard.press("Escape")
    expect(page.locator("#panels")).to_be_visible()
    assert query(page) == {key: asked[key] for key in ("lang", "theme", "off")}


def test_choosing_dims_the_rest_and_moves_the_map(page: Page, wall: Wall) -> None:
    zoom = page.evaluate("() => window.wangge.map.leaflet.getZoom()")
    page.evaluate("(id) => window.wangge.select({kind: 'event', id})", wall.town.events[0])
    assert page.evaluate("() => window.wangge.map.leaflet.getZoom()") > zoom
    middle = page.evaluate(
        """(id) => { const w = window.wangge, e = w.state.events.get(id), map = w.map.leaflet;
        const at = map.latLngToContainerPoint([e.lat, e.lon]), size = map.getSize();
        return [at.x / size.x, at.y / size.y]; }""",
        wall.town.events[0],
    )
    assert all(0.4 < part < 0.6 for part in middle)
    expect(page.locator("#list")).to_be_hidden()


def no_call_button(page: Page) -> None:
    expect(page.locator(".hot .words")).to_be_visible()
    assert page.locator("button.call").count() == 0
    page.keyboard.press("n")
    expect(page.locator("#card h2")).not_to_be_empty()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.keyboard.press("c")
    page.wait_for_timeout(300)
    assert page.locator("button.call").count() == 0
    assert "POST" not in asked  # the calls of others may be seen, none is made


def texts(page: Page, path: str) -> str:
    return str(page.evaluate("async (path) => (await fetch(path)).text()", path))


def test_a_kiosk_only_looks(wall: Wall) -> None:
    page = wall.open(f"/kiosk/{wall.town.kiosk}", account=None)
    assert wall.town.kiosk not in page.url  # the address on the wall opens nothing
    no_call_button(page)
    expect(page.locator("#scope")).to_contain_text("只读")
    person = next(iter(wall.town.people.values()))
    card = texts(page, f"/api/card/person/{person}") + texts(page, "/api/calls")
    assert "199000" not in card + page.content()


def test_intake_sees_no_numbers_and_has_no_call(wall: Wall) -> None:
    page = wall.open(account="ida")
    no_call_button(page)
    for kind, id_ in subjects(wall):
        assert "199000" not in texts(page, f"/api/card/{kind}/{id_}")
    page.evaluate("(id) => window.wangge.select({kind: 'person', id})", subjects(wall)[0][1])
    expect(page.locator("#card .who")).to_have_count(1)
    assert "199000" not in page.content()


def subjects(wall: Wall) -> list[tuple[str, int]]:
    town = wall.town
    return [
        ("person", town.people["李甲"]),
        ("grid", town.grids["渠口村服001"]),
        ("event", town.events[0]),
        ("facility", town.stations[0]),
    ]


def test_those_who_call_see_numbers_on_cards_only(wall: Wall) -> None:
    """Neither the feed's hello nor a layer carries them."""
    page = wall.open()
    hello: Any = page.evaluate("() => JSON.stringify(window.wangge.state.hello)")
    assert "199000" not in hello + page.content()
    page.evaluate("(id) => window.wangge.select({kind: 'person', id})", wall.town.people["李甲"])
    expect(page.locator("#card .phone")).to_contain_text("199000")
    with closing(wall.web.client()) as client:
        for layer in ("areas", "grids", "facilities", "buildings", "roads", "ground"):
            assert "199000" not in client.get(f"/api/layers/{layer}.geojson").text
        assert "199000" not in client.get("/api/summary").text


def test_a_reporter_s_contact_is_shown_by_a_click_that_is_recorded(wall: Wall) -> None:
    """Masked until then; masked again on the next visit, which is another look."""
    told = {"first_name": "三", "last_name": "张", "phone": "13812341234"}
    looked = "SELECT count(*) FROM audit WHERE action = 'see_reporter' AND object = %s"
    with psycopg.connect(wall.web.store.admin_url, autocommit=True) as link:
        (id_,) = link.execute(EVENT_OF_SOMEBODY, {"contact": Jsonb(told)}).fetchone() or (0,)
        page = wall.open(f"/screen?event={id_}")
        box = page.locator("#card .reporter")
        expect(box.locator(".phone")).to_have_text("138****1234")
        assert "13812341234" not in page.content()
        assert link.execute(looked, (f"event:{id_}",)).fetchone() == (0,)
        box.locator("#show-reporter").click()
        expect(box.locator("a.phone")).to_have_attribute("href", "tel:13812341234")
        expect(box.locator(".name")).to_have_text("张三")
        expect(box.locator("#show-reporter")).to_have_count(0)
        assert link.execute(looked, (f"event:{id_}",)).fetchone() == (1,)
        page.locator("#card .close").click()
        expect(page.locator("#card")).to_be_hidden()
        assert "13812341234" not in page.content()
        page.goto(f"{wall.web.url}/screen?event={id_}")
        expect(box.locator(".phone")).to_have_text("138****1234")
        link.execute("DELETE FROM reporter WHERE event_id = %s", (id_,))
