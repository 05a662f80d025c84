"""What notifications have said since the last tick: ids, or "all"."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

PLACES = frozenset({"area", "grid", "facility", "person", "post", "road", "ground", "building"})


@dataclass(slots=True)
class Told:
    """Collected between ticks; begins with everything to read. `news` is set by each."""

    places: bool = True
    shifts: bool = True
    all_positions: bool = True
    all_events: bool = True
    all_calls: bool = True
    positions: set[int] = field(default_factory=set)
    events: set[int] = field(default_factory=set)
    calls: set[int] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def everything(self) -> None:
        """The connection was lost: nothing is sure."""
        self.places = self.shifts = True
        self.all_positions = self.all_events = self.all_calls = True
        self.news.set()

    def take(self) -> Told:
        """What was said, and begin anew with nothing."""
        taken = Told(
            self.places,
            self.shifts,
            self.all_positions,
            self.all_events,
            self.all_calls,
            self.positions,
            self.events,
            self.calls,
        )
        self.places = self.shifts = False
        self.all_positions = self.all_events = self.all_calls = False
        self.positions, self.events, self.calls = set(), set(), set()
        self.news.clear()
        return taken

    def put_back(self, taken: Told) -> None:
        """It could not be read: say it again."""
        self.places |= taken.places
        self.shifts |= taken.shifts
        self.all_positions |= taken.all_positions
        self.all_events |= taken.all_events
        self.all_calls |= taken.all_calls
        self.positions |= taken.positions
        self.events |= taken.events
        self.calls |= taken.calls

    def channels(self) -> dict[str, Callable[[str], None]]:
        """What to listen to, and who hears it."""
        return {
            "wangge_position": self.heard_position,
            "wangge_event": self.heard_event,
            "wangge_call": self.heard_call,
            "wangge_places": self.heard_places,
        }

    def heard_call(self, payload: str) -> None:
        """The id of a session."""
        self.calls.update(_ids(payload))
        self.news.set()

    def heard_position(self, payload: str) -> None:
        """Person ids, or "all"."""
        if payload == "all":
            self.all_positions = True
        else:
            self.positions.update(_ids(payload))
        self.news.set()

    def heard_event(self, payload: str) -> None:
        """Event ids, or "all"."""
        if payload == "all":
            self.all_events = True
        else:
            self.events.update(_ids(payload))
        self.news.set()

    def heard_places(self, table: str) -> None:
        """The name of the table that changed."""
        if table == "shift":
            self.shifts = True
        elif table in PLACES:
            self.places = True
            self.all_events |= table == "grid"  # a new cut gives open events to other grids
        self.news.set()


def _ids(payload: str) -> list[int]:
    return [int(part) for part in payload.split(",") if part.isdecimal()]
