"""The call engine: PostgreSQL is the queue. Start, advance, and what the caller may do meanwhile.

What a caller does runs as the caller; `advance` runs as the system actor, since a call crosses
areas.
"""

from __future__ import annotations

from dataclasses import replace

from psycopg.types.json import Jsonb

from data.access import Actor, Permission
from data.calls import foresight, ledger, policies, policy, progress, ranking, settle, targets
from data.calls.drills import rehearsal
from data.calls.drills.scenario import Part
from data.calls.lifecycle import AttemptState, By
from data.calls.model import (
    Attempt,
    Moment,
    Outcome,
    Rules,
    Session,
    SessionState,
    Step,
    Subject,
    SubjectKind,
)
from data.calls.policy import Next
from data.database import Connection, fetch_one
from data.errors import Invalid, NotFound
from data.queries import load

SQL = load(__file__)

AREAS = {
    SubjectKind.EVENT: SQL.area_of_event,
    SubjectKind.GRID: SQL.area_of_grid,
    SubjectKind.PERSON: SQL.area_of_person,
    SubjectKind.FACILITY: SQL.area_of_facility,
    SubjectKind.AREA: SQL.area_of_area,
}
MOST_CORNERS = 500  # of a drawn ground
LAST_STEP = "no step follows; add a person, or end the call"
LAST_WATCHED = "no step follows; end the watch, and call others"


async def start(
    connection: Connection,
    *,
    actor: Actor,
    request_key: str,
    subject: Subject,
    when: Moment,
    urgent: bool = False,
    part: Part | None = None,
    ask_as: int | None = None,
) -> int:
    """The id of the durable session of a click; the same key again is the same session.

    An `urgent` call rings in quiet hours too, as that of an urgent event does by itself. A `part`
    is a drill's. With `ask_as`, the system actor, a new call above a few people is refused.
    Raises NotFound for what the actor cannot see, Invalid for a key that was used for something
    else or a ground that is none, NotAllowed for a role that may not call,
    NeedsConfirmation.
    """
    actor.require(Permission.CALL)
    area_id = await _area(connection, actor, subject)
    key = f"{actor.id}:{request_key}"  # one actor's keys say nothing about another's
    steps, rules = await policies.for_subject(connection, subject, part)
    rules = replace(rules, urgent=rules.urgent or urgent)
    made = await _insert(connection, actor, key, area_id, subject, steps, rules, when, part)
    if made is None:
        return await _known(connection, key, subject)
    session = Session(made, area_id, subject, steps, rules, SessionState.RUNNING)
    if ask_as is not None:
        await foresight.check(connection, actor, ask_as, session, when)
    detail = {"actor": actor.name, "role": actor.role, "policy": rules.code}
    await ledger.log(connection, session, None, when, "started", detail)
    return made


async def _area(connection: Connection, actor: Actor, subject: Subject) -> int:
    """The area that a call belongs to, which says who sees it."""
    if subject.kind is SubjectKind.GROUND:
        corners = set(subject.ring)
        row = None
        if len(corners) >= 3 and len(corners) <= MOST_CORNERS:
            row = await fetch_one(connection, SQL.ground, {"wkt": _wkt(subject)})
        if row is None or not row["valid"]:
            raise Invalid(what="ground", why="draw an area whose border does not cross itself")
        return actor.area_id
    row = await fetch_one(connection, AREAS[subject.kind], {"id": subject.id})
    if row is None:
        raise NotFound(what=subject.kind.value, key=subject.id)
    return int(row["area_id"])


async def _insert(
    connection: Connection,
    actor: Actor,
    key: str,
    area_id: int,
    subject: Subject,
    steps: tuple[Step, ...],
    rules: Rules,
    when: Moment,
    part: Part | None,
) -> int | None:
    columns = {
        f"{kind}_id": subject.id if kind is subject.kind else None
        for kind in SubjectKind
        if kind is not SubjectKind.GROUND
    }
    row = await fetch_one(
        connection,
        SQL.start,
        {
            **columns,
            "request_key": key,
            "actor_id": actor.id,
            "area": area_id,
            "ground": _wkt(subject) if subject.kind is SubjectKind.GROUND else None,
            "crowd": None if subject.crowd is None else Jsonb(subject.crowd.as_json()),
            "steps": Jsonb([step.as_json() for step in steps]),
            "policy": Jsonb(rules.as_json()),
            "real": when.real,
            "at": when.site,
            "drill_id": part and part.drill_id,
            "drill_click": part and part.number,
        },
    )
    return None if row is None else int(row["id"])


def _wkt(subject: Subject) -> str:
    ring = (
        subject.ring if subject.ring[:1] == subject.ring[-1:] else (*subject.ring, subject.ring[0])
    )
    return "POLYGON((" + ",".join(f"{lon!r} {lat!r}" for lon, lat in ring) + "))"


async def _known(connection: Connection, key: str, subject: Subject) -> int:
    row = await fetch_one(connection, SQL.by_key, {"request_key": key})
    if row is None or (
        (known := ledger.subject(row)).kind,
        known.id,
        known.crowd,
    ) != (subject.kind, subject.id, subject.crowd):
        raise Invalid(what="request_key", why="it was used for another call; make a new one")
    return int(row["id"])


async def advance(connection: Connection, session_id: int, when: Moment) -> None:
    """Carry a session as far as time allows: end what rang out, fire the next step, conclude. Of
    one that its caller has ended, calls of other areas are told that its people are free.

    Doing it twice, or in two processes at once, changes nothing more.
    """
    session = await ledger.lock(connection, session_id)
    if session is None:
        return
    if session.state is SessionState.ACKED:
        session = await _moved(connection, session, when)
    if session is None:
        return
    if session.state is not SessionState.RUNNING:
        await ledger.tell_waiting(connection, session)
        return
    await rehearsal.play(connection, session, when)
    await _expire(connection, session, when)
    if session.fired_at is None:
        session = await _fire(connection, session, session.step, when)
    while await settle.settle(connection, session, when) is Next.STEP:
        session = await _fire(connection, session, session.step + 1, when)


async def _fire(
    connection: Connection,
    session: Session,
    number: int,
    when: Moment,
    *,
    counts_from: int | None = None,
) -> Session:
    """Resolve a step on live data and make its attempts; who is left out has his line."""
    session = await settle.at_step(connection, session, number, when, counts_from=counts_from)
    called = await ledger.called(connection, session)
    chosen = await targets.resolve(connection, session, when, called=called)
    detail = {"step": number, "target": session.present.target.value, "found": len(chosen.legs)}
    await ledger.log(connection, session, None, when, "step", detail)
    left_out = [
        (None, {"person": one.person_id, "name": one.name, "why": why.value})
        for one, why in chosen.skipped
    ]
    await ledger.log_all(connection, session, left_out, when, "skipped")
    await ledger.add_legs(connection, session, chosen.legs, when)
    await rehearsal.play(connection, session, when)
    return session


async def _expire(connection: Connection, session: Session, when: Moment) -> None:
    """End what time has ended; an interrupted dialling is dialled again."""
    after: dict[AttemptState, list[Attempt]] = {}
    for attempt in await ledger.lapsed(connection, session, when.real):
        after.setdefault(policy.expired(attempt, when.real) or attempt.state, []).append(attempt)
    await ledger.wait_on(connection, after.pop(AttemptState.QUEUED, []), when.real)
    for state, attempts in after.items():
        why = policy.WHY.get(state)
        await ledger.move(connection, session, attempts, state, By.ENGINE, when, detail=why)
    lost = after.get(AttemptState.INTERRUPTED, [])
    await ledger.add_tries(connection, session, lost, when)


async def _moved(connection: Connection, session: Session, when: Moment) -> Session | None:
    """An acknowledged call: where something moves it is left alone, else it goes on."""
    early = session.next_at is not None and session.next_at > when.real
    if session.next_at is None or (early and session.drill_id is None):
        return None
    if await progress.moves(connection, session, when):
        await settle.under_way(connection, session, when)
        return None
    if early:
        return None
    await ledger.log(connection, session, None, when, "stalled", {"step": session.step})
    if session.last:
        state, found = SessionState.EXHAUSTED, Outcome.STALLED
        await settle.finish(connection, session, state, found, when)
        return None
    return await _fire(connection, session, session.step + 1, when, counts_from=session.step + 1)


async def end(connection: Connection, *, actor: Actor, session_id: int, when: Moment) -> None:
    """The caller ends a call, or the watch over one that is confirmed; one that has ended stays as
    it ended. Raises NotFound."""
    session = await _mine(connection, actor, session_id)
    if session.watched:
        await settle.unwatch(connection, session, when, by=actor.name)
    if session.state is not SessionState.RUNNING:
        return
    await settle.cancel_open(connection, session, By.CALLER, when)
    state, outcome = SessionState.CANCELLED, Outcome.ENDED
    await settle.finish(connection, session, state, outcome, when, by=actor.name)


async def escalate(
    connection: Connection, *, actor: Actor, session_id: int, step: int, when: Moment
) -> None:
    """The caller goes on from `step` to the next one now; whoever rings goes on ringing.

    `step` is the one that he saw: two who press at once escalate once. One that is confirmed and
    watched goes on as if nothing moved. To be followed by `advance`. Raises NotFound, Invalid
    when no step follows or the call has ended.
    """
    session = await _mine(connection, actor, session_id)
    if session.state is not SessionState.RUNNING and not session.watched:
        raise Invalid(what="call", why="it has ended")
    if session.step != step or session.fired_at is None:
        return  # or the step he saw has not rung anybody yet
    if session.last:
        raise Invalid(what="call", why=LAST_WATCHED if session.watched else LAST_STEP)
    await ledger.log(connection, session, None, when, "escalated", {"by": actor.name})
    await settle.skip_to(connection, session, step + 1, when, anew=session.watched)


async def add_person(
    connection: Connection, *, actor: Actor, session_id: int, person_id: int, when: Moment
) -> None:
    """Ring one more person, whom the caller sees. Raises NotFound, Invalid."""
    session = await _mine(connection, actor, session_id)
    if session.state is not SessionState.RUNNING:
        raise Invalid(what="call", why="it has ended")
    if await fetch_one(connection, SQL.area_of_person, {"id": person_id}) is None:
        raise NotFound(what="person", key=person_id)
    if person_id in await ledger.called(connection, session):
        raise Invalid(what="person", why="this call has rung this person already")
    found = await targets.one(connection, session, person_id, when)
    if found is None:
        raise NotFound(what="person", key=person_id)
    detail = {"by": actor.name, "person": person_id}
    await ledger.log(connection, session, None, when, "added", detail)
    await ledger.add_legs(connection, session, ranking.added(found, session.present), when)
    await settle.settle(connection, session, when)


async def note(
    connection: Connection, *, actor: Actor, session_id: int, text: str, when: Moment
) -> None:
    """The caller's note in the ledger, whether the call runs or not. Raises NotFound."""
    session = await _mine(connection, actor, session_id)
    await ledger.log(connection, session, None, when, "note", {"by": actor.name, "text": text})


async def _mine(connection: Connection, actor: Actor, session_id: int) -> Session:
    actor.require(Permission.CALL)
    session = await ledger.lock(connection, session_id)
    if session is None:
        raise NotFound(what="call", key=session_id)
    return session
