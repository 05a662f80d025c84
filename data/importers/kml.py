"""KML: each Placemark is a row; its folders are a column, its extended data are columns too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from data.importers import geojson, markup
from data.importers.errors import Unreadable
from data.importers.table import Reading, Table
from geo import crs as crs_

OWN = ("name", "description", "address", "phoneNumber")
ELSEWHERE = ("NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay")
SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
OTHERS = ("Model", "Track", "MultiTrack")
BROKEN = {"type": "Broken"}
Shape = dict[str, Any]


def read(path: Path, *, name: str, reading: Reading) -> Table:
    """The placemarks of all folders, in WGS 84 as the format says. Links are never followed.

    Raises Unreadable.
    """
    root, notes = markup.parse(path, name=name, format="KML", reading=reading)
    marks = list(_placemarks(root, ()))
    if not marks:
        raise Unreadable(path=name, format="KML", why="there is no Placemark in it")
    features = [_feature(one, folders) for folders, one in marks]
    table = geojson.table(name, features, crs=crs_.parse(crs_.WGS84))
    table.notes += notes
    if links := sum(1 for one in root.iter() if one.tag in ELSEWHERE):
        table.notes.append(("not_followed", {"file": name, "n": links}))
    return table


def _placemarks(element: Element, folders: tuple[str, ...]) -> Iterator[tuple[str, Element]]:
    """Each placemark with the names of its folders; depth is bounded by the parser."""
    for child in element:
        if child.tag == "Placemark":
            yield "/".join(folders), child
        elif child.tag == "Folder":
            yield from _placemarks(child, (*folders, _text(child, "name")))
        elif child.tag in ("Document", "kml"):
            yield from _placemarks(child, folders)


def _feature(mark: Element, folders: str) -> Shape:
    values = {one: said for one in OWN if (said := _text(mark, one))}
    if folders:
        values["folder"] = folders
    if (time := mark.find(".//when")) is None:
        time = mark.find(".//begin")
    if time is not None and time.text:
        values["time"] = time.text.strip()
    for key, said in _extended(mark):
        values[f"{key}_2" if values.get(key, said) != said else key] = said
    found: Shape = {"type": "Feature", "properties": values, "geometry": _shape(mark)}
    return {**found, "id": mark.get("id")} if mark.get("id") else found


def _extended(mark: Element) -> Iterator[tuple[str, str]]:
    for one in mark.iter("Data"):
        yield one.get("name") or "?", _text(one, "value")
    for one in mark.iter("SimpleData"):
        yield one.get("name") or "?", (one.text or "").strip()


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _shape(mark: Element) -> Shape | None:
    """A placemark's geometry as GeoJSON; BROKEN where it cannot be read, None where none is."""
    for child in mark:
        if child.tag in OTHERS:
            return BROKEN
        if child.tag in SHAPES:
            try:
                return _geometry(child)
            except (ValueError, IndexError):
                return BROKEN
    return None


def _geometry(element: Element) -> Shape:
    if element.tag == "MultiGeometry":
        parts = [_geometry(one) for one in element if one.tag in SHAPES]
        return {"type": "GeometryCollection", "geometries": parts}
    if element.tag == "Polygon":
        rings = [
            _coordinates(ring)
            for side in ("outerBoundaryIs", "innerBoundaryIs")
            for boundary in element.findall(side)
            for ring in boundary.findall("LinearRing")
        ]
        return {"type": "Polygon", "coordinates": rings}
    points = _coordinates(element)
    if element.tag == "Point":
        return {"type": "Point", "coordinates": points[0]}
    return {"type": "LineString", "coordinates": points}


def _coordinates(element: Element) -> list[list[float]]:
    """The tuples "lon,lat[,height]" that stand between spaces. NaN is no GeoJSON, so no shape."""
    said = _text(element, "coordinates").split()
    return [[float(number) for number in one.split(",")[:2]] for one in said]
