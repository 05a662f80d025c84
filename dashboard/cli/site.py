"""`wangge site`: the one site of a store, its names, time zone, thresholds and clock."""

from __future__ import annotations

import asyncio

import click

from dashboard import settings
from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from dashboard.embedded import ensure
from data import migrate
from data.places import grids
from data.places import site as site_


@click.group()
def site() -> None:
    """Make the site and change what it is called."""


@site.command()
@click.option("--name", required=True, help="Its name on the screens.")
@click.option("--name-en", help="Its English name; the same where none is given.")
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="What “today” means.")
@click.option("--code", default="000000000000", show_default=True, help="Code of its root area.")
def create(name: str, name_en: str | None, timezone: str, code: str) -> None:
    """Start the store where it does not run, bring its schema up to date, make the site."""
    made = asyncio.run(_create(name, name_en or name, timezone, code))
    if not made:
        raise click.ClickException(
            say("This store has a site already. Set WANGGE_HOME to another place for a second one.")
        )
    click.echo(say("site {name} is ready", {"name": name}))


async def _create(name: str, name_en: str, timezone: str, code: str) -> bool:
    store = await ensure(settings.home(), say=lambda text: click.echo(f"  {text}", err=True))
    await migrate.apply(store.admin_url)
    return await site_.create(
        store.admin_url, name_zh=name, name_en=name_en, timezone=timezone, root_code=code
    )


@site.command(name="set")
@click.option("--load-kind", help="The kind of grids that the wall colours first.")
def change(load_kind: str | None) -> None:
    """Change what the site shows first."""
    asyncio.run(_change(load_kind))


async def _change(load_kind: str | None) -> None:
    async with system_transaction() as (connection, _):
        if load_kind is not None:
            known = [one.kind for one in await grids.kinds(connection)]
            if load_kind not in known:
                words = {"kind": load_kind, "known": ", ".join(known)}
                raise click.ClickException(
                    say("There is no kind {kind}; there are: {known}", words)
                )
            await site_.set_load_kind(connection, load_kind)


@site.command()
def show() -> None:
    """Print the site's names, zone and clock."""
    found = asyncio.run(_read())
    click.echo(f"{found.name_zh} / {found.name_en}  {found.timezone}")
    click.echo(f"clock: {found.clock.mode} ×{found.clock.speed:g}")


async def _read() -> site_.Site:
    async with system_transaction() as (connection, _):
        return await site_.read(connection)
