"""Any order of clicks, crashes, answers, clocks and dispatchers: no loss, no duplicate, no step
left out, nobody rung twice, and every call comes to its end.

`WANGGE_MACHINE=examples,steps` looks for longer.
"""

from __future__ import annotations

import asyncio
import os
from datetime import time, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)
from hypothesis.stateful import run_state_machine_as_test as run_machine

from dashboard.embedded import Store
from data.calls import dial, presence, sessions
from data.calls.channel import Ambiguous, Answered, Handed, Ringing, Unanswered, Unreachable
from data.calls.model import Crowd, Ring, Step, Subject, SubjectKind, Target
from data.database import Database
from data.errors import Invalid
from tests.calling import REAL, Desk, make_desk
from tests.data.calls.books import Books
from tests.factories import NOON

PEOPLE = ["west_chief", "west_worker", "east_worker"]
RESULTS = [
    Handed(),
    Ringing(),
    Answered(),
    Unanswered(),
    Unanswered(True),
    Unreachable(),
    Ambiguous(),
]
OWNER, CHIEF, NEAR = Step(Target.OWNER), Step(Target.GRID_CHIEF, ring_s=30), Step(Target.NEAREST)
BOTH = Step(Target.RESPONSIBLE)
POLICIES: list[tuple[tuple[Step, ...], dict[str, Any]]] = [
    ((BOTH,), {}),
    ((OWNER, CHIEF), {}),
    ((OWNER, NEAR, CHIEF), {"ack_timeout_s": 60}),
    ((BOTH, NEAR), {"need": 2, "ack_timeout_s": 30}),
    ((CHIEF, BOTH), {"need": 0}),
    ((BOTH,), {"most_per_hour": 2}),
    ((OWNER, CHIEF), {"quiet": (time(11), time(13))}),
]
EXAMPLES, STEPS = map(int, os.environ.get("WANGGE_MACHINE", "12,25").split(","))


class Calls(RuleBasedStateMachine):
    """The store on one side, what must always hold on the other."""

    clicked = Bundle("clicked")
    runner: asyncio.Runner
    desk: Desk
    admin_url: str

    @initialize()
    def begin(self) -> None:
        self.in_hand: list[Ring] = []
        self.keys: dict[str, int] = {}
        self.desk.real, self.desk.site, self.desk.elapsed = REAL, NOON, timedelta(0)
        with psycopg.connect(self.admin_url, autocommit=True) as link:
            link.execute("TRUNCATE call_session, call_attempt, call_event, presence")
        self.books = Books(self.desk)

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    # The dispatchers

    @rule(target=clicked, policy=st.sampled_from(POLICIES), urgent=st.booleans())
    def click(self, policy: Any, urgent: bool) -> Any:
        steps, rules = policy
        self.do(self.desk.by_policy(*steps, **rules))
        return self._click("grid", self.desk.town.grids["W-1"], urgent=urgent)

    @rule(target=clicked, person=st.sampled_from(PEOPLE[:2]))
    def click_a_person(self, person: str) -> Any:
        return self._click("person", self.desk.town.people[person])

    @rule(target=clicked)
    def click_everybody(self) -> Any:
        return self._click("area", self.desk.town.areas["west"], crowd=Crowd())

    def _click(self, kind: str, id_: int, **more: Any) -> Any:
        if len(self.keys) == 6:
            return multiple()
        key = f"k{len(self.keys)}"
        self.keys[key] = self.do(self.desk.click(kind, id_, key, **more))
        return key

    @rule(target=clicked)
    def click_and_die(self) -> Any:
        """The click is durable; who should have carried it on is gone."""
        if len(self.keys) == 6:
            return multiple()
        key = f"k{len(self.keys)}"
        self.keys[key] = self.do(self._only_start(key))
        return key

    async def _only_start(self, key: str) -> int:
        desk = self.desk
        subject = Subject(SubjectKind.GRID, desk.town.grids["W-1"])
        async with desk.town.database.acting(desk.dispatcher.id) as link:
            return await sessions.start(
                link, actor=desk.dispatcher, request_key=key, subject=subject, when=desk.when
            )

    @rule(key=clicked, dies=st.booleans(), back=st.sampled_from([0, 0, 1]))
    def escalate(self, key: str, dies: bool, back: int) -> None:
        """From the step on his card, perhaps an old one; he may be gone before it is fired."""
        session = self.keys[key]
        step = max(0, self.books.heads[session]["step"] - back)

        async def only() -> None:
            async with self.desk.town.database.acting(self.desk.dispatcher.id) as link:
                given = {"session_id": session, "step": step, "when": self.desk.when}
                await sessions.escalate(link, actor=self.desk.dispatcher, **given)

        try:
            self.do(only() if dies else self.desk.escalate(session, step))
        except Invalid:
            head = self.books.heads[session]
            assert head["state"] != "running" or step + 1 == len(head["steps"])

    @rule(key=clicked, person=st.sampled_from(PEOPLE[:2]))
    def add(self, key: str, person: str) -> None:
        try:
            self.do(self.desk.add(self.keys[key], person))
        except Invalid:
            known = person in self.do(self.desk.states(self.keys[key]))
            assert known or self.books.heads[self.keys[key]]["state"] != "running"

    @rule(key=clicked)
    def end(self, key: str) -> None:
        self.do(self.desk.end(self.keys[key]))

    @rule(key=clicked)
    def two_dispatchers(self, key: str) -> None:
        """One ends it, the other escalates, at once."""
        session, step = self.keys[key], self.books.heads[self.keys[key]]["step"]

        async def both() -> None:
            done = await asyncio.gather(
                self.desk.end(session), self.desk.escalate(session, step), return_exceptions=True
            )
            assert all(one is None or isinstance(one, Invalid) for one in done), done

        self.do(both())

    # The phones

    @rule(people=st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1))
    def open_pages(self, people: list[str]) -> None:
        self.do(self.desk.open_page(*people))

    @rule(lon=st.sampled_from([112.901, 112.905, 112.9111]))
    def walk(self, lon: float) -> None:
        self.do(self.desk.stand("east_worker", lon))

    @rule(key=clicked, owner=st.sampled_from(["a", "b"]), one=st.sampled_from([None, *PEOPLE]))
    def claim(self, key: str, owner: str, one: str | None) -> None:
        """A process takes attempts of its pages, and may then never be heard of again."""
        people = None if one is None else [self.desk.town.people[one]]

        async def take() -> list[Ring]:
            async with self.desk.town.database.acting(self.desk.town.system_id) as link:
                given = {"channel": "page", "owner": owner, "person_ids": people}
                given |= {"session_id": self.keys[key], "when": self.desk.when}
                return await dial.claim(link, **given)  # type: ignore[arg-type]

        self.in_hand += self.do(take())

    @rule(keys=st.lists(clicked, min_size=2, max_size=3, unique=True))
    def claim_at_once(self, keys: list[str]) -> None:
        """Several calls want the same people in the same moment."""

        async def all_() -> None:
            await asyncio.gather(*(self.desk.dial(self.keys[key]) for key in keys))

        self.do(all_())

    @rule(result=st.sampled_from(RESULTS), data=st.data())
    def place(self, result: Any, data: Any) -> None:
        if self.in_hand:
            ring = data.draw(st.sampled_from(self.in_hand))

            async def placed() -> None:
                async with self.desk.town.database.acting(self.desk.town.system_id) as link:
                    await dial.placed(link, [(ring, result)], self.desk.when)

            self.do(placed())

    @rule(key=clicked, person=st.sampled_from(PEOPLE), word=st.sampled_from(["yes", "no", "rings"]))
    def answer(self, key: str, person: str, word: str) -> None:
        card = self.do(self.desk.seen(self.keys[key]))
        for attempt in card["attempts"]:
            if attempt["person"]["name"] == person:
                if word == "rings":
                    self.do(self.desk.rings(attempt["id"], person))
                    continue
                say = self.desk.acknowledge if word == "yes" else self.desk.decline
                said = self.do(say(attempt["id"], person))
                after = self.do(self.desk.states(self.keys[key]))[person]
                assert (said == "acknowledged") == (after == "acknowledged")

    # Time

    @rule(seconds=st.sampled_from([1, 5, 10, 25, 60]))
    def time_passes(self, seconds: int) -> None:
        self.desk.advance(seconds)

    @rule(hours=st.sampled_from([-24, -1, 1, 7, 24]))
    def the_site_s_clock_steps(self, hours: int) -> None:
        """A replay begins elsewhere, or goes at another speed: phones ring in real time."""
        self.desk.site += timedelta(hours=hours)

    @rule(minutes=st.sampled_from([-60, -1, 30]))
    def the_machine_s_clock_steps(self, minutes: int) -> None:
        self.desk.real += timedelta(minutes=minutes)

    @rule()
    def engines(self) -> None:
        """Two engines at once; then one looks whether anything is left."""
        self.do(self._engines())
        self.do(self.books.look())
        self.books.none_is_due()

    async def _engines(self) -> None:
        async with self.desk.town.database.acting(self.desk.town.system_id) as link:
            await presence.sweep(link, self.desk.when.real)
        await self.desk.tick()
        await asyncio.gather(self.desk.engine(), self.desk.engine())
        await self.desk.engine()

    @rule()
    def web_processes_are_missed(self) -> None:
        """What rings on pages of which nobody says that they live."""
        self.do(self.desk.lost())

    @invariant()
    def the_books_agree(self) -> None:
        if getattr(self, "keys", None):
            self.do(self.books.look())

    def teardown(self) -> None:
        """Left alone, every call ends by time, but those that wait for the dispatcher."""
        if not getattr(self, "keys", None):
            return
        for _ in range(40):
            self.engines()
            times = [h["next_at"] for h in self.books.heads.values() if h["next_at"] is not None]
            if not times:
                break
            self.desk.elapsed += min(times) - self.desk.when.real
        for head in self.books.heads.values():
            assert head["next_at"] is None, "it never ends"
            assert head["state"] != "running" or head["held_at"] is not None
            if head["state"] == "running":
                self.do(self.desk.end(head["id"]))
        self.do(self.books.look())
        assert all(head["state"] != "running" for head in self.books.heads.values())


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_calls_keep_their_promises(store: Store) -> None:
    with asyncio.Runner() as runner:
        database = Database(store.app_url, store.readonly_url, size=4)
        runner.run(database.open())
        try:
            desk = runner.run(make_desk(database, store))
            given = {"runner": runner, "desk": desk, "admin_url": store.admin_url}
            run_machine(
                type("Machine", (Calls,), given),
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    phases=[Phase.explicit, Phase.generate, Phase.shrink],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())
