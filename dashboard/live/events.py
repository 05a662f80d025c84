"""The open events of the site, carried forward in time: lights and closings by time alone."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.events import notice, sla
from data.events.sla import Light
from data.feed.events import FeedEvent


@dataclass(frozen=True, slots=True)
class Shown:
    """An open event with its light."""

    event: FeedEvent
    light: Light

    def as_json(self) -> dict[str, Any]:
        e = self.event
        alert = {} if e.cap is None else {"alert": _alert(e, e.cap)}
        return alert | {
            "id": e.id,
            "lon": e.lon,
            "lat": e.lat,
            "type": e.type,
            "class": e.class_,
            "name_zh": e.name_zh,
            "name_en": e.name_en,
            "light": self.light.value,
            "opened": _ms(e.opened_at),
            "due": _ms(e.due_at),
            "yellow": _ms(e.yellow_at),
            "place": e.place,
            "grid_ids": e.grid_ids,
            "area_id": e.area_id,
            "text": e.text,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one event: None → shown, shown → other, shown → None."""

    before: Shown | None
    after: Shown | None


class Events:
    """`open` holds every open event; a heap holds when each will close or change its light."""

    def __init__(self) -> None:
        self.open: dict[int, Shown] = {}
        self._ahead: list[tuple[datetime, int]] = []

    def replace(self, events: Iterable[FeedEvent], at: datetime) -> list[Change]:
        """Take this for all open events at `at` and say what changed."""
        given = {event.id: event for event in events}
        gone = self.remove([id_ for id_ in self.open if id_ not in given])
        self._ahead.clear()
        return gone + self.put(given.values(), at)

    def put(self, events: Iterable[FeedEvent], at: datetime) -> list[Change]:
        """Take over events that were reported, changed or reached by time; closed ones leave."""
        changes = [self._set(event, at) for event in events]
        return [change for change in changes if change is not None]

    def remove(self, ids: Iterable[int]) -> list[Change]:
        """Events that are no longer there."""
        found = [self.open.pop(id_, None) for id_ in ids]
        return [Change(before, None) for before in found if before is not None]

    def advance(self, at: datetime) -> list[Change]:
        """Let time pass: what closes or changes its light until `at`."""
        due: set[int] = set()
        while self._ahead and self._ahead[0][0] <= at:
            due.add(heapq.heappop(self._ahead)[1])
        changes = [self._set(self.open[id_].event, at) for id_ in sorted(due) if id_ in self.open]
        return [change for change in changes if change is not None]

    def _set(self, event: FeedEvent, at: datetime) -> Change | None:
        before = self.open.pop(event.id, None)
        after = None
        if sla.is_open(opened_at=event.opened_at, closed_at=event.closed_at, at=at):
            light = sla.light(yellow_at=event.yellow_at, due_at=event.due_at, at=at)
            after = self.open[event.id] = Shown(event, light)
            turn = sla.next_change(
                yellow_at=event.yellow_at, due_at=event.due_at, closed_at=event.closed_at, at=at
            )
            if turn is not None:
                heapq.heappush(self._ahead, (turn, event.id))
        return None if before == after else Change(before, after)


def _alert(event: FeedEvent, cap: dict[str, Any]) -> dict[str, Any]:
    """What the wall draws and says of an alert."""
    return {**notice.brief(cap), "until": _ms(event.closed_at), "ground": event.ground}


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
