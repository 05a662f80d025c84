"""One call as it went: its lines in their order, and where its people were meanwhile.

Positions are read from the history, under the policies of who asks: the ledger keeps none of its
own, so that they go when the history goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.database import Connection, fetch_all, fetch_one
from data.errors import NotFound
from data.queries import load
from data.query import calls

SQL = load(__file__)
MOST_LINES = 5000  # of one story; a group call of thousands has more, which are counted
MOST_FIXES = 300  # of one person after he was called
MOST_TRACKS = 100  # people whose way is shown
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """A session as the ledger lists it, its `place` {lon, lat, ground} (EPSG:4326, or None), its
    `lines` (`when` never goes back, though clocks do), its attempts, `tracks` by person: fixes
    (at, lon, lat), the first where he was when he was called. `unshown` lines are left out."""

    session: Row
    place: Row
    lines: list[Row]
    attempts: list[Row]
    tracks: dict[int, list[tuple[datetime, float, float]]]
    unshown: int


async def read(connection: Connection, session_id: int, *, now: datetime) -> Story:
    """The story of a session. Raises NotFound for what the actor cannot see."""
    found = await calls.sessions(connection, [session_id])
    if not found:
        raise NotFound(what="call", key=session_id)
    given = {"id": session_id, "most": MOST_LINES}
    lines = in_order(await fetch_all(connection, SQL.lines, given))
    count = await fetch_one(connection, SQL.count, given)
    attempts = (await calls.attempts(connection, [session_id], phones=False))[session_id]
    place = await fetch_one(connection, SQL.place, given)
    until = lines[-1]["when"] if lines else now
    assert place is not None and count is not None
    return Story(
        session=found[0],
        place=place,
        lines=lines,
        attempts=attempts,
        tracks=await _tracks(connection, attempts, until),
        unshown=count["n"] - len(lines),
    )


def in_order(lines: Iterable[Row]) -> list[Row]:
    """Lines as they were written, which is how things followed; a clock that was set back, or a
    process that wrote late, does not turn them round: `when` is the latest time so far."""
    told: list[Row] = []
    for line in lines:
        before = told[-1]["when"] if told else line["at"]
        told.append({**line, "when": max(before, line["at"])})
    return told


def first_called(attempts: Iterable[Row]) -> dict[int, datetime]:
    """When each person was called first, of those who had a position of their shift then (or of
    whom the ledger did not keep whether)."""
    called: dict[int, datetime] = {}
    for one in attempts:
        if one["who"].get("age_s", 0) is not None:
            called.setdefault(one["person_id"], one["queued_at"])
    return called


async def _tracks(
    connection: Connection, attempts: list[Row], until: datetime
) -> dict[int, list[tuple[datetime, float, float]]]:
    called = dict(list(first_called(attempts).items())[:MOST_TRACKS])
    given = {"people": list(called), "called": list(called.values()), "until": until}
    tracks: dict[int, list[tuple[datetime, float, float]]] = {}
    for row in await fetch_all(connection, SQL.tracks, {**given, "most": MOST_FIXES}):
        tracks.setdefault(row["person_id"], []).append((row["at"], row["lon"], row["lat"]))
    return tracks
