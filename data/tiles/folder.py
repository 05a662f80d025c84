"""Tiles in a folder: ZOOM/COLUMN/ROW.png, .jpg, .jpeg or .webp."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data.tiles.errors import NoTiles
from data.tiles.pictures import MOST_BYTES
from data.tiles.source import Facts
from geo import tiles

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
MOST_ZOOM = 24


class Folder:
    """A folder of tiles; `tms` where its rows count from the south. Raises NoTiles."""

    def __init__(self, path: Path, *, tms: bool = False, scheme: str = tiles.MERCATOR) -> None:
        self._root = path.resolve()
        self._tms, self._scheme = tms, scheme
        self._suffixes: tuple[str, ...] = SUFFIXES
        zooms = [zoom for zoom in _numbers(self._root, path) if zoom <= MOST_ZOOM]
        zooms = [zoom for zoom in zooms if any(_columns(self._root / str(zoom)))]
        if not zooms:
            raise NoTiles(path=path, why="folders as 12/3456/1789.png are looked for")
        self.facts = Facts(min(zooms), max(zooms))

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        """A tile's bytes; what a link leads out of the folder to is none of it."""
        if self._tms:
            row = tiles.shape(zoom=zoom, scheme=self._scheme)[1] - 1 - row
        stem = self._root / str(zoom) / str(column) / str(row)
        for suffix in self._suffixes:
            file = stem.with_suffix(suffix)
            try:
                if not file.resolve().is_relative_to(self._root):
                    return None
                if file.stat().st_size > MOST_BYTES:
                    return None
                tile = file.read_bytes()
            except FileNotFoundError:
                continue
            except (NotADirectoryError, IsADirectoryError):
                return None
            # Most folders have one kind of picture: look for it first from now on.
            self._suffixes = (suffix, *(one for one in SUFFIXES if one != suffix))
            return tile
        if not self._root.is_dir():
            raise FileNotFoundError(self._root)
        return None

    def close(self) -> None:
        """Nothing is held open."""


def _numbers(root: Path, said: Path) -> list[int]:
    try:
        return [int(one.name) for one in root.iterdir() if one.name.isdecimal() and one.is_dir()]
    except FileNotFoundError:
        raise NoTiles(path=said, why="it does not exist") from None
    except NotADirectoryError:
        raise NoTiles(path=said, why="it is no folder") from None
    except PermissionError:
        raise NoTiles(path=said, why="it may not be read") from None


def _columns(zoom: Path) -> Iterator[Path]:
    return (one for one in zoom.iterdir() if one.name.isdecimal())
