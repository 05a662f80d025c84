"""Small files of each kind, as they are delivered, and the undo of their import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data.importers import journal
from tests.data.importers.conftest import AT, Importer, box, point, write_csv, write_geojson


async def undo(importer: Importer, run: int | None = None) -> tuple[int, dict[str, int]]:
    return await journal.undo(importer.database, importer.actor_id, run, at=AT, real=AT)


def square(west: float, wide: float = 0.002) -> Any:
    return box(west, 35.602, west + wide, 35.604)


def areas(path: Path, *rows: tuple[str, str, float]) -> Path:
    features = [({"code": c, "name": n, "population": 7}, square(w)) for c, n, w in rows]
    return write_geojson(path / "areas.geojson", features)


def grids(path: Path, *rows: tuple[str, str, float, float]) -> Path:
    features = [({"code": c, "name": n}, square(w, wide)) for c, n, w, wide in rows]
    return write_geojson(path / "grids.geojson", features)


def stations(path: Path, *rows: tuple[str, str, float]) -> Path:
    features = [({"code": c, "name": n}, point(w, 35.605)) for c, n, w in rows]
    return write_geojson(path / "stations.geojson", features)


def terrain(path: Path, *rows: tuple[str, str, str, float]) -> Path:
    """Squares, and the outlines of squares as roads."""
    features = []
    for code, kind, name, west in rows:
        shape = square(west)
        if kind in ("road", "rail"):
            shape = {"type": "LineString", "coordinates": shape["coordinates"][0]}
        features.append(({"code": code, "kind": kind, "name": name, "class": ""}, shape))
    return write_geojson(path / "terrain.geojson", features)


def people(path: Path, *rows: str) -> Path:
    return write_csv(path / "people.csv", "code,name,phone,role,grid,grid_kind", *rows)


def events(path: Path, *rows: str) -> Path:
    return write_csv(path / "events.csv", "id,type,opened,closed,text,lon,lat", *rows)
