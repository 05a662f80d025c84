"""The card of a thing on the map: what it is, who answers for it, its load, its last events.

Everything is read under the caller's policies. A contact is None where his role may not see it,
so that no number leaves the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.access import SEES_CONTACTS, Actor, Permission
from data.calls import selftest
from data.calls.model import Moment
from data.calls.presence import LASTS
from data.database import Connection, fetch_all, fetch_one
from data.errors import NotFound
from data.events import notice, reporters
from data.events.sla import light
from data.places.site import Site
from data.queries import load
from data.query import summary
from data.query.summary import SHIFT_AFTER, SHIFT_BEFORE
from data.staff.standing import state

SQL = load(__file__)
KINDS = ("grid", "event", "person", "facility", "area")
LAST_EVENTS = 6
NEAR_M = 50.0  # "the same place" for an event's history
AROUND_M = 300.0  # of a facility without a service radius


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when: site time `at`, real time for open pages."""

    actor: Actor
    site: Site
    at: datetime
    real: datetime


async def read(connection: Connection, asking: Asking, kind: str, id_: int) -> dict[str, Any]:
    """The card of one of KINDS. Raises NotFound for what is not there or not the caller's."""
    if kind not in KINDS:
        raise NotFound(what="card", key=kind)
    given = {"id": id_, "at": asking.at, "around_m": AROUND_M}
    found = await fetch_one(connection, getattr(SQL, kind), given)
    if found is None:
        raise NotFound(what=kind, key=id_)
    grid_ids: list[int] = found.pop("grid_ids") or []
    answering = found.pop("answering", None) or grid_ids  # a grid of its day may have ended
    people = await _people(connection, asking, kind, answering, found["area_id"])
    cap = found.pop("cap", None)
    card: dict[str, Any] = {"kind": kind, **found}
    if cap is not None:
        card["alert"] = notice.full(cap)
    card["path"] = await fetch_all(connection, SQL.ancestors, {"area_id": found["area_id"]})
    card["grids"] = await fetch_all(connection, SQL.grids, {"ids": grid_ids, "at": asking.at})
    card["responsible"] = people
    card["load"] = await _load(connection, asking, kind, id_, grid_ids)
    card["events"] = await _events(connection, asking, kind, id_, grid_ids)
    if kind == "event":
        card["light"] = _light(found, asking.at)
        if asking.actor.role in SEES_CONTACTS:
            card["reporter"] = reporters.masked(await reporters.contact(connection, id_))
        card["log"] = await fetch_all(connection, SQL.log, {"id": id_})
    if kind == "person":
        card["person"] = await _person(connection, asking, id_)
    card["contacts_visible"] = asking.actor.role in SEES_CONTACTS
    card["may_call"] = asking.actor.may(Permission.CALL)
    return card


async def _people(
    connection: Connection, asking: Asking, kind: str, grid_ids: Sequence[int], area_id: int
) -> list[dict[str, Any]]:
    """Of an area who is on duty there, else who answers for the thing."""
    if kind == "area":
        return await on_duty(connection, asking, area_id)
    return await responsible(connection, asking, grid_ids=grid_ids, area_id=area_id)


async def responsible(
    connection: Connection, asking: Asking, *, grid_ids: Sequence[int], area_id: int
) -> list[dict[str, Any]]:
    """Who holds a post on these grids or, without one there, on the area: who is there first."""
    given = {"grid_ids": list(grid_ids), "area_id": area_id, "at": asking.at}
    return await _holders(connection, asking, await fetch_all(connection, SQL.posts, given))


async def on_duty(connection: Connection, asking: Asking, area_id: int) -> list[dict[str, Any]]:
    """Who is on duty in an area and what is below it, chiefs and duty rooms first, at most 20."""
    given = {"id": area_id, "at": asking.at}
    return await _holders(connection, asking, await fetch_all(connection, SQL.on_duty, given))


async def _holders(
    connection: Connection, asking: Asking, posts: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    known = {
        row["id"]: row for row in await persons(connection, asking, [p["person_id"] for p in posts])
    }
    rows = []
    for post in posts:
        who = known.get(post["person_id"])
        if who is not None:
            rows.append({**who, "post": post["role"], "grid": post["grid"]})
            del known[post["person_id"]]
    return sorted(rows, key=lambda row: not row["on_duty"])


async def persons(
    connection: Connection, asking: Asking, ids: Sequence[int]
) -> list[dict[str, Any]]:
    """People with their state, the age of their position, and how they can be reached."""
    site = asking.site
    given = {
        "ids": list(ids),
        "at": asking.at,
        "after": asking.at - SHIFT_BEFORE,
        "until": asking.at + SHIFT_AFTER,
        "seen_since": asking.real - LASTS,
    }
    phones: dict[int, str] = {}
    if asking.actor.role in SEES_CONTACTS:
        rows = await fetch_all(connection, SQL.phones, {"ids": list(ids)})
        phones = {row["person_id"]: row["address"] for row in rows}
    people = await fetch_all(connection, SQL.persons, given)
    for row in people:
        row["state"] = state(row["on_duty"], row["age_s"], site)
        row["phone"] = phones.get(row["id"])
    return people


async def _person(connection: Connection, asking: Asking, id_: int) -> dict[str, Any] | None:
    found = await persons(connection, asking, [id_])
    return {**found[0], **await _reach(connection, asking, id_)} if found else None


async def _reach(connection: Connection, asking: Asking, id_: int) -> dict[str, Any]:
    """By what he can be reached now: his pages with their age and last word (real seconds), his
    contacts with their verification, and the self-test call of his shift."""
    given = {"id": id_, "seen_since": asking.real - LASTS, "real": asking.real}
    when = Moment(asking.at, asking.real)
    seen = asking.actor.role in SEES_CONTACTS  # a wall by a link may not even ask
    return {
        "pages": await fetch_all(connection, SQL.pages, given),
        "contacts": await fetch_all(connection, SQL.contacts, given) if seen else [],
        "self_test": await selftest.of(connection, id_, when),
    }


async def _load(
    connection: Connection, asking: Asking, kind: str, id_: int, grid_ids: list[int]
) -> dict[str, Any] | None:
    """Open events of a grid, of a facility's circle, of a person's grids or of an area, of which it
    also says who is on duty; those are the figures of the wall's header."""
    given = {"id": id_, "ids": grid_ids, "at": asking.at, "around_m": AROUND_M}
    if kind == "event":
        return None
    if kind == "area":
        return await _figures(connection, asking, id_)
    query = SQL.load_around if kind == "facility" else SQL.load_of_grids
    return await fetch_one(connection, query, given)


async def _figures(connection: Connection, asking: Asking, area_id: int) -> dict[str, Any]:
    """An area's open events by light, who is on duty and who should be, and grids with nobody."""
    rows = await fetch_all(connection, SQL.below, {"id": area_id})
    given: Any = {"at": asking.at, "areas": [row["area_id"] for row in rows]}
    return {
        **await summary.events(connection, **given),
        **await summary.people(connection, site=asking.site, **given),
        **await summary.vacancy(connection, site=asking.site, **given),
    }


async def _events(
    connection: Connection, asking: Asking, kind: str, id_: int, grid_ids: list[int]
) -> list[dict[str, Any]]:
    """The last events: in the grid or circle, or for an event what happened at its place."""
    given = {
        "id": id_,
        "ids": grid_ids,
        "at": asking.at,
        "around_m": AROUND_M,
        "near_m": NEAR_M,
        "most": LAST_EVENTS,
    }
    queries = {
        "event": SQL.events_near,
        "facility": SQL.events_around,
        "area": SQL.events_of_area,
    }
    query = queries.get(kind, SQL.events_of_grids)
    rows = await fetch_all(connection, query, given)
    return [{**row, "light": _light(row, asking.at)} for row in rows]


def _light(row: dict[str, Any], at: datetime) -> str | None:
    """The light of an event's row, None when it is closed."""
    if row["closed_at"] is not None and row["closed_at"] <= at:
        return None
    return light(yellow_at=row["yellow_at"], due_at=row["due_at"], at=at).value
