"""Open events by a state machine: any order of reports, changes, closings, time and clock jumps
leaves every view equal to a count from nothing, and pages that apply the messages see the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dashboard.live.events import Events
from dashboard.live.people import People
from dashboard.live.scopes import View
from dashboard.live.world import Stage
from data.events import sla
from data.feed.events import FeedEvent
from data.feed.places import FeedGrid, FeedPlaces
from data.places.site import Clock, Site

T = datetime(2026, 7, 14, tzinfo=UTC)
ROOT, WEST, EAST = 1, 2, 3
GRIDS = {g: FeedGrid(g, WEST if g < 13 else EAST, "service", str(g), g % 3) for g in (11, 12, 13)}
PLACES = FeedPlaces(
    version="v",
    root_id=ROOT,
    descendants={
        ROOT: frozenset({ROOT, WEST, EAST}),
        WEST: frozenset({WEST}),
        EAST: frozenset({EAST}),
    },
    areas=(),
    boxes={},
    grids=GRIDS,
)
SITE = Site("镇", "Town", "Asia/Shanghai", 60, 300, 1800, "service", Clock())
STAGE = Stage("epoch", SITE, PLACES, People([]), (0.0, 0.0, 1.0, 1.0))
MINUTES = st.integers(-30, 30)


def _after(minutes: int | None) -> datetime | None:
    return None if minutes is None else T + timedelta(minutes=minutes)


EVENTS = st.builds(
    lambda id_, area, grids, located, opened, limit, closed: FeedEvent(
        id_, area, grids, "t", "c", "类", "Type", 0.5 if located else None,
        0.5 if located else None, T + timedelta(minutes=opened),
        _after(None if limit is None else opened + limit),
        _after(None if limit is None else opened + limit * 4 // 5),
        _after(closed), "place", "text",
    ),
    st.integers(1, 12), st.sampled_from([WEST, EAST]),
    st.lists(st.sampled_from([11, 12, 13]), unique=True), st.booleans(), MINUTES,
    st.none() | st.integers(0, 40), st.none() | MINUTES,
)  # fmt: skip


class Page:
    """What a page makes of the messages."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.events = {e.event.id: e.as_json() for e in view.events.values()}
        self.loads: dict[int, float] = {}

    def hear(self, bodies: tuple[dict[str, Any], dict[str, Any]] | None) -> None:
        if bodies is None:
            return
        for id_ in bodies[0]["remove"]:
            del self.events[id_]  # a page knew it: removals are never of strangers
        self.events.update({e["id"]: e for e in bodies[0]["upsert"]})
        self.loads.update(bodies[1]["loads"])
        self.red = bodies[1]["red"]


class Feed(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.at = T
        self.store: dict[int, FeedEvent] = {}
        self.events = Events()
        self.pages = [Page(View(root, STAGE)) for root in (ROOT, WEST, EAST)]

    def _send(self, changes: list[Any]) -> None:
        for page in self.pages:
            page.hear(page.view.apply(changes))

    @rule(event=EVENTS)
    def report(self, event: FeedEvent) -> None:
        self.store[event.id] = event
        self._send(self.events.put([event], self.at))

    @rule(id_=st.integers(1, 12))
    def close_now(self, id_: int) -> None:
        if id_ in self.store:
            self.store[id_] = replace(self.store[id_], closed_at=self.at)
            self._send(self.events.put([self.store[id_]], self.at))

    @rule(id_=st.integers(1, 12))
    def vanish(self, id_: int) -> None:
        self.store.pop(id_, None)
        self._send(self.events.remove([id_]))

    @rule(minutes=st.integers(0, 25))
    def pass_time(self, minutes: int) -> None:
        last, self.at = self.at, self.at + timedelta(minutes=minutes)
        opened = [e for e in self.store.values() if last < e.opened_at <= self.at]
        self._send(self.events.put(opened, self.at) + self.events.advance(self.at))

    @rule(minutes=MINUTES)
    def jump(self, minutes: int) -> None:
        self.at = T + timedelta(minutes=minutes)
        found = [
            e
            for e in self.store.values()
            if sla.is_open(opened_at=e.opened_at, closed_at=e.closed_at, at=self.at)
        ]
        self._send(self.events.replace(found, self.at))

    @invariant()
    def every_view_is_right(self) -> None:
        open_now = {
            e.id: sla.light(yellow_at=e.yellow_at, due_at=e.due_at, at=self.at)
            for e in self.store.values()
            if sla.is_open(opened_at=e.opened_at, closed_at=e.closed_at, at=self.at)
        }
        for page in self.pages:
            view = page.view
            mine = {i for i in open_now if self.store[i].area_id in view.areas}
            assert set(view.events) == set(page.events) == mine
            assert all(page.events[i]["light"] == open_now[i] for i in mine)
            n = view.event_figures()
            assert n["open"] == len(mine) == n["located"] + n["unlocated"]
            assert n["open"] == n["overdue"] + n["yellow"] + n["green"] + n["no_limit"]
            assert n["overdue"] == sum(open_now[i] == "red" for i in mine)
            for grid in view.here:
                count = sum(grid in self.store[i].grid_ids for i in mine)
                assert view.open_in[grid] == count
                assert page.loads.get(grid, 0) == view.load(grid)


Feed.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestFeed = Feed.TestCase
