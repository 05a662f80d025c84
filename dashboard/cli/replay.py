"""`wangge replay`: past events by the site's clock, past positions through the site's door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress as Bars

from dashboard import replay as replay_
from dashboard.cli.import_ import finish, import_now, options
from dashboard.cli.import_options import COMMON, EVENTS
from dashboard.cli.opened import system_database, system_transaction
from dashboard.cli.words import say
from dashboard.settings import Settings
from data.events import bulk
from data.importers.times import Times
from data.places import site


@click.group()
def replay() -> None:
    """Let past events or positions live again, or return to the present."""


def _importing(callback: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `wangge import events` but for the files and the source."""
    for decorate in reversed((*COMMON[1:], *EVENTS[1:])):
        callback = decorate(callback)
    return callback


@replay.command()
@click.argument("what", metavar="SOURCE|FILE")
@click.option("--from", "start", help="Begin here, like 2011-10-15T08:00; else at the first.")
@click.option("--speed", type=click.FloatRange(0.01, 1_000_000), default=600.0, show_default=True)
@click.option("--source", help="Name for the events of a FILE; its own name by default.")
@_importing
def events(
    what: str, start: str | None, speed: float, source: str | None, report: str, **given: Any
) -> None:
    """Run the site's clock through the time of a source's events; all screens follow.

    A FILE is imported first, with the options of: wangge import events.
    """
    if Path(what).is_file():
        source = source or Path(what).stem
        yes = given.pop("yes")
        chosen = options(source=source, **given)
        ledger = asyncio.run(import_now("events", (what,), chosen, yes=yes))
        finish(ledger, report)
    begun = asyncio.run(_start(source or what, start, speed, given["timezone"]))
    click.echo(
        say("The site's clock runs from {start} ×{speed:g}", {"start": begun, "speed": speed}),
        err=True,
    )


async def _start(source: str, start: str | None, speed: float, timezone: str | None) -> str:
    async with system_database() as (database, system), database.acting(system.id) as connection:
        zone = (await site.read(connection)).zone
        span = await bulk.span(connection, source)
        if span is None:
            raise click.ClickException(say("There is no source {name}", {"name": source}))
        if span.first is None:
            raise click.ClickException(say("The source {name} has no events", {"name": source}))
        try:
            begin = Times(zone).read(start) if start else span.first
        except ValueError:
            raise click.BadParameter(say("{value} is no time", {"value": start})) from None
        clock = site.Clock(speed, anchor_real=datetime.now(UTC), anchor_site=begin)
        await site.set_clock(connection, clock)
    return begin.astimezone(zone).isoformat(sep=" ", timespec="seconds")


@replay.command()
def stop() -> None:
    """Return the site's clock to the present."""

    async def go() -> None:
        async with system_transaction() as (connection, _):
            await site.set_clock(connection, site.Clock())

    asyncio.run(go())
    click.echo(say("The site's clock is the real one again"), err=True)


@replay.command()
@click.argument("file")
@click.option("--shift-to-now", is_flag=True, help="The first fix is of the site's now.")
@click.option("--speed", type=click.FloatRange(0.01, 100_000), default=1.0, show_default=True)
@click.option("--url", default=lambda: Settings.load().base_url, help="Where the site is.")
@click.option("--token", envvar="WANGGE_TOKEN", required=True, help="Or WANGGE_TOKEN.")
@click.option("--person", help="Whose positions these are, where no column says it.")
@click.option("--timezone", default="UTC", show_default=True, help="Zone of times that name none.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN")
@click.option("--report", type=click.Choice(["text", "json"]), default="text")
def positions(
    file: str, shift_to_now: bool, timezone: str, maps: tuple[str, ...], report: str, **given: Any
) -> None:
    """Send the positions of a FILE with the columns person, lon, lat and at (a time).

    The track points of a GPX file need: --map at=time, and --person or --map person=track.
    """
    account = replay_.Account()
    zone = _zone(timezone)
    chosen = {name: column for name, _, column in (one.partition("=") for one in maps)}
    fixes = replay_.read_fixes(
        replay_.read_file(file),
        maps=chosen,
        person=given["person"],
        zone=zone,
        account=account,
    )
    console = Console(stderr=True)
    with Bars(console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(say("Sending"), total=len(fixes))
        asyncio.run(
            replay_.send(
                fixes,
                url=str(given["url"]).rstrip("/"),
                token=given["token"],
                speed=given["speed"],
                shift_to_now=shift_to_now,
                account=account,
                show=lambda done: bars.update(task, completed=done),
            )
        )
    _print(account, report)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(say("{value} is no time zone", {"value": name})) from None


def _print(account: replay_.Account, report: str) -> None:
    said = {
        "sent": account.sent,
        "accepted": account.accepted,
        "rejected": dict(account.rejected),
        "unreadable": account.unreadable,
    }
    if report == "json":
        click.echo(json.dumps(said))
    else:
        click.echo(say("{sent} sent, {accepted} accepted, {unreadable} rows unreadable", said))
        for reason, n in account.rejected.items():
            click.echo(f"  {reason}: {n}")
