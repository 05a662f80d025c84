"""A new cut of a kind of grids: old versions end, new ones begin, and each knows what it was.

Lineage is by the ground, not by the codes. A grid whose ground stays under its code keeps its
version. One that is followed by one other (a moved border, a new code) hands its posts on; where
several come of it or several come together, the posts are told, and wait for somebody to decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely

from data.contract.model import Unit
from data.database import Connection, fetch_all
from data.errors import WanggeError
from data.places import areas
from data.places.areas import ewkb
from data.places.grids import NewGrid
from data.queries import load
from geo import lineage
from geo.lineage import Change

SQL = load(__file__)


class RecutTooEarly(WanggeError):
    """{code} began on {begun}; a new cut must begin after that."""


class CodeTaken(WanggeError):
    """These codes belong to grids that are not cut anew: {codes}. Choose others."""


class NothingToCut(WanggeError):
    """There are no grids of the kind {kind} here. Import them with: wangge import grids."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """An open post on a grid that has ended: who holds it, and which grids have its ground now,
    with the share (0–1) of the old grid that each got."""

    person: str
    name: str
    role: str
    grid: Unit
    heirs: tuple[tuple[Unit, float], ...]


@dataclass(slots=True)
class Recut:
    """What a new cut does. In `changes` positions are those of `olds` and `news`; `kept` counts
    the grids that stay as they are."""

    kind: str
    at: datetime
    olds: list[Unit] = field(default_factory=list)
    news: list[Unit] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: int = 0
    posts_carried: int = 0
    undecided: list[Undecided] = field(default_factory=list)
    events_moved: int = 0


async def cut(link: Connection, found: Recut, made: Sequence[NewGrid], within: str | None) -> None:
    """Cut `found.kind` anew as of `found.at` by all its grids (with `within`, all of that area and
    those below it), and tell in `found` what became of it.

    Raises NothingToCut, RecutTooEarly, CodeTaken, NotFound.
    """
    inside = None if within is None else await areas.below(link, within)
    rows = await fetch_all(link, SQL.now, {"kind": found.kind, "areas": inside})
    if not rows:
        raise NothingToCut(kind=found.kind)
    begun = [row.pop("valid_from") for row in rows]
    shapes = shapely.from_wkb([row.pop("wkb") for row in rows])
    found.olds = [Unit("grid", **row, shape=one) for row, one in zip(rows, shapes, strict=True)]
    for old, since in zip(found.olds, begun, strict=True):
        if since is not None and since >= found.at:
            raise RecutTooEarly(code=old.code, begun=f"{since:%Y-%m-%d %H:%M}")
    await _refuse_taken(link, found, [grid.code for grid in made])
    found.changes = await asyncio.to_thread(
        lineage.trace, [old.shape for old in found.olds], [grid.geometry for grid in made]
    )
    await _store(link, found, made)


async def _refuse_taken(link: Connection, found: Recut, codes: list[str]) -> None:
    given = {"kind": found.kind, "codes": codes, "ids": [old.id for old in found.olds]}
    taken = [row["code"] for row in await fetch_all(link, SQL.strangers, given)]
    if taken:
        raise CodeTaken(codes=", ".join(taken[:20]))


async def _store(link: Connection, found: Recut, made: Sequence[NewGrid]) -> None:
    plans = _plans(found, made)
    same = {plan.same for plan in plans}
    ended = [old.id for old in found.olds if old.id not in same]
    await link.execute(SQL.make_incoming)
    await link.execute(SQL.clear_incoming)
    async with link.cursor() as cursor, cursor.copy(SQL.copy_incoming) as copy:
        for n, (grid, plan) in enumerate(zip(made, plans, strict=True)):
            fixed = (n, grid.kind, grid.code, grid.name, grid.area_id, ewkb(grid.geometry))
            numbers = (grid.households, grid.population, grid.content_hash)
            await copy.write_row((*fixed, *numbers, plan.same, plan.olds, plan.follows))
    given: dict[str, Any] = {"at": found.at, "ids": ended}
    await link.execute(SQL.end_old, given)
    await link.execute(SQL.refresh)
    await link.execute(SQL.insert, given)
    later = (await link.execute(SQL.later_posts, given)).rowcount
    found.posts_carried = later + (await link.execute(SQL.carry_posts, given)).rowcount
    found.events_moved = (await link.execute(SQL.move_events, given)).rowcount
    found.news = [unit_of(grid) for grid in made]
    found.kept = len(same - {None})
    followed = {plan.follows for plan in plans}
    waiting = [one for one in ended if one not in followed]
    found.undecided = _undecided(
        found, await fetch_all(link, SQL.undecided, {**given, "ids": waiting})
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """Of a new grid: the id of the version that it is (unchanged), or those that it was."""

    same: int | None = None
    olds: list[int] = field(default_factory=list)
    follows: int | None = None


def _plans(found: Recut, made: Sequence[NewGrid]) -> list[_Plan]:
    plans = [_Plan() for _ in made]
    for change in found.changes:
        for new in change.news:
            olds = sorted(found.olds[k].id for k in change.olds)
            if len(change.olds) == len(change.news) == 1:
                old = found.olds[change.olds[0]]
                here = (old.code, old.host_id) == (made[new].code, made[new].area_id)
                stays = change.kind == "kept" and here
                plans[new] = _Plan(old.id) if stays else _Plan(None, olds, old.id)
            else:
                plans[new] = _Plan(None, olds)
    return plans


def unit_of(grid: NewGrid) -> Unit:
    """A grid that is not written yet, as the contract sees it."""
    return Unit("grid", 0, grid.kind, grid.code, grid.name, grid.area_id, grid.geometry)


def _undecided(found: Recut, rows: list[dict[str, Any]]) -> list[Undecided]:
    position = {old.id: k for k, old in enumerate(found.olds)}
    links = [link for change in found.changes for link in change.links]
    told = []
    for row in rows:
        at = position[row["grid_id"]]
        own = sorted((k for k in links if k.old == at), key=lambda k: (-k.share_of_old, k.new))
        heirs = tuple((found.news[k.new], k.share_of_old) for k in own)
        told.append(Undecided(row["person"], row["name"], row["role"], found.olds[at], heirs))
    return told
