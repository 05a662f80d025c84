"""From tables to one batch: columns mapped to fields, geometries in longitude and latitude."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from data.importers import columns as columns_
from data.importers.errors import AskCrs, AskParameters, NoSuchField
from data.importers.options import Options
from data.importers.report import Ledger
from data.importers.table import Progress, Table, silent, text
from geo import crs as crs_

Columns = Mapping[str, tuple[str, Sequence[Any]]]  # field → its column's name and values


@dataclass(slots=True)
class Batch:
    """All rows of all files. `fields` holds a list of raw values per field that some file has.

    `geometry` is an object array in EPSG:4326, `original` the same as the file has it, each row
    in the system that `systems` names; `spatial` says whether each row's file has geometry at
    all. `chosen` tells which column became which field.
    """

    ledger: Ledger
    fields: dict[str, list[Any]] = field(default_factory=dict)
    geometry: NDArray[Any] = field(default_factory=lambda: np.empty(0, dtype=object))
    original: NDArray[Any] = field(default_factory=lambda: np.empty(0, dtype=object))
    systems: list[str] = field(default_factory=list)
    spatial: list[bool] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    progress: Progress = silent
    block: bool = False  # one of several of a file
    day_first: bool | None = None  # what its dates say, once somebody has looked

    def text(self, name: str, row: int) -> str:
        """A field of a row as clean text, "" when it has none."""
        column = self.fields.get(name)
        return "" if column is None else text(column[row])


def build(
    tables: Sequence[Table], *, noun: str, fields: Sequence[str], key_field: str, options: Options
) -> Batch:
    """Map and place all tables. Raises NoSuchColumn, NoSuchField, CompetingColumns, AskCrs."""
    known = (*fields, *columns_.POSITION)
    for name in options.maps:
        if name not in known:
            raise NoSuchField(field=name, fields=", ".join(known))
    ledger = Ledger([(table.file, table.length) for table in tables])
    batch = Batch(ledger)
    batch.geometry, batch.original = (np.full(ledger.rows, None, dtype=object) for _ in range(2))
    batch.columns = list(dict.fromkeys(name for table in tables for name in table.columns))
    start = 0
    for table in tables:
        chosen = columns_.choose(
            table, noun=noun, known=known, key_field=key_field, options=options
        )
        _fill(batch, table, chosen, start)
        _note(table, ledger, start)
        system = _place(table, chosen.found, batch, start, options)
        batch.spatial += [system is not None] * table.length
        batch.systems += [system or ""] * table.length
        start += table.length
    if key_field not in batch.fields and ledger.rows:
        ledger.warn("keyed_by_content")
        batch.content = [one for table in tables for one in _content(table)]
    return batch


def _fill(batch: Batch, table: Table, chosen: columns_.Columns, start: int) -> None:
    """Put a table's columns into the fields of its rows, and tell how they were chosen."""
    ledger = batch.ledger
    batch.chosen.update({name: column for name, (column, _) in chosen.found.items()})
    ledger.recognised.update(chosen.recognised)
    for name, several in chosen.competing.items():
        ledger.warn("competing", field=name, columns=several)
    for name, (_, values) in chosen.found.items():
        whole = batch.fields.setdefault(name, [None] * ledger.rows)
        whole[start : start + table.length] = values


def _note(table: Table, ledger: Ledger, start: int) -> None:
    for reason, fields in table.notes:
        ledger.warn(reason, **fields)
    for row, (reason, fields) in table.faults.items():
        ledger.reject(start + row, reason, **fields)
    for row, how in table.repairs.items():
        ledger.repair(start + row, how)


def _content(table: Table) -> list[str]:
    """A digest of each row's values and geometry: the key of rows that have none."""
    shapes = shapely.to_wkb(table.geometry) if table.geometry is not None else None
    names = sorted(table.columns)
    digests = []
    for row in range(table.length):
        values = [[name, text(table.columns[name][row])] for name in names]
        digest = hashlib.sha256(orjson.dumps(values))
        digest.update((shapes[row] or b"") if shapes is not None else b"")
        digests.append(digest.hexdigest()[:20])
    return digests


def _place(
    table: Table, columns: Columns, batch: Batch, start: int, options: Options
) -> str | None:
    """Bring a table's geometries to EPSG:4326 in the batch. The name of the system that they
    were in, "" where it is not known; None when there are no geometries at all."""
    geometry = table.geometry
    if geometry is None:
        geometry = _from_columns(table, columns, batch.ledger, start)
    if geometry is None:
        return None
    if options.swap:
        geometry = exchanged(geometry)
    system = _system(table, columns, batch.ledger, options)
    present = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    if not isinstance(system, crs_.System):
        _nowhere(table, batch.ledger, start + np.flatnonzero(present), system)
        return ""
    try:
        placed = crs_.to_wgs84(geometry, system=system)
    except crs_.UnknownCrs as error:
        raise AskCrs(text=str(error), names=crs_.EXAMPLES) from None
    null = _null_points(geometry)
    placed[null] = geometry[null]
    _doubt(batch.ledger, start, system, geometry, ~null)
    asked = options.swap is None and not system.crs.is_projected
    _far_out(batch.ledger, start, geometry, present & ~crs_.in_range(placed), exchange=asked)
    end = start + table.length
    batch.geometry[start:end], batch.original[start:end] = placed, geometry
    return system.name


def _far_out(ledger: Ledger, start: int, geometry: Any, rows: Any, *, exchange: bool) -> None:
    """Reject the rows (n,) that lie on no earth, as `swapped` where they would the other way."""
    other_way = crs_.in_range(exchanged(geometry)) if exchange else np.zeros(len(rows), dtype=bool)
    for row in np.flatnonzero(rows):
        x, y = shapely.get_coordinates(geometry[row])[0]
        reason = "swapped" if other_way[row] else "out_of_range"
        ledger.reject(start + int(row), reason, x=f"{x:.9g}", y=f"{y:.9g}")


def _nowhere(
    table: Table, ledger: Ledger, rows: NDArray[np.intp], system: crs_.OldDatum | None
) -> None:
    """Reject the rows of a table whose system is not known, or has no constant shift."""
    reason, datum = ("unknown_crs", "") if system is None else ("old_datum", system.datum)
    for row in rows.tolist():
        ledger.reject(row, reason, file=table.file, datum=datum)


def exchanged(geometry: NDArray[Any]) -> NDArray[Any]:
    """The same geometries with x for y and y for x."""
    turned: NDArray[Any] = shapely.transform(geometry, lambda points: points[:, ::-1])
    return turned


def _system(
    table: Table, columns: Columns, ledger: Ledger, options: Options
) -> crs_.System | crs_.OldDatum | None:
    """The system that the user says, else the file, else its source; longitude and latitude
    without any word are taken as WGS 84. None where it must be asked for."""
    if options.reading.crs is not None:
        return _said(options.reading.crs)
    by_name = table.geometry is None and "lon" in columns and "wkt" not in columns
    if table.crs is None and options.source_crs is not None:
        words = {"system": options.source_crs, "source": options.source}
        ledger.warn("system_of_source", file=table.file, **words)
        return crs_.parse(options.source_crs)
    if table.crs is None and by_name:
        ledger.warn("assumed_wgs84", file=table.file)
        return crs_.parse(crs_.WGS84)
    return table.crs


def _null_points(geometry: NDArray[Any]) -> NDArray[np.bool_]:
    """The points 0, 0 that empty forms leave: nowhere in every system."""
    null: NDArray[np.bool_] = (shapely.get_type_id(geometry) == 0) & ~shapely.is_empty(geometry)
    null[null] = (shapely.get_x(geometry[null]) == 0) & (shapely.get_y(geometry[null]) == 0)
    return null


def _doubt(
    ledger: Ledger,
    start: int,
    system: crs_.System,
    geometry: NDArray[Any],
    which: NDArray[np.bool_],
) -> None:
    """Reject the rows whose numbers cannot lie in the system, and say what would help."""
    for one in crs_.misfits(geometry, system=system):
        if not which[one.index]:
            continue
        numbers = {"x": f"{one.x:.9g}", "y": f"{one.y:.9g}"}
        said = {"system": system.name, "fitting": one.fitting}
        ledger.reject(start + one.index, one.reason, **numbers, **said)


def _said(name: str) -> crs_.System:
    try:
        return crs_.parse(name)
    except crs_.OldDatum as error:
        raise AskParameters(text=name, datum=error.datum) from None
    except crs_.UnknownCrs:
        raise AskCrs(text=name, names=crs_.EXAMPLES) from None


def _from_columns(
    table: Table, columns: Columns, ledger: Ledger, start: int
) -> NDArray[Any] | None:
    """Geometries from a WKT column or a pair of coordinate columns."""
    if "wkt" in columns:
        texts = np.array([text(value) or None for value in columns["wkt"][1]], dtype=object)
        with np.errstate(invalid="ignore"):  # NaN: out of range, further on
            made: NDArray[Any] = shapely.from_wkt(texts, on_invalid="ignore")
        for row in np.flatnonzero(shapely.is_missing(made) & (texts != None)):  # noqa: E711
            ledger.reject(start + int(row), "invalid_geometry", why="not WKT")
        flat: NDArray[Any] = shapely.force_2d(made)
        return flat
    pair = columns_.pair(columns)
    if pair is None:
        return None
    xy = np.column_stack([_numbers(columns[name], name, ledger, start) for name in pair])
    points = np.full(table.length, None, dtype=object)
    there = ~np.isnan(xy).any(axis=1)
    points[there] = shapely.points(xy[there])
    return points


def _numbers(
    column: tuple[str, Sequence[Any]], name: str, ledger: Ledger, start: int
) -> NDArray[np.float64]:
    """A column as numbers, NaN where it has none; rows that say something else are rejected."""
    values = column[1]
    numbers = np.fromiter(map(_number, values), np.float64, len(values))
    for row in np.flatnonzero(~np.isfinite(numbers)).tolist():
        if not isinstance(values[row], float | np.floating) and (said := text(values[row])):
            ledger.reject(start + row, "bad_number", field=name, value=said[:40])
    return numbers


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
