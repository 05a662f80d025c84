"""What the hub sends, by a state machine: whatever happens in a tick, and however slow a page is,
each page ends with what is true: nothing lost, nothing twice, in order, of its own scope only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import numpy as np
import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dashboard.live.calls import Card
from dashboard.live.clients import MOST_TEXTS, Client
from dashboard.live.hub import Hub
from dashboard.live.people import People
from dashboard.live.protocol import FULL, ROW, State, decode
from dashboard.live.scopes import View
from dashboard.live.world import Moved, Standing
from data.access import Actor
from data.database import Database
from data.errors import StoreUnavailable
from data.feed.people import FeedPerson
from data.feed.places import FeedPlaces
from tests.dashboard.live.test_events_machine import EAST, EVENTS, PLACES, ROOT, SITE, STAGE, WEST

T = datetime(2026, 7, 14, tzinfo=UTC)
ACTOR = Actor(1, "account", "duty", "duty_officer", 1)
AREAS = st.sampled_from([WEST, EAST])
STATES = st.sampled_from(["running", "acked", "exhausted", "cancelled"])
FIXES = st.lists(st.integers(1, 9) | st.none(), min_size=6, max_size=6)


class Page:
    """A page as `live.js` is one, but that a gap or a stranger is an error here."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.client = Client(ACTOR, "key", view.snapshot, view.full_frame)
        view.clients.add(self.client)
        self.taking = asyncio.Event()
        self.taking.set()
        self.pump = asyncio.create_task(self.client.pump(self._hear))

    async def _hear(self, message: str | bytes) -> None:
        await self.taking.wait()
        if isinstance(message, bytes):
            return self._frame(message)
        said = orjson.loads(message)
        kind = said["type"]
        assert kind == "hello" or said["seq"] == self.seq + 1, f"a gap before {kind}"
        self.seq = said["seq"]
        getattr(self, f"_{kind}")(said)

    def _hello(self, said: Any) -> None:
        self.version, self.people = said["version"], said["people"]
        self.events: dict[int, str] = {}
        self.calls: dict[int, int] = {}
        self.marks: dict[int, int] = {}

    def _places(self, said: Any) -> None:
        assert said["version"] != self.version
        self.version = said["version"]

    def _events(self, said: Any) -> None:
        for id_ in said["remove"]:
            del self.events[id_]
        self.events.update({one["id"]: one["light"] for one in said["upsert"]})

    def _grids(self, said: Any) -> None:
        self.red = said["red"]

    def _calls(self, said: Any) -> None:
        self.calls = {one["id"]: one["line"] for one in said["sessions"]}

    def _call(self, said: Any) -> None:
        one = said["session"]
        assert self.calls.get(one["id"], 0) < one["line"], "twice, or out of order"
        self.calls[one["id"]] = one["line"]

    def _summary(self, said: Any) -> None:
        self.figures = said["events"]

    def _frame(self, frame: bytes) -> None:
        found = decode(frame)
        if found.kind == FULL:
            self.marks = {}
        for row in found.rows:
            assert row["index"] < len(self.people), "a mark of nobody"
            self.marks[int(row["index"])] = int(row["at"])
            if row["state"] == State.OFF_DUTY:
                del self.marks[int(row["index"])]


class Fed(Hub):
    """The hub without a store: a step is what the test made of it, or broken after all was read."""

    moved = Moved([], people_new=True, places_new=True)
    called: Sequence[dict[str, Any]] = ()
    broken = False

    async def _step(self) -> tuple[Moved, list[Card]]:
        if self.broken:
            raise StoreUnavailable()
        return self.moved, self.calls.take(self.called, T)

    async def _read_day(self, view: View) -> None:
        view.day = {}


def standing(people: People, fixes: Sequence[int | None]) -> Standing:
    """Where people are: a fix's number, None = off duty."""
    count = len(people.people)
    rows = np.zeros(count, ROW)
    rows["index"] = np.arange(count)
    rows["at"] = [fix or 0 for fix in fixes[:count]]
    rows["state"] = [State.OFF_DUTY if fix is None else State.FRESH for fix in fixes[:count]]
    return Standing(rows, rows["state"].copy(), np.zeros(count, bool))


class Sender(RuleBasedStateMachine):
    """The world moves under the hub; pages come and go, take what they get or do not."""

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.hub = Fed(cast(Database, None), now=lambda: T, site=lambda: SITE)
        self.pages: list[Page] = []
        self.lines: dict[int, int] = {}  # the last line of each call's ledger
        self.at, self.version, self.ticks = T, 0, 0
        self.people = People([])
        self._stand([None] * 6)
        self.runner.run(self.hub._tick(0))
        self.hub._ready.set()

    def teardown(self) -> None:
        """In the end all take again, and all must be right."""
        if hasattr(self, "runner"):
            for page in self.pages:
                page.taking.set()
            try:
                self.pages_that_take_see_what_is_true()
            finally:
                self.runner.close()

    def _stand(self, fixes: Sequence[int | None]) -> None:
        world = self.hub.world
        world.at = self.at
        world.stage = replace(STAGE, places=self._places(), people=self.people)
        world.standing = standing(self.people, fixes)

    def _places(self) -> FeedPlaces:
        return replace(PLACES, version=str(self.version))

    def _settle(self) -> None:
        """Let the pumps run dry: they never wait for time."""

        async def turns() -> None:
            for _ in range(20):
                await asyncio.sleep(0)

        self.runner.run(turns())

    @rule(
        events=st.lists(EVENTS, max_size=3, unique_by=lambda event: event.id),
        calls=st.dictionaries(st.integers(1, 6), STATES, max_size=3),
        fixes=FIXES,
        minutes=st.integers(0, 20),
        crowd=st.none() | st.lists(AREAS, max_size=6),
        places=st.booleans(),
        broken=st.sampled_from([False, False, False, True]),
        beat=st.booleans(),
    )
    def tick(
        self, events: Any, calls: Any, fixes: Any, minutes: int, crowd: Any, places: bool,
        broken: bool, beat: bool,
    ) -> None:  # fmt: skip
        """Everything may come at once, and the store may go after all was read."""
        self.at += timedelta(minutes=minutes)
        changes = self.hub.world.events.put(events, self.at) + self.hub.world.events.advance(
            self.at
        )
        self.version += places
        if crowd is not None:
            self.people = People(
                [FeedPerson(i, str(i), "", area, "") for i, area in enumerate(crowd)]
            )
        self._stand(fixes)
        self.hub.moved = Moved(changes, crowd is not None, places)
        self.hub.called = [*self.hub.called, *map(self._card, calls.items())]
        self.hub.broken = broken
        self.ticks += 2 * beat
        with contextlib.suppress(StoreUnavailable):
            self.runner.run(self.hub._tick(self.ticks))
        if not broken:
            self.hub.called = ()  # else it is told again

    def _card(self, call: tuple[int, str]) -> dict[str, Any]:
        id_, state = call
        self.lines[id_] = max(self.lines.values(), default=0) + 1
        area = WEST if id_ % 2 else EAST
        return {
            "id": id_, "line": self.lines[id_], "area_id": area, "state": state, "remaining_s": 9,
            "attempts": [],
        }  # fmt: skip

    @precondition(lambda self: len(self.pages) < 5)
    @rule(area=st.sampled_from([ROOT, WEST, EAST]))
    def open(self, area: int) -> None:
        async def come() -> Page:
            return Page(await self.hub.view(area))

        self.pages.append(self.runner.run(come()))

    @precondition(lambda self: self.pages)
    @rule(which=st.integers(0, 4), what=st.sampled_from(["hold", "release", "ask"]))
    def page(self, which: int, what: str) -> None:
        """It takes no more for a while, takes again, or asks for everything anew."""
        page = self.pages[which % len(self.pages)]
        if what == "hold":
            page.taking.clear()
        elif what == "release":
            page.taking.set()
        else:
            page.client.resync()

    @rule()
    def flood(self) -> None:
        """More than a page that takes nothing can keep."""
        for view in self.hub.views.values():
            for _ in range(MOST_TEXTS + 1):
                view.broadcast("summary", view.summary())
        self._settle()

    @invariant()
    def pages_that_take_see_what_is_true(self) -> None:
        if not hasattr(self, "runner"):
            return
        self._settle()
        for page in self.pages:
            if page.pump.done():
                page.pump.result()  # what it found wrong
            if page.taking.is_set() and not self.hub._behind:
                self._check(page)

    def _check(self, page: Page) -> None:
        areas = page.view.areas
        known = self.hub.world.events.open
        assert page.events == {
            id_: one.light.value for id_, one in known.items() if one.event.area_id in areas
        }
        assert page.calls == {
            id_: line for id_, line in self.lines.items() if (WEST if id_ % 2 else EAST) in areas
        }
        assert page.version == f"{self.version}-{page.view.root}"
        mine = [person for person in self.people.people if person.area_id in areas]
        assert [one["id"] for one in page.people] == [person.id for person in mine]
        rows = self.hub.world.standing.rows[page.view.members]
        assert page.marks == {
            i: int(row["at"]) for i, row in enumerate(rows) if row["state"] != State.OFF_DUTY
        }


Sender.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestSender = Sender.TestCase
