"""The check of 5,000 grids as the application's role, against the same questions in PostGIS."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime
from time import perf_counter, process_time
from typing import Any

import numpy as np
import psycopg
import shapely

from data import actors
from data.contract.check import check
from data.contract.model import Defect, Limits, Report
from data.database import Database
from geo.plane import area_m2
from tests.benchmarks._town import BOX, add_grids, store, tiling
from tests.benchmarks.run import Figure

BAR = "topology"
AT = datetime(2026, 7, 14, tzinfo=UTC)
SPOILED = 40
ROUNDS = 5


async def run() -> list[Figure]:
    """Seconds with everything that a user waits for, and whether PostGIS finds as much."""
    shapes = spoiled(tiling())
    async with store() as made, Database(made.app_url, made.readonly_url) as database:
        await add_grids(database, shapes)
        with psycopg.connect(made.admin_url, autocommit=True) as link:
            whole = shapely.unary_union(tiling())
            link.execute("SET row_security = off")
            link.execute(
                "UPDATE area SET geom = ST_Multi(ST_GeomFromWKB(%s, 4326))", [shapely.to_wkb(whole)]
            )
            link.execute("ANALYZE grid")
        seconds, cpu, report = await _ours(database)
        reference, pairs, missing = _postgis(made.app_url)
    overlaps = [f for f in report.findings if f.defect == Defect.OVERLAP]
    lost = sum(f.m2 for f in report.findings if f.defect in (Defect.GAP, Defect.UNFILLED))
    vertices = float(shapely.get_num_coordinates(shapes).mean())
    return [
        Figure(
            BAR,
            f"check of {len(shapes)} grids",
            statistics.median(seconds),
            "s",
            5.0,
            at_most=True,
            reference=reference,
            reference_what="s in PostGIS (ST_Relate join, ST_Union, ST_Difference)",
            note=f"{vertices:.0f} vertices a grid, {SPOILED} spoiled, reading included;"
            f" processor {statistics.median(cpu):.2f} s",
        ),
        Figure(
            BAR,
            "overlaps that PostGIS does not find, or we do not",
            len({tuple(sorted(u.code for u in f.parties)) for f in overlaps} ^ pairs),
            "pairs",
            0,
            at_most=True,
            note=f"of {len(pairs)}",
        ),
        Figure(
            BAR,
            "missing ground, difference to PostGIS",
            abs(lost - missing),
            "m²",
            1.0,
            at_most=True,
            note=f"of {missing:,.0f} m²",
        ),
    ]


def spoiled(shapes: list[Any]) -> list[Any]:
    """Some grids grown, some shrunk by about 3 m: gaps and overlaps all around them."""
    random = np.random.default_rng(14)
    made = list(shapes)
    for n, k in enumerate(random.choice(len(made), SPOILED, replace=False)):
        made[k] = shapely.buffer(made[k], 3e-5 if n % 2 else -3e-5).intersection(shapely.box(*BOX))
    return made


async def _ours(database: Database) -> tuple[list[float], list[float], Report]:
    async with database.acting(None) as link:
        system = await actors.system_actor(link)
    seconds, cpu = [], []
    for _ in range(ROUNDS):
        began, busy = perf_counter(), process_time()
        async with database.acting(system.id) as link:
            report = await check(link, at=AT, limits=Limits(tolerance_m=0.0))
        seconds.append(perf_counter() - began)
        cpu.append(process_time() - busy)
    return seconds, cpu, report


def _postgis(app_url: str) -> tuple[float, set[tuple[str, ...]], float]:
    """Seconds, pairs of codes whose interiors meet, and m² of the area that no grid covers."""
    with psycopg.connect(app_url) as link:
        link.execute(
            "SELECT set_config('wangge.actor', id::text, false) FROM actor WHERE kind = 'system'"
        )
        began = perf_counter()
        pairs = link.execute(
            "SELECT a.code, b.code FROM grid a JOIN grid b ON a.geom && b.geom AND a.id < b.id"
            " WHERE ST_Relate(a.geom, b.geom, 'T********')"
        ).fetchall()
        row = link.execute(
            "SELECT ST_AsBinary(ST_Difference(a.geom, (SELECT ST_Union(geom) FROM grid)))"
            " FROM area a WHERE a.parent_id IS NULL"
        ).fetchone()
        seconds = perf_counter() - began
    assert row is not None
    return seconds, {tuple(sorted(pair)) for pair in pairs}, area_m2(shapely.from_wkb(row[0]))
