"""A first look at a file: its columns with examples, and what they would mean for each kind."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.importers import columns as columns_
from data.importers import reading, stream, values
from data.importers.errors import CompetingColumns, ImportRefused
from data.importers.options import Options
from data.importers.run import NOUNS
from data.importers.table import Progress, Reading, Table, text
from data.importers.values import Words
from geo.crs import OldDatum
from geo.fitting import Box, fitting

EXAMPLES = 3
LONGEST = 60
SAMPLE = 500  # points that are enough to tell systems apart


def describe(
    path: str, chosen: Reading, words: Words, town: Box | None, progress: Progress
) -> dict[str, Any]:
    """What a file holds, in the words of the site; of a large CSV what its first block does, and
    that there is more. A file that is silent about its system is told which could be meant, by
    `town`, the box of what is here.

    Raises ImportRefused; a file of several layers says which there are.
    """
    with closing(_tables(path, chosen, progress)) as tables:
        table, more = next(tables), next(tables, None) is not None
    shapes = _shapes(table)
    meant = {noun: _meant(table, noun) for noun in NOUNS}
    named = next((found["name"] for found, _ in meant.values() if "name" in found), None)
    return {
        "rows": table.length,
        "more": more,
        "columns": [
            {
                "name": name,
                "examples": [one for one in map(text, held[:EXAMPLES]) if one],
                "values": values.of_column(table, name, words, named=named),
            }
            for name, held in table.columns.items()
        ],
        "shapes": dict(shapes),
        "crs": table.crs.datum if isinstance(table.crs, OldDatum) else table.crs and table.crs.name,
        "fitting": [] if table.crs else _fitting(table, [one for one, _ in meant.values()], town),
        "meant": {noun: found for noun, (found, _) in meant.items()},
        "competing": {noun: rivals for noun, (_, rivals) in meant.items() if rivals},
        "guess": _guess(shapes, {noun: set(found) for noun, (found, _) in meant.items()}),
    }


def _tables(path: str, chosen: Reading, progress: Progress) -> Generator[Table]:
    blocks = False
    if stream.is_large([path]):
        for table in stream.blocks(path, reading=chosen, progress=progress):
            blocks = True
            yield table
    if not blocks:
        yield from reading.read_all([path], reading=chosen, progress=progress)


def _shapes(table: Table) -> Counter[str]:
    if table.geometry is None:
        return Counter()
    present = table.geometry[~shapely.is_missing(table.geometry)]
    return Counter(one.geom_type for one in present)


def _fitting(table: Table, meant: list[dict[str, str]], town: Box | None) -> list[str]:
    """The systems that a sample of the file's points could be in."""
    if table.geometry is not None:
        there = table.geometry[~shapely.is_missing(table.geometry)]
        west, south, east, north = shapely.bounds(there[:: len(there) // SAMPLE + 1]).T
        return fitting((west + east) / 2, (south + north) / 2, town=town)
    for x, y in (("x", "y"), ("lon", "lat")):
        named = next(((one[x], one[y]) for one in meant if x in one and y in one), None)
        if named is not None:
            step = table.length // SAMPLE + 1
            return fitting(*(_numbers(table.columns[name][::step]) for name in named), town=town)
    return []


def _numbers(held: Sequence[Any]) -> NDArray[np.float64]:
    """A column's values, NaN for what is no number."""

    def number(value: Any) -> float:
        try:
            return float(value)
        except (TypeError, ValueError):
            return math.nan

    return np.array([number(value) for value in held])


def _meant(table: Table, noun: str) -> tuple[dict[str, str], str | None]:
    """Field → column by their names, and the columns that compete for a field."""
    kind = NOUNS[noun]
    known = (*kind.fields, *columns_.POSITION)
    try:
        found = columns_.choose(
            table, noun=noun, known=known, key_field=kind.key_field, options=Options()
        ).found
    except CompetingColumns as error:
        return {}, str(error.fields["columns"])
    except ImportRefused:
        return {}, None
    return {field: column for field, (column, _) in found.items()}, None


def _guess(shapes: Counter[str], meant: dict[str, set[str]]) -> str:
    """The kind that a file most likely is."""
    if "opened" in meant["events"]:
        return "events"
    if meant["people"] & {"phone", "role", "force_type"}:
        return "people"
    filled = shapes["Polygon"] + shapes["MultiPolygon"]
    if shapes["LineString"] + shapes["MultiLineString"] > filled:
        return "ground"
    if filled:
        return "areas" if "level" in meant["areas"] else "grids"
    return "facilities" if shapes or meant["facilities"] & {"lon", "x", "wkt"} else "people"
