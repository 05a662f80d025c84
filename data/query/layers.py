"""The map's layers as GeoJSON features, under the caller's policies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.database import Connection, fetch_all
from data.queries import load

SQL = load(__file__)
LAYERS = ("areas", "grids", "facilities", "roads", "ground", "buildings")


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature; `geometry` is GeoJSON text in EPSG:4326, or None."""

    id: int
    geometry: str | None
    properties: dict[str, Any]


async def read(
    connection: Connection,
    layer: str,
    *,
    at: datetime,
    kind: str | None = None,
    areas: list[int] | None = None,
) -> list[Feature]:
    """The features of one of LAYERS as they are at `at`, of one kind or level (None = all).

    Raises KeyError for a layer that does not exist.
    """
    if layer not in LAYERS:
        raise KeyError(layer)
    query = getattr(SQL, layer)
    rows = await fetch_all(connection, query, {"at": at, "kind": kind, "areas": areas})
    return [Feature(row.pop("id"), row.pop("geometry"), row) for row in rows]
