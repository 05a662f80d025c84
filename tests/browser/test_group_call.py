"""Group calls from the wall: of a grid by post, and of a circle that is drawn."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Wall

RUN = "() => [...window.wangge.state.calls.values()].filter((s) => s.crowd).pop()"


def pressed(page: Page) -> str:
    """Press the button; above five people it asks once."""
    button = page.locator("#group-call")
    expect(button).to_be_enabled()
    word = button.inner_text()
    button.click()
    if int(re.sub(r"\D", "", word)) > 5:
        expect(button).to_contain_text("再按一次")
        button.click()
    return word


def test_a_grid_and_its_community_by_post(wall: Wall) -> None:
    page = wall.open(f"/screen?grid={wall.town.grids['渠口村服001']}")
    page.locator("#group-open").click()
    expect(page.locator("#group .whom")).to_contain_text(re.compile(r"^\d 人在岗"))
    page.locator("#group .pick").filter(has_text=re.compile("^渠口村$")).click()
    expect(page.locator("#group-call")).to_have_text("呼叫 6 人")
    page.locator("#post-grid_chief").click()
    expect(page.locator("#group-call")).to_have_text("呼叫 1 人")
    assert pressed(page) == "呼叫 1 人"
    expect(page.locator("#card h2")).to_have_text("群呼 · 渠口村")
    expect(page.locator("#card .head .text")).to_have_text("网格长")
    expect(page.locator("#call-state .attempt")).to_have_count(1)
    assert re.search(r"call=\d+", page.url)


def test_a_circle_is_drawn_and_everybody_within_is_called(wall: Wall) -> None:
    page = wall.open("/screen")
    page.click("#draw-open")
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.keyboard.press("Escape")  # gives up
    expect(page.locator(".drawing")).to_have_count(0)
    page.click("#draw-open")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y)
    page.mouse.move(x + 420, y)
    page.mouse.up()
    word = pressed(page)
    assert int(re.sub(r"\D", "", word)) > 5
    expect(page.locator("#card h2")).to_have_text("群呼 · 圈定范围")
    session = page.evaluate(RUN)
    assert session["subject"]["kind"] == "ground"
    assert f"呼叫 {session['counts']['called']} 人" == word
    assert len(session["ground"]["coordinates"][0]) == 65
    page.wait_for_function("() => window.wangge.root().dataset.grounds === '1'")  # it stays
    page.click("#draw-open")
    page.locator("#tool-polygon").click()
    for dx, dy in ((0, 0), (300, 0), (300, 200), (0, 200), (0, 0)):
        page.mouse.click(x - 150 + dx, y - 100 + dy)
    expect(page.locator("#group-call")).to_be_enabled()
