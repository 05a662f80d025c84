"""A call of ten thousand: by the plans of what it asks, each works through its rows some times, not
each row for each other. Nothing is timed.

PostgreSQL itself tells the plan of every statement of the real code, as it ran (auto_explain).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from dashboard.embedded import Store
from data.calls import dial, view
from data.calls.model import Crowd, Step, Target
from data.database import Database
from tests.calling import Desk, make_desk

PEOPLE = 10_000
MOST = 25 * PEOPLE  # rows that one step of a plan may look at: some passes over all of them
TELL = {
    "log_min_duration": "0",
    "log_analyze": "on",
    "log_timing": "off",
    "log_format": "json",
    "log_level": "notice",
}
GROWS = ("person", "post", "shift", "presence", "latest_position", "call_attempt", "call_event")
CROWD = """
WITH p AS (INSERT INTO person (code, name, area_id)
           SELECT 'm' || n, 'm' || n, %(area)s FROM generate_series(0, %(n)s - 1) n RETURNING id),
s AS (INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
      SELECT id, %(area)s, %(start)s, %(end)s, %(start)s FROM p),
x AS (INSERT INTO presence (process, kind, key, person_id, seen_at, opened_at, heard_at)
      SELECT 'web', 'duty', 'm' || id, id, %(real)s, %(real)s, %(real)s FROM p),
l AS (INSERT INTO latest_position (person_id, area_id, at, lon, lat, source_id, original_lon,
                                   original_lat, grid_ids)
      SELECT id, %(area)s, %(start)s + interval '1 hour', 112.905, 35.605,
             (SELECT min(id) FROM source), 112.905, 35.605, ARRAY[%(grid)s] FROM p)
INSERT INTO post (person_id, role, grid_id, area_id)
SELECT id, 'grid_worker', %(grid)s, %(area)s FROM p"""


@dataclass
class Plans:
    """What PostgreSQL told of each statement: its text and the rows of its hungriest node."""

    seen: dict[str, tuple[int, str]] = field(default_factory=dict)

    def hear(self, notice: psycopg.errors.Diagnostic) -> None:
        text = notice.message_primary or ""
        if "plan:" not in text:
            return
        told = json.loads(text.split("plan:", 1)[1])
        rows, node = hungriest(told["Plan"])
        query = told["Query Text"]
        self.seen[query] = max(self.seen.get(query, (0, "")), (rows, node))


def hungriest(plan: dict[str, Any]) -> tuple[int, str]:
    """The most rows that one node of a plan looked at, and which."""
    once = plan["Actual Rows"] + sum(v for k, v in plan.items() if k.startswith("Rows Removed by"))
    named = " ".join(str(plan.get(k, "")) for k in ("Node Type", "Relation Name", "Index Name"))
    named = f"{named} ({plan['Actual Loops']} times)"
    mine = (round(once * plan["Actual Loops"]), named)
    return max([mine, *(hungriest(one) for one in plan.get("Plans", ()))])


@pytest.fixture
async def watched(store: Store) -> AsyncIterator[tuple[Desk, Plans]]:
    """The desk on one connection whose statements tell their plans."""
    name = psycopg.conninfo.conninfo_to_dict(store.admin_url)["dbname"]
    with psycopg.connect(store.admin_url, autocommit=True) as link:
        at = psycopg.sql.SQL("ALTER DATABASE {} SET {} = {}")
        given = {"session_preload_libraries": "auto_explain"}
        given["plan_cache_mode"] = "force_generic_plan"  # as doors and engines ask
        for key, value in (given | {f"auto_explain.{k}": v for k, v in TELL.items()}).items():
            names = psycopg.sql.Identifier(str(name)), psycopg.sql.Identifier(*key.split("."))
            link.execute(at.format(*names, psycopg.sql.Literal(value)))
        for table in GROWS:  # the plans of a day on which nobody has counted the rows yet
            link.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)".encode())
    async with Database(store.app_url, store.readonly_url, size=1) as database:
        desk, plans = await make_desk(database, store), Plans()
        async with database.acting(desk.town.system_id) as link_:
            link_.add_notice_handler(plans.hear)
        yield desk, plans


async def test_ten_thousand_are_called_in_some_passes(watched: tuple[Desk, Plans]) -> None:
    """One statement makes their attempts, one takes them, one ends them; the card stays small."""
    desk, plans = watched
    await desk.by_policy(Step(Target.NEAREST, k=20), Step(Target.OWNER))
    area, grid = desk.town.areas["west"], desk.town.grids["W-1"]
    async with desk.town.database.acting(desk.town.system_id) as link:
        day = {"start": desk.when.site.replace(hour=0), "end": desk.when.site.replace(hour=23)}
        given = {"n": PEOPLE, "area": area, "grid": grid, "real": desk.when.real, **day}
        await link.execute(CROWD, given)
    plans.seen.clear()
    group = await desk.click("area", area, "group", crowd=Crowd())
    card = await desk.seen(group)
    assert card["counts"]["called"] == PEOPLE + 2 and len(card["attempts"]) == 60
    assert len(await desk.dial(group)) == PEOPLE
    await desk.click("grid", grid, "grid")  # everybody who works it is in a call
    assert await desk.lost() == 0
    async with desk.town.database.acting(desk.town.system_id) as link:
        everywhere = await dial.waiting(link, "page", process="another")
        here = await dial.waiting(link, "page", [group], process="another")
        assert everywhere.elsewhere == here.elsewhere and len(here.elsewhere) == PEOPLE
        await view.current(link, desk.when, most=50)
    desk.advance(45)
    assert await desk.lost() == 1  # nobody has said that their pages live
    await desk.engine()
    card = await desk.seen(group)
    assert (card["outcome"], card["counts"]["called"]) == ("no_answer", PEOPLE + 2)
    asked = {text: told for text, told in plans.seen.items() if told[0] >= PEOPLE}
    assert len(asked) > 10  # it was heard
    assert {text: told for text, told in asked.items() if told[0] > MOST} == {}
