"""Who is near: by the index as by asking everybody, and nothing of people beyond one's area."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import cos, radians
from typing import Any

import pytest
from pyproj import Geod

from dashboard.embedded import Store
from data import actors
from data.access import Actor
from data.database import Connection, Database, fetch_all
from data.places import site as site_
from data.query import nearest
from data.query.nearest import Question
from tests.factories import NOON, Town, make_town, value

GEOD = Geod(ellps="WGS84")
# 600 people over 6 km, every third off duty, fixes from one second to two hours old: some of the
# shift before, some with a clock of their own.
CROWD = """
WITH new AS (
    INSERT INTO person (code, name, area_id)
    SELECT 'c' || n, 'name ' || n, CASE n %% 2 WHEN 0 THEN %(west)s ELSE %(east)s END
    FROM generate_series(1, 600) n RETURNING id, area_id),
numbered AS (SELECT id, area_id, row_number() OVER (ORDER BY id) AS n FROM new),
posts AS (
    INSERT INTO post (person_id, role, grid_id, area_id)
    SELECT id, CASE n %% 5 WHEN 0 THEN 'grid_chief' ELSE 'grid_worker' END,
           CASE WHEN area_id = %(west)s THEN %(w1)s::integer ELSE %(e1)s END, area_id
    FROM numbered),
shifts AS (
    INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
    SELECT id, area_id, %(at)s - interval '1 hour', %(at)s + interval '7 hours',
           CASE n %% 3 WHEN 0 THEN NULL ELSE %(at)s - interval '1 hour' END FROM numbered)
INSERT INTO latest_position (person_id, area_id, at, lon, lat, accuracy_m, source_id,
                             original_lon, original_lat)
SELECT id, area_id, %(at)s - make_interval(secs => (n * 37 %% 90) * (n * 53 %% 83) - 20),
       x, y, 8, 1, x, y
FROM numbered, LATERAL (SELECT %(lon)s + (n * 7919 %% 601) * 1e-4 - 0.03 AS x,
                               %(lat)s + (n * 104729 %% 599) * 1e-4 - 0.03 AS y) p
"""


async def _crowd(town: Town, *, lon: float = 112.91, lat: float = 35.605) -> None:
    async with town.database.acting(town.system_id) as link:
        await link.execute("INSERT INTO source (name, area_id) VALUES ('s', 1)")
        given = {"west": town.areas["west"], "east": town.areas["east"], "at": NOON}
        given |= {"w1": town.grids["W-1"], "e1": town.grids["E-1"], "lon": lon, "lat": lat}
        await link.execute(CROWD.encode(), given)


async def _actor(town: Town, role: str, area: str | None = None) -> Actor:
    async with town.database.acting(town.system_id) as link:
        return (await actors.create_token(link, role=role, area=area))[0]


async def _ask(town: Town, actor: Actor, **given: Any) -> list[dict[str, Any]]:
    by_index = given.pop("by_index", True)
    async with town.database.acting(actor.id, readonly=actor.readonly) as link:
        asked = await _question(link, **given)
    return _told(await nearest.people(town.database, actor, asked, by_index=by_index))


def _told(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the reasons as texts, which can be compared."""
    return [{**one, "reason": str(one["reason"])} for one in found]


async def _question(link: Connection, **given: Any) -> Question:
    site = await site_.read(link)
    return Question(site=site, at=NOON, **{"lon": 112.912, "lat": 35.607} | given)


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def test_the_index_finds_whom_asking_everybody_finds(town: Town) -> None:
    """At many points, inside and far outside, near cells' borders, for a whole site and a part."""
    await _crowd(town)
    actors_ = [await _actor(town, "duty_officer"), await _actor(town, "duty_officer", "code-west")]
    for actor in actors_:
        for step in range(12):
            at = {"lon": 112.9 + step * 0.0025, "lat": 35.59 + step * 0.0031, "k": 1 + 3 * step}
            found = await _ask(town, actor, **at)
            assert len(found) == at["k"]
            assert found == await _ask(town, actor, **at, by_index=False), at


async def test_on_duty_and_fresh_first_then_by_distance(town: Town) -> None:
    """Against a count of our own, over all of them."""
    await _crowd(town)
    actor = await _actor(town, "duty_officer")
    found = await _ask(town, actor, k=50)
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(
            link,
            "SELECT l.person_id AS id, l.lon, l.lat, l.at,"
            " bool_or(s.started_at IS NOT NULL AND l.at >= s.started_at) AS there"
            " FROM latest_position l JOIN shift s USING (person_id) GROUP BY 1, 2, 3, 4",
        )

    def order(row: dict[str, Any]) -> tuple[bool, float]:
        _, _, metres = GEOD.inv(112.912, 35.607, row["lon"], row["lat"])
        return (NOON - row["at"]).total_seconds() > 60, metres

    expected = sorted((row for row in rows if row["there"]), key=order)[:50]
    assert [one["id"] for one in found] == [row["id"] for row in expected]
    assert {one["state"] for one in found} == {"fresh", "ageing", "stale"} or len(found) == 50
    for one in found:
        assert one["distance_m"] == pytest.approx(
            GEOD.inv(112.912, 35.607, one["lon"], one["lat"])[2], abs=0.01
        )


async def test_who_left_comes_last_and_without_a_place(town: Town) -> None:
    """Seen a minute ago, off duty since: named after all who are on duty; long gone, not at all."""
    actor = await _actor(town, "duty_officer")
    await _stand(town, "west_chief", 112.905, 35.605, seconds=40)
    await _stand(town, "west_worker", 112.912, 35.607, seconds=90)
    await _stand(town, "east_chief", 112.93, 35.605, seconds=400)
    await _stand(town, "east_worker", 112.912, 35.607, seconds=90)
    async with town.database.acting(town.system_id) as link:
        for code in ("west_worker", "east_worker"):
            left = NOON - timedelta(seconds=60 if code == "west_worker" else 30)
            await link.execute(
                "UPDATE shift SET ended_at = %s WHERE person_id = %s", [left, town.people[code]]
            )
        await link.execute(
            "UPDATE latest_position SET at = %s WHERE person_id = %s",
            [NOON - timedelta(hours=1), town.people["east_worker"]],
        )
    found = await _ask(town, actor)
    assert [(one["code"], one["state"]) for one in found] == [
        ("west_chief", "fresh"),
        ("east_chief", "stale"),
        ("west_worker", "off_duty"),
    ]
    assert found[2]["lon"] is None and found[0]["lon"] == 112.905


async def test_the_load_and_the_reason(town: Town) -> None:
    """Open events of his grids, calls that rang him since the site's midnight."""
    actor = await _actor(town, "duty_officer")
    await _stand(town, "west_chief", 112.905, 35.605, seconds=40)
    await _stand(town, "east_chief", 112.915, 35.605, seconds=7_000)
    async with town.database.acting(town.system_id) as link:
        await link.execute("INSERT INTO event_type (code, name_zh, name_en) VALUES ('t','t','t')")
        for n, (opened, closed) in enumerate(((2, None), (3, 1), (5, -1), (-1, None))):
            await link.execute(
                "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, opened_at,"
                " closed_at) VALUES (1, %s, 1, %s, ARRAY[%s::integer], %s, %s)",
                [str(n), town.areas["west"], town.grids["W-1"], NOON - timedelta(hours=opened),
                 None if closed is None else NOON - timedelta(hours=closed)],
            )  # fmt: skip
        session = await value(
            link,
            "INSERT INTO call_session (request_key, actor_id, area_id, steps, started_at)"
            " VALUES ('k', %s, %s, '[]', %s) RETURNING id",
            [town.system_id, town.areas["west"], NOON],
        )
        for n, hours in enumerate((1, 2, 13)):  # 13 hours before noon is yesterday
            await link.execute(
                "INSERT INTO call_attempt (session_id, area_id, step, person_id, channel, try,"
                " queued_at) VALUES (%s, %s, 0, %s, 'page', %s, %s)",
                [session, town.areas["west"], town.people["west_chief"], n,
                 NOON - timedelta(hours=hours)],
            )  # fmt: skip
    near, far = await _ask(town, actor, lon=112.9085, lat=35.605)
    assert near["load"] == {"open_events": 2, "calls_today": 1}
    assert (near["post"], near["grid"], near["on_duty"]) == ("grid_chief", "W-1", True)
    assert near["reason"] == (
        "on duty, position 40 s ago, 320 m away, open events 2, calls today 1"
    )
    assert far["load"] == {"open_events": 0, "calls_today": 0}
    assert (far["state"], far["reason"][:27]) == ("offline", "on duty, position 1 h ago, ")


async def test_beyond_ones_area_only_the_minimum(town: Town) -> None:
    """A class of distance, the kind of post, and the area above both; no name, id or point."""
    west = await _actor(town, "duty_officer", "code-west")
    await _stand(town, "west_chief", 112.905, 35.605, seconds=10)
    await _stand(town, "east_chief", 112.9101, 35.605, seconds=10)
    await _stand(town, "east_worker", 112.9101, 35.605, seconds=10)
    assert [one["code"] for one in await _ask(town, west)] == ["west_chief"]
    found = await _beyond(town, west)
    assert [one["post"] for one in found] == ["grid_chief", "grid_worker"]
    for one in found:
        assert set(one) == {"within_m", "on_duty", "post", "ask", "reason"}
        assert one["ask"] == {"id": town.areas["root"], "name": "示范镇", "level": "site"}
        assert one["reason"] == "on duty, up to 500 m away; ask the duty room of 示范镇"
    # Steps of a metre along the way to him never tell where within his cell he is.
    steps = [await _beyond(town, west, lon=112.9101 + n * 1e-5) for n in range(0, 400, 40)]
    await _stand(town, "east_chief", 112.9149, 35.6049, seconds=10)
    await _stand(town, "east_worker", 112.9149, 35.6049, seconds=10)
    assert steps == [await _beyond(town, west, lon=112.9101 + n * 1e-5) for n in range(0, 400, 40)]


async def test_nobody_is_a_neighbour_of_the_whole_site_or_of_a_screen(town: Town) -> None:
    """Nor is who is off duty, or further away than five kilometres."""
    await _stand(town, "east_chief", 112.915, 35.605, seconds=10)
    for role, area in (("duty_officer", None), ("kiosk", "code-west")):
        assert await _beyond(town, await _actor(town, role, area)) == []
    west = await _actor(town, "duty_officer", "code-west")
    assert len(await _beyond(town, west)) == 1
    assert await _beyond(town, west, lat=35.66) == []
    async with town.database.acting(town.system_id) as link:
        await link.execute("UPDATE shift SET ended_at = %s", [NOON - timedelta(seconds=1)])
    assert await _beyond(town, west) == []


@pytest.mark.parametrize("place", [(-179.9995, 0.1), (179.9995, -0.1), (20.0, 78.2)])
async def test_at_the_edges_of_the_map(town: Town, place: tuple[float, float]) -> None:
    """Across the antimeridian and far north the near are still near."""
    lon, lat = place
    east = 0.001 / cos(radians(lat))
    for n, code in enumerate(town.people):
        x = lon + (n - 1.5) * 2 * east
        await _stand(town, code, x - 360 if x > 180 else x + 360 if x < -180 else x, lat, seconds=5)
    actor = await _actor(town, "duty_officer")
    found = await _ask(town, actor, lon=lon, lat=lat, k=2)
    assert {one["code"] for one in found} == set(list(town.people)[1:3])
    assert all(one["distance_m"] < 250 for one in found)
    everybody = await _ask(town, actor, lon=lon, lat=lat, k=4)
    assert len(everybody) == 4 and max(one["distance_m"] for one in everybody) < 500


async def test_a_screen_on_a_wall_gets_no_names(town: Town) -> None:
    await _stand(town, "west_chief", 112.905, 35.605, seconds=10)
    kiosk = replace(await _actor(town, "kiosk"), kind="kiosk")
    (one,) = await _ask(town, kiosk)
    assert one["name"] is None and one["code"] is None and one["post"] == "grid_chief"


async def _beyond(town: Town, actor: Actor, **given: Any) -> list[dict[str, Any]]:
    async with town.database.acting(town.system_id) as link:
        asked = await _question(link, **{"lon": 112.909, "lat": 35.605} | given)
    return _told(await nearest.neighbours(town.database, town.system_id, actor, asked))


async def _stand(town: Town, code: str, lon: float, lat: float, *, seconds: float) -> None:
    """A person's newest position, so many seconds ago."""
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO source (name, area_id) VALUES ('s', 1) ON CONFLICT DO NOTHING"
        )
        given = {"id": town.people[code], "x": lon, "y": lat}
        await link.execute(
            "INSERT INTO latest_position (person_id, area_id, at, lon, lat, source_id,"
            " original_lon, original_lat) SELECT id, area_id, %(at)s, %(x)s,"
            " %(y)s, 1, %(x)s, %(y)s FROM person WHERE id = %(id)s ON CONFLICT (person_id) DO"
            " UPDATE SET at = excluded.at, lon = excluded.lon,"
            " lat = excluded.lat",
            {**given, "at": NOON - timedelta(seconds=seconds)},
        )
