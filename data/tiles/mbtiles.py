"""Tiles in an MBTiles file: SQLite, opened read-only. Its rows count from the south.

The statements stand here and not in a `.sql`: they are SQLite's, not PostgreSQL's.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from data.tiles.errors import NoTiles, VectorTiles
from data.tiles.pictures import MOST_BYTES
from data.tiles.source import Facts, plain

TILE = (
    "SELECT tile_data FROM tiles"
    " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? AND length(tile_data) <= ?"
)
ZOOMS = "SELECT (SELECT min(zoom_level) FROM tiles), (SELECT max(zoom_level) FROM tiles)"
METADATA = "SELECT name, value FROM metadata"


class MBTiles:
    """An MBTiles file of pictures. Raises NoTiles, VectorTiles."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        if not path.is_file():
            raise NoTiles(path=path, why="it is no file" if path.exists() else "it does not exist")
        try:
            self._link = _open(path)
            said = dict(self._link.execute(METADATA).fetchall())
            least, most = self._link.execute(ZOOMS).fetchone()
        except sqlite3.Error as error:
            raise NoTiles(path=path, why=f"no MBTiles ({error})") from None
        if str(said.get("format", "")).lower() in ("pbf", "mvt"):
            self.close()
            raise VectorTiles(path=path, kind=said["format"])
        if least is None:
            self.close()
            raise NoTiles(path=path, why="its table is empty")
        self.facts = Facts(int(least), int(most), plain(said.get("attribution")))

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        """A tile's bytes. Raises OSError where the file can no longer be read."""
        wanted = (zoom, column, (1 << zoom) - 1 - row, MOST_BYTES)
        try:
            with self._turn:
                found = self._link.execute(TILE, wanted).fetchone()
        except sqlite3.Error as error:
            raise OSError(f"{self._path}: {error}") from None
        return bytes(found[0]) if found and found[0] is not None else None

    def close(self) -> None:
        """Close the file."""
        self._link.close()


def _open(path: Path) -> sqlite3.Connection:
    """Read-only; of a file that writes its journal beside it, on a medium that takes none, as it
    stands."""
    uri = path.resolve().as_uri()
    try:
        link = sqlite3.connect(f"{uri}?mode=ro", uri=True, check_same_thread=False)
        link.execute(METADATA).fetchone()
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error) and "unable to open" not in str(error):
            raise
        link = sqlite3.connect(f"{uri}?immutable=1", uri=True, check_same_thread=False)
    return link
