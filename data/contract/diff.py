"""What changed in a kind of grids between two instants, told by the ground."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import shapely

from data.contract import announced
from data.contract.model import Unit
from data.database import Connection, fetch_all
from data.errors import NotFound
from data.places import grids
from data.queries import load
from geo import lineage
from geo.lineage import Change
from geo.plane import areas_m2

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class Diff:
    """Positions in `changes` are those of `olds` (at `since`) and `news` (at `until`)."""

    kind: str
    since: datetime
    until: datetime
    olds: tuple[Unit, ...]
    news: tuple[Unit, ...]
    changes: tuple[Change, ...]


async def diff(connection: Connection, *, kind: str, since: datetime, until: datetime) -> Diff:
    """The changes from one instant of site time to another, as far as the actor sees the grids;
    a cut that is announced counts from its day on.

    Raises NotFound for an unknown kind.
    """
    if kind not in {one.kind for one in await grids.kinds(connection)}:
        raise NotFound(what="grid kind", key=kind)
    olds, news = [await _at(connection, kind, instant) for instant in (since, until)]
    shapes = [unit.shape for unit in olds], [unit.shape for unit in news]
    return Diff(
        kind, since, until, olds, news, tuple(await asyncio.to_thread(lineage.trace, *shapes))
    )


async def _at(connection: Connection, kind: str, instant: datetime) -> tuple[Unit, ...]:
    here = _units(await fetch_all(connection, SQL.at, {"kind": kind, "at": instant}))
    return await announced.units_at(connection, kind, instant, here)


async def cut_days(connection: Connection, kind: str) -> list[datetime]:
    """When a kind was cut anew, the newest first."""
    return [row["at"] for row in await fetch_all(connection, SQL.days, {"kind": kind})]


def _units(rows: list[dict[str, Any]]) -> tuple[Unit, ...]:
    shapes = shapely.from_wkb([row.pop("wkb") for row in rows])
    return tuple(Unit("grid", **row, shape=one) for row, one in zip(rows, shapes, strict=True))


def word(change: Change, olds: Sequence[Unit], news: Sequence[Unit]) -> str:
    """The change's kind; ground that is kept under another code or name is "renamed"."""
    if change.kind != "kept":
        return change.kind
    old, new = olds[change.olds[0]], news[change.news[0]]
    return "kept" if (old.code, old.name) == (new.code, new.name) else "renamed"


def as_json(
    changes: Sequence[Change], olds: Sequence[Unit], news: Sequence[Unit], *, drawn: bool = True
) -> dict[str, Any]:
    """{"counts", "changes"}: what is kept is counted alone. `drawn` adds the ground as GeoJSON:
    `before` and `after` as outlines, `gained` and `lost`."""
    words = [word(change, olds, news) for change in changes]
    listed = [
        _one(kind, change, olds, news, drawn)
        for kind, change in zip(words, changes, strict=True)
        if kind != "kept"
    ]
    order = {kind: n for n, kind in enumerate(ORDER)}
    listed.sort(key=lambda one: (order[one["change"]], -one["gained_m2"] - one["lost_m2"]))
    counts = Counter(words)
    return {"counts": {kind: counts[kind] for kind in (*ORDER, "kept")}, "changes": listed}


ORDER = ("split", "merged", "redrawn", "moved", "added", "ended", "renamed")


def _one(
    kind: str, change: Change, olds: Sequence[Unit], news: Sequence[Unit], drawn: bool
) -> dict[str, Any]:
    before = [olds[k] for k in change.olds]
    after = [news[k] for k in change.news]
    box = shapely.total_bounds([unit.shape for unit in (*before, *after)])
    said: dict[str, Any] = {
        "change": kind,
        "before": _named(before),
        "after": _named(after),
        "shares": _shares(change),
        "gained_m2": round(change.gained_m2, 2),
        "lost_m2": round(change.lost_m2, 2),
        "box": [float(edge) for edge in box],
    }
    if drawn:
        for name, shapes in (("before", before), ("after", after)):
            for unit, told in zip(shapes, said[name], strict=True):
                told["geometry"] = _geojson(unit.shape)
        said |= {"gained": _geojson(change.gained), "lost": _geojson(change.lost)}
    return said


def _shares(change: Change) -> list[list[float]]:
    """[position in before, in after, share of the old grid, of the new one] of each link."""
    return [
        [
            change.olds.index(k.old),
            change.news.index(k.new),
            round(k.share_of_old, 4),
            round(k.share_of_new, 4),
        ]
        for k in change.links
    ]


def _named(units: Sequence[Unit]) -> list[dict[str, Any]]:
    sizes = areas_m2(np.array([unit.shape for unit in units], dtype=object))
    return [
        {"id": unit.id or None, "code": unit.code, "name": unit.name, "m2": round(float(m2), 2)}
        for unit, m2 in zip(units, sizes, strict=True)
    ]


def _geojson(shape: Any) -> Any:
    return None if shape is None else orjson.loads(shapely.to_geojson(shape))
