"""P4: the nearest 8 of 20,000 with scope, freshness and duty, against Redis GEOSEARCH.

Half of the people stand in a town of five by five kilometres, half around it; six in ten are on
duty, seven in ten of these are fresh. Asked for the whole site and for one of 300 areas: as data,
and through HTTP. The reference knows distances alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import httpx
import numpy as np
import psycopg

from dashboard.embedded import Store
from data import actors
from data.access import Actor
from data.database import Database
from data.places import site as site_
from data.query import nearest
from tests.benchmarks._redis import MISSING, redis
from tests.benchmarks._role import role
from tests.benchmarks._town import BOX, store
from tests.benchmarks.run import Figure

BAR = "P4"
PEOPLE, K, QUESTIONS, REQUESTS = 20_000, 8, 1_500, 500
COLUMNS, ROWS = 20, 15
MIDDLE = (  # of the areas: south-west and north-east
    (BOX[0] + (BOX[2] - BOX[0]) / 2, BOX[1] + (BOX[3] - BOX[1]) * (ROWS // 2) / ROWS),
    (
        BOX[0] + (BOX[2] - BOX[0]) * (COLUMNS // 2 + 1) / COLUMNS,
        BOX[1] + (BOX[3] - BOX[1]) * (ROWS // 2 + 1) / ROWS,
    ),
)
CENTRE, TOWN_DEG = (112.90, 35.60), 0.025
FRESH_S, AGEING_S, OFFLINE_S = 900, 1_800, 3_600  # the bench lasts longer than a minute
AREAS = """
INSERT INTO area (code, name, level, parent_id, geom)
SELECT 'A' || n, 'A' || n, 'community', %(root)s,
       ST_Multi(ST_MakeEnvelope(%(west)s + x * %(dx)s, %(south)s + y * %(dy)s,
                                %(west)s + (x + 1) * %(dx)s, %(south)s + (y + 1) * %(dy)s, 4326))
FROM generate_series(0, %(columns)s * %(rows)s - 1) n,
     LATERAL (SELECT n %% %(columns)s AS x, n / %(columns)s AS y) c
"""
CROWD = """
WITH put AS (
    SELECT n, x, y, a.id AS area_id
    FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS u (x, y, n)
    JOIN area a ON a.level = 'community' AND ST_Intersects(a.geom, ST_SetSRID(ST_MakePoint(x, y), 4326))),
new AS (INSERT INTO person (code, name, area_id)
        SELECT DISTINCT ON (n) 'p' || n, 'p' || n, area_id FROM put RETURNING id, code, area_id),
posts AS (INSERT INTO post (person_id, role, area_id) SELECT id, 'grid_worker', area_id FROM new),
shifts AS (
    INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
    SELECT id, area_id, %(at)s::timestamptz - interval '4 hours', %(at)s::timestamptz + interval '8 hours',
           CASE WHEN id %% 10 < 6 THEN %(at)s::timestamptz - interval '4 hours' END FROM new)
INSERT INTO latest_position (person_id, area_id, at, lon, lat, source_id, original_lon, original_lat)
SELECT DISTINCT ON (new.id) new.id, new.area_id,
       %(at)s::timestamptz - CASE WHEN id %% 10 >= 6 THEN interval '10 hours'
                                  WHEN id %% 7 < 5 THEN interval '1 minute' ELSE interval '40 minutes' END,
       x, y, 1, x, y
FROM new JOIN put ON new.code = 'p' || put.n
"""  # noqa: E501


async def run() -> list[Figure]:
    """p99 of data and of HTTP, for a whole site and for one area."""
    random = np.random.default_rng(8)
    town = np.array(CENTRE)
    people = np.vstack(
        [
            random.uniform(town - TOWN_DEG, town + TOWN_DEG, size=(PEOPLE // 2, 2)),
            random.uniform(BOX[:2], BOX[2:], size=(PEOPLE // 2, 2)),
        ]
    )
    points = people[random.integers(0, PEOPLE, QUESTIONS)] + random.normal(0, 1e-3, (QUESTIONS, 2))
    inside = random.uniform(*MIDDLE, (QUESTIONS, 2))
    reference = _redis(people, points)
    async with store() as made:
        whole, part = await _prepare(made, people)
        async with Database(made.app_url, made.readonly_url) as database:
            data = [await _data(database, whole[0], points), await _data(database, part[0], inside)]
        async with role(made, "web", "PORT") as (_, port):
            http = [await _http(port, whole[1], points), await _http(port, part[1], inside)]
    names = ("whole site", f"one of {COLUMNS * ROWS} areas")
    figures = []
    for way, measured in (("", data), (" by HTTP", http)):
        for name, found in zip(names, measured, strict=True):
            figures.append(_figure(f"nearest {K}{way}, {name}", *found))
    if reference is None:
        return [replace(one, note=f"{one.note}; {MISSING}") for one in figures]
    what = "ms, Redis GEOSEARCH: distance alone, without scope, freshness, duty and load"
    p99 = float(np.percentile(reference, 99)) * 1e3
    return [replace(one, reference=p99, reference_what=what) for one in figures]


def _figure(what: str, seconds: list[float], people: float) -> Figure:
    note = f"median {np.median(seconds) * 1e3:.2f} ms, {len(seconds)} questions, {people:.1f} found"
    p99 = float(np.percentile(seconds, 99)) * 1e3
    return Figure(BAR, f"{what}, p99", p99, "ms", 5.0, True, note=note)


async def _prepare(made: Store, people: Any) -> tuple[tuple[Actor, str], tuple[Actor, str]]:
    """The crowd, and a duty officer of the whole site and of the area in the middle."""
    async with Database(made.app_url, made.readonly_url) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        now = datetime.now(UTC)
        west, south, east, north = BOX
        given = {"root": system.area_id, "west": west, "south": south, "columns": COLUMNS}
        given |= {"rows": ROWS, "dx": (east - west) / COLUMNS, "dy": (north - south) / ROWS}
        async with database.acting(system.id) as link:
            await link.execute(
                "UPDATE site SET fresh_s = %s, ageing_s = %s, offline_s = %s",
                [FRESH_S, AGEING_S, OFFLINE_S],
            )
            await link.execute(
                "INSERT INTO source (name, area_id) VALUES ('s', %s)", [system.area_id]
            )
            await link.execute(AREAS.encode(), given)
            place = {"lon": people[:, 0].tolist(), "lat": people[:, 1].tolist()}
            await link.execute(CROWD.encode(), {**place, "at": now - timedelta(seconds=1)})
        async with database.acting(system.id) as link:
            middle = f"A{COLUMNS * (ROWS // 2) + COLUMNS // 2}"  # the one that is MIDDLE
            whole = await actors.create_token(link, role="duty_officer")
            part = await actors.create_token(link, role="duty_officer", area=middle)
    with psycopg.connect(made.admin_url, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
    return whole, part


async def _data(database: Database, actor: Actor, points: Any) -> tuple[list[float], float]:
    """Seconds of each question with its transaction, neighbours not asked, and people found."""
    async with database.acting(actor.id) as link:
        site = await site_.read(link)
    seconds, found = [], 0
    for lon, lat in points.tolist():
        asked = nearest.Question(site, datetime.now(UTC), lon, lat, K)
        began = perf_counter()
        found += len(await nearest.people(database, actor, asked))
        seconds.append(perf_counter() - began)
    return seconds[50:], found / len(points)


async def _http(port: int, secret: str, points: Any) -> tuple[list[float], float]:
    """Seconds of each request on a connection that is kept, one after the other."""
    headers = {"Authorization": f"Bearer {secret}"}
    seconds, found = [], 0
    url = f"http://127.0.0.1:{port}/api/people/nearest"
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        for lon, lat in points[:REQUESTS].tolist():
            began = perf_counter()
            reply = await client.get(url, params={"lon": lon, "lat": lat, "k": K})
            seconds.append(perf_counter() - began)
            found += len(reply.raise_for_status().json()["people"])
    return seconds[20:], found / REQUESTS


def _redis(people: Any, points: Any) -> list[float] | None:
    """Seconds of each GEOSEARCH on a unix socket."""
    with redis() as client:
        if client is None:
            return None
        for n, (lon, lat) in enumerate(people.tolist()):
            client.ask("GEOADD", "people", lon, lat, n)
        seconds = []
        for lon, lat in points.tolist():
            began = perf_counter()
            client.ask(
                "GEOSEARCH", "people", "FROMLONLAT", lon, lat, "BYRADIUS", 20, "km",
                "ASC", "COUNT", K, "WITHDIST",
            )  # fmt: skip
            seconds.append(perf_counter() - began)
    return seconds[50:]
