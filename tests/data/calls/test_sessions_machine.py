"""Any order of clicks, crashes, answers and time: no loss, no duplicate, one acknowledgement."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from dashboard.embedded import Store
from data.calls import dial
from data.calls.channel import Ambiguous, Answered, Handed, Ringing, Unanswered, Unreachable
from data.calls.lifecycle import ENDED, LATE, OPEN, TRANSITIONS
from data.calls.model import Ring
from data.database import Database, fetch_all
from tests.calling import Desk, make_desk

PEOPLE = ["west_chief", "west_worker"]
RESULTS = [
    Handed(),
    Ringing(),
    Answered(),
    Unanswered(),
    Unanswered(True),
    Unreachable(),
    Ambiguous(),
]
NEXT = {(t.before.value, t.after.value) for t in TRANSITIONS}


class Calls(RuleBasedStateMachine):
    """The store on one side, what must always hold on the other."""

    clicked = Bundle("clicked")
    runner: asyncio.Runner
    desk: Desk

    @initialize()
    def begin(self) -> None:
        self.in_hand: list[Ring] = []
        self.seen: dict[int, list[str]] = {}  # the ledger so far, by session
        self.keys: dict[str, int] = {}
        self.n = getattr(type(self), "count", 0)
        self.do(self._fresh())

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    async def _fresh(self) -> None:
        async with self.desk.town.database.acting(self.desk.town.system_id) as link:
            await link.execute("DELETE FROM presence")

    @rule(person=st.sampled_from(PEOPLE))
    def open_page(self, person: str) -> None:
        self.do(self.desk.open_page(person))

    @rule(target=clicked)
    def click(self) -> str:
        type(self).count = self.n = self.n + 1
        key = f"k{self.n}"
        self.keys[key] = self.do(self.desk.click("grid", self.desk.town.grids["W-1"], key))
        return key

    @rule(key=clicked)
    def click_again(self, key: str) -> None:
        again = self.do(self.desk.click("grid", self.desk.town.grids["W-1"], key))
        assert again == self.keys[key]

    @rule(key=clicked, owner=st.sampled_from(["a", "b"]))
    def claim(self, key: str, owner: str) -> None:
        """A process takes attempts, and may then never be heard of again."""
        self.in_hand += self.do(self._claim(self.keys[key], owner))

    async def _claim(self, session: int, owner: str) -> list[Ring]:
        town = self.desk.town
        async with town.database.acting(town.system_id) as link:
            return await dial.claim(
                link, session_id=session, channel="page", owner=owner, when=self.desk.when
            )

    @rule(result=st.sampled_from(RESULTS), data=st.data())
    def place(self, result: Any, data: Any) -> None:
        if self.in_hand:
            self.do(self._placed(data.draw(st.sampled_from(self.in_hand)), result))

    async def _placed(self, ring: Ring, result: Any) -> None:
        town = self.desk.town
        async with town.database.acting(town.system_id) as link:
            await dial.placed(link, [(ring, result)], self.desk.when)

    @rule(key=clicked, person=st.sampled_from(PEOPLE), yes=st.booleans())
    def answer(self, key: str, person: str, yes: bool) -> None:
        card = self.do(self.desk.seen(self.keys[key]))
        for attempt in card["attempts"]:
            if attempt["person"]["name"] == person:
                say = self.desk.acknowledge if yes else self.desk.decline
                said = self.do(say(attempt["id"], person))
                after = self.do(self.desk.states(self.keys[key]))[person]
                assert (said == "acknowledged") == (after == "acknowledged")

    @rule(seconds=st.sampled_from([1, 5, 10, 25]))
    def time_passes(self, seconds: int) -> None:
        self.desk.advance(seconds)

    @rule()
    def engines(self) -> None:
        """Two engines at once."""

        async def both() -> None:
            await asyncio.gather(self.desk.engine(), self.desk.engine())

        self.do(both())

    @invariant()
    def the_books_agree(self) -> None:
        if getattr(self, "keys", None):
            for session in set(self.keys.values()):
                self.do(self._audit(session))

    async def _audit(self, session: int) -> None:
        town = self.desk.town
        async with town.database.acting(town.system_id) as link:
            (head,) = await fetch_all(
                link, "SELECT state, next_at FROM call_session WHERE id = %s", [session]
            )
            rows = await fetch_all(
                link, "SELECT * FROM call_attempt WHERE session_id = %s ORDER BY id", [session]
            )
            lines = await fetch_all(
                link, "SELECT * FROM call_event WHERE session_id = %s ORDER BY id", [session]
            )
        states = [row["state"] for row in rows]
        still = sum(state in OPEN for state in states)
        assert states.count("acknowledged") <= 1
        assert (head["state"] == "acked") == ("acknowledged" in states)
        assert (head["state"] == "running") == (still > 0)
        assert head["state"] != "running" or head["next_at"] is not None
        # Nobody is rung twice at the same time by one call.
        ringing = [(r["person_id"], r["channel"]) for r in rows if r["state"] in OPEN]
        assert len(set(ringing)) == len(ringing)
        for row in rows:
            story = [line["action"] for line in lines if line["attempt_id"] == row["id"]]
            story = [action for action in story if action != "late"]
            assert story[-1] == row["state"]
            assert (row["ended_at"] is None) == (row["state"] in OPEN)
            assert all(step in NEXT for step in itertools.pairwise(story)), story
            ends = [action for action in story if action in ENDED]
            assert len(ends) <= 1 or (len(ends) == 2 and ends[0] in LATE), story
        actions = [str(line["action"]) for line in lines]
        before = self.seen.get(session, [])
        assert actions[: len(before)] == before  # append-only
        self.seen[session] = actions
        assert actions.count("started") == 1


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_calls_keep_their_promises(store: Store) -> None:
    with asyncio.Runner() as runner:
        database = Database(store.app_url, store.readonly_url, size=4)
        runner.run(database.open())
        try:
            desk = runner.run(make_desk(database, store))
            machine = type("Machine", (Calls,), {"runner": runner, "desk": desk})
            run_machine(
                machine,
                settings=settings(
                    max_examples=15,
                    stateful_step_count=20,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())
