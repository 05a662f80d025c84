"""A store of its own for a bench, and a tiling of 5,000 grids with about 130 vertices each."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from dashboard.embedded import Store, ensure, stop
from data import actors, migrate
from data.database import Database
from data.places import site

BOX = (112.80, 35.50, 113.00, 35.70)


def tiling(count: int = 5_000, vertices: int = 130, seed: int = 30428) -> list[Any]:
    """Polygons that tile BOX without gaps, with curved borders that neighbours share exactly."""
    west, south, east, north = BOX
    random = np.random.default_rng(seed)
    sites = random.uniform((west, south), (east, north), size=(count, 2))
    cells = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=shapely.box(*BOX))
    parts = shapely.intersection(shapely.get_parts(cells), shapely.box(*BOX))
    step = float(shapely.length(parts).mean()) / vertices
    return [shapely.transform(part, _bend) for part in shapely.segmentize(parts, step)]


def _bend(xy: Any) -> Any:
    """Straight borders to winding ones: a smooth map moves shared vertices alike."""
    x, y = xy[:, 0].round(10), xy[:, 1].round(10)
    amount = 4e-5
    bent = np.column_stack(
        [x + amount * np.sin(y * 9_000 + x * 2_000), y + amount * np.sin(x * 9_000 - y * 2_000)]
    )
    return bent.round(9)


@asynccontextmanager
async def store() -> AsyncIterator[Store]:
    """A private server with its ordinary settings (fsync too), with a site; removed after."""
    home = Path(tempfile.mkdtemp(prefix=f"wangge-bench-{os.getpid()}-"))
    home.chmod(0o711)
    try:
        made = await ensure(home)
        await migrate.apply(made.admin_url)
        names = {"name_zh": "测试", "name_en": "Bench", "timezone": "Asia/Shanghai"}
        await site.create(made.admin_url, **names)
        yield made
    finally:
        await stop(home)
        shutil.rmtree(home, ignore_errors=True)


async def add_grids(database: Database, shapes: list[Any]) -> None:
    """The tiling as one kind of grid, in the root area, as the system actor."""
    async with database.acting(None) as link:
        system = await actors.system_actor(link)
    async with database.acting(system.id) as link:
        await link.execute(
            "INSERT INTO grid_kind VALUES ('service', 1, '服务网格', 'Service grid', true)"
        )
        wkb = shapely.to_wkb(np.array(shapes, dtype=object), hex=True).tolist()
        await link.execute(
            "INSERT INTO grid (kind, code, name, area_id, geom)"
            " SELECT 'service', 'G' || n, 'G' || n, %s,"
            "        ST_Multi(ST_SetSRID(ST_GeomFromWKB(decode(hex, 'hex')), 4326))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS g (hex, n)",
            [system.area_id, wkb],
        )
