"""Whether anything moves after an acknowledgement: "收到" alone brings nobody to the place."""

from __future__ import annotations

from data.calls.drills import rehearsal
from data.calls.model import Moment, Session, SubjectKind
from data.calls.targets import PLACES
from data.database import Connection, fetch_one
from data.queries import load

SQL = load(__file__)
THERE_M = 150.0  # so near is there
NEARER_M = 50.0  # so much nearer than when he confirmed is on the way


async def moves(connection: Connection, session: Session, when: Moment) -> bool:
    """Whether one who confirmed is there or on his way by his positions, said so, or the event was
    worked on since. A call to a person alone has no place to come to: it is done. In a drill the
    scenario says it, at once."""
    if session.drill_id is not None:
        return await rehearsal.comes(connection, session)
    if session.subject.kind is SubjectKind.PERSON:
        return True
    asked = {"session_id": session.id, "id": session.subject.id, "at": when.site}
    place = await fetch_one(connection, PLACES[session.subject.kind], asked)
    if place is None:
        return True
    given = {
        **asked,
        **place,
        "event_id": session.subject.id if session.subject.kind is SubjectKind.EVENT else None,
        "since": session.acked_at,
        "there_m": THERE_M,
        "nearer_m": NEARER_M,
    }
    row = await fetch_one(connection, SQL.moves, given)
    return row is not None and bool(row["moves"])
