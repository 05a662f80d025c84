"""What happened in the town: classes, types, sources, and events in their grids."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isnan
from typing import Any

import shapely

from data.actors import ensure_source
from data.database import Connection, fetch_all, fetch_one
from data.demo.copying import copy
from data.demo.event_types import EVENT_CLASSES, EVENT_TYPES, SOURCES
from data.demo.incidents import SETTLED_AT, Incidents
from data.demo.plane import Floats
from data.queries import load
from geo.grids import index_grids, list_owners

SQL = load(__file__)
Rows = list[tuple[Any, ...]]
_KINDS = {"superior": "api"}  # the others are called as they are


async def write_types(connection: Connection) -> None:
    """Classes, types with their limits, and the six sources."""
    for rank, group in enumerate(EVENT_CLASSES, 1):
        names = {"name_zh": group.name_zh, "name_en": group.name_en}
        await connection.execute(SQL.add_class, {"class": group.code, "rank": rank, **names})
    for kind in EVENT_TYPES:
        given = {
            "code": kind.code,
            "class": kind.class_code,
            "name_zh": kind.name_zh,
            "name_en": kind.name_en,
            "limit_s": kind.limit_minutes * 60,
            "urgent": kind.urgent,
        }
        await connection.execute(SQL.add_type, given)
    for name, _, _, _ in SOURCES:
        await ensure_source(connection, name, kind=_KINDS.get(name, name))


async def shapes(connection: Connection) -> list[dict[str, Any]]:
    """What events are placed in: grids of all kinds and communities, as `rows` wants them."""
    return await fetch_all(connection, SQL.shapes)


async def write(connection: Connection, placed: Rows) -> int:
    """Write events and what became of them; those there already only get their closing.

    Returns how many were new.
    """
    await copy(connection, SQL.make_event, SQL.copy_event, placed)
    await connection.execute(SQL.analyze_event)
    row = await fetch_one(connection, SQL.insert_events)
    await connection.execute(SQL.close_events)
    await connection.execute(SQL.drop_event)
    return int(row["n"]) if row else 0


def _owners(said: Incidents, shapes: list[dict[str, Any]], what: str) -> list[tuple[int, ...]]:
    """By the rule of the intake: one owner a kind, the smallest id on a border."""
    chosen = [shape for shape in shapes if shape["what"] == what]
    index = index_grids(
        ids=[shape["id"] for shape in chosen],
        kinds=[shape["kind"] for shape in chosen],
        shapes=shapely.from_wkb([shape["wkb"] for shape in chosen]).tolist(),
    )
    return list_owners(index, lon=said.lon, lat=said.lat)


def rows(said: Incidents, shapes: list[dict[str, Any]]) -> Rows:
    """The columns as the rows that `write` takes, each in its grids and area."""
    areas = [ids[0] if ids else None for ids in _owners(said, shapes, "area")]
    asked = [None if s < 0 else bool(s) for s in said.satisfied.tolist()]
    closed = _times(said.closed_s.tolist())
    columns = (
        range(len(said)), [SOURCES[k][0] for k in said.source.tolist()], said.key.tolist(),
        [EVENT_TYPES[k].code for k in said.kind.tolist()], areas,
        [list(ids) for ids in _owners(said, shapes, "grid")],
        _points(said.lon), _points(said.lat),
        said.address.tolist(), said.text.tolist(), _times(said.opened_s.tolist()),
        _times(said.due_s.tolist()), closed,
        [SETTLED_AT[s] if c else None for s, c in zip(said.settled.tolist(), closed, strict=True)],
        [s if c else None for s, c in zip(asked, closed, strict=True)],
    )  # fmt: skip
    return list(zip(*columns, strict=True))


def _points(degrees: Floats) -> list[float | None]:
    return [None if isnan(value) else value for value in degrees.tolist()]


def _times(seconds: list[int]) -> list[datetime | None]:
    return [None if s < 0 else datetime.fromtimestamp(s, UTC) for s in seconds]
