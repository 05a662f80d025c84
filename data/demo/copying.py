"""Rows into a temporary table, the way in for everything that stands under row-level security."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import numpy as np
import shapely

from data.database import Connection


async def copy(
    connection: Connection,
    make: LiteralString,
    copy_in: LiteralString,
    rows: Iterable[Sequence[Any]],
) -> None:
    """Make the temporary table, send the rows, and tell the planner how many they are."""
    await connection.execute(make)
    async with connection.cursor() as cursor, cursor.copy(copy_in) as sink:
        for row in rows:
            await sink.write_row(row)


def ewkb(geometries: Iterable[shapely.Geometry]) -> list[str]:
    """Geometries in EPSG:4326 as the hex text that COPY takes, with their SRID."""
    column = np.fromiter(geometries, dtype=object)
    text: list[str] = shapely.to_wkb(
        shapely.set_srid(column, 4326), hex=True, include_srid=True
    ).tolist()
    return text
