"""What an import puts where, in few enough shapes for a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import shapely

from data.importers.batch import Batch
from data.importers.remarks import Remark
from data.importers.report import ELSEWHERE, State

MOST_REJECTED = 1_000
MOST_ACCEPTED = 2_000
MOST_CORNERS = 400_000


def shapes(batch: Batch) -> dict[str, Any]:
    """A FeatureCollection in EPSG:4326: rejected rows first, then an even choice of the others.

    `total` and `shown` count the rows with a shape by how they ended; rows that are left to
    another import are not among them.
    """
    rejected, accepted = _ends(batch)
    rows = [*_some(rejected, MOST_REJECTED), *_some(accepted, MOST_ACCEPTED)]
    chosen = set(rows[: min(len(rejected), MOST_REJECTED)])
    reasons = {one.row: one for one in batch.ledger.rejected if one.row in chosen}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row,
                "properties": _about(batch, row, reasons),
                "geometry": one,
            }
            for row, one in zip(rows, _light(batch, rows), strict=True)
        ],
        "total": {"rejected": len(rejected), "accepted": len(accepted)},
        "shown": {
            "rejected": min(len(rejected), MOST_REJECTED),
            "accepted": min(len(accepted), MOST_ACCEPTED),
        },
    }


def _ends(batch: Batch) -> tuple[list[int], list[int]]:
    """The rows with a shape that a map can show: those that are rejected, and the others."""
    there = ~(shapely.is_missing(batch.geometry) | shapely.is_empty(batch.geometry))
    bounds = np.abs(np.nan_to_num(shapely.bounds(batch.geometry), nan=999))
    fine = there & np.all(bounds <= [180, 90, 180, 90], axis=1)
    bad, remarks = batch.ledger.states == State.REJECTED, batch.ledger.rejected
    if not ELSEWHERE.isdisjoint(remarks.counts):
        fine[[one.row for one in remarks if one.reason in ELSEWHERE]] = False
    return np.flatnonzero(fine & bad).tolist(), np.flatnonzero(fine & ~bad).tolist()


def _about(batch: Batch, row: int, reasons: Mapping[Any, Remark]) -> dict[str, Any]:
    """What is to be said of a row."""
    file, number = batch.ledger.place(row)
    name = batch.text("name", row) or batch.text("code", row) or batch.text("id", row)
    state = State(int(batch.ledger.states[row])).name.lower()
    known = {"id": row, "row": number, "file": file, "name": name[:60], "state": state}
    remark = reasons.get(row)
    why = {} if remark is None else {"reason": remark.reason, "fields": _plain(remark.fields)}
    return {**known, **why}


def _some(rows: list[int], most: int) -> list[int]:
    """All of them, or an even choice."""
    if len(rows) <= most:
        return rows
    return [rows[at] for at in np.linspace(0, len(rows) - 1, most).astype(int)]


def _light(batch: Batch, rows: list[int]) -> list[Any]:
    """Shapes as GeoJSON with no more corners than a map can show."""
    chosen = batch.geometry[rows]
    corners = int(shapely.get_num_coordinates(chosen).sum()) if rows else 0
    if corners > MOST_CORNERS:
        west, south, east, north = shapely.total_bounds(chosen)
        chosen = shapely.simplify(chosen, max(east - west, north - south) / 2_000)
    text = shapely.to_geojson(shapely.force_2d(chosen)) if rows else []
    return [orjson.Fragment(one) for one in text]


def _plain(fields: Any) -> dict[str, str]:
    return {key: str(value) for key, value in fields.items()}
