"""GeoJSON read feature by feature, so that one bad feature never costs the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from data.importers import encodings, topojson
from data.importers.errors import Unreadable
from data.importers.table import Reading, Table, check_columns, system_of_file
from geo import crs as crs_


def read(path: Path, *, name: str, reading: Reading) -> Table:
    """A FeatureCollection, a Feature or a bare geometry as a table; or a TopoJSON topology.

    A file without a `crs` member is in WGS 84, as the format says. Raises Unreadable.
    """
    document = _parse(path, name, reading)
    kind = document.get("type") if isinstance(document, Mapping) else None
    if kind == "Topology":
        return table(name, topojson.features(document, name, reading.layer), crs=None)
    features = _features(document, kind)
    if features is None:
        raise Unreadable(path=name, format="GeoJSON", why="there is no FeatureCollection in it")
    return table(name, features, crs=_crs(document, name))


def table(name: str, features: Sequence[Any], *, crs: crs_.System | crs_.OldDatum | None) -> Table:
    """Features as a table; a geometry that is none is a fault of its own row."""
    made = Table(name, len(features), _columns(features, name), crs=crs)
    made.geometry = _geometries(features, made)
    return made


def _parse(path: Path, name: str, reading: Reading) -> Any:
    data = path.read_bytes()
    encoding = encodings.decide(data, path=name, said=reading.encoding)
    try:
        if encoding.name != "utf-8":
            data = data.decode(encoding.name).encode()
        return orjson.loads(data)
    except (UnicodeDecodeError, orjson.JSONDecodeError) as error:
        raise Unreadable(path=name, format="GeoJSON", why=str(error)) from error


def _features(document: Any, kind: Any) -> Sequence[Any] | None:
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        found: Sequence[Any] = document["features"]
        return found
    if kind == "Feature":
        return [document]
    if kind in shapely_types():
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    return None


def shapely_types() -> frozenset[str]:
    """The geometry types that GeoJSON has."""
    simple = ("Point", "LineString", "Polygon")
    return frozenset((*simple, *(f"Multi{one}" for one in simple), "GeometryCollection"))


def _columns(features: Sequence[Any], file: str) -> dict[str, list[Any]]:
    """The properties as columns in order of first appearance, and the feature's own id."""
    every = [_properties(feature) for feature in features]
    names = dict.fromkeys(key for properties in every for key in properties)
    check_columns(names, file)
    columns = {key: [properties.get(key) for properties in every] for key in names}
    if "id" not in columns:
        ids = [feature.get("id") if isinstance(feature, Mapping) else None for feature in features]
        if any(value is not None for value in ids):
            columns["id"] = ids
    return columns


def _properties(feature: Any) -> Mapping[str, Any]:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}


def _crs(document: Any, name: str) -> crs_.System | crs_.OldDatum | None:
    """The `crs` member of older files; without one the format means WGS 84."""
    member = document.get("crs") if isinstance(document, Mapping) else None
    if not isinstance(member, Mapping):
        return crs_.parse(crs_.WGS84)
    properties = member.get("properties")
    said = properties.get("name") if isinstance(properties, Mapping) else None
    return system_of_file(str(said))


def _geometries(features: Sequence[Any], table: Table) -> NDArray[Any]:
    raw = [
        feature.get("geometry") if isinstance(feature, Mapping) else None for feature in features
    ]
    texts = [orjson.dumps(one).decode() if one is not None else None for one in raw]
    made = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    for row, (one, geometry) in enumerate(zip(raw, made, strict=True)):
        if one is None or geometry is not None:
            continue
        mended = _closed(one)
        if mended is not None:
            made[row] = mended
            table.repairs[row] = "Ring not closed"
        else:
            table.faults[row] = ("invalid_geometry", {"why": "Not a geometry"})
    flat: NDArray[Any] = shapely.force_2d(made)
    return flat


def _closed(geometry: Any) -> Any:
    """A polygon whose rings do not return to their start, closed; None when that is no help."""
    try:
        rings = geometry["coordinates"]
        polygons = [rings] if geometry["type"] == "Polygon" else rings
        closed = [[[*r, r[0]] if r[0] != r[-1] else r for r in rings] for rings in polygons]
        text = orjson.dumps({"type": "MultiPolygon", "coordinates": closed})
        return shapely.from_geojson(text)
    except (KeyError, TypeError, IndexError, ValueError, shapely.GEOSException):
        return None
