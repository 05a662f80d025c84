"""Coordinate systems: read a name or WKT, and bring coordinates to longitude and latitude.

Everything is stored in EPSG:4326, x = longitude first. CGCS2000 (EPSG:4490) differs from it by
less than a metre and is taken as it is. Of every system x is the easting or longitude and y the
northing or latitude, whatever order its authority names them in. Projections are PROJ's; GCJ-02
and BD-09 are `geo.shifted`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo import gauss_krueger, shifted
from geo.shifted import Pair

WGS84 = "EPSG:4326"
SAME_AS_WGS84 = {4326: "WGS84", 4979: "WGS84", 4490: "CGCS2000"}
WEB_MERCATOR_M = 20_037_508.35  # half the equator: beyond it the earth begins anew
Geometries = NDArray[Any]  # object array of shapely geometries or None

SHIFTED: Mapping[str, Callable[[NDArray[np.float64], NDArray[np.float64]], Pair]] = {
    "GCJ02": shifted.gcj02_to_wgs84,
    "BD09": shifted.bd09_to_wgs84,
}
# The names that users give beside EPSG codes and WKT. Case, spaces, "-" and "_" do not matter.
NAMES: Mapping[str, str] = {
    "wgs84": WGS84,
    "cgcs2000": "EPSG:4490",
    "web-mercator": "EPSG:3857",
    **{zone.name: f"EPSG:{zone.epsg}" for zone in gauss_krueger.ZONES},
    **{zone.esri: f"EPSG:{zone.epsg}" for zone in gauss_krueger.ZONES},
    **{name: name for name in SHIFTED},
}

EXAMPLES = (
    "wgs84, cgcs2000, gcj02, bd09, web-mercator, cgcs2000-gk3-cm114, cgcs2000-gk3-zone38,"
    " cgcs2000-gk6-cm111, cgcs2000-gk6-zone19"
)


class UnknownCrs(ValueError):
    """The text names no coordinate system from which longitude and latitude can be computed."""


# Their shift to WGS 84 is no constant: each region has seven parameters of its own, which its
# surveying office gives out. PROJ would take the numbers as they are, tens of metres off.
OLD_DATUMS: Mapping[str, str] = {
    "beijing1954": "Beijing 1954",
    "xian1980": "Xian 1980",
    "newbeijing": "New Beijing",
}


class OldDatum(UnknownCrs):
    """The system lies on a datum from which there is no way to WGS 84 without parameters."""

    def __init__(self, datum: str) -> None:
        super().__init__(datum)
        self.datum = datum


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system. `name` reads back by `parse`, but for a file's own, whose name stands
    in quotes; `crs` is PROJ's, WGS 84 where `name` is in SHIFTED."""

    name: str
    crs: CRS

    @property
    def same_as_wgs84(self) -> bool:
        """Whether coordinates may be taken as longitude and latitude without a transformation."""
        return self.name in SAME_AS_WGS84.values()


@dataclass(frozen=True, slots=True)
class Misfit:
    """A geometry whose numbers cannot lie in the system: its index, a reason code, the corner
    that shows it, and the name of the system that would fit, "" where none is known."""

    index: int
    reason: str
    x: float
    y: float
    fitting: str = ""


def _fold(text: str) -> str:
    return "".join(one for one in text.lower() if one not in "-_ ")


_BY_FOLD = {_fold(name): meant for name, meant in NAMES.items()}


def parse(text: str) -> System:
    """A coordinate system from a name of NAMES, "EPSG:2249", "2249", WKT or a PROJ string.

    Raises UnknownCrs, also for local and undefined systems, which lie nowhere on the earth, and
    OldDatum for Beijing 1954 and Xian 1980 without parameters.
    """
    meant = _BY_FOLD.get(_fold(text), text.strip())
    if meant in SHIFTED:
        return System(meant, CRS.from_user_input(WGS84))
    try:
        crs = CRS.from_user_input(int(meant) if meant.isdigit() else meant)
    except (CRSError, ValueError):
        raise UnknownCrs(text) from None
    nameless = crs.name.lower().startswith(("undefined", "unknown"))
    nowhere = crs.is_engineering or (nameless and not crs.is_bound)  # bound: it says its shift
    if nowhere or not (crs.is_geographic or crs.is_projected or crs.is_bound):
        raise UnknownCrs(text)
    geodetic = crs.geodetic_crs
    datum = None if crs.is_bound or geodetic is None else OLD_DATUMS.get(_datum(geodetic))
    if datum is not None:
        raise OldDatum(datum)
    return System(_name(crs), crs)


def _datum(crs: CRS) -> str:
    """The name of a datum as authorities and ArcGIS write it, folded: D_Xian_1980, Xian 1980."""
    name = crs.datum.name if crs.datum is not None else crs.name
    return _fold(name).removeprefix("d") if name.startswith("D_") else _fold(name)


def _name(crs: CRS) -> str:
    """WGS84, CGCS2000, the authority's code where there is one, a PROJ string with parameters as
    it is, else the system's own name in quotes."""
    epsg = crs.to_epsg()
    if epsg in SAME_AS_WGS84:
        return SAME_AS_WGS84[epsg]
    if crs == CRS.from_user_input("OGC:CRS84"):
        return "WGS84"
    if crs.is_bound and crs.srs.startswith("+proj"):
        return crs.srs
    authority = crs.to_authority()
    return ":".join(authority) if authority else f'"{crs.name}"'


def to_wgs84(geometries: Geometries, *, system: System) -> Geometries:
    """Geometries in EPSG:4326, x = longitude; None stays None.

    A coordinate outside the system's domain becomes infinite: ask `in_range` afterwards, and
    `misfits` before. Raises UnknownCrs when PROJ knows no way.
    """
    if system.same_as_wgs84:
        return geometries
    to_degrees = _way(system)

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_degrees(points[:, 0], points[:, 1]))

    moved: Geometries = shapely.transform(geometries, move)
    return moved


def place(x: NDArray[np.float64], y: NDArray[np.float64], *, system: System) -> Pair:
    """Points as longitude and latitude in EPSG:4326, float64 arrays; what cannot lie in the
    system, by `misfits` or by its range, becomes infinite. Raises UnknownCrs as `to_wgs84`.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        lon, lat = (x, y) if system.same_as_wgs84 else _way(system)(x, y)
        on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if system.crs.is_projected:
        on_earth[[one.index for one in misfits(shapely.points(x, y), system=system)]] = False
    return np.where(on_earth, lon, np.inf), np.where(on_earth, lat, np.inf)


@cache
def _way(system: System) -> Callable[[NDArray[np.float64], NDArray[np.float64]], Pair]:
    if system.name in SHIFTED:
        back = SHIFTED[system.name]

        def unshift(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Pair:
            there = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
            lon, lat = back(lon, lat)
            return np.where(there, lon, np.inf), np.where(there, lat, np.inf)

        return unshift
    try:
        transformer = Transformer.from_crs(system.crs, WGS84, always_xy=True)
    except ProjError:
        raise UnknownCrs(system.name) from None

    def project(x: NDArray[np.float64], y: NDArray[np.float64]) -> Pair:
        lon, lat = transformer.transform(x, y, errcheck=False)
        return lon, lat

    return project


def misfits(geometries: Geometries, *, system: System) -> list[Misfit]:
    """The geometries whose numbers cannot lie in a projected system, each with the reason:
    `degrees`, `outside_crs`, or one of `gauss_krueger.explain`. Geographic systems have none.
    """
    if not system.crs.is_projected:
        return []
    false_easting = _false_easting(system.crs)
    west, south, east, north = bounds = shapely.bounds(geometries).T
    with np.errstate(invalid="ignore"):
        wrong = (np.abs(bounds[[0, 2]]) <= 180).all(0) & (np.abs(bounds[[1, 3]]) <= 90).all(0)
        if false_easting is not None:
            half = gauss_krueger.HALF_M
            wrong |= (west < false_easting - half) | (east > false_easting + half)
            wrong |= np.maximum(-south, north) > gauss_krueger.QUADRANT_M
        elif system.name == "EPSG:3857":
            wrong |= (np.abs(bounds) > WEB_MERCATOR_M).any(0)
    return [
        _misfit(int(index), shapely.get_coordinates(geometries[index]), system, false_easting)
        for index in np.flatnonzero(wrong)
    ]


def _misfit(
    index: int, points: NDArray[np.float64], system: System, false_easting: float | None
) -> Misfit:
    x, y = points[0]
    if (np.abs(points) <= (180, 90)).all():
        return Misfit(index, "degrees", float(x), float(y))
    if false_easting is None:
        return Misfit(index, "outside_crs", float(x), float(y))
    off = [not gauss_krueger.fits(one, false_easting) for one in points[:, 0]]
    x, y = points[off.index(True)] if any(off) else points[np.abs(points[:, 1]).argmax()]
    zone = gauss_krueger.BY_EPSG.get(system.crs.to_epsg() or 0)
    reason, fitting = gauss_krueger.explain(x, y, false_easting, zone)
    return Misfit(index, reason, float(x), float(y), fitting.name if fitting else "")


def _false_easting(crs: CRS) -> float | None:
    """Of a Gauss–Krüger system (transverse Mercator, scale 1, metres); None for all others."""
    crs = crs.source_crs if crs.is_bound and crs.source_crs else crs
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    if any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        return None
    values = {str(one.name): float(one.value) for one in operation.params}
    if values.get("Scale factor at natural origin") != 1:
        return None
    return values["False easting"]


def in_range(geometries: Geometries) -> NDArray[np.bool_]:
    """Whether each geometry lies on the earth in degrees; False for None and empty, and where
    any coordinate is infinite or no number: bounds alone leave such a corner out."""
    west, south, east, north = shapely.bounds(geometries).T
    with np.errstate(invalid="ignore"):
        inside: NDArray[np.bool_] = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    inside[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    return inside
