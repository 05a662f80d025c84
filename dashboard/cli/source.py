"""`wangge source`: what brings data in, and the coordinate system in which it sends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import click

from dashboard.cli import hook
from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from data import actors, sources
from data.database import Connection


@click.group()
def source() -> None:
    """List sources of events and positions, and say in which coordinate system they send."""


source.add_command(hook.map_)
source.add_command(hook.sign)


@source.command(name="list")
def list_() -> None:
    """Print each source with its coordinate system."""
    for one in asyncio.run(_every()):
        counts = say(
            "{events} events, {tokens} tokens", {"events": one.events, "tokens": one.tokens}
        )
        click.echo(f"{one.name}  {one.coord_sys}  {one.kind}  {one.area}  {counts}")


async def _every() -> list[sources.Source]:
    async with system_transaction() as (connection, _):
        return await sources.every(connection)


@source.command(name="set")
@click.argument("name")
@click.option(
    "--crs",
    required=True,
    metavar="NAME",
    help=(
        "The coordinate system in which the source sends: wgs84, gcj02, bd09, cgcs2000, EPSG:4549."
    ),
)
def set_(name: str, crs: str) -> None:
    """Declare the coordinate system of a source; duty is the source of all phones without one.

    What comes from now on is converted once, and the original coordinates are kept. What is
    stored already stays as it is; wangge check coordinates measures it.
    """
    asyncio.run(_set(name, crs))


async def _set(name: str, crs: str) -> None:
    async with system_transaction() as (connection, system):
        await declare(connection, system.id, name, crs)


async def declare(connection: Connection, actor_id: int, name: str, crs: str) -> None:
    """Declare a source's system, with a line of the audit. Raises Invalid, NotFound."""
    system = sources.parse(crs)
    before = await sources.set_system(connection, name, system)
    now = datetime.now(UTC)
    words = {"name": name, "system": system.name, "before": before}
    await actors.record(connection, actor_id, now, "set_source_system", name, **words)
    click.echo(say("{name} sends in {system} from now on; before: {before}", words), err=True)
