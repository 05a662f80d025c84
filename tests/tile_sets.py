"""Small tile sets painted by code: a sheet of paper with lines, and dots at known places."""

from __future__ import annotations

import gzip
import json
import math
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo import tiles
from geo.shifted import wgs84_to_gcj02

SIDE = 256
Place = tuple[float, float]
Address = tuple[int, int, int]  # zoom, column, row
TileSet = Mapping[Address, bytes]
PAPER, LINE, DOT = (242, 240, 234), (196, 190, 180), (0, 0, 0)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """An RGB or RGBA picture (height × width × 3 or 4) as PNG."""
    high, wide, deep = pixels.shape
    rows = b"".join(b"\x00" + row.tobytes() for row in pixels)

    def part(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", wide, high, 8, 2 if deep == 3 else 6, 0, 0, 0)
    packed = zlib.compress(rows, 6)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", packed) + part(b"IEND", b"")


def plain(colour: tuple[int, int, int]) -> bytes:
    """A tile of one colour."""
    return png(np.full((SIDE, SIDE, 3), colour, dtype=np.uint8))


def lettering(colour: tuple[int, int, int] = DOT) -> bytes:
    """A tile of labels: a bar of this colour across its middle, nothing around it."""
    sheet = np.zeros((SIDE, SIDE, 4), dtype=np.uint8)
    sheet[112:144, 32:224] = (*colour, 255)
    return png(sheet)


def pixel(place: Place, zoom: int, *, system: str, scheme: str = tiles.MERCATOR) -> Place:
    """Where a place (WGS-84) lies on the whole picture of a zoom: written anew, not `geo.tiles`."""
    lon, lat = place
    if system == "GCJ02":
        x, y = wgs84_to_gcj02(np.array([lon]), np.array([lat]))
        lon, lat = float(x[0]), float(y[0])
    across = SIDE * 2**zoom
    if scheme == tiles.GEOGRAPHIC:
        return (lon + 180) / 360 * across, (90 - lat) / 360 * across
    sine = math.sin(math.radians(lat))
    return (lon / 360 + 0.5) * across, (
        0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    ) * across


def painted(
    around: Place,
    zooms: Iterable[int],
    *,
    system: str,
    scheme: str = tiles.MERCATOR,
    dots: Iterable[Place] = (),
    reach: int = 3,
    paint: Callable[[int, int, int], bytes] | None = None,
) -> dict[Address, bytes]:
    """The tiles around a place, `reach` each way; a dot of 5 × 5 pixels at each of `dots`."""
    made = {}
    for zoom in zooms:
        x, y = pixel(around, zoom, system=system, scheme=scheme)
        spots = [pixel(dot, zoom, system=system, scheme=scheme) for dot in dots]
        for column in range(int(x // SIDE) - reach, int(x // SIDE) + reach + 1):
            for row in range(int(y // SIDE) - reach, int(y // SIDE) + reach + 1):
                if column < 0 or row < 0:
                    continue
                tile = paint(zoom, column, row) if paint else _tile(column, row, spots)
                made[zoom, column, row] = tile
    return made


def _tile(column: int, row: int, spots: list[Place]) -> bytes:
    sheet = np.full((SIDE, SIDE, 3), PAPER, dtype=np.uint8)
    sheet[126:130, :], sheet[:, 126:130] = LINE, LINE
    for x, y in spots:
        left, top = round(x - 2.5) - column * SIDE, round(y - 2.5) - row * SIDE
        if -5 < left < SIDE and -5 < top < SIDE:
            sheet[max(0, top) : top + 5, max(0, left) : left + 5] = DOT
    return png(sheet)


def folder(root: Path, made: TileSet, *, tms: bool = False, suffix: str = ".png") -> Path:
    """A folder of tiles as ZOOM/COLUMN/ROW.png."""
    for (zoom, column, row), tile in made.items():
        file = root / str(zoom) / str(column) / f"{2**zoom - 1 - row if tms else row}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(tile)
    return root


def mbtiles(file: Path, made: TileSet, **said: str) -> Path:
    """An MBTiles file."""
    with sqlite3.connect(file) as link:
        link.execute("CREATE TABLE metadata (name text, value text)")
        link.execute(
            "CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)"
        )
        link.executemany("INSERT INTO metadata VALUES (?, ?)", {"format": "png", **said}.items())
        rows = [(z, x, 2**z - 1 - y, tile) for (z, x, y), tile in made.items()]
        link.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    link.close()
    return file


def pmtiles(
    file: Path, made: Mapping[int, bytes], *, kind: int = 2, packed: int = 2, leaves: bool = False
) -> Path:
    """A PMTiles file of tiles by their id in it; `leaves` puts the entries one directory deeper."""
    data, entries = b"", []
    for id_ in sorted(made):
        entries.append((id_, 1, len(made[id_]), len(data)))
        data += made[id_]
    squeeze: Callable[[bytes], bytes] = gzip.compress if packed == 2 else bytes
    about = squeeze(json.dumps({"attribution": "<a href='x'>© Surveyors</a>"}).encode())
    root, leaf = squeeze(_directory(entries)), b""
    if leaves:
        leaf, root = root, squeeze(_directory([(0, 0, len(root), 0)]))
    at = 127 + len(root)
    places = (
        127,
        len(root),
        at,
        len(about),
        at + len(about),
        len(leaf),
        at + len(about) + len(leaf),
    )
    numbers = (*places, len(data), len(entries), len(entries), len(entries))
    head = struct.pack("<7sB11Q", b"PMTiles", 3, *numbers)
    head += struct.pack("<6B4iB2i", 1, packed, 1, kind, 0, 2, *(0,) * 4, 0, 0, 0)
    file.write_bytes(head + root + about + leaf + data)
    return file


def _directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    ids = [entry[0] for entry in entries]
    steps = [b - a for a, b in zip([0, *ids], ids, strict=False)]
    columns = [steps, *([entry[at] for entry in entries] for at in (1, 2))]
    offsets = [entry[3] + 1 for entry in entries]
    return b"".join(_varint(n) for n in [len(entries), *(n for c in columns for n in c), *offsets])


def _varint(number: int) -> bytes:
    packed = bytearray()
    while number > 127:
        packed.append(number & 127 | 128)
        number >>= 7
    return bytes([*packed, number])
