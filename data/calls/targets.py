"""Who could be rung by a step's rule, read on live data when the step fires.

Runs as the system actor: a chief may live in another community than the caller sees. A group call
is bounded by the area of its session.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from data.calls.drills import rehearsal
from data.calls.model import Candidate, Load, Moment, Reach, Session, SubjectKind, Target
from data.calls.ranking import Chosen, choose
from data.database import Connection, fetch_all, fetch_one
from data.places import site as sites
from data.places.site import Site
from data.queries import load
from data.staff.standing import ROLE_RANK, state

SQL = load(__file__)
PRESENCE_LASTS_S = 15  # a page that has not beaten for so long is closed (real seconds)
HOUR = timedelta(hours=1)
WORKS = ("grid_worker", "stand_in")  # a grid's owners; its chief is a step of his own
CHIEFS = ("grid_chief",)

PLACES = {
    SubjectKind.EVENT: SQL.place_of_event,
    SubjectKind.GRID: SQL.place_of_grid,
    SubjectKind.FACILITY: SQL.place_of_facility,
    SubjectKind.PERSON: SQL.place_of_person,
    SubjectKind.AREA: SQL.place_of_area,
    SubjectKind.GROUND: SQL.place_of_ground,
}
FOUND = {
    Target.OWNER: SQL.on_grids,
    Target.RESPONSIBLE: SQL.on_grids,
    Target.GRID_CHIEF: SQL.on_grids,
    Target.NEAREST: SQL.nearest,
    Target.COMMUNITY_DUTY: SQL.duty_of_community,
    Target.SUBDISTRICT_DUTY: SQL.duty_above,
    Target.PERSON: SQL.himself,
    Target.CROWD: SQL.crowd,
}
ROLES = {Target.OWNER: WORKS, Target.GRID_CHIEF: CHIEFS}


async def resolve(
    connection: Connection, session: Session, when: Moment, *, called: Collection[int]
) -> Chosen:
    """Whom the session's present step rings now, and who is left out and why; `called` are those
    whom this call has rung already."""
    step, site = session.present, await sites.read(connection)
    found = await candidates(connection, session, step.target, when, k=step.k)
    if session.drill_id is not None:
        found = await rehearsal.cast(connection, session, found)
    local = when.site.astimezone(site.zone).time()
    return choose(found, step, session.rules, local=local, called=called)


async def grids(connection: Connection, session: Session, when: Moment) -> list[int]:
    """The grids in which lies what was clicked; none of a person, an area or a drawn ground."""
    given = await _given(connection, session, await sites.read(connection), when)
    return [] if given is None else list(given["grid_ids"] or ())


async def candidates(
    connection: Connection, session: Session, target: Target, when: Moment, *, k: int = 3
) -> list[Candidate]:
    """Whom a rule finds for what was clicked, on duty or not, once a person."""
    site = await sites.read(connection)
    given = await _given(connection, session, site, when)
    if given is None:
        return []
    given |= {"roles": list(ROLES.get(target, ())), "team": None, "k": k}
    if session.subject.crowd is not None and target is Target.CROWD:
        given |= session.subject.crowd.as_json()
    rows = await fetch_all(connection, FOUND[target], given)
    return await _described(connection, given, rows, site)


async def everybody(connection: Connection, session: Session, when: Moment) -> list[int]:
    """Who is on duty in the place of a group call, whatever post or team it names."""
    given = await _given(connection, session, await sites.read(connection), when)
    if given is None:
        return []
    rows = await fetch_all(connection, SQL.crowd, given | {"roles": [], "team": None})
    return [row["person_id"] for row in rows]


async def one(
    connection: Connection, session: Session, person_id: int, when: Moment
) -> Candidate | None:
    """A person whom the caller adds, as the caller sees him."""
    site = await sites.read(connection)
    given = await _given(connection, session, site, when)
    if given is None:
        return None
    row = {"person_id": person_id, "grid_id": None}
    found = await _described(connection, given, [row], site)
    return next(iter(rehearsal.plain(found) if session.drill_id is not None else found), None)


async def _given(
    connection: Connection, session: Session, site: Site, when: Moment
) -> dict[str, Any] | None:
    """The place of what was clicked and the times; None when it is gone."""
    asked = {"session_id": session.id, "id": session.subject.id, "at": when.site}
    place = await fetch_one(connection, PLACES[session.subject.kind], asked)
    if place is None:
        return None
    return {
        **asked,
        **place,
        "ranks": list(ROLE_RANK),
        "fresh_since": when.site - timedelta(seconds=site.fresh_s),
        "hour_ago": when.site - HOUR,
        "midnight": site.day_of(when.site)[0],
        "real": when.real,
        "lasts_s": PRESENCE_LASTS_S,
    }


async def _described(
    connection: Connection, given: dict[str, Any], rows: list[dict[str, Any]], site: Site
) -> list[Candidate]:
    who = {
        "people": [row["person_id"] for row in rows],
        "grids": [row["grid_id"] for row in rows],
    }
    found = await fetch_all(connection, SQL.described, given | who)
    return [_candidate(row, site) for row in found]


def _candidate(row: dict[str, Any], site: Site) -> Candidate:
    load_ = Load(row["open_events"], row["calls_today"], row["calls_hour"])
    same = ("person_id", "name", "role", "on_duty", "grid", "distance_m", "age_s", "busy")
    return Candidate(
        **{name: row[name] for name in same},
        channels=frozenset([*row["verified"], *(["page"] if row["page_open"] else [])]),
        reach=Reach(row["page_open"], row["left_s"], bool(row["verified"])),
        grid_size=row["grid_size"] or 0.0,
        state=state(row["on_duty"], row["age_s"], site),
        load=load_,
    )
