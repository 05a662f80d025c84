"""Who could be rung for what was clicked, read when the step fires."""

from __future__ import annotations

from typing import Any

from data.calls.model import Candidate, Moment, Session, SubjectKind
from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)
PRESENCE_LASTS_S = 15  # a page that has not beaten for so long is closed (real seconds)

PLACES = {
    SubjectKind.EVENT: SQL.place_of_event,
    SubjectKind.GRID: SQL.place_of_grid,
    SubjectKind.FACILITY: SQL.place_of_facility,
    SubjectKind.PERSON: SQL.place_of_person,
}


async def candidates(connection: Connection, session: Session, when: Moment) -> list[Candidate]:
    """Everybody who answers for the session's subject, on duty or not; one row a post.

    Runs as the system actor: a chief may live in another community than the caller sees.
    """
    place = await fetch_one(
        connection, PLACES[session.subject.kind], {"id": session.subject.id, "at": when.site}
    )
    if place is None:
        return []
    common = {"at": when.site, "real": when.real, "lasts_s": PRESENCE_LASTS_S}
    if session.subject.kind is SubjectKind.PERSON:
        rows = await fetch_all(connection, SQL.person, {"id": session.subject.id, **common})
    else:
        rows = await fetch_all(connection, SQL.responsible, {**place, **common})
    return [_candidate(row) for row in rows]


def _candidate(row: dict[str, Any]) -> Candidate:
    return Candidate(
        person_id=row["person_id"],
        name=row["name"],
        role=row["role"],
        on_duty=row["on_duty"],
        channels=frozenset({"page"} if row["page_open"] else ()),
        grid=row["grid"],
        grid_size=row["grid_size"] or 0.0,
        distance_m=row["distance_m"],
    )
