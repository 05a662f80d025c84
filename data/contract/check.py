"""Read the grids and areas that an actor sees, and examine them in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely

from data.contract.examine import examine
from data.contract.model import Limits, Report, Unit
from data.database import Connection, fetch_all
from data.errors import NotFound
from data.places import grids
from data.places.grids import Kind
from data.queries import load

SQL = load(__file__)


async def check(
    connection: Connection,
    *,
    at: datetime,
    kinds: Sequence[str] = (),
    limits: Limits | None = None,
) -> Report:
    """All findings about the grids of some kinds (none named: all, and the areas) at site time
    `at`, as far as the connection's actor sees them. Raises NotFound for an unknown kind."""
    known = await grids.kinds(connection)
    for kind in kinds:
        if kind not in {one.kind for one in known}:
            raise NotFound(what="grid kind", key=kind)
    rows = await fetch_all(connection, SQL.grids, {"at": at})
    areas = await fetch_all(connection, SQL.areas)
    return await asyncio.to_thread(_examine, rows, areas, known, kinds, limits or Limits())


def _examine(
    rows: list[dict[str, Any]],
    areas: list[dict[str, Any]],
    kinds: Sequence[Kind],
    wanted: Sequence[str],
    limits: Limits,
) -> Report:
    return examine(_units("grid", rows), _units("area", areas), kinds, wanted=wanted, limits=limits)


def _units(what: str, rows: list[dict[str, Any]]) -> list[Unit]:
    shapes = shapely.from_wkb([row.pop("wkb") for row in rows])
    return [Unit(what, **row, shape=shape) for row, shape in zip(rows, shapes, strict=True)]
