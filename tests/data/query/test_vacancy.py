"""Grids with nobody: within the duty hours every empty one, outside them only who is amiss."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from dashboard.embedded import Store
from data.database import Database
from data.places import site
from data.query import summary
from tests.factories import NOON, Town, make_town

NIGHT = NOON + timedelta(hours=14)  # 02:00
ROSTERED = (
    "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
    " VALUES (%s, %s, %s, %s, %s)"
)


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    """All work by day until 18:00."""
    return await make_town(database, store.admin_url)


async def vacancy(town: Town, at: datetime) -> dict[str, Any]:
    async with town.database.acting(town.system_id) as link:
        return await summary.vacancy(link, at=at, site=await site.read(link))


async def roster(town: Town, who: str, area: str, *, came: bool) -> None:
    start, end = NIGHT - timedelta(hours=4), NIGHT + timedelta(hours=4)
    given = [town.people[who], town.areas[area], start, end, start if came else None]
    async with town.database.acting(town.system_id) as link:
        await link.execute(ROSTERED, given)


async def hours(town: Town, start: time, end: time) -> None:
    async with town.database.acting(town.system_id) as link:
        await site.set_duty_hours(link, start, end)


async def test_without_duty_hours_every_empty_grid_counts(town: Town) -> None:
    await roster(town, "west_worker", "west", came=True)
    found = await vacancy(town, NIGHT)
    assert found["nobody"] == [town.grids["E-1"]] and found["grids_with_nobody"] == 1
    assert found["left_to_duty_room"] is None


@pytest.mark.parametrize(("came", "nobody"), [(True, []), (False, ["W-1"])])
async def test_outside_them_only_who_is_rostered_is_amiss(
    town: Town, came: bool, nobody: list[str]
) -> None:
    await hours(town, time(8), time(18))
    await roster(town, "west_worker", "west", came=came)
    found = await vacancy(town, NIGHT)
    assert found["nobody"] == [town.grids[code] for code in nobody]
    assert (found["grids_with_nobody"], found["left_to_duty_room"]) == (len(nobody), 1)
    within = await vacancy(town, NOON)
    assert (within["grids_with_nobody"], within["left_to_duty_room"]) == (0, None)


async def test_duty_hours_may_pass_midnight(town: Town) -> None:
    await hours(town, time(20), time(6))
    assert (await vacancy(town, NIGHT))["grids_with_nobody"] == 2
    after = await vacancy(town, NIGHT + timedelta(hours=4))
    assert (after["grids_with_nobody"], after["left_to_duty_room"]) == (0, 2)
    async with town.database.acting(town.system_id) as link:
        await site.set_duty_hours(link, None, None)
    assert (await vacancy(town, NIGHT + timedelta(hours=4)))["grids_with_nobody"] == 2
