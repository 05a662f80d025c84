"""TopoJSON: borders that neighbours share are stored once, as arcs; put together here.

Feature by feature, so that one that names a missing arc never costs the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import Said
from data.importers.errors import ChooseLayer, NoSuchLayer, TooLarge, Unreadable

MAX_POINTS = 20_000_000  # of all outlines: a few arcs may be named any number of times
MAX_DEPTH = 10  # of collections in collections
SMALLEST_RING = 4  # its last point is its first
BROKEN = {"type": "Broken"}
Xy = NDArray[np.float64]


def features(document: Mapping[str, Any], name: str, layer: str | None) -> list[Any]:
    """The objects of one layer as GeoJSON features. Raises Unreadable, ChooseLayer, TooLarge."""
    objects = document.get("objects")
    if not isinstance(objects, Mapping) or not objects:
        raise Unreadable(path=name, format="TopoJSON", why="there are no objects in it")
    if layer is None and len(objects) > 1:
        raise ChooseLayer(path=name, layers=", ".join(objects))
    if layer is not None and layer not in objects:
        raise NoSuchLayer(path=name, layer=layer, layers=", ".join(objects))
    chosen = objects[next(iter(objects)) if layer is None else layer]
    inner = chosen.get("geometries") if isinstance(chosen, Mapping) else None
    topology = _Topology(document, name)
    return [topology.feature(one) for one in (inner if isinstance(inner, list) else [chosen])]


class _Topology:
    """The arcs of a document in coordinates, and what is built of them."""

    def __init__(self, document: Mapping[str, Any], name: str) -> None:
        self.name, self.points = name, 0
        try:
            self.scale, self.shift = _transform(document.get("transform"))
            self.quantised = document.get("transform") is not None
            arcs = document.get("arcs") or []
            self.arcs = [self._arc(arc) for arc in arcs]
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            why = "its arcs or its transform are broken; export it again"
            raise Unreadable(path=name, format="TopoJSON", why=why) from error

    def feature(self, one: Any) -> Any:
        """One object as a feature; what cannot be put together gets a geometry that is none."""
        if not isinstance(one, Mapping):
            return None
        try:
            geometry = self._geometry(one, 0)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            geometry = BROKEN
        return {"id": one.get("id"), "properties": one.get("properties"), "geometry": geometry}

    def _arc(self, points: Sequence[Any]) -> Xy:
        xy = np.array([point[:2] for point in points], dtype=float).reshape(-1, 2)
        return np.cumsum(xy, axis=0) * self.scale + self.shift if self.quantised else xy

    def _geometry(self, one: Mapping[str, Any], depth: int) -> dict[str, Any] | None:
        kind = one["type"]
        if kind is None:
            return None
        if kind == "GeometryCollection":
            if depth > MAX_DEPTH:
                return BROKEN
            parts = [self._geometry(part, depth + 1) for part in one["geometries"]]
            return {"type": kind, "geometries": [part for part in parts if part]}
        if kind in ("Point", "MultiPoint"):
            at = np.array(one["coordinates"], dtype=float)[..., :2] * self.scale + self.shift
            return {"type": kind, "coordinates": at.tolist()}
        return {"type": kind, "coordinates": _BUILD[kind](self, one["arcs"])}

    def line(self, indexes: Sequence[int]) -> list[Any]:
        """Arcs one after another; each begins where the last one ended. ~i is i, backwards."""
        parts: list[Xy] = []
        for index in indexes:
            arc = self.arcs[index] if index >= 0 else self.arcs[~index][::-1]
            self.points += len(arc)
            if self.points > MAX_POINTS:
                raise TooLarge(path=self.name, limit=Said("{n} points", n=MAX_POINTS))
            parts.append(arc[1:] if parts else arc)
        line: list[Any] = np.concatenate(parts).tolist()
        return line

    def lines(self, many: Sequence[Any]) -> list[Any]:
        """Several lines."""
        return [self.line(indexes) for indexes in many]

    def rings(self, many: Sequence[Any]) -> list[Any]:
        """The rings of a polygon, without holes that rounding has shrunk to a point or a line."""
        outer, *holes = self.lines(many)
        return [outer, *(hole for hole in holes if len(hole) >= SMALLEST_RING)]

    def polygons(self, many: Sequence[Any]) -> list[Any]:
        """Several polygons, without those that rounding has shrunk."""
        polygons = [self.rings(rings) for rings in many]
        return [rings for rings in polygons if len(rings[0]) >= SMALLEST_RING]


_BUILD = {
    "LineString": _Topology.line,
    "MultiLineString": _Topology.lines,
    "Polygon": _Topology.rings,
    "MultiPolygon": _Topology.polygons,
}


def _transform(said: Any) -> tuple[Xy, Xy]:
    if said is None:
        return np.ones(2), np.zeros(2)
    scale, shift = (np.array(said[one], dtype=float) for one in ("scale", "translate"))
    if scale.shape != (2,) or shift.shape != (2,) or not np.isfinite([*scale, *shift]).all():
        raise ValueError("transform")
    return scale, shift
