"""`wangge store`: the private database under WANGGE_HOME."""

from __future__ import annotations

import asyncio
import sys

import click

from dashboard import settings
from dashboard.embedded import ensure, find_running, stop
from data import migrate


@click.group()
def store() -> None:
    """Start, stop or look at the private database."""


@store.command()
def start() -> None:
    """Start it (PostGIS is brought when missing) and bring its schema up to date."""

    async def go() -> list[str]:
        found = await ensure(settings.home(), say=lambda text: click.echo(text, err=True))
        return await migrate.apply(found.admin_url)

    applied = asyncio.run(go())
    click.echo(f"running under {settings.home()}, {len(applied)} migrations applied")


@store.command(name="stop")
def stop_() -> None:
    """Stop it."""
    was_running = asyncio.run(stop(settings.home()))
    click.echo("stopped" if was_running else "it was not running")


@store.command()
def status() -> None:
    """Say whether it runs (exit code 0) or not (3)."""
    running = asyncio.run(find_running(settings.home()))
    click.echo(f"{'running' if running else 'not running'}: {settings.home()}")
    sys.exit(0 if running else 3)
