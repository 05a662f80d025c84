"""Calls of every shape for a wall's page, told to it as the feed tells them: no engine has to make
a call of three hundred people, or one that lasted for hours, to look at its card."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Page, Route

from tests.browser.conftest import Wall

FIRST_ID = 900_000  # far from those of the site's own calls
HOUR_MS = 3_600_000
SHOWN = 60  # of a group call a card is told those who matter most
WHY = {"distance_m": 640.0, "age_s": 40.0, "state": "fresh", "calls_today": 2, "open_events": 3}
REACHED = ("ringing", "answered", "acknowledged", "no_answer", "declined")
OPEN = ("queued", "dialling", "ringing", "answered")


def attempt(number: int, person: tuple[int, str], state: str, at: int | None) -> dict[str, Any]:
    """One row of a card, of the step that rings first."""
    return {
        "id": FIRST_ID + number,
        "step": 0,
        "person": {"id": person[0], "name": person[1], "post": "grid_worker"},
        "grid": "渠口村服001",
        "distance_m": 640.0,
        "why": {**WHY, "distance_m": 640.0 + 10 * number},
        "channel": "page",
        "state": state,
        "at": at,
        "reason": None,
    }


def _news(leg: dict[str, Any]) -> tuple[bool, bool]:
    """The order in which a card is told of people: confirmed, then those who still ring."""
    return leg["state"] != "acknowledged", leg["state"] not in OPEN


def call(
    wall: Wall,
    page: Page,
    people: Iterable[tuple[str, str]],
    *,
    number: int = 0,
    lasted_ms: int | None = None,
    area: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A call of the worst event, or a group call of `area`: `people` by name and state. One that
    `lasted_ms` is over, and was confirmed a quarter before its end."""
    now = int(page.evaluate("() => window.wangge.now()"))
    started = now - (lasted_ms or 65_000)
    known = [(wall.town.people[n], n, s) for n, s in people if n in wall.town.people]
    other = [(FIRST_ID + i, n, s) for i, (n, s) in enumerate(people) if n not in wall.town.people]
    at = started + (lasted_ms or 60_000) * 3 // 4
    legs = [attempt(i, (p, n), s, at) for i, (p, n, s) in enumerate([*known, *other])]
    states = [leg["state"] for leg in legs]
    confirmed = states.count("acknowledged")
    over = lasted_ms is not None
    subject = {"kind": "event", "id": wall.town.events[0]}
    crowd = None
    if area is not None:
        subject = {"kind": "area", "id": wall.town.areas[area]}
        crowd = {"roles": ["grid_worker"], "team": None}
    return {
        "id": FIRST_ID + number,
        "line": FIRST_ID,
        "area_id": None,
        "state": ("acked" if confirmed else "exhausted") if over else "running",
        "outcome": ("acked" if confirmed else "no_answer") if over else None,
        "step": 0,
        "purpose": "work",
        "ground": None,
        "subject": subject,
        "crowd": crowd,
        "by": "dora",
        "policy": {"code": "default", "zh": "默认", "en": "Default"},
        "need": 0 if crowd else 1,
        "ring_s": 600,
        "targets": ["owner", "nearest"],
        "counts": {
            "called": len(legs),
            "reached": sum(state in REACHED for state in states),
            "confirmed": confirmed,
        },
        "held": False,
        "drill": False,
        "started": started,
        "ended": now if over else None,
        "remaining_s": 0.0 if over else 300.0,
        "attempts": sorted(legs, key=_news)[:SHOWN],
        **more,
    }


def tell(page: Page, session: dict[str, Any], *, select: bool = True) -> None:
    """The page hears of the call and, unless told otherwise, looks at it."""
    answers(page, session)
    page.evaluate("(text) => window.wangge.heardCall(JSON.parse(text))", json.dumps(session))
    if select:
        chosen = {"kind": "call", "id": session["id"]} if session["crowd"] else session["subject"]
        page.evaluate("(chosen) => window.wangge.select(chosen)", chosen)
        page.locator(f"#call-state[data-session='{session['id']}'] .ledger p").first.wait_for()


def answers(page: Page, session: dict[str, Any]) -> None:
    """The page's question for the ledger's lines is answered for the call."""
    lines = [
        {"id": i, "at": leg["at"], "action": leg["state"], "attempt_id": leg["id"]}
        | {"person_id": leg["person"]["id"], "detail": {}}
        for i, leg in enumerate(session["attempts"])
    ]
    begun = {"id": 0, "at": session["started"], "action": "started", "attempt_id": None}
    ledger = [{**begun, "person_id": None, "detail": {}}, *lines]

    def answer(route: Route) -> None:
        route.fulfill(json={"session": session, "ledger": ledger})

    page.route(f"**/api/calls/{session['id']}", answer)
