"""Events from files: times with the site's zone, places with their grids, nothing dropped."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

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
from data.importers.units import STEP
from data.places import areas, site

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
    events = await asyncio.to_thread(_events, batch, cells, rows, known, where, area_id)
    actor = await actors.system_actor(connection)
    states = await bulk.write(
        connection,
        _shown(events, batch),
        source_id=source_id,
        actor_id=actor.id,
        at=at,
    )
    batch.progress("write", len(events), len(events))
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


def _shown(events: Sequence[bulk.NewEvent], batch: Batch) -> Iterator[bulk.NewEvent]:
    """The same events; that they go by is progress. Comparing and logging take the other half."""
    for done, event in enumerate(events):
        if not done % STEP:
            batch.progress("write", done // 2, len(events))
        yield event


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


def _events(
    batch: Batch,
    cells: Cells,
    rows: Sequence[Row],
    known: dict[str, types.EventType],
    where: Ground,
    area_id: int,
) -> list[bulk.NewEvent]:
    points = _points(batch, rows)
    owners, places = where.locate(points, [row.opened for row in rows], area_id)
    _remark(batch.ledger, points, owners)
    origins = _origins(batch, rows, points)
    hexes = shapely.to_wkb(shapely.set_srid(points, 4326), hex=True, include_srid=True)
    limited = "due" in batch.fields
    events = []
    placed = zip(rows, owners, places, hexes, origins, strict=True)
    for row, ids, area, point, origin in placed:
        kind = known[row.type]
        due = row.due
        if not limited and kind.limit is not None:
            due = row.opened + kind.limit
        address, about = cells["address"][row.row], cells["text"][row.row]
        when, ended = (row.opened, due, row.closed), (row.settled_at, row.satisfied)
        said = (row.key, kind.code, point, address, about, *when)
        known_end = ended if ended != (None, None) else ()
        digest = hashlib.sha256(orjson.dumps((*said, *known_end))).hexdigest()[:32]
        what = (row.key, kind.id, area, ids, point, address or None, about)
        events.append(bulk.NewEvent(*what, *when, *ended, content_hash=digest, original=origin))
    return events


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
