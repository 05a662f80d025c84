"""What phones sent, person by person and day by day, and the signs of something wrong with one.

The counters of the doors tell how much came in; this tells a manager why one phone does not show.
`note` runs as the system, the others as the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from data.database import Connection, fetch_all, fetch_one
from data.errors import NotFound
from data.places.site import Site
from data.queries import load
from geo.distances import distance_m

SQL = load(__file__)
KEPT = timedelta(days=7)
MOST = 50
WRONG_CLOCK_S = 300.0  # a fix is sent within seconds; what differs by more is stored or mistimed

FAR_M, BACK_M = 200.0, 60.0  # from one place to another, and back to the first
QUICK = timedelta(minutes=3)  # nobody walks there and back so soon
TIMES, WITHIN = 3, timedelta(minutes=10)
MOST_WATCHED = 20_000


@dataclass(frozen=True, slots=True)
class Heard:
    """Messages of one phone with one outcome; `area_id` is that of the token."""

    code: str
    area_id: int
    day: date
    reason: str
    n: int
    heard_at: datetime
    offset_s: float | None


@dataclass(slots=True)
class _Track:
    places: list[tuple[datetime, float, float]] = field(default_factory=list)
    returns: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class TwoPhones:
    """Whether one device id is used by two phones: its fixes go there and back, again and again.

    Looks at all readable fixes, also those that are rejected for their speed.
    """

    _tracks: dict[str, _Track] = field(default_factory=dict)

    def note(self, code: str, at: datetime, lon: float, lat: float) -> bool:
        """One more fix; True when it shows that there are two phones (once a return)."""
        if len(self._tracks) >= MOST_WATCHED:
            self._tracks.clear()
        track = self._tracks.setdefault(code, _Track())
        track.places = [*track.places[-2:], (at, lon, lat)]
        if len(track.places) < 3 or not _returns(track.places):
            return False
        track.returns = [one for one in track.returns if abs(at - one) <= WITHIN] + [at]
        return len(track.returns) >= TIMES


def _returns(places: list[tuple[datetime, float, float]]) -> bool:
    (first, *a), (_, *b), (last, *c) = places
    return (
        abs(last - first) <= QUICK
        and distance_m(a[0], a[1], b[0], b[1]) > FAR_M
        and distance_m(a[0], a[1], c[0], c[1]) < BACK_M
    )


async def note(connection: Connection, heard: Iterable[Heard]) -> None:
    """Add what was heard, in the order of codes, and forget what is older than KEPT."""
    rows = sorted(heard, key=lambda one: (one.code, one.area_id, one.day, one.reason))
    if not rows:
        return
    columns = {name: [getattr(one, name) for one in rows] for name in Heard.__slots__}
    await connection.execute(SQL.note, columns)
    await connection.execute(SQL.forget, {"before": max(columns["day"]) - KEPT})


async def listing(
    connection: Connection, *, site: Site, at: datetime, search: str = "", most: int = MOST
) -> list[dict[str, Any]]:
    """People and unknown device ids that match, who was heard last first, each with today's counts.

    `position_at` and `source` are of his newest position, by whichever door it came.

    `person_id` and `name` are None for a code that nobody has. `offset_s` is the last fix's time
    less the site's when it came; `signs` are wrong_clock, two_phones and unknown_person.
    """
    day = at.astimezone(site.zone).date()
    given = {"day": day, "search": search.strip(), "most": most}
    return [_row(row) for row in await fetch_all(connection, SQL.listing, given)]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    counts: dict[str, int] = row.pop("counts") or {}
    accepted, ignored = counts.pop("accepted", 0), counts.pop("ignored", 0)
    two = counts.pop("two_phones", 0)
    offset = row["offset_s"]
    signs = {
        "unknown_person": row["person_id"] is None,
        "wrong_clock": offset is not None and abs(offset) > WRONG_CLOCK_S,
        "two_phones": two > 0,
    }
    said = [name for name, shown in signs.items() if shown]
    return {**row, "accepted": accepted, "ignored": ignored, "rejected": counts, "signs": said}


async def person(connection: Connection, person_id: int) -> dict[str, Any]:
    """Id, code, name and area (level:code) of an active person. Raises NotFound."""
    row = await fetch_one(connection, SQL.person, {"id": person_id})
    if row is None:
        raise NotFound(what="person", key=person_id)
    return row


async def tokens(connection: Connection, person_id: int, name: str) -> list[int]:
    """The ids of a person's tokens of this name that are still good."""
    rows = await fetch_all(connection, SQL.tokens, {"id": person_id, "name": name})
    return [row["id"] for row in rows]
