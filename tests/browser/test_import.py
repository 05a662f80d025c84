"""The shell of desk pages and /import in a browser: a file from the disk to the map and back."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyogrio
import shapely
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from data.importers import journal
from tests.browser import boxes
from tests.browser.conftest import Wall
from tests.browser.fleeting import unhurried
from tests.browser.test_english import chinese
from tests.browser.wall_ground import place


def grids(path: Path) -> Path:
    """Four micro grids: one without a key, one without a name."""
    features = []
    for index, (code, name) in enumerate([("m1", "东"), ("m2", "西"), ("", "无"), ("m4", "")]):
        lon, lat = place(index, 0.4, 0.4)
        ring = [[lon, lat], [lon + 0.001, lat], [lon + 0.001, lat + 0.001], [lon, lat]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        about = {"网格编码": code, "网格名称": name}
        features.append({"type": "Feature", "properties": about, "geometry": shape})
    text = json.dumps({"type": "FeatureCollection", "features": features})
    path.write_text(text, encoding="utf-8")
    return path


def desk(wall: Wall, path: str, **given: Any) -> Page:
    page = wall.open(path, account="admin", wait=False, **given)
    page.wait_for_selector("#desk[data-ground][data-import]")
    return page


def until(page: Page, state: str) -> None:
    page.wait_for_selector(f'#desk[data-import="{state}"]')


def send(page: Page, file: Path) -> None:
    """Instead of a file that another test left there."""
    if page.locator("#import-choose").count() == 0:
        page.click("#import-file button")
    page.set_input_files("#import-choose", file)


def test_the_parts_of_a_shapefile_are_chosen_together(wall: Wall, tmp_path: Path) -> None:
    """As they lie on a disk, without a zip; one alone is told what it lacks."""
    lon, lat = place(0, 0.4, 0.4)
    shapes = np.array([shapely.to_wkb(shapely.box(lon, lat, lon + 0.001, lat + 0.001))] * 2)
    named = np.array(["东网格", "西网格"], dtype=object)
    fields, about = np.array(["网格名称"]), {"geometry_type": "Polygon", "crs": "EPSG:4490"}
    shape = tmp_path / "网格图层.shp"
    pyogrio.raw.write(shape, shapes, [named], fields=fields, encoding="GBK", **about)
    page = desk(wall, "/import")
    page.set_input_files("#import-choose", shape)
    expect(page.locator("#import-file [role=alert]")).to_contain_text("请一起选中")
    page.set_input_files("#import-choose", [*sorted(tmp_path.iterdir())])
    until(page, "look-done")
    expect(page.locator("#import-file b").first).to_have_text("网格图层.zip")
    expect(page.locator(".columns tbody tr").nth(1)).to_contain_text("东网格")
    expect(page.locator("#field-crs")).to_have_attribute("placeholder", "CGCS2000")
    page.click("#import-file .file-line .button")
    until(page, "empty")


def test_a_file_goes_onto_the_map_and_back(wall: Wall, tmp_path: Path) -> None:
    page = desk(wall, "/import?lang=en")
    expect(page).to_have_title("Import · Demo town")
    page.set_input_files("#import-choose", grids(tmp_path / "micro.geojson"))
    until(page, "look-done")
    expect(page.locator(".columns tbody tr").first.locator("select")).to_have_value("")
    expect(page.locator(".columns tbody tr").first).to_contain_text("网格编码 (recognised)")
    page.click("#import-check")  # without a kind: asked for, and the cursor stands there
    until(page, "check-failed")
    expect(page.locator("#field-group")).to_be_focused()
    expect(page.locator("#import-meaning .said.warn b")).to_have_text("Asked")
    page.fill("input[list=known-grids]", "micro")
    page.click("#import-check")
    until(page, "check-done")
    page.wait_for_selector('#desk[data-drawn_accepted="2"][data-drawn_refused="2"]')
    page.click("#import-report tr[data-row] >> nth=1")
    expect(page.locator("#import-report tr.on")).to_contain_text("The row has no name.")
    words = wall.town.words | {"网格编码", "网格名称", "东", "西", "无"}
    assert chinese(page, words) == [] and page.evaluate(boxes.CLIPPED, True) == []
    page.reload()  # what was checked is still there, as it was said
    until(page, "check-done")
    page.wait_for_selector('#desk[data-drawn_accepted="2"][data-drawn_refused="2"]')
    expect(page.locator("#field-group")).to_have_value("micro")
    with psycopg.connect(wall.web.store.admin_url) as link:  # another import has its turn
        link.execute(journal.SQL.wait_for_turn)
        page.click("#import-run")
        expect(page.locator("#stage")).to_have_text("Waiting for another import to end")
        page.click("#import-stop")
        until(page, "run-stopped")
    expect(page.locator("#import-meaning .said.warn")).to_contain_text("Nothing was written.")
    expect(page.locator("#import-log tr").first).to_contain_text("stopped by")
    page.click("#import-check")
    until(page, "check-done")
    wall.forgiven = ("ERR_FAILED",)
    page.route("**/api/imports", lambda route: route.abort())
    page.click("#import-run")  # the answer to how it ended is lost, and asked for again
    until(page, "unavailable")
    page.unroute("**/api/imports")
    until(page, "run-done")
    expect(page.locator("#import-report .said.good")).to_contain_text("2 rows are in.")
    page.wait_for_selector('#desk[data-drawn_accepted="2"]')
    undo = page.locator("#import-log [data-undo]")
    undo.click()
    expect(undo).to_have_text("Really undo?")
    undo.click()
    expect(page.locator("#import-log .said.good")).to_contain_text("Everything is as it was")
    expect(page.locator("#import-log tr.undone")).to_have_count(1)
    expect(page.locator("#import-report")).to_contain_text("These rows are out again.")


def points(path: Path) -> Path:
    """A GPX of two waypoints with long words."""
    mark = '<wpt lat="{}" lon="{}"><name>H{}</name><desc>{}</desc></wpt>'
    told = [mark.format(*reversed(place(n, 0.4, 0.4)), n, "on the corner " * 9) for n in (0, 1)]
    head = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    path.write_text(f"{head}{''.join(told)}</gpx>", encoding="utf-8")
    return path


def test_what_files_of_each_kind_are_asked(wall: Wall, tmp_path: Path) -> None:
    """The sheets of a workbook, the layers of a GPX, and staff, who lie nowhere."""
    book = Workbook()
    for title in ("工单", "说明"):
        sheet = book.create_sheet(title)
        sheet.append(["编号", "类型", "上报时间", "经度", "纬度"])
        sheet.append(["E1", "路灯", datetime(2026, 7, 1, 8), *place(0, 0.4, 0.4)])
    del book[book.sheetnames[0]]
    book.save(tmp_path / "工单.xlsx")
    page = desk(wall, "/import")
    send(page, tmp_path / "工单.xlsx")
    until(page, "look-failed")
    expect(page.locator("#import-file .said.warn b")).to_have_text("请说明")
    expect(page.locator("#field-layer").locator("xpath=..")).to_have_class("field asked")
    page.select_option("#field-layer", "工单")
    until(page, "look-done")
    expect(page.locator("#field-timezone")).to_have_attribute("placeholder", re.compile("^Etc/"))

    send(page, points(tmp_path / "桩.gpx"))
    until(page, "look-done")
    expect(page.locator("#field-layer option:checked")).to_have_text("waypoints")
    expect(page.locator("#field-layer option")).to_have_count(3)
    page.select_option("select[name=map-address]", "desc")
    expect(page.locator("tr", has=page.locator("[name=map-address]"))).to_contain_text("…")

    staff = "工号,姓名,手机号\nZ1,甲,13800000001\n"
    (tmp_path / "人员.csv").write_bytes(staff.encode("gb18030"))
    send(page, tmp_path / "人员.csv")
    until(page, "look-done")
    page.click("#import-check")
    until(page, "check-done")
    expect(page.locator("#key-note")).to_contain_text("没有位置")
    expect(page.locator("#key-in")).to_have_text("–")


def test_the_shell_knows_who_may_go_where(wall: Wall) -> None:
    """By keys and by links; a phone has all of it too; the wall loads nothing of it."""
    page = desk(wall, "/import?theme=light", size=(390, 844))
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    assert page.evaluate(boxes.CLIPPED, True) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.click("#lang")
    expect(page.locator("h1")).to_have_text("Import")
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    assert not page.evaluate("() => [...document.scripts].some((s) => s.src.includes('/wall/'))")
    with unhurried(page):
        page.keyboard.press("g")
        page.keyboard.press("s")
        page.wait_for_url("**/screen?**")
    assert not page.evaluate("() => [...document.scripts].some((s) => s.src.includes('/desk/'))")
    wall.forgiven = ("403",)
    refused = wall.open("/import", wait=False)
    expect(refused.locator("[role=alert]")).to_contain_text("This page is not for your role.")
