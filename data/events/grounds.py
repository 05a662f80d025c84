"""The ground of an alert: polygons and circles as CAP writes them.

What is wrong with a part is mended where it is plain what was meant, else the part is left out;
either way it is said. A warning is worth more than a good drawing of it, so none is lost for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from xml.etree.ElementTree import Element

import shapely
from shapely import Geometry, MultiPoint, Point, Polygon

from data.errors import Said
from geo import circles, meridian, polygons

MOST_PARTS = 1_000  # polygons and circles
MOST_CORNERS = 5_000  # of all together; walls draw them
MOST_FLAWS = 20
WIDEST_M = 2_000_000.0  # radius
WIDEST_DEG = 90.0
FINEST_DEG = 0.00002  # some 2 m


class Fault(StrEnum):
    """What may be wrong with a part of the ground."""

    UNCLOSED = "unclosed"
    SELF_CROSSING = "self_crossing"
    ANTIMERIDIAN = "antimeridian"
    TOO_DETAILED = "too_detailed"
    UNREADABLE = "unreadable"
    POLE = "pole"
    TOO_WIDE = "too_wide"
    NO_AREA = "no_area"
    TOO_MANY = "too_many"


WORDS = {
    Fault.UNCLOSED: Said("it does not end where it begins; it was closed"),
    Fault.SELF_CROSSING: Said("its outline crosses itself; it was mended"),
    Fault.ANTIMERIDIAN: Said("it crosses the antimeridian; it was cut there"),
    Fault.TOO_DETAILED: Said("it has too many corners; it was simplified"),
    Fault.UNREADABLE: Said("it cannot be read, write latitude,longitude in degrees; left out"),
    Fault.POLE: Said("it goes round a pole; left out"),
    Fault.TOO_WIDE: Said("it is wider than can be meant; left out"),
    Fault.NO_AREA: Said("it encloses no ground; left out"),
    Fault.TOO_MANY: Said("there are too many parts; the last ones are left out"),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """What was wrong with a part: which one, as `polygon 2` (`ground`: all of it)."""

    part: str
    fault: Fault

    def as_json(self) -> dict[str, str]:
        return {"part": self.part, "fault": self.fault.value}


class _LeftOut(Exception):
    """A part says no ground that can be drawn."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def read(areas: Sequence[Element]) -> tuple[Geometry | None, tuple[Flaw, ...]]:
    """All polygons and circles of CAP's areas together, in degrees (WGS 84) within ±180, and what
    was wrong with them; None where no ground is left. What is repeated is read once."""
    parts: list[Geometry] = []
    flaws: list[Flaw] = []
    for number, (part, text) in enumerate(_written(areas)):
        if number == MOST_PARTS:
            flaws.append(Flaw("ground", Fault.TOO_MANY))
            break
        try:
            shape, faults = _SHAPES[part.split()[0]](text.split())
            parts.append(shape)
        except _LeftOut as error:
            faults = [error.fault]
        flaws += [Flaw(part, fault) for fault in faults]
    if not parts:
        return None, tuple(flaws[:MOST_FLAWS])
    ground, simpler = _drawable(shapely.union_all(parts))
    if simpler:
        flaws.insert(0, Flaw("ground", Fault.TOO_DETAILED))
    return ground, tuple(flaws[:MOST_FLAWS])


def _written(areas: Sequence[Element]) -> Iterator[tuple[str, str]]:
    """The parts as they stand there, each once: `polygon 1` and its text."""
    for kind in _SHAPES:
        texts = ((one.text or "").strip() for area in areas for one in area.findall(kind))
        for number, text in enumerate(dict.fromkeys(texts), start=1):
            yield f"{kind} {number}", text


def _polygon(pairs: list[str]) -> tuple[Geometry, list[Fault]]:
    """Corners `lat,lon`, the last one the first."""
    corners = [_point(one) for one in pairs]
    if len(set(corners)) < 3:
        raise _LeftOut(Fault.UNREADABLE)
    faults = [] if corners[0] == corners[-1] else [Fault.UNCLOSED]
    ring = meridian.unrolled(corners)
    if ring is None:
        raise _LeftOut(Fault.POLE)
    if polygons.tangled(ring):
        hull = MultiPoint(ring).convex_hull
        return _on_map(hull if hull.area else None, [*faults, Fault.TOO_DETAILED])
    shape, how = polygons.repair(Polygon(ring))
    if how is not None:
        faults.append(Fault.SELF_CROSSING)
    return _on_map(shape, faults)


def _circle(words: list[str]) -> tuple[Geometry, list[Fault]]:
    """`lat,lon radius`, the radius in kilometres; 0 is a point."""
    if len(words) != 2:
        raise _LeftOut(Fault.UNREADABLE)
    lon, lat = _point(words[0])
    radius_m = _number(words[1]) * 1_000
    if radius_m == 0:
        return Point(lon, lat), []
    if radius_m < 0:
        raise _LeftOut(Fault.UNREADABLE)
    if radius_m > WIDEST_M:
        raise _LeftOut(Fault.TOO_WIDE)
    if circles.holds_pole(lat, radius_m):
        raise _LeftOut(Fault.POLE)
    return _on_map(polygons.repair(circles.circle(lon, lat, radius_m))[0], [])


_SHAPES = {"polygon": _polygon, "circle": _circle}


def _on_map(shape: Geometry | None, faults: list[Fault]) -> tuple[Geometry, list[Fault]]:
    """A shape with longitudes within ±180."""
    if shape is None:
        raise _LeftOut(Fault.NO_AREA)
    west, south, east, north = shape.bounds
    if max(east - west, north - south) > WIDEST_DEG:
        raise _LeftOut(Fault.TOO_WIDE)
    if west < -180 or east > 180:
        return meridian.cut(shape), [*faults, Fault.ANTIMERIDIAN]
    return shape, faults


def _drawable(ground: Geometry) -> tuple[Geometry, bool]:
    """Ground with at most MOST_CORNERS corners, and whether it had more."""
    simple, tolerance = ground, FINEST_DEG
    while shapely.get_num_coordinates(simple) > MOST_CORNERS and tolerance < WIDEST_DEG:
        simple = shapely.make_valid(shapely.simplify(ground, tolerance))
        tolerance *= 4
    if shapely.get_num_coordinates(simple) > MOST_CORNERS or simple.is_empty:
        simple = shapely.convex_hull(ground)
    return simple, simple is not ground


def _point(text: str) -> tuple[float, float]:
    """(lon, lat) of `lat,lon`."""
    numbers = text.split(",")
    if len(numbers) != 2:
        raise _LeftOut(Fault.UNREADABLE)
    lat, lon = (_number(one) for one in numbers)
    if abs(lat) > 90 or abs(lon) > 180:
        raise _LeftOut(Fault.UNREADABLE)
    return lon, lat


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise _LeftOut(Fault.UNREADABLE)
    return value
