"""Time passing: what becomes true by the clock alone. The list of steps is the documentation.

Each step is one short transaction that several engines may run at once: a mark or a row that
another holds is skipped, and doing a step twice changes nothing more. Screens compute lights and
ages by themselves; the engine writes what must be on record.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from data.calls import dial, policy, presence, selftest, timers
from data.calls.drills import drills
from data.calls.model import Moment
from data.contract import announced
from data.database import Connection, fetch_one
from data.events import reporters
from data.queries import load

SQL = load(__file__)
KEEP_POSITIONS_DAYS = 30
LONGEST_SHIFT = timedelta(days=3)

Run = Callable[[Connection, Moment], Awaitable[int]]


async def lights(connection: Connection, when: Moment) -> int:
    """Log the events whose light has turned yellow or red since the mark; how many."""
    mark = {"job": "lights", "at": when.site}
    await connection.execute(SQL.begin_mark, mark)
    await connection.execute(SQL.rewind_mark, mark)
    row = await fetch_one(connection, SQL.lights, {"at": when.site})
    return int(row["n"]) if row else 0


async def late_lights(connection: Connection, when: Moment) -> int:
    """Log the turns of events that were reported after them; how many."""
    row = await fetch_one(connection, SQL.late_lights, {"at": when.site})
    return int(row["n"]) if row else 0


async def call_timers(connection: Connection, when: Moment) -> int:
    """Advance the call that is most overdue; 1 if there was one, so that it is done again."""
    return int(await timers.advance_one_due(connection, when) is not None)


async def clock_set_back(connection: Connection, when: Moment) -> int:
    """Let calls and drills of before the machine's clock was set back go on; how many."""
    return await drills.set_back(connection, when) + await timers.set_back(connection, when)


async def lost_rings(connection: Connection, when: Moment) -> int:
    """Interrupt what rings on the pages of a web process that has died; how many calls."""
    return await dial.lost(connection, channel="page", when=when)


async def drills_on(connection: Connection, when: Moment) -> int:
    """Click what the drill that is most overdue clicks; 1 if there was one."""
    return int(await drills.advance_one_due(connection, when) is not None)


async def self_tests(connection: Connection, when: Moment) -> int:
    """Let self-test calls give way to others, and start those that are due; how many."""
    return await selftest.give_way(connection, when) + await selftest.start_due(connection, when)


async def shifts_over(connection: Connection, when: Moment) -> int:
    """End shifts whose planned end has passed; how many."""
    given = {"at": when.site, "since": when.site - LONGEST_SHIFT}
    row = await fetch_one(connection, SQL.shifts_over, given)
    if row is None or not row["found"]:
        return 0  # an update of no rows would still tell all screens to read the shifts again
    return (await connection.execute(SQL.end_shifts, given)).rowcount


async def announced_cuts(connection: Connection, when: Moment) -> int:
    """Carry out the new cut of grids whose day has come first; 1 if there was one."""
    return await announced.carry_out(connection, when.site)


async def closed_pages(connection: Connection, when: Moment) -> int:
    """Remove pages that no longer beat; how many."""
    return await presence.sweep(connection, when.real)


async def position_days(connection: Connection, when: Moment) -> int:
    """Make the partitions of today and the days to come; how many were missing."""
    row = await fetch_one(connection, SQL.position_days, {"at": when.site, "real": when.real})
    return int(row["n"]) if row else 0


async def retention(connection: Connection, when: Moment) -> int:
    """Drop whole days of positions that are past KEEP_POSITIONS_DAYS; how many."""
    given = {"at": when.site, "real": when.real, "days": KEEP_POSITIONS_DAYS}
    row = await fetch_one(connection, SQL.retention, given)
    return int(row["n"]) if row else 0


async def contacts_over(connection: Connection, when: Moment) -> int:
    """Forget who reported what is long closed; how many."""
    return await reporters.forget(connection, at=when.site, real=when.real)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, how often (real seconds), and whether to run until nothing is left.

    What is `prompt` has a loop of its own: nothing that takes long lets a phone ring on. `after_s`
    is for how long the store must have answered this engine: where it was away, nobody else could
    say either that he lives.
    """

    name: str
    every_s: float
    run: Run
    until_done: bool = False
    prompt: bool = False
    after_s: float = 0


STEPS = (
    Step("drills", 0.5, drills_on, until_done=True, prompt=True),
    Step("call_timers", 0.2, call_timers, until_done=True, prompt=True),
    Step("lost_rings", 1, lost_rings, prompt=True, after_s=policy.RING_LASTS.total_seconds()),
    Step("self_tests", 2, self_tests, prompt=True),
    Step("clock_set_back", 2, clock_set_back, prompt=True),
    Step("lights", 1, lights),
    Step("announced_cuts", 1, announced_cuts),
    Step("closed_pages", 15, closed_pages),
    Step("shifts_over", 20, shifts_over),
    Step("late_lights", 60, late_lights),
    Step("position_days", 600, position_days),
    Step("retention", 3600, retention),
    Step("contacts_over", 3600, contacts_over, until_done=True),
)
