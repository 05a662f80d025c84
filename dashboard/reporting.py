"""What every door of reports does with one: judged, placed, written, counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request

from dashboard.api.requests import system_id
from data import counters
from data.access import Actor
from data.database import Connection
from data.errors import Invalid, Said
from data.events import placing
from data.events import report as reports
from data.events.report import Report, Reported
from data.places.lookup import Place
from data.staff.positions.fix import FIRST_YEAR, LAST_YEAR

Before = Callable[[Connection], Awaitable[None]]
After = Callable[[Connection, Reported], Awaitable[None]]


async def submit(
    request: Request,
    actor: Actor,
    report: Report,
    *,
    door: str,
    now: datetime,
    before: Before | None = None,
    after: After | None = None,
) -> Reported:
    """Through the one intake of events; after it returns, it is committed.

    A new event's transaction begins with `before` and ends with `after`, if it is made by it.
    Raises Invalid, OutsideScope, OtherSource, NotAllowed, StoreUnavailable.
    """
    believe(report)
    reports.check(report, now)
    state = request.app.state
    told: dict[str, Any] = {"process": state.intake.process, "door": door}
    async with state.database.acting(actor.id) as connection:
        known = await reports.repeat(connection, actor, report, **told)
    if known is not None:
        return known
    report, place = await locate(request, actor, report)
    async with state.database.acting(actor.id) as connection:
        if before is not None:
            await before(connection)
        reported = await reports.write(connection, actor, report, place=place, at=now, **told)
        if after is not None and reported.created:
            await after(connection, reported)
        return reported


async def locate(request: Request, actor: Actor, report: Report) -> tuple[Report, Place]:
    """The report in WGS 84, and where it lay in its day, as the whole site sees it."""
    if not report.located:
        return report, reports.NOWHERE
    async with request.app.state.database.acting(await system_id(request)) as connection:
        return await placing.place(connection, actor, report)


def believe(report: Report) -> None:
    """Raises Invalid for years that no clock can mean."""
    for name, when in (
        ("time", report.opened_at),
        ("due", report.due_at),
        ("closed", report.closed_at),
        ("updated", report.revised_at),
    ):
        if when is not None and not FIRST_YEAR < when.year < LAST_YEAR:
            raise Invalid(what=name, why=Said("the year {year} is not believed", year=when.year))


async def count(request: Request, actor: Actor, counts: Mapping[str, int], *, door: str) -> None:
    """What a door received and did not take, by reason."""
    state = request.app.state
    counts = {"received": sum(counts.values()), **counts}
    async with state.database.acting(actor.id) as connection:
        await counters.add(connection, process=state.intake.process, door=door, counts=counts)
