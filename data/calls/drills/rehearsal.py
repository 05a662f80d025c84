"""The channel of drills: it rings nobody, and answers as the scenario says.

It is part of the engine's own transaction: no process holds what somebody will say, so that the
death of an engine changes nothing. An attempt of a drill keeps in `lease_until` when its answer is
due (real). No real channel can take one: `dial.claim` gives it none, and the store refuses any
other owner.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from data.calls import ledger
from data.calls.channel import Ringing, state_after
from data.calls.drills.scenario import RESULTS, Answer, Called, Reply, Scenario
from data.calls.lifecycle import AttemptState, By
from data.calls.model import Attempt, Candidate, Moment, Session
from data.calls.policy_check import CHANNELS
from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)
S = AttemptState
OWNER = "drill"
SAID = {  # what a person or time makes of one that rings
    Reply.ACKNOWLEDGED: (S.ACKNOWLEDGED, By.PERSON),
    Reply.DECLINED: (S.DECLINED, By.PERSON),
    Reply.NO_ANSWER: (S.NO_ANSWER, By.ENGINE),
}


@dataclass(frozen=True, slots=True)
class _Cue:
    """An open attempt with what the scenario says of it."""

    attempt: Attempt
    answer: Answer
    due: Any  # real time

    @property
    def rings(self) -> bool:
        return self.answer.reply in SAID


def plain(found: Collection[Candidate]) -> list[Candidate]:
    """People as a drill sees them: each could be rung, and no real call is in its way."""
    return [replace(one, channels=frozenset(CHANNELS), busy=None, reach=None) for one in found]


async def cast(
    connection: Connection, session: Session, found: Collection[Candidate]
) -> list[Candidate]:
    """Whom a step of a drill finds: who is played as off duty is."""
    scenario, click = await _script(connection, session)
    return [
        replace(one, on_duty=one.on_duty and not scenario.off_duty(_candidate(one, session, click)))
        for one in plain(found)
    ]


async def play(connection: Connection, session: Session, when: Moment) -> bool:
    """Ring who waits, and let those answer whose time has come; whether anybody did.

    `session` is locked. To be followed by `settle`, and to be done before time ends anything.
    """
    if session.drill_id is None:
        return False
    rows = await fetch_all(connection, SQL.open, {"session_id": session.id})
    if not rows:
        return False
    scenario, click = await _script(connection, session)
    cues = [_cue(row, session, scenario, click) for row in rows]
    await _ring(connection, session, cues, when)
    due = [cue for cue in cues if cue.due <= when.real]
    said = await _needed(connection, session, due)
    for reply in dict.fromkeys(cue.answer.reply for cue in said):
        after, by = SAID.get(reply) or (state_after(RESULTS[reply]), By.CHANNEL)
        moving = [_now(cue).attempt for cue in said if cue.answer.reply is reply]
        await ledger.move(connection, session, moving, after, by, when)
    return bool(said)


async def comes(connection: Connection, session: Session) -> bool:
    """Whether one who confirmed moves, as the scenario has it."""
    scenario, click = await _script(connection, session)
    rows = await fetch_all(connection, SQL.confirmed, {"session_id": session.id})
    counted = [row for row in rows if row["step"] >= session.counts_from]
    return any(scenario.answer(_row(row, click)).comes for row in counted)


async def _script(connection: Connection, session: Session) -> tuple[Scenario, int]:
    row = await fetch_one(connection, SQL.script, {"session_id": session.id})
    assert row is not None
    return Scenario.from_json(row["scenario"]), row["drill_click"]


def _cue(row: dict[str, Any], session: Session, scenario: Scenario, click: int) -> _Cue:
    answer = scenario.answer(_row(row, click))
    if answer.reply is Reply.OFF_DUTY:  # added by hand, or fits by his rank only now
        answer = replace(answer, reply=Reply.OFFLINE)
    ring_s = session.steps[row["step"]].ring_s
    called_at = row["ring_until"] - timedelta(seconds=ring_s)
    due = called_at + timedelta(seconds=min(answer.after_s, ring_s))
    same = ("id", "session_id", "step", "person_id", "channel", "try_", "lease_until", "ring_until")
    attempt = Attempt(**{name: row[name] for name in same}, state=S(row["state"]))
    late = answer.after_s >= ring_s and answer.reply in SAID
    return _Cue(attempt, Answer(Reply.NO_ANSWER) if late else answer, due)


async def _ring(
    connection: Connection, session: Session, cues: Sequence[_Cue], when: Moment
) -> None:
    """Who is in the queue is dialled; it rings where a person is to answer."""
    new = [cue for cue in cues if cue.attempt.state is S.QUEUED]
    waiting = [cue.attempt for cue in new]
    await ledger.move(connection, session, waiting, S.DIALLING, By.CHANNEL, when, owner=OWNER)
    dialled = [replace(cue.attempt, state=S.DIALLING) for cue in new if cue.rings]
    rings = state_after(Ringing())
    await ledger.move(connection, session, dialled, rings, By.CHANNEL, when)
    if new:
        given = {"ids": [cue.attempt.id for cue in new], "due": [cue.due for cue in new]}
        await connection.execute(SQL.due, given)


def _now(cue: _Cue) -> _Cue:
    state = S.RINGING if cue.rings else S.DIALLING
    return replace(cue, attempt=replace(cue.attempt, state=state))


async def _needed(connection: Connection, session: Session, due: Sequence[_Cue]) -> Sequence[_Cue]:
    """Of those who answer at once, as many as are needed confirm; the call ends for the others."""
    if not session.rules.need:
        return due
    first = sorted(due, key=lambda cue: (cue.due, cue.attempt.id))
    left = session.rules.need - (await ledger.tally(connection, session)).acks
    taken = []
    for cue in first:
        if left <= 0:
            break
        taken.append(cue)
        left -= cue.answer.reply is Reply.ACKNOWLEDGED
    return taken


def _candidate(one: Candidate, session: Session, click: int) -> Called:
    return Called(click, session.step, one.person_id, one.role)


def _row(row: dict[str, Any], click: int) -> Called:
    return Called(click, row["step"], row["person_id"], row["post"], row["rank"])
