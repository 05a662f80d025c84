"""`wangge site`: the one site of a store, its names, time zone, thresholds and clock."""

from __future__ import annotations

import asyncio
from datetime import time
from typing import Any

import click

from dashboard import settings
from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from dashboard.embedded import ensure
from data import migrate
from data.events import reporters
from data.places import grids
from data.places import site as site_

Hours = tuple[time | None, time | None]


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
@click.option(
    "--duty-hours",
    callback=lambda _, __, given: _hours(given),
    metavar="HH:MM-HH:MM",
    help="When each grid should have somebody on duty, else the duty room answers; or: always.",
)
@click.option(
    "--open311-public/--no-open311-public",
    default=None,
    help="Whether anybody may read what became of reports, without texts and exact places.",
)
@click.option(
    "--open311-anonymous",
    type=click.IntRange(0, 100_000),
    metavar="N",
    help="How many reports a day residents may send without a key; 0 = none.",
)
@click.option(
    "--open311-jurisdiction",
    metavar="NAME",
    help="What the site is called there (jurisdiction_id); empty = whatever is said.",
)
@click.option(
    "--contacts-days",
    type=click.IntRange(0, 3650),
    metavar="N",
    help="How many days after closing a reporter's name, phone and email are kept.",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="Where phones find the site, such as https://grid.example.org; empty = unknown.",
)
def change(
    load_kind: str | None,
    duty_hours: Hours | None,
    contacts_days: int | None,
    public_url: str | None,
    **open311: Any,
) -> None:
    """Change what the site shows first, when its grids should be manned, what anybody may do."""
    said = {name.removeprefix("open311_"): one for name, one in open311.items() if one is not None}
    said |= {"daily": said.pop("anonymous")} if "anonymous" in said else {}
    said |= {"jurisdiction": said["jurisdiction"] or None} if "jurisdiction" in said else {}
    asyncio.run(_change(load_kind, duty_hours, contacts_days, public_url, said))


def _hours(given: str | None) -> Hours | None:
    if given is None or given == "always":
        return None if given is None else (None, None)
    try:
        start, end = (time.fromisoformat(part.strip()) for part in given.split("-"))
    except ValueError:
        raise click.BadParameter(say("{value} is no time", {"value": given})) from None
    if start == end:
        raise click.BadParameter(say("{value} is no time", {"value": given}))
    return start, end


async def _change(
    load_kind: str | None,
    duty_hours: Hours | None,
    contacts_days: int | None,
    public_url: str | None,
    open311: dict[str, Any],
) -> None:
    async with system_transaction() as (connection, _):
        if contacts_days is not None:
            await site_.set_contacts_days(connection, contacts_days)
        if public_url is not None:
            await site_.set_public_url(connection, public_url)
        if open311:
            await site_.set_open311(connection, **open311)
        if duty_hours is not None:
            await site_.set_duty_hours(connection, *duty_hours)
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
    found, contacts = asyncio.run(_read())
    click.echo(f"{found.name_zh} / {found.name_en}  {found.timezone}")
    start, end = found.duty_from, found.duty_to
    hours = f"{start:%H:%M}-{end:%H:%M}" if start and end else "always"
    click.echo(f"duty hours: {hours}")
    reading = "public" if found.open311_public else "with a key"
    click.echo(f"open311: read {reading}, {found.open311_daily} anonymous a day")
    click.echo(f"public url: {found.public_url or 'unknown'}")
    click.echo(
        f"reporters' contacts: kept {found.contacts_days} days after closing,"
        f" {contacts['kept']} held, {contacts['forgotten']} deleted"
        + (f", last {contacts['last']:%Y-%m-%d}" if contacts["last"] else "")
    )
    click.echo(f"clock: {found.clock.mode} ×{found.clock.speed:g}")


async def _read() -> tuple[site_.Site, dict[str, Any]]:
    async with system_transaction() as (connection, _):
        return await site_.read(connection), await reporters.kept(connection)
