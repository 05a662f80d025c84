"""Group calls from the wall: of a grid, an area or a drawn ground, by post and team."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

from data import actors
from data.calls import policies
from data.calls.model import Rules, Step, Target
from data.calls.policies import Policy
from data.database import Database
from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.wall_town import apart

RUN = "() => [...window.wangge.state.calls.values()].filter((s) => s.crowd).pop()"
TEAM = "UPDATE person SET team = %s WHERE name = ANY (%s)"


@pytest.fixture
def calling(wall: Wall) -> Iterator[Wall]:
    """Two of one village are of a team; what a test started is ended."""
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute(TEAM, ["防汛队", ["李甲", "李乙"]])
    yield wall
    with closing(wall.web.client()) as dispatcher:
        for session in dispatcher.get("/api/calls").json()["sessions"]:
            dispatcher.post(f"/api/calls/{session['id']}/end")


def pressed(page: Page) -> str:
    """Press the button twice in a row; above five people that asks, and only a third calls."""
    button = page.locator("#group-call")
    expect(button).to_be_enabled()
    word = button.inner_text()
    if int(re.sub(r"\D", "", word)) <= 5:
        button.click()
        return word
    button.dblclick()
    expect(button).to_contain_text("再按一次")
    expect(button).to_be_enabled()
    button.click()
    return word


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_grid_and_its_community_by_post_and_team(calling: Wall) -> None:
    page = calling.open(f"/screen?grid={calling.town.grids['渠口村服001']}")
    page.locator("#group-open").click()
    expect(page.locator("#group .whom")).to_contain_text(re.compile(r"^\d 人在岗"))
    page.locator("#group .pick").filter(has_text=re.compile("^渠口村$")).click()
    expect(page.locator("#group-call")).to_have_text("呼叫 6 人")
    expect(page.locator("#group .pick").filter(has_text=re.compile("^网格长"))).to_have_text(
        "网格长1"
    )
    page.select_option("#group-team", "防汛队")
    expect(page.locator("#group-call")).to_have_text("呼叫 2 人")
    page.locator("#post-grid_chief").click()
    expect(page.locator("#group-call")).to_have_text("呼叫 1 人")
    expect(page.locator("#group .names").first).to_have_text(
        re.compile("^呼不到 李甲值班页(未打开|.*关闭.*)，无已核验联系方式$")
    )
    assert page.evaluate(boxes.CLIPPED, True) == []
    assert pressed(page) == "呼叫 1 人"
    expect(page.locator("#card h2")).to_have_text("群呼 · 渠口村")
    expect(page.locator("#card .head .text")).to_have_text("网格长 · 防汛队")
    expect(page.locator("#call-state .attempt")).to_have_count(1)
    expect(page.locator("#call-state .ended")).to_contain_text("历时")  # nobody has a page
    assert re.search(r"call=\d+", page.url)


def test_an_area_is_opened_by_its_name_and_called(calling: Wall) -> None:
    """From its label on the map, from a card, and by its name in the role list."""
    page = calling.open("/screen")
    village = calling.town.areas["渠口村"]
    page.wait_for_function(
        "(id) => { const at = window.wangge.map.hits.flatMap((offer) => offer())"
        ".find((hit) => hit.kind === 'area' && hit.id === id);"
        " window.label = at && [(at.box[0] + at.box[2]) / 2, (at.box[1] + at.box[3]) / 2];"
        " return at; }",
        arg=village,
    )
    left, top = page.evaluate("() => window.label")
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + left, box["y"] + top)
    expect(page.locator("#card h2")).to_have_text("渠口村")
    expect(page.locator("#card .head")).to_contain_text(re.compile(r"在岗 / 应到 6/6"))
    expect(page.locator("#card .who").first).to_contain_text("李甲 网格长")
    assert f"place={village}" in page.url
    page.keyboard.press("c")  # of an area it says first whom
    expect(page.locator("#group-call")).to_have_text("呼叫 6 人")
    page.keyboard.press("Escape")
    expect(page.locator("#group")).to_have_count(0)
    page.keyboard.press("Escape")

    page.click("#draw-open")
    page.locator("#tool-area").click()
    zoom = page.evaluate("() => window.wangge.map.leaflet.getZoom()")
    page.fill("#area-find", "渠口")
    expect(page.locator("#group .found .row")).to_have_count(1)
    page.keyboard.press("Enter")
    assert page.evaluate("() => window.wangge.map.leaflet.getZoom()") > zoom
    page.keyboard.press("Escape")  # the whole town again
    assert page.evaluate("() => window.wangge.map.leaflet.getZoom()") == zoom
    page.click("#draw-open")
    page.locator("#tool-area").click()
    page.fill("#area-find", "渠口")
    page.keyboard.press("Enter")
    page.locator("#post-grid_chief").click()
    expect(page.locator("#group-call")).to_have_text("呼叫 1 人")
    page.fill("#area-find", "示范")  # all grid chiefs of the whole town
    page.keyboard.press("Enter")
    expect(page.locator("#group-call")).to_have_text("呼叫 11 人")
    pressed(page)
    expect(page.locator("#card h2")).to_have_text("群呼 · 示范镇")
    expect(page.locator("#call-state .attempt")).to_have_count(11)


@pytest.fixture
def many(calling: Wall) -> Iterator[Wall]:
    """A policy that rings the nearest twenty; who stands there does not grow old meanwhile."""
    with psycopg.connect(calling.web.store.admin_url, autocommit=True) as link:
        (fresh_s,) = link.execute("SELECT fresh_s FROM site").fetchone() or (0,)
        link.execute("UPDATE site SET fresh_s = 86400")
        apart(lambda: twenty(calling, True))
        yield calling
        apart(lambda: twenty(calling, False))
        link.execute("UPDATE site SET fresh_s = %s", [fresh_s])


async def twenty(wall: Wall, stands: bool) -> None:
    store = wall.web.store
    async with Database(store.app_url, store.readonly_url, size=1) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        async with database.acting(system.id) as link:
            steps = (Step(Target.OWNER, ring_s=600), Step(Target.NEAREST, k=20, ring_s=600))
            policy = Policy(Rules("twenty", "二十人", "Twenty"), steps)
            await (
                policies.write(link, system, policy)
                if stands
                else policies.remove(link, system, "twenty")
            )


def test_one_click_that_would_call_more_than_five_asks_once(many: Wall) -> None:
    """A double click has read nothing; another choice or Escape takes the question back."""
    many.forgiven += ("409",)  # the browser notes each refusal
    page = many.open("/screen")
    first, second = many.town.events[:2]
    page.evaluate("(id) => window.wangge.select({kind: 'event', id})", first)
    button = page.locator("#call")
    before = page.evaluate("() => window.wangge.state.calls.size")
    button.dblclick()
    expect(button).to_have_text(re.compile(r"^再按一次，每步最多同时呼叫 \d+ 人$"))
    expect(button).to_be_enabled()
    assert page.evaluate(boxes.CLIPPED, True) == []
    page.keyboard.press("Escape")
    expect(button).to_have_text("一键直呼")
    button.click()
    expect(button).to_have_text(re.compile("^再按一次"))
    page.evaluate("(id) => window.wangge.select({kind: 'event', id})", second)
    expect(page.locator("#card h2")).to_be_visible()
    page.evaluate("(id) => window.wangge.select({kind: 'event', id})", first)
    expect(button).to_have_text("一键直呼")
    assert page.evaluate("() => window.wangge.state.calls.size") == before
    button.focus()
    page.keyboard.press("c")
    expect(button).to_have_text(re.compile("^再按一次"))
    expect(button).to_be_enabled()
    page.keyboard.press("c")
    page.wait_for_function("(n) => window.wangge.state.calls.size === n", arg=before + 1)
    expect(page.locator(".top.outcome")).to_be_visible()
    expect(button).to_have_text("一键直呼")


def test_a_ground_is_drawn_and_everybody_within_is_called(calling: Wall) -> None:
    page = calling.open("/screen")
    page.click("#draw-open")
    x, y = middle(page)
    page.keyboard.press("Escape")  # gives up
    expect(page.locator(".drawing")).to_have_count(0)
    page.click("#draw-open")
    page.mouse.click(x, y)  # a press alone is a circle of the radius that stands there
    expect(page.locator("#group .whom")).to_contain_text("人在岗")
    page.locator("#draw-radius").press("Control+a")
    page.keyboard.type("25")
    page.evaluate("() => window.wangge.groupDraw()")  # as it does by itself each ten seconds
    page.keyboard.type("00")
    expect(page.locator("#draw-radius")).to_have_value("2500")
    page.keyboard.press("Enter")
    expect(page.locator("#group-call")).to_be_enabled()
    assert page.evaluate("() => window.wangge.map.drawn().radius_m") == 2500
    page.click("#draw-again")
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
    for dx, dy in ((0, 0), (300, 0), (300, 200), (-40, 260), (0, 200)):
        page.mouse.click(x - 150 + dx, y - 100 + dy)
    corners = "() => window.wangge.map.drawn().corners.length"
    page.keyboard.press("Backspace")
    page.click("#draw-undo")
    assert page.evaluate(corners) == 3
    page.mouse.click(x - 150, y + 100)
    page.mouse.click(x - 150, y - 100)  # the first one again
    expect(page.locator("#group-call")).to_be_enabled()
    assert page.evaluate(corners) == 4


def test_a_finger_draws_and_two_do_not(calling: Wall) -> None:
    """On a touch wall: a drag is a circle; a second finger gives it up; corners end by a button."""
    page = calling.open("/screen?lang=en")
    page.click("#draw-open")
    x, y = middle(page)
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x + dx, "y": y + dy, "id": n} for n, (dx, dy) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    shape: Any = "() => window.wangge.map.drawn()"
    touch("touchStart", (0, 0))
    touch("touchMove", (200, 0))
    touch("touchStart", (200, 0), (100, 100))
    assert page.evaluate(shape) is None
    touch("touchEnd")
    touch("touchStart", (0, 0))
    touch("touchMove", (300, 0))
    touch("touchEnd")
    expect(page.locator("#group .whom")).to_contain_text("on duty")
    expect(page.locator("#group-call")).to_be_enabled()
    assert page.evaluate(shape)["radius_m"] > 1000
    page.locator("#tool-polygon").click()
    expect(page.locator("#draw-finish")).to_be_disabled()
    for place in ((-200, -200), (200, -200), (0, 200)):
        touch("touchStart", place)
        touch("touchEnd")
    page.click("#draw-finish")
    expect(page.locator("#group-call")).to_be_enabled()
    assert page.evaluate(boxes.CLIPPED, True) == []


def test_a_press_outlives_the_answer_that_comes_during_it(calling: Wall) -> None:
    """The panel is drawn anew by an answer: what is under the finger is not taken away."""
    page = calling.open("/screen")
    page.click("#draw-open")
    held: list[Route] = []
    passing = False

    def answer(route: Route) -> None:
        if passing:
            route.continue_()
        else:
            held.append(route)

    page.route("**/api/calls/preview", answer)
    with page.expect_request("**/api/calls/preview"):
        page.mouse.click(*middle(page))
    expect(page.locator("#group .whom")).to_have_text("正在查询在岗人员")
    box = page.locator("#draw-again").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    passing = True
    for route in held:  # a link that was lost and is back asks once more
        route.continue_()
    page.wait_for_function("() => window.wangge.groupOpen().found")
    page.mouse.up()
    expect(page.locator("#group .whom")).to_have_text("")
    assert page.evaluate("() => window.wangge.map.drawn()") is None
