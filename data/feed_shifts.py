"""What the coordinate guard thinks of the feeds, looked up again from time to time and kept where
a manager sees it. Nothing is ever moved by it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from data import guard
from data.calls.model import Moment
from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)
EVERY = timedelta(minutes=15)  # real time


@dataclass(frozen=True, slots=True)
class FeedShift:
    """A source whose `what` (events, positions) lies `shift_m` metres beside the `reference`, or a
    `share` of it: `conversion` would bring it from `before_m` to `after_m` (medians), and `crs` is
    what the source should declare then; both "" where none of the known ones fits."""

    source: str
    what: str
    reference: str
    conversion: str
    crs: str
    points: int
    share: float
    shift_m: float
    before_m: float
    after_m: float


async def renew(connection: Connection, when: Moment, *, every: timedelta = EVERY) -> bool:
    """Look at all feeds, as the system actor; False where a process has done so within `every`.

    What came before a source declared its system says nothing of it now.
    """
    due = await fetch_one(connection, SQL.begin, {"before": when.real - every})
    if due is None or not due["mine"]:
        return False
    systems = {row["name"]: row["coord_sys"] for row in await fetch_all(connection, SQL.systems)}
    feeds = [(guard.EVENTS, ""), (guard.POSITIONS, "")]
    found = await guard.check(connection, at=when.site, only=feeds)
    await connection.execute(SQL.forget)
    for one in found:
        if one.wrong and one.system == systems[one.name]:
            await connection.execute(SQL.keep, asdict(_shift(one)))
    await connection.execute(SQL.end, {"real": when.real})
    return True


def _shift(one: guard.Check) -> FeedShift:
    about = one.finding
    return FeedShift(
        source=one.name,
        what=one.what,
        reference=one.reference,
        conversion=about.conversion,
        crs=one.crs,
        points=about.points,
        share=round(about.share, 2),
        shift_m=round(about.shift_m),
        before_m=round(about.before_m, 1),
        after_m=round(about.after_m, 1),
    )


async def suspected(connection: Connection) -> list[FeedShift]:
    """What the last look found, by source; open to any connection."""
    return [FeedShift(**row) for row in await fetch_all(connection, SQL.suspected)]
