"""The reading stage: paths in, tables out. File work: call it through `asyncio.to_thread`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from data.importers import delimited, files, geojson, gpx, kml, workbook
from data.importers.table import Progress, Reading, Table

READERS = {
    "csv": delimited.read,
    "json": geojson.read,
    "gpx": gpx.read,
    "kml": kml.read,
    "xlsx": workbook.read,
}


def read_all(paths: Sequence[str], *, reading: Reading, progress: Progress) -> list[Table]:
    """Read each file in turn. Raises ImportRefused."""
    tables = []
    for done, path in enumerate(paths):
        progress("read", done, len(paths))
        tables.append(read(path, reading=reading))
    progress("read", len(paths), len(paths))
    return tables


def read(path: str, *, reading: Reading) -> Table:
    """One file as a table. Raises ImportRefused."""
    with tempfile.TemporaryDirectory(prefix="wangge-import-") as folder:
        found = files.find(path, work=Path(folder), reading=reading)
        reading = replace(reading, layer=found.layer)
        if (read_it := READERS.get(found.format)) is not None:
            return read_it(found.path, name=found.name, reading=reading)
        from data.importers import vector  # GDAL takes a second to load: only where it is needed

        return vector.read(found.path, name=found.name, format=found.format, reading=reading)
