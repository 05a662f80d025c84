"""The index on the newest positions: seldom written, and still it finds who is near."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.embedded import Store
from data.database import Database, fetch_all
from tests.factories import NOON, Town, make_town, value

WALK = """INSERT INTO latest_position (person_id, area_id, at, lon, lat, source_id,
                                       original_lon, original_lat)
          SELECT id, area_id, %(at)s, %(lon)s, 35.6025, 1,
                 %(lon)s, 35.6025
          FROM person WHERE code = 'west_worker'
          ON CONFLICT (person_id) DO UPDATE SET at = excluded.at,
                                                lon = excluded.lon"""
# Points of a circle around one, each at ten distances up to those of which the cells are sure.
MISSED = """
SELECT c.n, count(*) AS asked, count(*) FILTER (
    WHERE floor(p.lat * 400)::integer <> ALL (c.rows) OR floor(p.lon * 400)::integer NOT BETWEEN west AND east) AS missed
FROM cells_around(%(lon)s, %(lat)s, 1, 3, 9, 27) c, generate_series(1, 10) part, generate_series(0, 355, 5) angle,
     LATERAL (SELECT 0.999999 * part / 10 * 2 * asin(sqrt(c.h)) AS away, radians(angle) AS towards, radians(%(lat)s) AS phi) d,
     LATERAL (SELECT asin(sin(phi) * cos(away) + cos(phi) * sin(away) * cos(towards)) AS there) t,
     LATERAL (SELECT degrees(there) AS lat,
                     %(lon)s + degrees(atan2(sin(towards) * sin(away) * cos(phi), cos(away) - sin(phi) * sin(there))) AS lon) p
GROUP BY 1 ORDER BY 1"""  # noqa: E501


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def test_a_walk_within_a_cell_writes_no_index(town: Town) -> None:
    """Three steps in a cell, then one into the next cell."""
    sql = "SELECT pg_stat_get_xact_tuples_hot_updated('latest_position'::regclass)"
    hot = []
    async with town.database.acting(town.system_id) as link:
        for second, lon in enumerate((112.9005, 112.9010, 112.9016, 112.9022, 112.9030)):
            await link.execute(WALK, {"at": NOON + timedelta(seconds=second), "lon": lon})
            hot.append(await value(link, sql))
    assert hot == [0, 1, 2, 3, 3]


@pytest.mark.parametrize("lat", [-45.0013, 0.0, 35.6044, 63.5, 85.0])
async def test_the_cells_around_hold_all_who_are_near(town: Town, lat: float) -> None:
    """Nobody nearer than they are sure of stands outside, wherever on the globe."""
    async with town.database.acting(town.system_id) as link:
        for lon in (112.9049, -0.0001):
            found = await fetch_all(link, MISSED, {"lon": lon, "lat": lat})
            assert [(row["n"], row["asked"], row["missed"]) for row in found] == [
                (n, 720, 0) for n in (1, 3, 9, 27)
            ]


@pytest.mark.parametrize(
    ("lon", "lat", "wide"),
    [(179.9990, 0.0, []), (-179.9940, 0.0, [1]), (0.0, 89.95, [1, 3, 9]), (0.0, -89.999, [])],
)
async def test_none_reach_over_the_edges_of_the_map(
    town: Town, lon: float, lat: float, wide: list[int]
) -> None:
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT n FROM cells_around(%s, %s, 1, 3, 9, 27)", [lon, lat])
        assert [row["n"] for row in rows] == wide
