"""One reported event: checked, placed in its grids at once, written once for each source and id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from data import counters
from data.access import Actor, Permission
from data.actors import ensure_source
from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotAllowed, Said
from data.events import types
from data.places.lookup import Place
from data.queries import load
from data.sources import WGS84

SQL = load(__file__)
FUTURE = timedelta(minutes=5)  # clocks differ
OWN_SOURCE = "duty"  # what workers report from their phones
MOST_ROUNDS = 100  # how often the same words begin anew
NOWHERE = Place((), None)


class OutsideScope(NotAllowed):
    """This place lies outside the area of your role. Hand the report to {area}."""


class UnknownType(Invalid):
    """{what}: {why}."""


class OtherSource(NotAllowed):
    """This token reports for its own source only, not for {source}."""


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports. `key` is the source's own id; no point = unlocated, never dropped.

    `lon`, `lat` as the source sends them until `placing.place` makes them degrees in WGS 84, and
    keeps what they were with their system's name in `original`. Times aware. The same report
    again with `closed_at` closes it, with a later `revised_at` changes it.
    """

    key: str
    type: str
    opened_at: datetime
    text: str = ""
    source: str | None = None
    lon: float | None = None
    lat: float | None = None
    address: str | None = None
    due_at: datetime | None = None  # the source's own; None: by the limit of the type
    closed_at: datetime | None = None
    settled_at: str | None = None  # the level that settled it
    satisfied: bool | None = None
    revised_at: datetime | None = None  # when the source last changed what it says here
    ends_itself: bool = False  # then at `until`, and may begin again
    until: datetime | None = None
    extent: str | None = None  # the ground that it covers, hex EWKB in EPSG:4326
    detail: Mapping[str, Any] = field(default_factory=dict)  # what has no column, JSON
    original: tuple[float | None, float | None, str] = (None, None, WGS84)

    @property
    def located(self) -> bool:
        return self.lon is not None and self.lat is not None


@dataclass(frozen=True, slots=True)
class Reported:
    """The event as it stands; `created` is False where the source had reported it before, and
    `revised` says whether it was changed now, `repeated` whether nothing was."""

    created: bool
    event: dict[str, Any]
    revised: bool = False
    repeated: bool = False


def check(report: Report, at: datetime) -> None:
    """Raises Invalid where the report contradicts itself or comes from the future (site time)."""
    if (report.lon is None) != (report.lat is None):
        raise Invalid(what="lon/lat", why="give both or none")
    said = (
        ("time", report.opened_at),
        ("closed", report.closed_at),
        ("updated", report.revised_at),
    )
    for name, when in said:
        if when is not None and when > at + FUTURE:
            raise Invalid(what=name, why=Said("{at} lies in the future", at=when.isoformat()))
    for name, when in (("due", report.due_at), ("closed", report.closed_at)):
        if when is not None and when < report.opened_at:
            raise Invalid(
                what=name, why=Said("{at} is before the report itself", at=when.isoformat())
            )
    if report.closed_at is None and (report.settled_at, report.satisfied) != (None, None):
        raise Invalid(what="settled/satisfied", why="they are known when it is closed, give closed")


async def write(
    connection: Connection,
    actor: Actor,
    report: Report,
    *,
    place: Place,
    at: datetime,
    process: str,
    door: str | None = "events",
) -> Reported:
    """Write the event, its log line and the counters in the caller's transaction (as `actor`).

    `report` and `place` are what `placing.place` gives. The same source and id again closes
    an open event where it says `closed_at`, changes it where its `revised_at` is newer, and else
    changes nothing and gives it as it is. Raises Invalid, OutsideScope, OtherSource, NotAllowed.
    """
    actor.require(Permission.REPORT_EVENTS)
    source_id = await source_of(connection, actor, report)
    key = _key(actor, report)
    given = await _given(connection, actor, report, source_id, place)
    given |= {"key": key, "actor_id": actor.id, "at": at}
    created = await fetch_one(connection, SQL.insert, given) is not None
    revised = not created and report.revised_at is not None
    revised = revised and await fetch_one(connection, SQL.revise, given) is not None
    closed = report.closed_at is not None and await _close(
        connection, actor, source_id, key, report
    )
    outcome = "accepted" if created or revised or closed else "duplicate"
    if door is not None:  # else the caller counts
        await _count(connection, process, door, outcome)
    event = await _read(connection, report, source_id, key)
    return Reported(created, event, revised, repeated=outcome == "duplicate")


async def repeat(
    connection: Connection, actor: Actor, report: Report, *, process: str, door: str = "events"
) -> Reported | None:
    """The event where this report says nothing new of it, else None; a repetition is counted.

    Asked first, since a source that repeats itself for ever shall cost little. Raises as `write`.
    """
    actor.require(Permission.REPORT_EVENTS)
    source_id, key = await source_of(connection, actor, report), _key(actor, report)
    asked = {"source_id": source_id, "key": key, "revised_at": report.revised_at}
    known = await fetch_one(connection, SQL.known, asked)
    if known is None or (known["open"] and (report.closed_at is not None or known["newer"])):
        return None
    await _count(connection, process, door, "duplicate")
    return Reported(False, await _read(connection, report, source_id, key), repeated=True)


async def free_key(connection: Connection, actor: Actor, report: Report, at: datetime) -> str:
    """A key for a report whose source has none: `report.key` is a digest of what it says.

    The same words are one event as long as that is open; after it they are a new one.
    """
    source_id = await source_of(connection, actor, report)
    keys = [f"{report.key}.{n}" for n in range(MOST_ROUNDS)]
    stored = {_key(actor, replace(report, key=key)): key for key in keys}
    asked = {"source_id": source_id, "keys": list(stored), "at": at}
    ended = {stored[row["source_key"]] for row in await fetch_all(connection, SQL.ended, asked)}
    return next((key for key in keys if key not in ended), keys[-1])


async def _given(
    connection: Connection, actor: Actor, report: Report, source_id: int, place: Place
) -> dict[str, Any]:
    """The parameters of an event. Raises Invalid, OutsideScope."""
    known = await types.find(connection)
    kind = known.get(report.type)
    if kind is None:
        codes = ", ".join(sorted({one.code for one in known.values()})[:20])
        raise UnknownType(
            what=f"type {report.type}",
            why=Said("there is no such type, choose of: {codes}", codes=codes),
        )
    return {
        "source_id": source_id,
        "type_id": kind.id,
        "area_id": await _area(connection, actor, source_id, place.area_id),
        "grid_ids": list(place.grid_ids),
        "lon": report.lon,
        "lat": report.lat,
        **dict(zip(("original_lon", "original_lat", "coord_sys"), report.original, strict=True)),
        "address": report.address,
        "text": report.text,
        "opened_at": report.opened_at,
        "due_at": report.due_at or (kind.limit and report.opened_at + kind.limit),
        "own_due_at": report.due_at,
        "limit": kind.limit,
        "revised_at": report.revised_at,
        "ends_itself": report.ends_itself,
        "until": report.until,
        "extent": report.extent,
        "detail": Jsonb(dict(report.detail)),
    }


async def _count(connection: Connection, process: str, door: str, outcome: str) -> None:
    counts = {"received": 1, outcome: 1}
    await counters.add(connection, process=process, door=door, counts=counts)


async def _read(connection: Connection, report: Report, source_id: int, key: str) -> dict[str, Any]:
    event = await fetch_one(connection, SQL.read, {"source_id": source_id, "key": key})
    if event is None:  # another area's: the caller may not even read it
        raise OtherSource(source=report.source)
    return event


async def _close(
    connection: Connection, actor: Actor, source_id: int, key: str, report: Report
) -> bool:
    """Close the event if it is open; whether it was. Who closes twice changes nothing."""
    given = {
        "source_id": source_id,
        "key": key,
        "closed_at": report.closed_at,
        "settled_at": report.settled_at,
        "satisfied": report.satisfied,
        "actor_id": actor.id,
    }
    return await fetch_one(connection, SQL.close, given) is not None


async def source_of(connection: Connection, actor: Actor, report: Report) -> int:
    """The token's own source, or the named one, made where it is new."""
    if actor.source_id is not None:
        own = await fetch_one(connection, SQL.source, {"id": actor.source_id})
        if own is None or (report.source is not None and report.source != own["name"]):
            raise OtherSource(source=report.source)
        return actor.source_id
    if actor.role == "grid_worker":
        if report.source not in (None, OWN_SOURCE):
            raise OtherSource(source=report.source)
        return await ensure_source(connection, OWN_SOURCE, kind="worker")
    return await ensure_source(connection, report.source or actor.role, area_id=actor.area_id)


def _key(actor: Actor, report: Report) -> str:
    """The source's own id; people who share a source each have ids of their own."""
    return prefix(actor, report.source) + report.key


def prefix(actor: Actor, source: str | None) -> str:
    """What stands before the keys of an actor who has no source of his own, and names none."""
    if actor.source_id is not None or (source and actor.role != "grid_worker"):
        return ""
    who = f"actor-{actor.id}" if actor.person_id is None else f"person-{actor.person_id}"
    return f"{who}/"


async def _area(connection: Connection, actor: Actor, source_id: int, found: int | None) -> int:
    """The place's area, else the source's, else the actor's own. Raises OutsideScope."""
    row = await fetch_one(
        connection, SQL.area, {"found": found, "source_id": source_id, "own": actor.area_id}
    )
    assert row is not None
    if not row["visible"]:
        raise OutsideScope(area=row["name"] or "the neighbours")
    return int(row["id"])
