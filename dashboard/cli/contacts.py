"""`wangge contacts`: by what staff can be called, and verifying it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import click

from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from data import actors
from data.access import Actor
from data.database import Connection
from data.places import site as site_
from data.staff import contacts as kept

CHANNEL = click.option("--channel", default="phone", show_default=True, help="Which contact.")
ALL = 1_000_000
WHY = {
    "verified": "verified",
    "never": "Nobody has verified it yet.",
    "changed": "The number changed after it was verified.",
    "withdrawn": "The verification was taken back.",
    "none": "No number is known.",
}


@click.group()
def contacts() -> None:
    """Say which contacts of staff are verified. No channel uses another one."""


@contacts.command(name="list")
@click.option("--unverified", is_flag=True, help="Only what is not verified, and who has none.")
@click.option("--search", default="", help="Part of a name or code.")
def list_(unverified: bool, search: str) -> None:
    """Print each contact: person, channel, number, whether it is verified and, if not, why."""
    found = asyncio.run(_listing(search, unverified))
    for one in found["contacts"]:
        by = f"{one['verified_at']:%Y-%m-%d} {one['by'] or ''}" if one["verified_at"] else ""
        said = (one["code"], one["name"], one["channel"] or "", one["address"] or "")
        click.echo("\t".join((*said, say(WHY[one["state"]]), by)).rstrip())
    shown = "{verified} verified, {unverified} not verified, {none} people without a number"
    click.echo(say(shown, found["counts"]), err=True)


@contacts.command()
@click.argument("code")
@CHANNEL
@click.option("--address", help="The number that was seen; another one is refused.")
def verify(code: str, channel: str, address: str | None) -> None:
    """Say that the person CODE was reached by this contact; from now on it may be used."""
    asyncio.run(_verify(code, channel, address))
    click.echo(say("{code}: {channel} is verified", {"code": code, "channel": channel}))


@contacts.command()
@click.argument("code")
@CHANNEL
def withdraw(code: str, channel: str) -> None:
    """Take a verification back; no channel uses the contact any more."""
    asyncio.run(_withdraw(code, channel))
    click.echo(say("{code}: {channel} is not verified", {"code": code, "channel": channel}))


async def _listing(search: str, unverified: bool) -> dict[str, Any]:
    async with _opened() as (connection, _, _):
        return await kept.listing(connection, search=search, unverified=unverified, most=ALL)


async def _verify(code: str, channel: str, address: str | None) -> None:
    async with _opened() as (connection, system, now):
        contact = await _contact(connection, code, channel)
        how = kept.How.DESK
        await kept.verify(connection, system, contact, how=how, at=now, address=address)


async def _withdraw(code: str, channel: str) -> None:
    async with _opened() as (connection, system, now):
        contact = await _contact(connection, code, channel)
        await kept.withdraw(connection, system, contact, now)


async def _contact(connection: Connection, code: str, channel: str) -> kept.Contact:
    found = await actors.person_id(connection, code)
    assert found is not None  # none only of no code
    return kept.Contact(found, channel)


@asynccontextmanager
async def _opened() -> AsyncIterator[tuple[Connection, Actor, datetime]]:
    """The store as the system, and the site's time."""
    async with system_transaction() as (connection, system):
        site = await site_.read(connection)
        yield connection, system, site.clock.at(datetime.now(UTC))
