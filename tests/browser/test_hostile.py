"""Words from outside stay words: whatever a report or a file says, no page runs it."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from playwright.sync_api import Page, expect

from tests.browser.conftest import Wall

EVIL = '<img src=x onerror="window.owned=1"><b>\'"&'
NAMES = {
    "person": "UPDATE person SET name = %s WHERE id = %s",
    "grid": "UPDATE grid SET name = %s WHERE id = %s",
    "facility": "UPDATE facility SET name = %s WHERE id = %s",
}


def rename(wall: Wall, kind: str, id_: int, name: str) -> None:
    with psycopg.connect(wall.web.store.admin_url) as link:
        link.execute(NAMES[kind], [name, id_])


def test_names_and_reports_are_never_run(wall: Wall) -> None:
    town = wall.town
    chosen = {
        "person": ("李甲", town.people["李甲"]),
        "grid": ("平安村服001", town.grids["平安村服001"]),
        "facility": (None, town.stations[0]),
    }
    now = datetime.now(UTC).isoformat()
    report = {"source": "phones", "id": "evil", "type": "refuse", "time": now, "text": EVIL}
    with wall.source() as source:
        answer = source.post("/api/events", json={**report, "address": EVIL})
        assert answer.status_code in (200, 201), answer.text
    event = answer.json()["event"]["id"]
    for kind, (_, id_) in chosen.items():
        rename(wall, kind, id_, EVIL)
    try:
        page = wall.open()
        for kind, (_, id_) in chosen.items():
            look(page, kind, id_)
            expect(page.locator("#card h2")).to_contain_text("onerror")
        look(page, "event", event)
        expect(page.locator("#card .head .text")).to_contain_text("onerror")
        expect(page.locator("#spoken")).not_to_be_empty()
        assert page.evaluate("() => window.owned") is None
        assert page.locator("#wall img, #wall b b").count() == 0
    finally:
        for kind, (name, id_) in chosen.items():
            rename(wall, kind, id_, name or "平安村驿站")


def look(page: Page, kind: str, id_: int) -> None:
    page.evaluate("(chosen) => window.wangge.select(chosen)", {"kind": kind, "id": id_})
    expect(page.locator("#card section").first).to_be_visible()
