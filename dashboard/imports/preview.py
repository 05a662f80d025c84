"""What an import puts where, in few enough shapes for a map."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import shapely

from data.importers.batch import Batch
from data.importers.report import State

MOST_REJECTED = 1_000
MOST_ACCEPTED = 2_000
MOST_CORNERS = 400_000


def shapes(batch: Batch) -> dict[str, Any]:
    """A FeatureCollection in EPSG:4326: rejected rows first, then an even choice of the others.

    `total` and `shown` count the rows with a shape by how they ended.
    """
    ledger = batch.ledger
    there = ~(shapely.is_missing(batch.geometry) | shapely.is_empty(batch.geometry))
    bounds = shapely.bounds(batch.geometry)
    fine = there & np.all(np.abs(np.nan_to_num(bounds, nan=999)) <= [180, 90, 180, 90], axis=1)
    rejected = np.flatnonzero(fine & (ledger.states == State.REJECTED))
    accepted = np.flatnonzero(fine & (ledger.states != State.REJECTED))
    chosen = {*map(int, _some(rejected, MOST_REJECTED))}
    reasons = {remark.row: remark for remark in ledger.rejected if remark.row in chosen}
    features = []
    for row in (*sorted(chosen), *_some(accepted, MOST_ACCEPTED)):
        remark = reasons.get(int(row))
        file, number = ledger.place(int(row))
        said = {} if remark is None else {"reason": remark.reason, "fields": _plain(remark.fields)}
        name = batch.text("name", row) or batch.text("code", row) or batch.text("id", row)
        state = State(int(ledger.states[row])).name.lower()
        known = {"id": int(row), "row": number, "file": file, "name": name[:60], "state": state}
        features.append((int(row), {**known, **said}))
    drawn = _light(batch, [row for row, _ in features])
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": row, "properties": properties, "geometry": shape}
            for (row, properties), shape in zip(features, drawn, strict=True)
        ],
        "total": {"rejected": len(rejected), "accepted": len(accepted)},
        "shown": {
            "rejected": min(len(rejected), MOST_REJECTED),
            "accepted": min(len(accepted), MOST_ACCEPTED),
        },
    }


def _some(rows: Any, most: int) -> Any:
    """All of them, or an even choice."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(int)]


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
