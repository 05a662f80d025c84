"""`wangge areas` and `wangge grids`: levels, kinds, and areas that have no outline of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from data.database import Connection
from data.places import areas as areas_
from data.places import grids as grids_

T = TypeVar("T")


@click.group()
def areas() -> None:
    """Add and list areas and their levels."""


@areas.command()
@click.option("--code", required=True)
@click.option("--name", required=True)
@click.option("--level", required=True, help="Its level; list them with: wangge areas levels")
@click.option("--parent", metavar="CODE", help="The area above; none = the whole site.")
@click.option("--population", type=int)
def add(code: str, name: str, level: str, parent: str | None, population: int | None) -> None:
    """Add an area without an outline: its shape is the union of its children."""
    state = asyncio.run(_add(code, name, level, parent, population))
    click.echo(f"{level} {code} {name}: {state}")


async def _add(code: str, name: str, level: str, parent: str | None, population: int | None) -> str:
    async with system_transaction() as (connection, _):
        known = {one.code: one for one in await areas_.levels(connection)}
        if level not in known or known[level].rank == 0:
            words = {"level": level, "known": ", ".join(c for c in known if known[c].rank)}
            raise click.ClickException(say("There is no level {level}; there are: {known}", words))
        above = await _above(connection, parent, known[level].rank)
        new = areas_.NewArea(level, code, name, above, population=population)
        return (await areas_.write(connection, [new]))[0].state


async def _above(connection: Connection, code: str | None, rank: int) -> int:
    rows = await areas_.every(connection)
    if code is None:
        return next(int(row["id"]) for row in rows if row["parent_id"] is None)
    above = [areas_.Known(r["id"], r["level"], r["code"]) for r in rows if r["rank"] < rank]
    found = areas_.pick(above, code)
    if found is None:
        why = say("No area above this level has the code {code}", {"code": code})
        raise click.ClickException(why)
    return found


@areas.command(name="list")
def list_() -> None:
    """Print the tree."""
    rows = _run(_rows())
    below: dict[int | None, list[dict[str, Any]]] = {}
    for row in rows:
        below.setdefault(row["parent_id"], []).append(row)

    def show(row: dict[str, Any], depth: int) -> None:
        shape = "" if row["wkb"] else "  " + say("(no outline of its own)")
        click.echo(f"{'  ' * depth}{row['level']} {row['code']} {row['name']}{shape}")
        for child in below.get(row["id"], []):
            show(child, depth + 1)

    for root in below.get(None, []):
        show(root, 0)


async def _rows() -> list[dict[str, Any]]:
    async with system_transaction() as (connection, _):
        return await areas_.every(connection)


@areas.group()
def levels() -> None:
    """The levels of the tree, coarse to fine."""


@levels.command(name="list")
def list_levels() -> None:
    """Print them."""

    async def read() -> list[areas_.Level]:
        async with system_transaction() as (connection, _):
            return await areas_.levels(connection)

    for one in _run(read()):
        click.echo(f"{one.rank:>3}  {one.code:<14} {one.name_zh} / {one.name_en}")


@levels.command(name="add")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--name-en")
@click.option("--rank", type=click.IntRange(1, 1000), help="Larger is finer; below all if none.")
def add_level(code: str, name: str, name_en: str | None, rank: int | None) -> None:
    """Add a level."""

    async def write() -> None:
        async with system_transaction() as (connection, _):
            taken = [one.rank for one in await areas_.levels(connection) if one.code != code]
            if rank in taken:
                raise click.ClickException(say("Rank {rank} is taken", {"rank": rank}))
            await areas_.add_level(
                connection, code=code, name_zh=name, name_en=name_en or name, rank=rank
            )

    _run(write())


@click.group()
def grids() -> None:
    """Add and list kinds of grids."""


@grids.group()
def kinds() -> None:
    """The kinds of grids, in the order of lists."""


@kinds.command(name="list")
def list_kinds() -> None:
    """Print them."""

    async def read() -> list[grids_.Kind]:
        async with system_transaction() as (connection, _):
            return await grids_.kinds(connection)

    for one in _run(read()):
        click.echo(f"{one.kind:<16} {one.name_zh} / {one.name_en}{_tiling(one)}")


def _tiling(kind: grids_.Kind) -> str:
    if kind.tiles_with:
        return "  " + say("(tiles with {kind})", {"kind": kind.tiles_with})
    return "  " + say("(tiles)") if kind.tiles else ""


@kinds.command(name="add")
@click.argument("kind")
@click.option("--name", required=True)
@click.option("--name-en")
@click.option("--tiles", is_flag=True, help="Its grids neither overlap nor leave gaps.")
@click.option("--tiles-with", metavar="KIND", help="They leave none together with this kind.")
def add_kind(
    kind: str, name: str, name_en: str | None, tiles: bool, tiles_with: str | None
) -> None:
    """Add a kind."""

    async def write() -> None:
        async with system_transaction() as (connection, _):
            await grids_.add_kind(
                connection,
                kind=kind,
                name_zh=name,
                name_en=name_en or name,
                tiles=tiles,
                tiles_with=tiles_with,
            )

    _run(write())


@kinds.command(name="set")
@click.argument("kind")
@click.option("--tiles/--no-tiles", help="Whether its grids leave no gaps in their areas.")
@click.option("--tiles-with", metavar="KIND", help="They leave none together with this kind.")
def set_kind(kind: str, tiles: bool, tiles_with: str | None) -> None:
    """Say whether a kind's grids fill their areas, alone or together with another kind."""

    async def write() -> None:
        async with system_transaction() as (connection, _):
            await grids_.set_tiling(connection, kind, tiles=tiles, tiles_with=tiles_with)

    _run(write())


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
