"""Events from files: times with the site's zone, places with their grids, nothing dropped."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from data import actors
from data.database import Connection
from data.errors import Invalid
from data.events import bulk, types
from data.importers import dates, event_rows
from data.importers.batch import Batch
from data.importers.errors import MissingColumn, MissingOption
from data.importers.event_rows import TIMES, Cells, Row
from data.importers.located import Ground, load_ground
from data.importers.options import Options
from data.importers.parents import Places
from data.importers.report import Ledger, State
from data.importers.times import Times
from data.places import areas, site

PART = 8_000  # events written at once, while the next are made ready
SHARED = 0.03, 50  # one point with more than this share and number of events is worth a warning


async def import_events(
    connection: Connection, batch: Batch, options: Options, at: datetime
) -> None:
    """Write the events of a batch under their source."""
    source = _source(batch, options)
    where = await load_ground(connection)
    order = await asyncio.to_thread(dates.day_first, batch, TIMES, options)
    batch.day_first = order
    times = Times(await _zone(connection, options), options.time_format, order)
    cells = await asyncio.to_thread(event_rows.texts, batch)
    rows = await asyncio.to_thread(event_rows.check, batch, cells, times)
    if batch.block:
        rows = await _first_ones(connection, batch.ledger, rows)
    rows = event_rows.noted(batch, rows, times)
    area_id = _default_area(where.places, options)
    source_id = await actors.ensure_source(connection, source, kind="file", area_id=area_id)
    wanted = {row.type: row.group for row in reversed(rows)}
    known = await types.ensure(connection, wanted)
    placed = await asyncio.to_thread(_placed, batch, rows, where, area_id)
    actor = await actors.system_actor(connection)
    batch.progress("write", 0, len(rows))
    states = await bulk.write(
        connection,
        _parts(batch, cells, placed, known),
        source_id=source_id,
        actor_id=actor.id,
        at=at,
        done=lambda done: batch.progress("write", done, len(rows)),
    )
    _settle(batch.ledger, rows, states)


def _source(batch: Batch, options: Options) -> str:
    """The name of the source. Raises MissingOption, and MissingColumn where no time is given."""
    if options.source is None:
        raise MissingOption(option="--source NAME", why="an event's key is its source and its id")
    if "opened" not in batch.fields and batch.ledger.rows:
        names = ", ".join(name for name, _ in batch.ledger.files)
        raise MissingColumn(path=names, field="opened", columns=", ".join(batch.columns))
    return options.source


async def _first_ones(connection: Connection, ledger: Ledger, rows: Sequence[Row]) -> list[Row]:
    """The rows whose keys no earlier block of the file has had."""
    keys = [row.key for row in rows]
    numbers = [ledger.place(row.row)[1] for row in rows]
    known = await bulk.take_keys(connection, keys, numbers)
    for row in rows:
        if row.key in known:
            ledger.reject(row.row, "duplicate", what=row.key, first=known[row.key])
    return [row for row in rows if row.key not in known]


def _settle(ledger: Ledger, rows: Sequence[Row], states: Sequence[str]) -> None:
    same = [r.row for r, state in zip(rows, states, strict=True) if state == "unchanged"]
    ledger.mark([r.row for r in rows], State.IMPORTED)
    ledger.mark(same, State.UNCHANGED)
    ledger.units = len(rows)


async def _zone(connection: Connection, options: Options) -> ZoneInfo:
    if options.timezone is None:
        return (await site.read(connection)).zone
    try:
        return ZoneInfo(options.timezone)
    except (KeyError, ValueError, OSError):
        raise Invalid(what=options.timezone, why="not a time zone of the IANA database") from None


def _default_area(places: Places, options: Options) -> int:
    """Where the source's unlocated events belong."""
    if options.parent is None:
        return places.root.id
    known = (areas.Known(p.id, p.level, p.code) for p in places.by_id.values())
    found = areas.pick(known, options.parent)
    if found is None:
        raise Invalid(what=f"--parent {options.parent}", why="no area has this code")
    return found


@dataclass(frozen=True, slots=True)
class _Placed:
    """Rows with what their places tell: the grids and the area of each, its point as hex EWKB,
    and its coordinates as the file has them."""

    rows: Sequence[Row]
    owners: Sequence[tuple[int, ...]]
    areas: Sequence[int]
    points: Sequence[str | None]
    origins: Sequence[tuple[float, float, str] | None]

    def part(self, start: int) -> _Placed:
        """At most PART of them."""
        end = start + PART
        return _Placed(*(getattr(self, field.name)[start:end] for field in fields(self)))


def _placed(batch: Batch, rows: Sequence[Row], where: Ground, area_id: int) -> _Placed:
    points = _points(batch, rows)
    owners, areas = where.locate(points, [row.opened for row in rows], area_id)
    _remark(batch.ledger, points, owners)
    return _Placed(rows, owners, areas, _hexes(points), _origins(batch, rows, points))


def _parts(
    batch: Batch, cells: Cells, placed: _Placed, known: Mapping[str, types.EventType]
) -> Iterator[bulk.NewEvents]:
    """The events as they are written, a part at a time."""
    limited = "due" in batch.fields
    for start in range(0, len(placed.rows), PART):
        yield _part(placed.part(start), cells, known, limited=limited)


def _part(
    part: _Placed, cells: Cells, known: Mapping[str, types.EventType], *, limited: bool
) -> bulk.NewEvents:
    rows, kinds = part.rows, [known[row.type] for row in part.rows]
    due = [row.due for row in rows] if limited else list(map(_due, rows, kinds))
    addresses, texts = ([cells[name][row.row] for row in rows] for name in ("address", "text"))
    said = zip(rows, kinds, part.points, addresses, texts, due, strict=True)
    digests = [_digest(*one) for one in said]
    return bulk.NewEvents(
        source_keys=[row.key for row in rows],
        type_ids=[kind.id for kind in kinds],
        area_ids=part.areas,
        grid_ids=part.owners,
        points=part.points,
        addresses=[one or None for one in addresses],
        texts=texts,
        opened_at=[row.opened for row in rows],
        due_at=due,
        closed_at=[row.closed for row in rows],
        settled_at=[row.settled_at for row in rows],
        satisfied=[row.satisfied for row in rows],
        content_hashes=digests,
        origins=part.origins,
    )


def _due(row: Row, kind: types.EventType) -> datetime | None:
    """When it is due where the file knows no such time."""
    return row.due if kind.limit is None else row.opened + kind.limit


def _digest(
    row: Row,
    kind: types.EventType,
    point: str | None,
    address: str,
    text: str,
    due: datetime | None,
) -> str:
    """Of all that a row says; equal means that nothing changed."""
    said: tuple[Any, ...] = (row.key, kind.code, point, address, text, row.opened, due, row.closed)
    if row.settled_at is not None or row.satisfied is not None:
        said = (*said, row.settled_at, row.satisfied)
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]


def _hexes(points: NDArray[Any]) -> list[str | None]:
    """Points (n,) in EPSG:4326 as hex EWKB, None as None; all at once, a tenth of GEOS's cost."""
    made = np.empty(len(points), [("head", "S9"), ("x", "<f8"), ("y", "<f8")])
    made["head"] = bytes.fromhex("0101000020E6100000")
    made["x"], made["y"] = shapely.get_x(points), shapely.get_y(points)
    digits, wide = made.tobytes().hex().upper(), 2 * made.itemsize
    missing = shapely.is_missing(points).tolist()
    return [None if gone else digits[n * wide : (n + 1) * wide] for n, gone in enumerate(missing)]


def _origins(
    batch: Batch, rows: Sequence[Row], points: NDArray[Any]
) -> list[tuple[float, float, str] | None]:
    """Each located event's coordinates as the file has them, and the name of their system."""
    shapes: NDArray[Any] = batch.original[[row.row for row in rows]]
    shapes[shapely.is_missing(points)] = None
    other = ~shapely.is_missing(shapes) & (shapely.get_type_id(shapes) != 0)
    shapes[other] = shapely.point_on_surface(shapes[other])
    xy = zip(shapely.get_x(shapes).tolist(), shapely.get_y(shapes).tolist(), strict=True)
    return [
        None if shape is None else (x, y, batch.systems[row.row])
        for row, shape, (x, y) in zip(rows, shapes, xy, strict=True)
    ]


def _points(batch: Batch, rows: Sequence[Row]) -> NDArray[Any]:
    """Each event's point; None where it has none, or only the 0, 0 of an empty form."""
    shapes: NDArray[Any] = batch.geometry[[row.row for row in rows]]
    other = ~shapely.is_missing(shapes) & (shapely.get_type_id(shapes) != 0)
    shapes[other] = shapely.point_on_surface(shapes[other])
    shapes[shapely.is_empty(shapes)] = None
    null = (shapely.get_x(shapes) == 0) & (shapely.get_y(shapes) == 0)
    if null.any():
        batch.ledger.warn("null_island", n=int(null.sum()))
        shapes[null] = None
    return shapes


def _remark(ledger: Ledger, points: NDArray[Any], owners: Sequence[tuple[int, ...]]) -> None:
    missing = shapely.is_missing(points)
    if missing.any():
        ledger.warn("unlocated", n=int(missing.sum()))
    lost = sum(not ids and not gone for ids, gone in zip(owners, missing, strict=True))
    if lost:
        ledger.warn("in_no_grid", n=lost)
    common = Counter(shapely.to_wkb(points[~missing])).most_common(1)
    share, least = SHARED
    if common and common[0][1] > max(least, share * len(points)):
        point = shapely.from_wkb(common[0][0])
        ledger.warn("shared_point", n=common[0][1], lon=round(point.x, 6), lat=round(point.y, 6))
