"""Where a report lies: its point in WGS 84, from the system of its source, and its grids."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np
import shapely

from data import sources
from data.access import Actor
from data.database import Connection
from data.errors import Invalid, Said
from data.events.report import NOWHERE, OWN_SOURCE, Report
from data.places import lookup
from data.places.lookup import Place
from geo import crs


async def place(connection: Connection, actor: Actor, report: Report) -> tuple[Report, Place]:
    """The report with its point in WGS 84, converted from the system that its source has
    declared, and where that lay in its day; asked as the system actor. Raises Invalid.
    """
    if report.lon is None or report.lat is None:
        return report, NOWHERE
    name = OWN_SOURCE if actor.role == "grid_worker" else report.source or actor.role
    system = await sources.system_of(connection, source_id=actor.source_id, name=name)
    lon, lat = _convert(report.lon, report.lat, system)
    found = await lookup.locate(connection, lon=lon, lat=lat, at=report.opened_at)
    original = report.lon, report.lat, system.name
    return replace(report, lon=lon, lat=lat, original=original), found


def _convert(x: float, y: float, system: crs.System) -> tuple[float, float]:
    """Raises Invalid where the numbers cannot lie in the system, with what would help."""
    points = np.array([x]), np.array([y])
    lon, lat = (float(one[0]) for one in crs.place(*points, system=system))
    if isfinite(lon):
        return lon, lat
    found = crs.misfits(shapely.points(*points), system=system)
    said = {"x": f"{x:.9g}", "y": f"{y:.9g}", "system": system.name}
    raise Invalid(what="lon/lat", why=_misfit(found[0].reason if found else "", said))


def _misfit(reason: str, said: dict[str, str]) -> Said:
    """Why numbers cannot lie in a system, by the reasons of `geo.crs.misfits`."""
    if reason == "degrees":
        return Said("({x}, {y}) are degrees, but the source has declared metres: {system}", **said)
    if reason == "axes_exchanged":
        return Said("({x}, {y}) has the northing first; lon is the easting of {system}", **said)
    return Said("({x}, {y}) cannot lie in {system}, the coordinate system of the source", **said)
