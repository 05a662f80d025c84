"""The present base map's tiles in this process: opened when first asked for, again when it is set
anew. Its pictures and the labels over them are two sets of tiles."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from dashboard.basemaps.remote import Remote
from data.database import Database
from data.places.site import Site
from data.tiles import basemap as basemaps
from data.tiles.basemap import Basemap, Origin
from data.tiles.errors import BasemapRefused
from data.tiles.source import Source

LOG = logging.getLogger("wangge.tiles")
AGAIN_S = 10.0  # a file that is gone is looked for as often


class Basemaps:
    """`site` is the site as last read; tiles of services are kept below `kept`."""

    def __init__(self, database: Database, *, site: Callable[[], Site], kept: Path) -> None:
        self._site = site
        self._parts = {labels: _Part(database, kept, labels=labels) for labels in (False, True)}

    async def tile(
        self, version: str, zoom: int, column: int, row: int, *, labels: bool = False
    ) -> bytes | None:
        """A tile of this version of the base map, None where there is none (now)."""
        present = self._site().basemap
        if present is None or present.version != version:
            return None
        if zoom not in present.zooms(labels=labels):
            return None
        return await self._parts[labels].tile(present, zoom, column, row)

    def keeps(self, *, labels: bool = False) -> bool:
        """Whether what is missing now will be missing in an hour: of a file, not of a service."""
        present = self._site().basemap
        return present is not None and present.kind != "wmts" and self._parts[labels].opened

    async def stop(self) -> None:
        """Give files and connections back."""
        for part in self._parts.values():
            await part.stop()


class _Part:
    """One set of tiles: the pictures, or the labels."""

    def __init__(self, database: Database, kept: Path, *, labels: bool) -> None:
        self._database, self._kept, self._labels = database, kept, labels
        self._turn = asyncio.Lock()
        self._version: str | None = None
        self._source: Source | Remote | None = None
        self._again_at = float("-inf")

    @property
    def opened(self) -> bool:
        return self._source is not None

    async def tile(self, present: Basemap, zoom: int, column: int, row: int) -> bytes | None:
        source = await self._open(present)
        if isinstance(source, Remote):
            return await source.read(zoom, column, row)
        if source is None:
            return None
        try:
            return await asyncio.to_thread(source.read, zoom, column, row)
        except OSError as error:
            LOG.warning("the base map cannot be read: %s", error)
            self._again_at = time.monotonic() + AGAIN_S
            await self.stop()
            return None

    async def stop(self) -> None:
        source, self._source = self._source, None
        if isinstance(source, Remote):
            await source.close()
        elif source is not None:
            source.close()

    async def _open(self, present: Basemap) -> Source | Remote | None:
        if self._version == present.version and self._source is not None:
            return self._source
        async with self._turn:
            resting = self._source is not None or time.monotonic() < self._again_at
            if self._version == present.version and resting:
                return self._source
            await self.stop()
            self._version, self._again_at = present.version, time.monotonic() + AGAIN_S
            async with self._database.acting(None) as connection:
                origin = await basemaps.read_origin(connection)
            if origin is None or origin.version != present.version:
                self._version = None  # set anew this very moment
                return None
            try:
                self._source = await self._make(origin, present.scheme)
            except BasemapRefused as error:
                LOG.warning("the base map cannot be read: %s", error)
            return self._source

    async def _make(self, origin: Origin, scheme: str) -> Source | Remote:
        if self._labels:
            origin = origin.of_labels()
        if origin.kind == "wmts":
            await asyncio.to_thread(_only, self._kept, origin.version)
            kept = self._kept / origin.version / ("labels" if self._labels else "pictures")
            return Remote(origin.location, origin.key, kept=kept)
        return await asyncio.to_thread(basemaps.open_source, origin, scheme=scheme)


def _only(kept: Path, version: str) -> None:
    """Forget the tiles of earlier services."""
    if kept.is_dir():
        for folder in kept.iterdir():
            if folder.name != version:
                shutil.rmtree(folder, ignore_errors=True)
