"""The last step against a real store: what is written, counted, told and refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.embedded import Store
from data import actors
from data.access import Actor
from data.database import Database, fetch_all
from data.staff.positions import known as known_
from data.staff.positions import store as store_
from data.staff.positions.fix import Fix, Reason
from data.staff.positions.pipeline import Batch, run
from tests.factories import NOON, Town, make_town, value
from tests.waiting import LONGEST_S

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def source(town: Town, area: str | None = None, role: str = "source") -> Actor:
    async with town.database.acting(town.system_id) as link:
        return (await actors.create_token(link, role=role, area=area, source="phones"))[0]


async def send(town: Town, actor: Actor, *fixes: Fix) -> Batch:
    async with town.database.acting(town.system_id) as link:
        known = await known_.load_all(link, NOON)
    batch = run(Batch(actor, NOON, list(fixes), known))
    await store_.write(town.database, [batch], process="test")
    return batch


def west(index: int, minutes: float, lon: float = 112.905, person: str = "west_worker") -> Fix:
    return Fix(index, person, NOON + minutes * MINUTE, lon, 35.605, accuracy_m=8.0)


async def counters(town: Town) -> dict[str, int]:
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT reason, n FROM intake_counter WHERE process = 'test'")
    return {row["reason"]: row["n"] for row in rows}


async def test_a_fix_lies_in_history_latest_and_visit(town: Town) -> None:
    """One accepted fix: all three tables, and its grid."""
    batch = await send(town, await source(town), west(0, -1))
    assert batch.rejected == {}
    async with town.database.acting(town.system_id) as link:
        for table in ("position_history", "latest_position"):
            row = (await fetch_all(link, f"SELECT * FROM {table}"))[0]
            assert (row["at"], row["lon"], row["lat"]) == (NOON - MINUTE, 112.905, 35.605)
            assert row["grid_ids"] == [town.grids["W-1"]]
            assert row["area_id"] == town.areas["west"]
        visit = (await fetch_all(link, "SELECT * FROM grid_visit"))[0]
        assert (visit["entered_at"], visit["left_at"]) == (NOON - MINUTE, None)
    assert await counters(town) == {"received": 1, "accepted": 1}


async def test_enter_and_exit_follow_the_path(town: Town) -> None:
    """West, east, west again in two batches: three visits, the last one open."""
    actor = await source(town)
    await send(town, actor, west(0, -10), west(1, -8, lon=112.915), west(2, -6))
    await send(town, actor, west(0, -4, lon=112.915))
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT * FROM grid_visit ORDER BY entered_at")
    seen = [
        (
            row["grid_id"],
            (row["entered_at"] - NOON) / MINUTE,
            row["left_at"] and (row["left_at"] - NOON) / MINUTE,
        )
        for row in rows
    ]
    west_id, east_id = town.grids["W-1"], town.grids["E-1"]
    assert seen == [(west_id, -10, -8), (east_id, -8, -6), (west_id, -6, -4), (east_id, -4, None)]


async def test_a_long_silence_ends_the_visit(town: Town) -> None:
    """Nobody knows where he was in between: the visit ends with the last fix before."""
    actor = await source(town)
    await send(town, actor, west(0, -200), west(1, -190))
    await send(town, actor, west(0, -5))
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT * FROM grid_visit ORDER BY entered_at")
    assert [row["left_at"] for row in rows] == [NOON - 190 * MINUTE, None]


async def test_the_same_twice_is_a_duplicate(town: Town) -> None:
    """In one batch, and again later, also behind a newer fix."""
    actor = await source(town)
    first = await send(town, actor, west(0, -2), west(1, -2), west(2, -1))
    assert first.rejected == {1: Reason.DUPLICATE}
    second = await send(town, actor, west(0, -2), west(1, -1))
    assert second.rejected == {0: Reason.DUPLICATE, 1: Reason.DUPLICATE}
    assert await counters(town) == {"received": 5, "accepted": 2, "duplicate": 3}


async def test_an_older_fix_does_not_move_the_latest(town: Town) -> None:
    """It goes to the history only."""
    actor = await source(town)
    await send(town, actor, west(0, -1))
    await send(town, actor, west(0, -3, lon=112.906))
    async with town.database.acting(town.system_id) as link:
        assert await value(link, "SELECT lon FROM latest_position") == 112.905
        assert await value(link, "SELECT count(*) FROM position_history") == 2


async def test_a_token_of_the_west_reports_nobody_of_the_east(town: Town) -> None:
    """Out of scope is as unknown as a wrong code."""
    actor = await source(town, "code-west")
    fixes = [west(0, -1, person="east_worker"), west(1, -1, person="nobody"), west(2, -1)]
    batch = await send(town, actor, *fixes)
    assert batch.rejected == {0: Reason.UNKNOWN_PERSON, 1: Reason.UNKNOWN_PERSON}
    assert await counters(town) == {"received": 3, "accepted": 1, "unknown_person": 2}


async def test_the_store_judges_a_late_copy(town: Town) -> None:
    """The copy still knows the person and the shift; the store does not any more."""
    actor = await source(town)
    async with town.database.acting(town.system_id) as link:
        known = await known_.load_all(link, NOON)
        ended = "UPDATE shift SET ended_at = %s WHERE person_id = %s"
        await link.execute(ended, [NOON - 5 * MINUTE, town.people["west_worker"]])
        gone = "UPDATE person SET active = false WHERE id = %s"
        await link.execute(gone, [town.people["east_worker"]])
    fixes = [west(0, -1), west(1, -1, person="east_worker"), west(2, -1, person="west_chief")]
    batch = run(Batch(actor, NOON, fixes, known))
    assert batch.rejected == {}
    await store_.write(town.database, [batch], process="test")
    assert batch.rejected == {0: Reason.OFF_DUTY, 1: Reason.UNKNOWN_PERSON}
    expected = {"received": 3, "accepted": 1, "off_duty": 1, "unknown_person": 1}
    assert await counters(town) == expected
    async with town.database.acting(town.system_id) as link:
        assert await value(link, "SELECT count(*) FROM latest_position") == 1
        codes, judged = ["west_worker", "east_worker"], known.people
        assert await known_.look_again(link, known, NOON, codes, judged=judged)
        assert "east_worker" not in known.people


async def test_a_copy_that_was_renewed_meanwhile_is_asked_again_too(town: Town) -> None:
    """A fix judged just before the news of its person came in would be lost without a fault."""
    actor = await source(town)
    async with town.database.acting(town.system_id) as link:
        known = await known_.load_all(link, NOON)
        shown = known.people.pop("west_worker")
    judged = known.people
    batch = run(Batch(actor, NOON, [west(0, -1)], known))
    assert batch.rejected == {0: Reason.UNKNOWN_PERSON}
    async with town.database.acting(town.system_id) as link:
        await known_.load_people(link, known, NOON)
        assert known.people["west_worker"] == shown
        assert await known_.look_again(link, known, NOON, ["west_worker"], judged=judged)
        assert not await known_.look_again(link, known, NOON, ["x"], judged=known.people)


async def test_a_revoked_actor_writes_nothing(town: Town) -> None:
    """The store's own wall, also when the process has not heard of it."""
    actor = await source(town)
    async with town.database.acting(town.system_id) as link:
        await actors.revoke(link, actor.id, NOON)
    batch = await send(town, actor, west(0, -1))
    assert batch.rejected == {0: Reason.UNKNOWN_PERSON}


async def test_the_new_places_are_told(town: Town) -> None:
    """The feed hears the ids of those who moved."""
    actor = await source(town)
    async with town.database.listening("wangge_position") as link:
        await send(town, actor, west(0, -1), west(1, -1, person="west_chief"))
        async for notification in link.notifies(timeout=LONGEST_S, stop_after=1):
            told = notification.payload
    expected = {str(town.people["west_worker"]), str(town.people["west_chief"])}
    assert set(told.split(",")) == expected
