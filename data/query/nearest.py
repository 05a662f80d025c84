"""Who is near a point: on duty and fresh first, then by distance, each with the reason in words.

`people` reads under the caller's policies. Of people beyond his scope only `neighbours` speaks,
the one function that does so: a class of distance, the kind of post, and whom to ask. The class is
that of the cell of 560 m in which he is, so that many questions do not add up to a point.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.access import Actor
from data.database import Database
from data.errors import Said
from data.places.site import Site
from data.queries import load
from data.query.summary import SHIFT_AFTER, SHIFT_BEFORE
from data.staff.positions.pipeline import LIMITS
from data.staff.standing import ROLE_RANK, by_nearness, state

SQL = load(__file__)
MOST = 50
USUAL = 8
CLASSES_M = (500, 1_000, 2_000, 5_000)  # of neighbours; further away is nobody's neighbour


@dataclass(frozen=True, slots=True)
class Question:
    """A point (EPSG:4326, degrees), how many people, and the site time `at`."""

    site: Site
    at: datetime
    lon: float
    lat: float
    k: int = USUAL

    def given(self) -> dict[str, Any]:
        """The parameters of the searches."""
        site = self.site
        return {
            "lon": self.lon,
            "lat": self.lat,
            "at": self.at,
            "fresh_since": self.at - timedelta(seconds=site.fresh_s),
            "offline_since": self.at - timedelta(seconds=site.offline_s),
            "horizon": self.at + LIMITS.future,
            "after": self.at - SHIFT_BEFORE,
            "until": self.at + SHIFT_AFTER,
            "k": self.k,
            "count": self.k + self.k // 8 + 4,  # the sphere's order is not quite the spheroid's
            "midnight": site.day_of(self.at)[0],
            "roles": list(ROLE_RANK),
        }


async def people(
    database: Database, actor: Actor, asked: Question, *, by_index: bool = True
) -> list[dict[str, Any]]:
    """The `k` nearest people of the caller's scope, best first.

    Each with id, name and code (None on a kiosk), post and grid, `distance_m` (geodesic, metres),
    `at`, `age_s` (seconds), `accuracy_m`, `state`, `on_duty`, lon and lat while on duty, `load`
    and `reason` (a Said). `by_index` False asks the whole scope, which gives the same answer.
    """
    rows: list[dict[str, Any]] = []
    for search in (SQL.fresh, SQL.everybody) if by_index else (SQL.everybody,):
        rows = await database.ask(actor.id, search, asked.given(), readonly=actor.readonly)
        if len(rows) >= asked.k:
            break
    found = [_person(row, actor, asked) for row in rows]
    found.sort(key=lambda one: by_nearness(one["state"], one["distance_m"]))
    return found[: asked.k]


def _person(row: dict[str, Any], actor: Actor, asked: Question) -> dict[str, Any]:
    age_s = max(0.0, (asked.at - row["at"]).total_seconds())
    on_duty = row["on_duty"]
    one = {**row, "age_s": age_s, "state": state(on_duty, age_s, asked.site)}
    if actor.readonly:
        one |= {"name": None, "code": None}
    if not on_duty:  # where he is now is nobody's business
        one |= {"lon": None, "lat": None}
    one["load"] = {name: one.pop(name) for name in ("open_events", "calls_today")}
    one["reason"] = _reason(one)
    return one


async def neighbours(
    database: Database, system_id: int, actor: Actor, asked: Question
) -> list[dict[str, Any]]:
    """On-duty people just beyond the caller's scope, as the system actor: the minimum of each.

    `within_m` is a class of CLASSES_M; `post` the kind of his post; `ask` the lowest area above
    both, whose name the caller may see, and whose duty room can send him. Nobody for a kiosk, nor
    within 5 km of the antimeridian or a pole.
    """
    if actor.readonly:
        return []
    given = asked.given() | {"area_id": actor.area_id, "furthest_m": CLASSES_M[-1]}
    found = [_neighbour(row) for row in await database.ask(system_id, SQL.neighbours, given)]
    # Within a class the order must tell nothing.
    return sorted(found, key=lambda one: (one["within_m"], one["post"] or "", one["ask"]["id"]))


def _neighbour(row: dict[str, Any]) -> dict[str, Any]:
    within_m = next(most for most in CLASSES_M if row["metres"] <= most)
    ask = {"id": row["ask_area_id"], "name": row["ask_area"], "level": row["ask_level"]}
    said = Said(
        "on duty, up to {away} away; ask the duty room of {area}",
        away=_length(within_m),
        area=row["ask_area"],
    )
    return {"within_m": within_m, "on_duty": True, "post": row["post"], "ask": ask, "reason": said}


def _reason(one: dict[str, Any]) -> Said:
    load = one["load"]
    return Said(
        "{duty}, position {age} ago, {away} away, open events {open}, calls today {calls}",
        duty=Said("on duty") if one["on_duty"] else Said("off duty"),
        age=_duration(one["age_s"]),
        away=_length(one["distance_m"]),
        open=load["open_events"],
        calls=load["calls_today"],
    )


def _duration(seconds: float) -> Said:
    if seconds < 60:
        return Said("{n} s", n=int(seconds))
    if seconds < 3600:
        return Said("{n} min", n=int(seconds // 60))
    return Said("{n} h", n=int(seconds // 3600))


def _length(metres: float) -> Said:
    """Distances to 10 m, from a kilometre on to 100 m."""
    if metres < 995:
        return Said("{n} m", n=round(metres, -1).__trunc__())
    return Said("{n} km", n=f"{metres / 1000:.1f}".removesuffix(".0"))
