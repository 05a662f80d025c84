"""Shapefile and GeoPackage through GDAL, which sees only files checked before."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from data.importers import encodings
from data.importers.errors import ChooseLayer, NoSuchLayer, Unreadable
from data.importers.table import Reading, Table, check_columns, system_of_file

pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})  # beside our own links, not theirs
LATIN = "ISO-8859-1"  # gives back each byte, so that the encoding can be decided afterwards
GDAL_ERRORS = (DataSourceError, DataLayerError, FeatureError, FieldError, ValueError)


def read(path: Path, *, name: str, format: str, reading: Reading) -> Table:
    """A layer as a table.

    Raises Unreadable, ChooseLayer, NoSuchLayer, AskEncoding, TooManyColumns.
    """
    layer = _layer(path, name, format, reading.layer)
    raw = format == "shapefile"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's notes on ring order and field widths
            about = pyogrio.read_info(path, layer=layer, encoding=LATIN if raw else None)
            check_columns(list(about["fields"]), name)
            meta, _, wkb, values = pyogrio.raw.read(
                path, layer=layer, force_2d=True, encoding=LATIN if raw else None
            )
    except GDAL_ERRORS as error:
        raise Unreadable(path=name, format=format, why=str(error)) from error
    fields = [str(field) for field in meta["fields"]]
    length = len(wkb) if wkb is not None else (len(values[0]) if values else 0)
    table = Table(name, length, {}, crs=system_of_file(meta["crs"]))
    columns: dict[str, list[Any]] = {
        field: _plain(column) for field, column in zip(fields, values, strict=True)
    }
    table.columns = _decoded(columns, path, table, reading) if raw else columns
    if wkb is not None:
        table.geometry = shapely.from_wkb(wkb, on_invalid="ignore")
        for row in np.flatnonzero(shapely.is_missing(table.geometry) & (wkb != None)):  # noqa: E711
            table.faults[int(row)] = ("invalid_geometry", {"why": "Not a geometry"})
    return table


def _layer(path: Path, name: str, format: str, wanted: str | None) -> str | None:
    if format == "shapefile":
        return None
    try:
        layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
    except GDAL_ERRORS as error:
        raise Unreadable(path=name, format=format, why=str(error)) from error
    if wanted is not None and wanted not in layers:
        raise NoSuchLayer(path=name, layer=wanted, layers=", ".join(layers))
    if wanted is None and len(layers) > 1:
        raise ChooseLayer(path=name, layers=", ".join(layers))
    return wanted or (layers[0] if layers else None)


def _plain(column: Any) -> list[Any]:
    """A numpy column as Python values, dates as ISO text."""
    if column.dtype.kind == "M":
        return [None if np.isnat(value) else str(value) for value in column]
    plain: list[Any] = column.tolist()
    return plain


def _decoded(
    columns: dict[str, list[Any]], path: Path, table: Table, reading: Reading
) -> dict[str, list[Any]]:
    """Texts and names of a DBF in the encoding that its bytes, its .cpg or the user say."""
    said = reading.encoding or _code_page(path)
    as_bytes = list(_bytes(columns))
    if reading.encoding is None and said is not None and not _all_fit(as_bytes, said):
        said = None  # a .cpg that contradicts the bytes is worth nothing
    encoding = encodings.decide_values(as_bytes, path=table.file, said=said)
    if not encoding.certain:
        table.notes.append(("guessed_encoding", {"file": table.file, "encoding": encoding.name}))
    bad = 0

    def decode(value: Any) -> Any:
        nonlocal bad
        if not isinstance(value, str):
            return value
        decoded = value.encode(LATIN).decode(encoding.name, errors="replace").rstrip("\ufffd")
        bad += "\ufffd" in decoded
        return decoded

    found = {decode(key): [decode(v) for v in values] for key, values in columns.items()}
    if bad:
        fields = {"file": table.file, "n": bad, "encoding": encoding.name}
        table.notes.append(("undecodable", fields))
    return found


def _bytes(columns: dict[str, list[Any]]) -> Iterable[bytes]:
    for key, values in columns.items():
        yield key.encode(LATIN)
        yield from (value.encode(LATIN) for value in values if isinstance(value, str))


def _all_fit(values: Iterable[bytes], codec: str) -> bool:
    try:
        for value in values:
            value.decode(codec, errors="strict")
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _code_page(path: Path) -> str | None:
    """What the .cpg says, as a codec's name; None without one or with one that says little."""
    file = path.with_suffix(".cpg")
    if not file.exists():
        return None
    said = file.read_text(encoding="ascii", errors="replace").strip().lower()
    said = said.removeprefix("ansi").strip()
    said = f"cp{said}" if said.isdigit() else said
    if said in {"", "cp1252", "iso-8859-1", "88591", "latin1"}:
        return None  # what exporters write without asking; the bytes tell better
    try:
        return encodings.known(said, path=path.name)
    except Exception:
        return None
