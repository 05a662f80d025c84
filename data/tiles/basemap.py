"""The base map of a site: what is set, and whether its tiles fit the town.

Pages are told a `Basemap`; where its tiles lie and their key (`Origin`) only the server reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from data.database import Connection, fetch_one
from data.queries import load
from data.tiles.errors import AskSystem, BaiduTiles, SchemeRefused, SystemRefused
from data.tiles.folder import Folder
from data.tiles.mbtiles import MBTiles
from data.tiles.pmtiles import PMTiles
from data.tiles.source import Source
from geo import crs, tiles

SQL = load(__file__)
KINDS = ("xyz", "mbtiles", "pmtiles", "wmts")
SYSTEMS = {"WGS84": "WGS84", "EPSG:3857": "WGS84", "CGCS2000": "CGCS2000", "GCJ02": "GCJ02"}
LOOKED_AT = 8  # columns and rows of tiles that the town is compared with


@dataclass(frozen=True, slots=True)
class Basemap:
    """What pages know; `scheme` is one of `geo.tiles`, `imagery` true for photographs, `dark` for
    pictures on dark paper, `strength` in percent, `version` a part of the tiles' addresses.

    Where names come as tiles of their own, their zooms stand in `labels_min_zoom` and
    `labels_max_zoom`; else both are None.
    """

    kind: str
    system: str
    scheme: str
    imagery: bool
    attribution: str
    min_zoom: int
    max_zoom: int
    version: str
    labels_min_zoom: int | None = None
    labels_max_zoom: int | None = None
    dark: bool = False
    strength: int = 100

    def zooms(self, *, labels: bool) -> range:
        """The zooms that have tiles, of the pictures or of the labels over them."""
        if not labels:
            return range(self.min_zoom, self.max_zoom + 1)
        if self.labels_min_zoom is None or self.labels_max_zoom is None:
            return range(0)
        return range(self.labels_min_zoom, self.labels_max_zoom + 1)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where tiles come from: a folder, a file, or a template of addresses and its key; `labels`
    where those of the labels do."""

    kind: str
    location: str
    key: str | None = field(repr=False)
    tms: bool
    version: str
    labels: str | None = None

    def of_labels(self) -> Origin:
        """Where the labels come from. Only where there are any."""
        assert self.labels is not None
        return replace(self, location=self.labels)


async def read(connection: Connection) -> Basemap | None:
    """The site's base map, None where our own ground is all there is."""
    row = await fetch_one(connection, SQL.read)
    return Basemap(**row) if row else None


async def read_origin(connection: Connection) -> Origin | None:
    """Where its tiles come from."""
    row = await fetch_one(connection, SQL.read_origin)
    return Origin(**row) if row else None


async def write(connection: Connection, basemap: Basemap, origin: Origin) -> None:
    """Set the one base map of the site; open pages change to it."""
    await connection.execute(SQL.write, asdict(origin) | asdict(basemap))


async def remove(connection: Connection) -> None:
    """Back to our own ground."""
    await connection.execute(SQL.remove)


async def town(connection: Connection) -> tiles.Box | None:
    """The box of all areas and grids in degrees, None for a site without any."""
    row = await fetch_one(connection, SQL.town)
    if row is None or row["west"] is None:
        return None
    return row["west"], row["south"], row["east"], row["north"]


def system_of(text: str | None, *, scheme: str) -> str:
    """One of SYSTEMS by what the administrator calls it.

    Raises AskSystem where he says nothing, BaiduTiles, SystemRefused, SchemeRefused.
    """
    if not text:
        raise AskSystem()
    try:
        name = crs.parse(text).name
    except crs.UnknownCrs:
        raise SystemRefused(system=text) from None
    if name == "BD09":
        raise BaiduTiles()
    if name not in SYSTEMS:
        raise SystemRefused(system=text)
    if SYSTEMS[name] == "GCJ02" and scheme != tiles.MERCATOR:
        raise SchemeRefused()
    return SYSTEMS[name]


def open_source(origin: Origin, *, scheme: str) -> Source:
    """The tiles of a folder or file on this machine. Raises NoTiles, VectorTiles."""
    path = Path(origin.location)
    if origin.kind == "xyz":
        return Folder(path, tms=origin.tms, scheme=scheme)
    return (MBTiles if origin.kind == "mbtiles" else PMTiles)(path)


@dataclass(frozen=True, slots=True)
class Coverage:
    """At `zoom` the town touches `wanted` tiles (or that many were looked at); `found` are there.

    `flipped` are there when rows are counted from the other side, `sample` is the first found.
    """

    zoom: int
    wanted: int
    found: int
    flipped: int
    sample: bytes | None


def coverage(
    read_tile: Callable[[int, int, int], bytes | None],
    box: tiles.Box,
    *,
    basemap: Basemap,
    zooms: range,
) -> Coverage:
    """How much of a town's box (WGS-84) the tiles of these zooms cover, at the finest where it is
    small."""
    if basemap.system == "GCJ02":
        box = tiles.shifted_box(box)
    zoom = zooms[-1]
    while zoom > zooms[0] and _many(box, zoom, basemap.scheme):
        zoom -= 1
    wanted = found = flipped = 0
    sample = None
    left, top, right, bottom = tiles.tiles_of(box, zoom=zoom, scheme=basemap.scheme)
    last = tiles.shape(zoom=zoom, scheme=basemap.scheme)[1] - 1
    for column in range(left, min(right, left + LOOKED_AT) + 1):
        for row in range(top, min(bottom, top + LOOKED_AT) + 1):
            tile = read_tile(zoom, column, row)
            wanted += 1
            found += tile is not None
            flipped += read_tile(zoom, column, last - row) is not None
            sample = sample or tile
    return Coverage(zoom, wanted, found, flipped, sample)


def _many(box: tiles.Box, zoom: int, scheme: str) -> bool:
    left, top, right, bottom = tiles.tiles_of(box, zoom=zoom, scheme=scheme)
    return right - left >= LOOKED_AT or bottom - top >= LOOKED_AT
