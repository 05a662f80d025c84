"""Which column of a file is which field: as the user says, else by its name, else asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.importers import headings, levels
from data.importers.errors import CompetingColumns, NoSuchColumn
from data.importers.options import Options
from data.importers.table import Table, text, texts

POSITION = ("lon", "lat", "x", "y", "wkt")
PAIRS = (("lon", "lat"), ("x", "y"))
# A row is right without these: where two columns compete, none is taken, and that is said.
BESIDE = frozenset(
    ("population", "households", "address", "phone", "force_type", "team", "text", "satisfied")
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Field → its column's name and values. `recognised` are those whose column has another name
    than the field, and of which the user said nothing; `competing` are the columns of a field
    that a row can do without, of which none was taken."""

    found: dict[str, tuple[str, Sequence[Any]]] = field(default_factory=dict)
    recognised: dict[str, str] = field(default_factory=dict)
    competing: dict[str, str] = field(default_factory=dict)


def choose(
    table: Table, *, noun: str, known: Sequence[str], key_field: str, options: Options
) -> Columns:
    """The columns of a table. Raises NoSuchColumn, CompetingColumns."""
    columns = Columns()
    for name in known:
        if name in options.maps:
            chosen = _said(table, options.maps[name])
            columns.found[name] = chosen, table.columns[chosen]
    if options.key:
        columns.found[key_field] = _joined(table, options.key)
    taken = {*options.maps.values(), *options.key}
    for name in known:
        if name not in columns.found:
            try:
                fitting = _by_name(table, noun, name, taken, options)
            except CompetingColumns as error:
                if name not in BESIDE:
                    raise
                columns.competing[name] = str(error.fields["columns"])
                continue
            if fitting is not None:
                columns.found[name] = fitting, table.columns[fitting]
                taken.add(fitting)
                if headings.fold(fitting) != headings.fold(name):
                    columns.recognised[name] = fitting
    return columns


def _said(table: Table, name: str) -> str:
    if name in table.columns:
        return name
    by_case = {one.strip().lower(): one for one in reversed(list(table.columns))}
    found = by_case.get(name.strip().lower())
    if found is None:
        columns = ", ".join(table.columns)
        raise NoSuchColumn(path=table.file, column=name, columns=columns)
    return found


def _joined(table: Table, key: Sequence[str]) -> tuple[str, list[str]]:
    parts = [table.columns[_said(table, name)] for name in key]
    joined = ["-".join(text(part) for part in row) for row in zip(*parts, strict=True)]
    return "-".join(key), ["" if not one.strip("-") else one for one in joined]


def _by_name(table: Table, noun: str, field: str, taken: set[str], options: Options) -> str | None:
    """The column whose name says this field: the field's own name, else the strongest tier."""
    free = {one: headings.fold(one) for one in table.columns if one not in taken}
    own = [one for one, folded in free.items() if folded == headings.fold(field)]
    if own:
        return own[0]
    level = levels.meant(options.group) if noun == "areas" else None
    bare = table.geometry is None and options.parent_by != "location"
    for cut in (False, True):
        for tier in headings.tiers(noun, field, level, bare=bare):
            names = {short for one in tier for short in headings.cut(one)} if cut else set(tier)
            fitting = [one for one, folded in free.items() if folded in names]
            if fitting:
                return _one(table, field, fitting)
    return None


def _one(table: Table, field: str, fitting: Sequence[str]) -> str:
    """The one column, or any of several that say the same. Raises CompetingColumns."""
    first = texts(table.columns[fitting[0]]) if len(fitting) > 1 else []
    for other in fitting[1:]:
        if texts(table.columns[other]) != first:
            raise CompetingColumns(path=table.file, field=field, columns=", ".join(fitting))
    return fitting[0]


def pair(found: Mapping[str, Any]) -> tuple[str, str] | None:
    """The two fields that hold a place, if any."""
    return next((p for p in PAIRS if p[0] in found and p[1] in found), None)
