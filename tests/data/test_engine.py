"""What the clock alone brings about, also with two engines, a clock set back, and late reports."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.embedded import Store
from data import actors, engine
from data.calls.model import Moment
from data.database import Database, fetch_all
from tests.factories import NOON, Town, make_town, value
from tests.waiting import LONGEST_S

REAL = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


def when(minutes: float = 0) -> Moment:
    return Moment(NOON + minutes * MINUTE, REAL + minutes * MINUTE)


async def report(
    town: Town, key: str, *, limit_min: float | None, opened: float = 0, closed: float | None = None
) -> int:
    """An event in the west; minutes from noon."""
    async with town.database.acting(town.system_id) as link:
        source = await actors.ensure_source(link, "s", area_id=town.areas["west"])
        await link.execute(
            "INSERT INTO event_type (code, name_zh, name_en) VALUES ('x', 'x', 'x')"
            " ON CONFLICT DO NOTHING"
        )
        at = NOON + opened * MINUTE
        return int(
            await value(
                link,
                "INSERT INTO event (source_id, source_key, type_id, area_id, opened_at, due_at,"
                " closed_at) SELECT %s, %s, id, %s, %s, %s, %s FROM event_type RETURNING id",
                [
                    source,
                    key,
                    town.areas["west"],
                    at,
                    None if limit_min is None else at + limit_min * MINUTE,
                    None if closed is None else NOON + closed * MINUTE,
                ],
            )
        )


async def step(town: Town, run: engine.Run, minutes: float) -> int:
    async with town.database.acting(town.system_id) as link:
        return await run(link, when(minutes))


async def log(town: Town) -> list[tuple[int, str, float]]:
    """Event, turn, minutes after noon."""
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT event_id, action, at FROM event_log ORDER BY at, id")
    return [(r["event_id"], r["action"], (r["at"] - NOON) / MINUTE) for r in rows]


async def test_lights_turn_once_and_on_time(town: Town) -> None:
    await step(town, engine.lights, 0)
    slow = await report(town, "slow", limit_min=10)
    await report(town, "done", limit_min=10, closed=8)  # closed as it would have turned
    await report(town, "free", limit_min=None)
    late = await report(town, "late", limit_min=10, opened=5, closed=14)
    assert await step(town, engine.lights, 7.9) == 0
    assert await step(town, engine.lights, 8) == 1
    assert await step(town, engine.lights, 10) == 0  # due at 10: red begins just after
    assert await step(town, engine.lights, 10.1) == 1
    assert await step(town, engine.lights, 10.1) == 0
    assert await step(town, engine.lights, 60) == 1
    assert await log(town) == [(slow, "yellow", 8), (slow, "red", 10), (late, "yellow", 13)]


async def test_two_engines_write_each_turn_once(town: Town) -> None:
    await step(town, engine.lights, 0)
    for i in range(40):
        await report(town, str(i), limit_min=1 + i)
    for minute in range(0, 50, 5):
        await asyncio.gather(*(step(town, engine.lights, minute) for _ in range(3)))
    await step(town, engine.lights, 60)
    turns = await log(town)
    assert len(turns) == 80 == len({(event, action) for event, action, _ in turns})


async def test_a_clock_set_back_lives_again_without_doubles(town: Town) -> None:
    await step(town, engine.lights, 0)
    await report(town, "a", limit_min=10)
    await step(town, engine.lights, 20)
    assert len(await log(town)) == 2
    await step(town, engine.lights, 1)  # set back
    b = await report(town, "b", limit_min=5)
    assert await step(town, engine.lights, 20) == 2
    assert [turn for turn in await log(town) if turn[0] == b] == [(b, "yellow", 4), (b, "red", 5)]
    assert len(await log(town)) == 4


async def test_a_late_report_is_logged_with_its_true_times(town: Town) -> None:
    await step(town, engine.lights, 30)
    event = await report(town, "a", limit_min=10)
    assert await step(town, engine.lights, 31) == 0
    assert await step(town, engine.late_lights, 31) == 2
    assert await step(town, engine.late_lights, 32) == 0
    assert await log(town) == [(event, "yellow", 8), (event, "red", 10)]


async def test_a_stop_of_days_is_made_good(town: Town) -> None:
    await step(town, engine.lights, 0)
    event = await report(town, "a", limit_min=10)
    assert await step(town, engine.lights, 3 * 1440) == 2
    assert await log(town) == [(event, "yellow", 8), (event, "red", 10)]


async def test_shifts_end_by_themselves(town: Town, store: Store) -> None:
    assert await step(town, engine.shifts_over, 359) == 0
    async with town.database.listening("wangge_places") as ear:
        assert await step(town, engine.shifts_over, 359) == 0
        assert [n async for n in ear.notifies(timeout=0.2)] == []  # nothing done, nothing said
        assert await step(town, engine.shifts_over, 360) == 4
        assert [n.payload async for n in ear.notifies(timeout=LONGEST_S, stop_after=1)] == ["shift"]
    assert await step(town, engine.shifts_over, 361) == 0


async def test_tomorrow_has_a_partition_before_it_comes(town: Town) -> None:
    assert await step(town, engine.position_days, 0) == 6  # three of the site's, three real
    assert await step(town, engine.position_days, 0) == 0
    assert await step(town, engine.position_days, 1440) == 2
    for day in range(2, 12):
        both = await asyncio.gather(*(step(town, engine.position_days, day * 1440) for _ in "ab"))
        assert sum(both) == 2


async def test_old_days_go_and_a_clock_set_ahead_deletes_nothing(town: Town) -> None:
    await step(town, engine.position_days, 0)
    async with town.database.acting(town.system_id) as link:
        ahead = Moment(NOON + timedelta(days=4000), when().real)
        assert await engine.retention(link, ahead) == 3  # the site's days, long past for both
        assert await engine.retention(link, ahead) == 0
        later = Moment(*(t + timedelta(days=34) for t in (ahead.site, ahead.real)))
        assert await engine.retention(link, later) == 3


async def test_pages_that_no_longer_beat_are_removed(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO presence (process, kind, key, person_id, seen_at)"
            " VALUES ('gone', 'duty', 'k', %s, %s)",
            [town.people["west_chief"], REAL],
        )
    assert await step(town, engine.closed_pages, 0.5) == 0
    assert await step(town, engine.closed_pages, 2) == 1
