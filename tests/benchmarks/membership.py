"""P1: which of 5,000 grids owns a point, against PostGIS's own join, equal for every point."""

from __future__ import annotations

import statistics
from time import perf_counter
from typing import Any

import numpy as np
import psycopg
import shapely

from data.database import Database
from geo.grids import GridIndex, find_owners, index_grids, list_owners
from tests.benchmarks._town import BOX, add_grids, store, tiling
from tests.benchmarks.run import Figure

BAR = "P1"
POINTS = 200_000
BATCH = 200
ROUNDS = 2_000


async def run() -> list[Figure]:
    """Bulk rate, the time of a small batch, the reference, and the number of differences."""
    shapes = tiling()
    random = np.random.default_rng(7)
    corners = shapely.get_coordinates(shapes[:400])
    inside = random.uniform(BOX[:2], BOX[2:], size=(POINTS - len(corners), 2)).round(7)
    points = np.concatenate([inside, corners])
    random.shuffle(points)
    async with store() as made, Database(made.app_url, made.readonly_url) as database:
        await add_grids(database, shapes)
        seconds, theirs, ids = _postgis(made.admin_url, made.app_url, points)
    index = index_grids(ids=ids, kinds=["service"] * len(ids), shapes=shapes)
    rate = _bulk(index, points)
    small = _batches(index, points)
    point, grid = find_owners(index, lon=points[:, 0], lat=points[:, 1])
    mine = np.zeros(len(points), dtype=np.int64)
    mine[point] = grid
    vertices = float(shapely.get_num_coordinates(shapes).mean())
    note = f"{len(shapes)} grids × {vertices:.0f} vertices, one core"
    reference = len(points) / seconds
    return [
        Figure(
            BAR,
            "points placed in grids",
            rate,
            "points/s",
            200_000,
            reference=reference,
            reference_what="ST_Covers join",
            note=note,
        ),
        Figure(
            BAR,
            f"a batch of {BATCH} points, p99",
            float(np.percentile(small, 99)) * 1e3,
            "ms",
            2.0,
            at_most=True,
            note=f"median {statistics.median(small) * 1e3:.2f} ms",
        ),
        Figure(
            BAR,
            "points that PostGIS places elsewhere",
            int((mine != theirs).sum()),
            "points",
            0,
            at_most=True,
            note=f"of {len(points)}, {len(corners)} of them corners",
        ),
    ]


def _bulk(index: GridIndex, points: Any) -> float:
    """The median rate of five passes over all points."""
    rates = []
    for _ in range(5):
        began = perf_counter()
        list_owners(index, lon=points[:, 0], lat=points[:, 1])
        rates.append(len(points) / (perf_counter() - began))
    return statistics.median(rates)


def _batches(index: GridIndex, points: Any) -> list[float]:
    """Seconds of many small batches, each of other points."""
    found = []
    for n in range(ROUNDS):
        start = n * BATCH % (len(points) - BATCH)
        some = points[start : start + BATCH]
        began = perf_counter()
        list_owners(index, lon=some[:, 0], lat=some[:, 1])
        found.append(perf_counter() - began)
    return found


def _postgis(admin_url: str, app_url: str, points: Any) -> tuple[float, Any, list[int]]:
    """Seconds of the same question as the application's role, its answers, and the grids' ids."""
    with psycopg.connect(admin_url, autocommit=True) as link:
        link.execute("ANALYZE grid")
    with psycopg.connect(app_url) as link:
        link.execute(
            "SELECT set_config('wangge.actor', id::text, false) FROM actor WHERE kind = 'system'"
        )
        ids = [row[0] for row in link.execute("SELECT id FROM grid ORDER BY id")]
        link.execute("CREATE TEMP TABLE p (n int, point geometry(Point, 4326)) ON COMMIT DROP")
        link.execute(
            "INSERT INTO p SELECT n, ST_SetSRID(ST_MakePoint(x, y), 4326)"
            " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS u (x, y, n)",
            [points[:, 0].tolist(), points[:, 1].tolist()],
        )
        link.execute("ANALYZE p")
        began = perf_counter()
        rows = link.execute(
            "SELECT n, min(g.id) FROM p JOIN grid g ON ST_Covers(g.geom, p.point)"
            " WHERE g.valid_to IS NULL GROUP BY n, g.kind"
        ).fetchall()
        seconds = perf_counter() - began
    owners = np.zeros(len(points), dtype=np.int64)
    for n, id_ in rows:
        owners[n - 1] = id_
    return seconds, owners, ids
