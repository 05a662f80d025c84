"""A file as it was read: columns of raw values, raw geometries, and what was noticed on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from data.importers.errors import TooManyColumns
from data.importers.limits import WHOLE_MB
from geo.crs import OldDatum, System, UnknownCrs, parse

MAX_COLUMNS = 1_000
Progress = Callable[[str, int, int], None]  # a stage's name, how many are done, of how many


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read: what the user says about a file; None = find out, and ask where in doubt.

    `whole_mb` is how large a file may be that is held as a whole.
    """

    encoding: str | None = None
    crs: str | None = None
    layer: str | None = None
    delimiter: str | None = None
    whole_mb: int = WHOLE_MB


@dataclass(slots=True)
class Table:
    """`length` rows. `geometry` is in `crs` (None = the file does not say), object array or None.

    `faults` are rows that broke on reading: index → (reason, fields); `notes` are warnings.
    """

    file: str
    length: int
    columns: Mapping[str, Sequence[Any]]
    geometry: NDArray[Any] | None = None
    crs: System | OldDatum | None = None
    faults: dict[int, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    repairs: dict[int, str] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def system_of_file(said: str | None) -> System | OldDatum | None:
    """The system that a file says of itself; None where it says none that is known."""
    if not said:
        return None
    try:
        return parse(said)
    except OldDatum as datum:
        return datum
    except UnknownCrs:
        return None


def check_columns(names: Collection[str], file: str) -> None:
    """Raises TooManyColumns: each is held for every row."""
    if len(names) > MAX_COLUMNS:
        raise TooManyColumns(path=file, n=len(names), limit=MAX_COLUMNS)


def text(value: Any) -> str:
    """A raw value as clean text; "" for nothing. 7.0 is "7": a DBF keeps codes as floats."""
    if value is None:
        return ""
    if isinstance(value, str):
        if "\x00" in value or "\ufeff" in value:
            value = value.replace("\x00", "").replace("\ufeff", "")
        stripped: str = value.strip()
        return stripped
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def texts(values: Sequence[Any]) -> list[str]:
    """Raw values as clean texts; a fifth of the time where all are texts already."""
    try:
        everything = "".join(values)
    except TypeError:
        return [text(value) for value in values]
    plain = "\x00" not in everything and "\ufeff" not in everything
    return [value.strip() for value in values] if plain else [text(value) for value in values]


def unique(names: list[str]) -> list[str]:
    """Column names, each once; a name that comes again gets its number."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result
