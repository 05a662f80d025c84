"""The world of one process in memory, carried from one instant of site time to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from dashboard.live.events import Change, Events
from dashboard.live.people import People
from dashboard.live.protocol import Box, Rows
from dashboard.live.told import Told
from data.database import Connection
from data.feed import events as feed_events
from data.feed import people as feed_people
from data.feed import places as feed_places
from data.feed.places import FeedPlaces
from data.places.site import Site
from data.query.summary import SHIFT_AFTER, SHIFT_BEFORE

LONGEST_STEP = timedelta(days=1)  # past it, or backwards, all events are read again
SHIFTS_EVERY = timedelta(hours=1)
MARGIN = 0.1  # of the box, around all places
WHOLE_WORLD: Box = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class Stage:
    """What all views share: the site, its places and people, the box of the positions."""

    epoch: str
    site: Site
    places: FeedPlaces
    people: People
    box: Box


@dataclass(frozen=True, slots=True)
class Moved:
    """What one step brought: `people_new` when indices or box changed and pages must begin anew,
    `places_new` when the map's layers did."""

    changes: list[Change]
    people_new: bool
    places_new: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """All people at the last instant."""

    rows: Rows
    states: npt.NDArray[np.uint8]
    rostered: npt.NDArray[np.bool_]


class World:
    """`step` carries it to an instant; then `stage`, `events`, `standing` and `at` are of it."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.at: datetime | None = None
        self.events = Events()
        self.stage: Stage | None = None
        self.standing: Standing | None = None
        self._shifts_at: datetime | None = None

    async def step(self, connection: Connection, at: datetime, told: Told, site: Site) -> Moved:
        """Read what was told and what time brings. Any error leaves it to be told again."""
        before = self.stage
        stage = before
        if stage is None or told.places:
            stage = await self._read_stage(connection, at, site)
        elif site != stage.site:
            stage = replace(stage, site=site)
        people_new = before is None or stage.people is not before.people or stage.box != before.box
        await self._read_people(connection, stage, at, told, people_new)
        changes = await self._read_events(connection, at, told)
        self._stand(stage, at)
        self.stage, self.at = stage, at
        if before is None:
            return Moved(changes, people_new=True, places_new=True)
        settings_new = replace(site, clock=before.site.clock) != before.site
        areas_new = stage.places.descendants != before.places.descendants
        places_new = stage.places.version != before.places.version
        return Moved(changes, people_new or settings_new or areas_new, places_new)

    async def _read_stage(self, connection: Connection, at: datetime, site: Site) -> Stage:
        places = await feed_places.read(connection, at)
        found = await feed_people.everybody(connection, at)
        people = self.stage.people if self.stage is not None else None
        if people is None or people.people != found:
            people = People(found)
        return Stage(self.epoch, site, places, people, _box(places))

    async def _read_people(
        self, connection: Connection, stage: Stage, at: datetime, told: Told, people_new: bool
    ) -> None:
        age = None if self._shifts_at is None else abs(at - self._shifts_at)
        if people_new or told.shifts or age is None or age > SHIFTS_EVERY:
            shifts = await feed_people.shifts(
                connection, after=at - SHIFT_BEFORE, until=at + SHIFT_AFTER + 2 * SHIFTS_EVERY
            )
            stage.people.set_shifts(shifts)
            self._shifts_at = at
        if people_new or told.all_positions:
            stage.people.set_positions(await feed_people.positions(connection))
        elif told.positions:
            found = await feed_people.positions(connection, sorted(told.positions))
            stage.people.set_positions(found)

    async def _read_events(self, connection: Connection, at: datetime, told: Told) -> list[Change]:
        last = self.at
        if last is None or told.all_events or at < last or at - last > LONGEST_STEP:
            return self.events.replace(await feed_events.open_at(connection, at), at)
        found = await feed_events.changed(connection, ids=sorted(told.events), after=last, until=at)
        gone = told.events - {event.id for event in found}
        changes = self.events.remove(gone) + self.events.put(found, at)
        return changes + self.events.advance(at)

    def _stand(self, stage: Stage, at: datetime) -> None:
        site = stage.site
        since, rostered = stage.people.duty(at.timestamp())
        states = stage.people.states(
            at=at.timestamp(),
            since=since,
            fresh_s=site.fresh_s,
            ageing_s=site.ageing_s,
            offline_s=site.offline_s,
        )
        rows = stage.people.rows(states=states, box=stage.box)
        self.standing = Standing(rows, states, rostered)


def _box(places: FeedPlaces) -> Box:
    """All places with a margin; the same for every scope, since people walk across borders."""
    found: Sequence[Box] = list(places.boxes.values())
    if not found:
        return WHOLE_WORLD
    west, south = min(b[0] for b in found), min(b[1] for b in found)
    east, north = max(b[2] for b in found), max(b[3] for b in found)
    x, y = max(1e-4, (east - west) * MARGIN), max(1e-4, (north - south) * MARGIN)
    return west - x, south - y, east + x, north + y
