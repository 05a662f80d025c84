"""`wangge up`: start the site that the store holds, and say where to look."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from dashboard import welcome
from dashboard.cli.serve import tls
from dashboard.cli.tongue import language
from dashboard.embedded import Store
from dashboard.i18n.sentences import tell
from dashboard.roles import launch
from dashboard.settings import Settings
from data.database import Database
from data.errors import Said


def say(said: Said) -> None:
    """Progress goes to stderr; stdout holds what is meant to be read by programs."""
    click.echo(f"  {tell(said, language())}", err=True)


@click.command()
@tls
def up() -> None:
    """Start the site that this store holds: web, ingest and engine, until Ctrl-C."""
    asyncio.run(_up(Settings.load()))


async def _up(settings: Settings) -> None:
    async with launch.opened(settings, say) as store:
        settings = await launch.claim_ports(settings)

        async def greet() -> None:
            await print_welcome(settings, store)

        await launch.run(settings, store, say=say, welcome=greet)


async def print_welcome(settings: Settings, store: Store, *, workers: Sequence[str] = ()) -> None:
    """The accounts, the kiosk link and the ready line; before each, in words, what it is for."""
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        links = await welcome.prepare(database, settings, datetime.now(UTC), workers=workers)
    say(
        Said(
            "name / password, to sign in at {url}; a worker's is for /duty:", url=settings.base_url
        )
    )
    for account in links.accounts:
        click.echo(f"account: {account.name} / {account.password}  ({account.role})")
    say(Said("for a wall screen, which only looks:"))
    click.echo(f"kiosk: {links.kiosk_url}")
    say(Said("open this in a browser on this machine, once; Ctrl-C here stops everything:"))
    click.echo(f"ready: {links.enter_url}")
