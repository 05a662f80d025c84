"""The day's figures beside those of the days before."""

from __future__ import annotations

from datetime import timedelta

from dashboard.embedded import Store
from data.database import Database
from data.places import site as site_
from data.query import summary
from tests.factories import NOON, make_town

TWICE_A_DAY = """
INSERT INTO event (source_id, source_key, type_id, area_id, opened_at)
SELECT 1, 'n' || day || '-' || hours, 1, %(area)s,
       %(noon)s - day * interval '1 day' + hours * interval '1 hour'
FROM generate_series(0, 7) day, unnest(ARRAY[-3, -2, 6]) hours
WHERE day > 0 OR hours < 0
"""


async def test_a_noon_is_compared_with_noons(database: Database, store: Store) -> None:
    """Two reports before noon and one after, every day: at noon two is as always."""
    town = await make_town(database, store.admin_url)
    async with database.acting(town.system_id) as link:
        await link.execute("INSERT INTO source (name, area_id) VALUES ('s', 1)")
        await link.execute(
            "INSERT INTO event_type (code, name_zh, name_en, class) VALUES ('t', 't', 't', 'other')"
        )
        await link.execute(TWICE_A_DAY.encode(), {"area": town.areas["west"], "noon": NOON})
        site = await site_.read(link)
        noon = await summary.today(link, at=NOON, site=site)
        evening = await summary.today(link, at=NOON + timedelta(hours=7), site=site)
    assert [(row["n"], row["median"]) for row in noon["by_class"]] == [(2, 2.0)]
    assert [(row["n"], row["median"]) for row in evening["by_class"]] == [(2, 3.0)]


async def test_a_stand_in_is_no_second_pair_of_hands(database: Database, store: Store) -> None:
    """Four open cases and one worker are a load of four, whoever stands in on his days off."""
    town = await make_town(database, store.admin_url)
    async with database.acting(town.system_id) as link:
        await link.execute("INSERT INTO source (name, area_id) VALUES ('s', 1)")
        await link.execute("INSERT INTO event_type (code, name_zh, name_en) VALUES ('t','t','t')")
        west, grid = town.areas["west"], town.grids["W-1"]
        await link.execute(
            "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, opened_at)"
            " SELECT 1, n, 1, %s, ARRAY[%s], %s FROM generate_series(1, 4) n",
            [west, grid, NOON - timedelta(hours=1)],
        )
        await link.execute(
            "INSERT INTO post (person_id, role, grid_id, area_id) VALUES (%s, 'stand_in', %s, %s)",
            [town.people["east_worker"], grid, west],
        )
        ranking = await summary.ranking(link, at=NOON, site=await site_.read(link))
    assert [(row["grid_id"], row["workers"], row["load"]) for row in ranking] == [(grid, 1, 4.0)]
