"""/contacts in a browser: a number is verified, seen on the wall, changed, and taken back."""

from __future__ import annotations

import re

import psycopg
from playwright.sync_api import expect

from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.test_english import chinese

WHO = "UPDATE contact SET address = '138 0000 4321' WHERE person_id = %s"


def test_a_number_is_verified_and_seen_on_the_wall(wall: Wall) -> None:
    wall.forgiven = ("422",)
    with psycopg.connect(wall.web.store.admin_url, autocommit=True) as link:
        query = "SELECT p.id, p.code, p.name FROM person p JOIN contact c ON c.person_id = p.id"
        found = link.execute(query + " ORDER BY p.id LIMIT 1").fetchone()
        assert found is not None
        id_, code, name = found
        page = wall.open(f"/screen?person={id_}", account="admin")
        expect(page.locator("#card .way", has_text="电话")).to_contain_text("未核验，不拨打")
        page.get_by_role("link", name="去核验").click()
        expect(page.locator("#chosen h2")).to_contain_text(name)
        expect(page.locator("#chosen")).to_contain_text("尚无人核验")
        link.execute(WHO, [id_])  # meanwhile
        page.click("#verify")
        said = "该号码：已被变更，请核验新号码。"
        expect(page.locator("#chosen [role=alert]")).to_have_text(said)
        expect(page.locator("#chosen .address")).to_contain_text("138 0000 4321")
        page.click("#verify")
        expect(page.locator("#chosen .said.good")).to_have_text(re.compile("^已核验.*admin$"))
        expect(page.locator("#people tr.on")).to_contain_text("已核验")
        assert page.evaluate(boxes.CLIPPED, True) == []

        page.goto(wall.web.url + f"/screen?person={id_}")
        expect(page.locator("#card .way", has_text="电话")).to_contain_text("已核验")
        expect(page.locator("#card .way-basis")).to_contain_text("admin")
        link.execute(WHO.replace("4321", "4322"), [id_])
        page.goto(wall.web.url + f"/contacts?lang=en&person={code}")
        expect(page.locator("#chosen")).to_contain_text("The number changed after it was verified")
        page.click("#verify")
        page.click("#withdraw")
        expect(page.locator("#chosen")).to_contain_text("The verification was taken back")
        page.check("#unverified")
        page.fill("#search", "")
        expect(page.locator("#people td.good")).to_have_count(0)
        assert chinese(page, wall.town.words) == [] and page.evaluate(boxes.CLIPPED, True) == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
