"""A new cut that is announced: kept for a day to come, and carried out when the day has come.

Until then nothing of it is true, so no process has to know two versions at once. Carried out, it is
a new cut that began on its day, like one that is told late: events reported since move along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from psycopg.types.json import Jsonb

from data.contract import cutting
from data.contract.cutting import Recut
from data.contract.model import Unit
from data.database import Connection, fetch_all, fetch_one
from data.errors import Said, WanggeError
from data.importers import journal
from data.importers.options import Options
from data.importers.report import Ledger, State
from data.places import areas, site
from data.places.grids import NewGrid
from data.queries import load

SQL = load(__file__)


class AnnouncedAlready(WanggeError):
    """A new cut of {kind} is announced for {day} already. Take it back first: wangge import undo
    {run}."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An announced cut that has not been carried out: `at` is site time, `within` the code of the
    area whose grids alone are cut, `announced` the run whose undo takes it back. `state` is
    waiting, or failed with the reason `why`."""

    id: int
    kind: str
    at: datetime
    within: str | None
    announced: int
    state: str
    why: Said | None = None


async def announce(
    link: Connection, found: Recut, made: Sequence[NewGrid], within: str | None
) -> None:
    """Keep a cut for its day, in the transaction of an import. What it would do today is told in
    `found`, and taken back. Raises what cutting raises, and AnnouncedAlready."""
    async with link.transaction(force_rollback=True):
        await cutting.cut(link, found, made, within)
    for other in await listed(link, found.kind):
        if other.state == "waiting":
            day = await _day(link, other.at)
            raise AnnouncedAlready(kind=found.kind, day=day, run=other.announced)
    grids = [_packed(grid) for grid in made]
    given = {"kind": found.kind, "at": found.at, "within": within, "grids": Jsonb(grids)}
    await link.execute(SQL.announce, given)


async def listed(link: Connection, kind: str | None = None) -> list[Announced]:
    """The cuts that wait or have failed, of one kind or of all, the earliest first."""
    return [_announced(row) for row in await fetch_all(link, SQL.listed, {"kind": kind})]


def _announced(row: dict[str, Any]) -> Announced:
    why = row["why"]
    told = None if why is None else Said(why["sentence"], **why["fields"])
    return Announced(**{**row, "why": told})


async def grids_of(link: Connection, cut: Announced) -> list[NewGrid]:
    """The grids that there will be."""
    row = await fetch_one(link, SQL.grids, {"id": cut.id})
    return [_grid(cut.kind, one) for one in row["grids"]] if row else []


async def _day(link: Connection, at: datetime) -> str:
    return f"{at.astimezone((await site.read(link)).zone):%Y-%m-%d}"


def _packed(grid: NewGrid) -> list[Any]:
    shape = shapely.to_wkb(grid.geometry, hex=True)
    numbers = (grid.households, grid.population, grid.content_hash)
    return [grid.code, grid.name, grid.area_id, shape, *numbers]


def _grid(kind: str, packed: list[Any]) -> NewGrid:
    code, name, area_id, wkb, households, population, content_hash = packed
    shape = shapely.from_wkb(wkb)
    return NewGrid(kind, code, name, area_id, shape, content_hash, households, population)


async def units_at(
    link: Connection, kind: str, instant: datetime, units: tuple[Unit, ...]
) -> tuple[Unit, ...]:
    """The grids of a kind at an instant, by those that the store holds for it: where a cut waits
    that will have come by then, its own."""
    for cut in await listed(link, kind):
        if cut.state == "waiting" and cut.at <= instant:
            ids = None if cut.within is None else set(await areas.below(link, cut.within))
            kept = [] if ids is None else [u for u in units if u.host_id not in ids]
            new = [cutting.unit_of(grid) for grid in await grids_of(link, cut)]
            units = (*kept, *new)
    return units


async def carry_out(link: Connection, at: datetime) -> int:
    """Carry out the announced cut whose day came first, if site time `at` has passed it; 1 if
    there was one. What cannot be done is marked as failed with its reason, and changes nothing."""
    row = await fetch_one(link, SQL.due, {"at": at})
    turn = await fetch_one(link, SQL.try_turn) if row else None
    if row is None or turn is None or not turn["mine"]:
        return 0
    actor_id, files = row.pop("actor_id"), row.pop("files")
    cut = _announced(row)
    told: dict[str, Any] = {"id": cut.id, "state": "done", "run": None, "why": None}
    try:
        async with link.transaction():
            told["run"] = await _cut(link, cut, actor_id, files, at)
    except WanggeError as error:
        fields = {name: str(value) for name, value in error.said.fields.items()}
        why = Jsonb({"sentence": error.said.sentence, "fields": fields})
        told |= {"state": "failed", "why": why}
    await link.execute(SQL.settle, told)
    return 1


async def _cut(
    link: Connection, cut: Announced, actor_id: int, files: list[str], now: datetime
) -> int:
    """A run of its own in the log of imports, so that it can be undone too; its number."""
    made = await grids_of(link, cut)
    options = Options(group=cut.kind, strict=True)
    run = await journal.begin(link, actor_id, "grids", files, options, at=now)
    found = Recut(cut.kind, cut.at)
    await cutting.cut(link, found, made, cut.within)
    ledger = Ledger([(files[0] if files else "", len(made))])
    ledger.mark(range(len(made)), State.IMPORTED)
    ledger.units, ledger.run = len(made), run
    ledger.warn("carried_out", day=await _day(link, cut.at), announced=cut.announced)
    if found.undecided:
        ledger.warn("posts_to_decide", n=len(found.undecided))
    await journal.finish(link, actor_id, ledger, at=now)
    return run
