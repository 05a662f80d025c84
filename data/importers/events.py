"""Events from files: times with the site's zone, places with their grids, nothing dropped."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
from data.importers import dates, outcomes
from data.importers.batch import Batch
from data.importers.errors import MissingColumn, MissingOption
from data.importers.located import Ground, load_ground
from data.importers.options import Options
from data.importers.parents import Places
from data.importers.report import Ledger, State
from data.importers.times import Times
from data.importers.units import MAX_TEXT, STEP
from data.places import areas, site

FIELDS = (
    *("id", "type", "class", "opened", "due", "closed", "address", "text"),
    *("settled_at", "satisfied"),
)
TIMES = ("opened", "due", "closed")
ENDED = {"settled_at", "satisfied"}
SHARED = 0.03, 50  # one point with more than this share and number of events is worth a warning


@dataclass(frozen=True, slots=True)
class Row:
    """One event as its row says it, checked; times in UTC."""

    row: int
    key: str
    type: str
    group: str | None
    opened: datetime
    due: datetime | None
    closed: datetime | None
    settled_at: str | None = None
    satisfied: bool | None = None


async def import_events(
    connection: Connection, batch: Batch, options: Options, at: datetime
) -> None:
    """Write the events of a batch under their source."""
    if options.source is None:
        raise MissingOption(option="--source NAME", why="an event's key is its source and its id")
    if "opened" not in batch.fields and batch.ledger.rows:
        names = ", ".join(name for name, _ in batch.ledger.files)
        raise MissingColumn(path=names, field="opened", columns=", ".join(batch.columns))
    where = await load_ground(connection)
    order = await asyncio.to_thread(dates.day_first, batch, TIMES, options)
    batch.day_first = order
    times = Times(await _zone(connection, options), options.time_format, order)
    rows = await asyncio.to_thread(_check, batch, times)
    if batch.block:
        rows = await _first_ones(connection, batch.ledger, rows)
    rows = _noted(batch, rows, times)
    area_id = _default_area(where.places, options)
    source_id = await actors.ensure_source(connection, options.source, kind="file", area_id=area_id)
    wanted = {row.type: row.group for row in reversed(rows)}
    known = await types.ensure(connection, wanted)
    events = await asyncio.to_thread(_events, batch, rows, known, where, area_id)
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


def _check(batch: Batch, times: Times) -> list[Row]:
    """Check each open row; the others end as rejected."""
    seen: dict[str, int] = {}
    rows: list[Row] = []
    waiting = batch.ledger.open_rows()
    for done, index in enumerate(waiting, 1):
        if not done % STEP or done == len(waiting):
            batch.progress("check", done, len(waiting))
        key = batch.content[index] if batch.content else batch.text("id", index)
        if not key:
            batch.ledger.reject(index, "no_code", column=batch.chosen.get("id", "id"))
        elif key in seen:
            first = batch.ledger.place(seen[key])[1]
            batch.ledger.reject(index, "duplicate", what=key, first=first)
        else:
            row = _row(batch, index, key, times)
            if row is not None:
                rows.append(row)
                seen[key] = index
    return rows


def _noted(batch: Batch, rows: list[Row], times: Times) -> list[Row]:
    """The same rows, with what is to be said of them as a whole."""
    for reason in ("repeated_hour", "skipped_hour"):
        if times.counts[reason]:
            batch.ledger.warn(reason, n=times.counts[reason])
    early = sum(row.due is not None and row.due < row.opened for row in rows)
    if early:
        batch.ledger.warn("due_before_opened", n=early)
    nameless = sum(row.type == types.OTHER for row in rows)
    if nameless:
        batch.ledger.warn("no_type", n=nameless)
    return _while_open(rows, batch.ledger)


def _row(batch: Batch, index: int, key: str, times: Times) -> Row | None:
    stamps: dict[str, datetime | None] = {}
    for field in TIMES:
        value = batch.text(field, index)
        if not value:
            stamps[field] = None
            continue
        try:
            after = stamps["opened"] if field == "closed" else None
            stamps[field] = times.read(value, after=after)
        except (ValueError, OverflowError):
            dates.reject(batch.ledger, index, field, value)
            return None
    opened, closed = stamps["opened"], stamps["closed"]
    if opened is None:
        batch.ledger.reject(index, "no_time", field=batch.chosen.get("opened", "opened"))
        return None
    if closed is not None and closed < opened:
        said = {field: batch.text(field, index) for field in ("opened", "closed")}
        batch.ledger.reject(index, "closed_before_opened", **said)
        return None
    kind, group = batch.text("type", index), batch.text("class", index)
    for field, value in (("id", key), ("type", kind), ("class", group)):
        if len(value) > MAX_TEXT:
            batch.ledger.reject(index, "too_long", field=field, limit=MAX_TEXT)
            return None
    row = Row(index, key, kind or types.OTHER, group or None, opened, stamps["due"], closed)
    return _ended(batch, row)


def _ended(batch: Batch, row: Row) -> Row | None:
    """The row with how it ended; the values are looked at even where it is still open."""
    if not ENDED & batch.fields.keys():
        return row
    said: dict[str, Any] = {}
    for field, read in (("settled_at", outcomes.settled_at), ("satisfied", outcomes.satisfied)):
        value = batch.text(field, row.row)
        try:
            said[field] = read(value)
        except ValueError:
            batch.ledger.reject(row.row, "bad_outcome", field=field, value=value[:40])
            return None
    return replace(row, **said)


def _while_open(rows: list[Row], ledger: Ledger) -> list[Row]:
    """An open event has not been settled yet, whatever the defaults of a form say."""
    early = [r.closed is None and (r.settled_at, r.satisfied) != (None, None) for r in rows]
    if any(early):
        ledger.warn("settled_while_open", n=sum(early))
    return [
        replace(row, settled_at=None, satisfied=None) if ahead else row
        for row, ahead in zip(rows, early, strict=True)
    ]


def _events(
    batch: Batch,
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
        address, text = batch.text("address", row.row), batch.text("text", row.row)
        when, ended = (row.opened, due, row.closed), (row.settled_at, row.satisfied)
        said = (row.key, kind.code, point, address, text, *when)
        known_end = ended if ended != (None, None) else ()
        digest = hashlib.sha256(orjson.dumps((*said, *known_end))).hexdigest()[:32]
        what = (row.key, kind.id, area, ids, point, address or None, text)
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
