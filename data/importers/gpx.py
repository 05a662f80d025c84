"""GPX: waypoints are rows; the points of routes and tracks only where they are asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import shapely

from data.errors import Said
from data.importers import markup
from data.importers.errors import NoSuchLayer, Unreadable
from data.importers.table import Reading, Table, check_columns
from geo import crs as crs_

POINTS = {"waypoints": "wpt", "routes": "rtept", "tracks": "trkpt"}


def read(path: Path, *, name: str, reading: Reading) -> Table:
    """The waypoints, or the layer that is asked for, in WGS 84 as the format says.

    The columns are those of the file, besides lon, lat and, of a route or track, its name.
    Raises Unreadable, NoSuchLayer.
    """
    root, notes = markup.parse(path, name=name, format="GPX", reading=reading)
    if root.tag != "gpx":
        raise Unreadable(path=name, format="GPX", why="there is no gpx element in it")
    layer = reading.layer or "waypoints"
    if layer not in POINTS:
        raise NoSuchLayer(path=name, layer=layer, layers=", ".join(POINTS))
    points = list(_points(root, POINTS[layer]))
    if not points:
        raise Unreadable(path=name, format="GPX", why=_nothing(root, layer))
    rows = [{**one.attrib, **dict(markup.texts(one)), "track": track} for track, one in points]
    names = dict.fromkeys(key for row in rows for key in row)
    if layer == "waypoints":
        del names["track"]
    check_columns(names, name)
    columns = {key: [row.get(key) for row in rows] for key in names}
    table = Table(name, len(rows), columns, crs=crs_.parse(crs_.WGS84), notes=[*notes])
    table.geometry = np.array([_point(table, n, row) for n, row in enumerate(rows)], dtype=object)
    return table


def _points(root: Element, tag: str) -> Iterator[tuple[str, Element]]:
    """The points of one kind with the name of what they belong to."""
    for child in root:
        said = child.find("name") if child.tag in ("trk", "rte") else None
        for one in child.iter(tag):
            yield (said.text or "").strip() if said is not None else "", one


def _point(table: Table, row: int, values: dict[str, Any]) -> Any:
    xy = []
    for name in ("lon", "lat"):
        try:
            number = float(values.get(name, ""))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            value = str(values.get(name, "—"))[:40]
            table.faults[row] = ("bad_number", {"field": name, "value": value})
            return None
        xy.append(number)
    return shapely.Point(xy)


def _nothing(root: Element, layer: str) -> Said:
    there = {kind: sum(1 for _ in root.iter(tag)) for kind, tag in POINTS.items()}
    held = ", ".join(f"{kind} ({n})" for kind, n in there.items() if n)
    if not held:
        return Said("there is no point in it")
    return Said(
        "it has no {layer}, but {held}; take them with --layer, or replay tracks with: {how}",
        layer=layer,
        held=held,
        how="wangge replay positions FILE",
    )
