"""From rows to units: each row is checked, parts of one unit are united, doubles are refused."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import shapely

from data.importers.batch import Batch
from data.importers.reasons import REASONS
from data.importers.report import Ledger
from geo import lines, polygons

MAX_TEXT = 300  # of codes and names: an index takes no more than some 2,700 bytes
MAX_NUMBER = 2**31 - 1
STEP = 500  # rows between two signs of progress


@dataclass(slots=True)
class Unit:
    """One area, grid, facility or piece of ground: `group` is its level or kind, `rows` the rows
    that make it."""

    group: str
    code: str
    name: str
    rows: list[int]
    parts: list[Any] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    geometry: Any = None
    area_id: int = 0
    whole_in: int | None = None  # the area whose outline covers it
    parent_by_name: bool = False  # though its name stands where a code was looked for

    @property
    def title(self) -> str:
        return self.name or self.code


@dataclass(frozen=True, slots=True)
class Shape:
    """What geometry a unit needs: `wanted` is "polygon", "point", "line", or "water" (lines or
    polygons); `required` even without file geometry; `numbers` are its whole-number fields, `texts`
    its text fields; `named` whether it must have a name."""

    wanted: str
    required: bool
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    zero: float = 1.0  # 1: a number may be 0; 0: it may not
    named: bool = True


def gather(batch: Batch, shape: Shape, *, group_field: str, group: str | None = None) -> list[Unit]:
    """The units in a batch, or only those of one group, in order of their first rows; rows that
    fail are rejected."""
    units: dict[tuple[str, str], Unit] = {}
    if shape.named and "name" not in batch.fields and batch.ledger.rows:
        batch.ledger.warn("named_by_code")
    rows = batch.ledger.open_rows()
    if group is not None:
        rows = [row for row in rows if batch.text(group_field, row) == group]
    for done, row in enumerate(rows):
        if not done % STEP:
            batch.progress("check", done, len(rows))
        unit = _unit(batch, row, group_field, named=shape.named)
        if unit is None or not _values(batch, row, unit, shape):
            continue
        geometry = _geometry(batch, row, shape)
        if geometry is None and not batch.ledger.is_open(row):
            continue
        first = units.setdefault((unit.group, unit.code), unit)
        if first is unit:
            unit.parts = [geometry] if geometry is not None else []
        else:
            _join(batch.ledger, first, row, unit, geometry, shape)
    batch.progress("check", len(rows), len(rows))
    for unit in units.values():
        if unit.parts:
            unit.geometry = unit.parts[0] if len(unit.parts) == 1 else _united(unit.parts)
    return list(units.values())


def _unit(batch: Batch, row: int, group_field: str, *, named: bool) -> Unit | None:
    code = batch.content[row] if batch.content else batch.text("code", row)
    if not code:
        batch.ledger.reject(row, "no_code", column=batch.chosen.get("code", "code"))
        return None
    name = batch.text("name", row) if "name" in batch.fields or not named else code
    if named and not name:
        batch.ledger.reject(row, "nameless")
        return None
    group = batch.text(group_field, row)
    for what, value in (("code", code), ("name", name), (group_field, group)):
        if len(value) > MAX_TEXT:
            batch.ledger.reject(row, "too_long", field=what, limit=MAX_TEXT)
            return None
    if not group:
        batch.ledger.reject(row, "no_group", column=batch.chosen.get(group_field, group_field))
        return None
    return Unit(group, code, name, [row])


def _values(batch: Batch, row: int, unit: Unit, shape: Shape) -> bool:
    for name in shape.texts:
        unit.values[name] = batch.text(name, row) or None
    for name in shape.numbers:
        text = batch.text(name, row)
        try:
            number = float(text) if text else None
        except ValueError:
            number = math.nan
        if number is not None and not 0 < number + shape.zero <= MAX_NUMBER:
            batch.ledger.reject(row, "bad_number", field=name, value=text[:40])
            return False
        unit.values[name] = number
    return True


def _geometry(batch: Batch, row: int, shape: Shape) -> Any:
    """A row's geometry, valid and of the right kind; None and rejected where that is impossible."""
    geometry = batch.geometry[row]
    if geometry is None:
        if shape.required or batch.spatial[row]:
            batch.ledger.reject(row, "no_geometry")
        return None
    if geometry.is_empty:
        batch.ledger.reject(row, "empty_geometry")
        return None
    return _TAKEN[shape.wanted](batch.ledger, row, geometry)


def _polygon(ledger: Ledger, row: int, geometry: Any) -> Any:
    if not polygons.polygons_of(geometry):
        ledger.reject(row, "wrong_geometry", found=geometry.geom_type, wanted="Polygon")
        return None
    whole, how = polygons.repair(geometry)
    if whole is None:
        ledger.reject(row, "invalid_geometry", why=how or "no area")
    elif how is not None:
        ledger.repair(row, how)
    return whole


def _point(ledger: Ledger, row: int, geometry: Any) -> Any:
    if geometry.geom_type == "Point":
        return geometry
    ledger.repair(row, "Point on surface")
    return shapely.point_on_surface(geometry)


def _line(ledger: Ledger, row: int, geometry: Any) -> Any:
    whole = lines.join([geometry])
    if whole is None and geometry.geom_type.endswith("LineString"):
        ledger.reject(row, "invalid_geometry", why="no length")
    elif whole is None:
        ledger.reject(row, "wrong_geometry", found=geometry.geom_type, wanted="LineString")
    return whole


def _water(ledger: Ledger, row: int, geometry: Any) -> Any:
    """A lake or a broad river as a polygon, a stream as a line."""
    flat = lines.join([geometry]) is not None and not polygons.polygons_of(geometry)
    return (_line if flat else _polygon)(ledger, row, geometry)


_TAKEN = {"polygon": _polygon, "point": _point, "line": _line, "water": _water}


def _united(parts: list[Any]) -> Any:
    """The parts of a unit as one: polygons without the borders that they share, lines as they are;
    where both come (a stream and its lake), both."""
    filled = [part for part in parts if part.area > 0]
    strokes = lines.join(part for part in parts if part.area == 0)
    if not filled:
        return strokes
    whole = polygons.union(filled)
    return whole if strokes is None else shapely.GeometryCollection([whole, strokes])


def _join(ledger: Ledger, first: Unit, row: int, unit: Unit, geometry: Any, shape: Shape) -> None:
    """A further row of a known unit: one more part of it, a double, or a contradiction."""
    at = ledger.place(first.rows[0])[1]
    if unit.name != first.name:
        ledger.reject(row, "conflict", key=unit.code, first=at, field=f"{first.name} / {unit.name}")
    elif geometry is None or shape.wanted == "point" or _known(first, geometry):
        ledger.reject(row, "duplicate", what=unit.code, first=at)
    else:
        first.rows.append(row)
        first.parts.append(geometry)


def _known(unit: Unit, geometry: Any) -> bool:
    return any(
        shapely.intersects(shapely.envelope(part), shapely.envelope(geometry))
        and polygons.same(one=part, other=geometry)
        for part in unit.parts
    )


def reject(ledger: Ledger, unit: Unit, reason: str, **fields: Any) -> None:
    """Reject all rows of a unit."""
    assert reason in REASONS
    for row in unit.rows:
        ledger.reject(row, reason, **fields)
