"""What must hold of calls at any moment, read from their rows and their ledger."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta
from typing import Any

from data.calls.lifecycle import ENDED, LATE, OPEN, TRANSITIONS
from data.database import fetch_all
from tests.calling import Desk

NEXT = {(t.before.value, t.after.value) for t in TRANSITIONS}
ASIDE = ("late", "waiting", "page_closed")  # lines that move nothing
RINGS = ("dialling", "ringing", "answered")
LONGEST = timedelta(seconds=660)  # of all rings and waits of these policies, and the clocks' slack
Row = dict[str, Any]


class Books:
    """Looks at everything after each move; `seen` is the ledger so far, by session."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.seen: dict[int, list[str]] = {}
        self.heads: dict[int, Row] = {}

    async def look(self) -> None:
        """Raise AssertionError for what does not add up."""
        async with self.desk.town.database.acting(self.desk.town.system_id) as link:
            heads = await fetch_all(link, "SELECT * FROM call_session ORDER BY id")
            attempts = await fetch_all(link, "SELECT * FROM call_attempt ORDER BY id")
            lines = await fetch_all(link, "SELECT * FROM call_event ORDER BY id")
        self.heads = {head["id"]: head for head in heads}
        rung = Counter((row["person_id"], row["channel"]) for row in attempts if _rings(row))
        assert all(n == 1 for n in rung.values()), "somebody is rung by two at once"
        for head in heads:
            mine = [row for row in attempts if row["session_id"] == head["id"]]
            told = [line for line in lines if line["session_id"] == head["id"]]
            self._head(head, mine)
            self._steps(head, told)
            self._unclear(mine, told)
            self._people(mine, told)
            actions = [line["action"] for line in told]
            before = self.seen.get(head["id"], [])
            assert actions[: len(before)] == before  # append-only
            self.seen[head["id"]] = actions

    def _head(self, head: Row, mine: list[Row]) -> None:
        still = [row for row in mine if row["state"] in OPEN]
        need, counted = head["policy"]["need"], head["counts_from"]
        acks = sum(row["state"] == "acknowledged" and row["step"] >= counted for row in mine)
        if head["state"] == "running":
            due = head["next_at"] is not None
            assert due or (head["held_at"] is not None and not still), "it waits for nothing"
            assert not need or acks < need
        else:
            assert not still, "it has ended, and somebody rings"
            assert head["ended_at"] is not None and head["outcome"] is not None
        if head["state"] == "acked":
            assert acks >= need
        if head["state"] in ("exhausted", "cancelled"):
            assert head["next_at"] is None

    def _steps(self, head: Row, told: list[Row]) -> None:
        assert [line["action"] for line in told].count("started") == 1
        fired = [line["detail"]["step"] for line in told if line["action"] == "step"]
        assert fired == list(range(len(fired))), "a step was left out or came twice"
        assert len(fired) == head["step"] + (head["fired_at"] is not None)
        if head["state"] == "exhausted":
            assert len(fired) == len(head["steps"]), "it is over with steps to go"

    def _unclear(self, mine: list[Row], told: list[Row]) -> None:
        """After an unclear result nobody else is called but by somebody's word."""
        steps = {row["id"]: row["step"] for row in mine}
        unclear: set[int] = set()
        for line in told:
            action, id_ = line["action"], line["attempt_id"]
            if action == "ambiguous":
                unclear.add(id_)
            elif action in ("acknowledged", "declined"):
                unclear.discard(id_)
            elif action in ("escalated", "stalled"):
                unclear = set()
            elif action == "step":
                before = line["detail"]["step"] - 1
                assert not any(steps[one] == before for one in unclear), "followed in silence"

    def _people(self, mine: list[Row], told: list[Row]) -> None:
        legs = Counter((row["person_id"], row["channel"], row["try"]) for row in mine)
        assert all(n == 1 for n in legs.values()), "one person twice in one call"
        for row in mine:
            story = [line["action"] for line in told if line["attempt_id"] == row["id"]]
            if row["state"] == "queued" and row["lease_until"] is None:
                assert "waiting" in story or row["who"].get("busy"), "he waits without a reason"
            story = [action for action in story if action not in ASIDE]
            assert story[-1] == row["state"]
            assert (row["ended_at"] is None) == (row["state"] in OPEN)
            assert all(step in NEXT for step in itertools.pairwise(story)), story
            ends = [action for action in story if action in ENDED]
            assert len(ends) <= 1 or (len(ends) == 2 and ends[0] in LATE), story
            again = [o for o in mine if o["try"] == row["try"] + 1 and _same(o, row)]
            assert (row["state"] == "interrupted") == bool(again), "no try after a broken one"

    def none_is_due(self) -> None:
        """The engines have been through, and nothing is to wait longer than rings last."""
        for head in self.heads.values():
            if head["next_at"] is not None:
                assert head["next_at"] > self.desk.when.real, "a timer was lost"
                assert head["next_at"] <= self.desk.when.real + LONGEST, "a ring for an hour"


def _rings(row: Row) -> bool:
    return row["state"] in RINGS


def _same(one: Row, other: Row) -> bool:
    return (one["person_id"], one["channel"]) == (other["person_id"], other["channel"])
