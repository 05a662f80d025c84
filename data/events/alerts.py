"""Alerts as events: one event for a chain of messages, on the ground that it covers.

An alert begins when it takes effect, ends by itself when it expires, goes on by an update, and is
closed by a cancel; messages may come twice, late and in any order. Its event stands at a point of
its ground in the caller's areas, belongs to the finest area that holds all of that, and to a grid
only where it lies in that one alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import shapely

from data import counters
from data.access import Actor, Permission
from data.database import Connection, fetch_all, fetch_one
from data.events import report as reports
from data.events import types
from data.events.cap import Message
from data.events.report import Report, Reported
from data.places.lookup import Place
from data.queries import load
from data.sources import WGS84

SQL = load(__file__)
CODE_LENGTH = 12  # of areas in China: shorter ones mean the area above


class Became(StrEnum):
    """What became of a message; all but the first four change nothing."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    MOVED_AWAY = "moved_away"  # its new ground is none of ours: the event is closed
    REPEATED = "duplicate"
    IGNORED = "ignored"  # a test, exercise or draft; an acknowledgement or error
    ELSEWHERE = "elsewhere"  # nothing of its ground is ours
    SUPERSEDED = "superseded"  # a later message that updates or cancels it came before it
    OUTDATED = "outdated"  # older than what is here
    UNKNOWN = "unknown"  # cancels what never came


EFFECTIVE = (Became.CREATED, Became.UPDATED, Became.CANCELLED, Became.MOVED_AWAY)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message, and its event as it stands; None where there is none."""

    became: Became
    event: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class _Ground:
    place: Place
    lon: float | None
    lat: float | None
    extent: str | None
    elsewhere: bool


async def take(
    connection: Connection, actor: Actor, message: Message, *, at: datetime, process: str
) -> Taken:
    """Take a message in the caller's transaction; `at` is site time. Counted in any case.

    Raises NotAllowed, OutsideScope, OtherSource.
    """
    actor.require(Permission.REPORT_EVENTS)
    taking = _Taking(connection, actor, message, at, process)
    if message.status != "Actual" or message.kind in ("Ack", "Error"):
        return await taking.end(Became.IGNORED)
    report = Report(message.name, types.ALERT, message.effective)
    taking.source_id = await reports.source_of(connection, actor, report)
    await connection.execute(SQL.lock, taking.named)
    if await fetch_one(connection, SQL.keep, taking.named) is None:
        held = await fetch_one(connection, SQL.held, taking.named)
        return await taking.end(Became.REPEATED, None if held is None else held["event_id"])
    became, event_id = await taking.judge()
    settled = {**taking.named, "outcome": became, "event_id": event_id}
    await connection.execute(SQL.settle, settled)
    return await taking.end(became, event_id)


@dataclass(slots=True)
class _Taking:
    """One message on its way."""

    connection: Connection
    actor: Actor
    message: Message
    at: datetime
    process: str
    source_id: int = 0

    @property
    def named(self) -> dict[str, Any]:
        one = self.message
        return {
            "source_id": self.source_id,
            "sender": one.sender,
            "identifier": one.identifier,
            "name": one.name,
            "area_id": self.actor.area_id,
            "sent": one.sent,
            "kind": one.kind,
            "refs": list(one.references),
        }

    async def judge(self) -> tuple[Became, int | None]:
        """What becomes of a new message, and the event that it is about."""
        if await fetch_one(self.connection, SQL.superseded, self.named):
            return Became.SUPERSEDED, None
        targets = await fetch_all(self.connection, SQL.targets, self.named)
        ids = [int(one["id"]) for one in targets]
        if self.message.kind == "Cancel":
            return await self._over(ids, Became.CANCELLED, Became.UNKNOWN)
        ground = await self._ground()
        if ground.elsewhere:
            return await self._over(ids, Became.MOVED_AWAY, Became.ELSEWHERE)
        reported = await self._write(targets, ground)
        await self._close(ids[1:])  # an update may make one of several
        event_id = int(reported.event["id"])
        if reported.created:
            return Became.CREATED, event_id
        return (Became.UPDATED if reported.revised else Became.OUTDATED), event_id

    async def _over(
        self, ids: Sequence[int], some: Became, none: Became
    ) -> tuple[Became, int | None]:
        """Close the events that the message is about, if there are any."""
        await self._close(ids)
        return (some, ids[0]) if ids else (none, None)

    async def _write(self, targets: Sequence[dict[str, Any]], ground: _Ground) -> Reported:
        """The event that the message updates, else a new one."""
        key = self.message.name
        if targets:
            key = targets[0]["source_key"].removeprefix(reports.prefix(self.actor, None))
        return await reports.write(
            self.connection,
            self.actor,
            await self._report(key, ground),
            place=ground.place,
            at=self.at,
            process=self.process,
            door=None,
        )

    async def end(self, became: Became, event_id: int | None = None) -> Taken:
        """Count it and say how things stand."""
        outcome = "accepted" if became in EFFECTIVE else str(became)
        counts = {"received": 1, outcome: 1}
        await counters.add(self.connection, process=self.process, door="cap", counts=counts)
        event = None
        if event_id is not None:
            event = await fetch_one(self.connection, SQL.event, {"id": event_id})
        return Taken(became, event)

    async def _close(self, ids: Sequence[int]) -> None:
        ended = min(self.message.sent, self.at)
        given = {"ids": list(ids), "ended": ended, "sent": self.message.sent, "at": self.at}
        await self.connection.execute(SQL.cancel, {**given, "actor_id": self.actor.id})

    async def _ground(self) -> _Ground:
        extent = None
        if self.message.extent is not None:
            marked = shapely.set_srid(self.message.extent, 4326)
            extent = shapely.to_wkb(marked, hex=True, include_srid=True)
        codes = {one for one in self.message.geocodes if one}
        codes |= {one.ljust(CODE_LENGTH, "0") for one in codes if one.isdecimal()}
        given = {
            "extent": extent,
            "codes": sorted(codes),
            "at": self.at,
        }
        row = await fetch_one(self.connection, SQL.ground, given)
        assert row is not None
        place = Place(tuple(row["grid_ids"]), row["area_id"])
        return _Ground(place, row["lon"], row["lat"], row["extent"], row["elsewhere"])

    async def _report(self, key: str, ground: _Ground) -> Report:
        one = self.message
        languages = [{name: getattr(info, name) for name in info.__slots__} for info in one.infos]
        flaws = [flaw.as_json() for flaw in one.flaws]
        cap: dict[str, Any] = {**one.facts, "sender": one.sender, "identifier": one.identifier}
        cap |= {"infos": languages, "flaws": flaws}
        return Report(
            key=key,
            type=await types.for_alert(self.connection, one.codes),
            opened_at=one.effective,
            text=one.text,
            lon=ground.lon,
            lat=ground.lat,
            original=(ground.lon, ground.lat, WGS84),
            address=one.area or None,
            revised_at=one.sent,
            ends_itself=True,
            until=None if one.expires is None else max(one.expires, one.effective),
            extent=ground.extent,
            detail={"cap": cap},
        )
