"""Longitude and latitude exchanged where both are possible: the site's own extent tells."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from data.database import Connection, fetch_all
from data.importers.batch import Batch
from data.importers.options import Options
from data.queries import load

SQL = load(__file__)
MARGIN = 0.25  # of the site's width and height
MARGIN_DEG = 0.1


async def check(connection: Connection, batch: Batch, options: Options) -> None:
    """Reject the rows that lie outside the site, but within it when exchanged; nothing is
    exchanged unasked. A site without any outline cannot tell."""
    if options.swap is not None or not any(batch.spatial):
        return
    if (box := await extent(connection)) is None:
        return
    west, south, east, north = shapely.bounds(batch.geometry).T
    x, y = (west + east) / 2, (south + north) / 2
    for index in np.flatnonzero(~_inside(x, y, box) & _inside(y, x, box)):
        said = {"x": f"{x[index]:.9g}", "y": f"{y[index]:.9g}"}
        batch.ledger.reject(int(index), "swapped", **said)


async def extent(connection: Connection) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the site's outlines in degrees, EPSG:4326; None without any."""
    (row,) = await fetch_all(connection, SQL.extent)
    return None if row["west"] is None else (row["west"], row["south"], row["east"], row["north"])


def _inside(
    x: NDArray[np.float64], y: NDArray[np.float64], box: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    """Whether points lie in a box with a margin around it; no number lies nowhere."""
    west, south, east, north = box
    wide, high = ((b - a) * MARGIN + MARGIN_DEG for a, b in ((west, east), (south, north)))
    with np.errstate(invalid="ignore"):
        in_x = (x >= west - wide) & (x <= east + wide)
        inside: NDArray[np.bool_] = in_x & (y >= south - high) & (y <= north + high)
    return inside
