"""`wangge token | kiosk | account`: who may come in, and who no longer may."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import click

from dashboard.cli.opened import system_transaction
from dashboard.cli.source import declare
from dashboard.cli.words import say
from dashboard.settings import Settings
from data import actors
from data.access import ROLES

ROLE = click.Choice(sorted(set(ROLES) - {"system"}))


@click.group()
def token() -> None:
    """Make and revoke bearer tokens."""


@token.command(name="create")
@click.option("--role", type=ROLE, required=True, help="What the token may do.")
@click.option("--area", help="CODE or LEVEL:CODE of the area it is for; none = the whole site.")
@click.option("--source", help="Name of the source, for tokens that bring data in.")
@click.option(
    "--crs",
    metavar="NAME",
    help="The coordinate system in which the source sends: wgs84, gcj02, bd09, cgcs2000,"
    " EPSG:4549.",
)
@click.option("--person", help="Code of the person whose own token it is.")
@click.option("--name", help="What the audit calls it.")
def create_token(
    role: str,
    area: str | None,
    source: str | None,
    crs: str | None,
    person: str | None,
    name: str | None,
) -> None:
    """Print a new token as the last word. It is shown this once only."""
    if crs is not None and source is None:
        raise click.UsageError(say("--crs says the system of a source. Say which with --source."))
    click.echo(f"token: {asyncio.run(_create(role, area, source, name, person, crs))}")


@token.command(name="list")
def list_tokens() -> None:
    """Print each token and kiosk link that is good: its number, role, area, whose it is, name."""
    for one in asyncio.run(_tokens()):
        words = (str(one.id), one.role, one.area, one.whose or "–", one.name or "–")
        click.echo("  ".join(words))


@token.command(name="revoke")
@click.argument("which", required=False)
def revoke_token(which: str | None) -> None:
    """End a token or kiosk link at once; open screens lose their feed.

    WHICH is its number or its name, as wangge token list says; without it the secret is asked for,
    or read from standard input, so that it stands in no history of commands.
    """
    asyncio.run(_revoke(which, None if which else _asked()))
    click.echo("revoked")


def _asked() -> str:
    """A secret that is typed unseen, or piped in."""
    if sys.stdin.isatty():
        return str(click.prompt(say("Secret"), hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()


@click.group()
def kiosk() -> None:
    """Make read-only links for wall screens."""


@kiosk.command(name="create")
@click.option("--area", help="CODE or LEVEL:CODE of the area it shows; none = the whole site.")
@click.option("--name", default="wall", help="What the audit calls it.")
def create_kiosk(area: str | None, name: str) -> None:
    """Print a link that opens the wall read-only. Revoke it with: wangge token revoke."""
    secret = asyncio.run(_create("kiosk", area, None, name))
    click.echo(f"{Settings.load().base_url}/kiosk/{secret}")


@click.group()
def account() -> None:
    """Make accounts that sign in with a password."""


@account.command(name="create")
@click.option("--name", required=True)
@click.option("--role", type=ROLE, required=True)
@click.option("--area", help="CODE or LEVEL:CODE of the account's area; none = the whole site.")
@click.option("--person", help="Code of the person, for accounts that are called.")
@click.password_option(help="Asked for when it is not given; at least 8 characters.")
def create_account(
    name: str, role: str, area: str | None, person: str | None, password: str
) -> None:
    """Make an account, or give one that exists a new password, role and area (it is signed out)."""
    asyncio.run(_account(name, role, area, person, password))
    click.echo(f"account {name} ({role}) is ready")


async def _create(
    role: str,
    area: str | None,
    source: str | None,
    name: str | None,
    person: str | None = None,
    crs: str | None = None,
) -> str:
    async with system_transaction() as (connection, system):
        person_id = await actors.person_id(connection, person)
        actor, secret = await actors.create_token(
            connection, role=role, area=area, source=source, name=name, person_id=person_id
        )
        await actors.record(connection, system.id, _now(), "create_token", str(actor.id), role=role)
        if crs is not None and source is not None:
            await declare(connection, system.id, source, crs)
    return secret


async def _tokens() -> list[actors.Token]:
    async with system_transaction() as (connection, _):
        return await actors.tokens(connection, _now())


async def _revoke(which: str | None, secret: str | None) -> None:
    async with system_transaction() as (connection, system):
        good = await actors.tokens(connection, _now())
        found = [one.id for one in good if which in (str(one.id), one.name)] if which else []
        if not found:  # a secret that ends is no secret any more, wherever it stands
            held = await actors.by_secret(connection, which or secret or "", _now())
            found = [] if held is None else [held.id]
        if not found:
            raise click.ClickException(say("There is no such token, or it has ended already."))
        if len(found) > 1:
            numbers = ", ".join(map(str, found))
            raise click.ClickException(
                say("Several are called so; say the number: {numbers}", {"numbers": numbers})
            )
        await actors.revoke(connection, found[0], _now())
        await actors.record(connection, system.id, _now(), "revoke_token", str(found[0]))


async def _account(
    name: str, role: str, area: str | None, person: str | None, password: str
) -> None:
    async with system_transaction() as (connection, system):
        person_id = await actors.person_id(connection, person)
        made = await actors.create_account(
            connection, name=name, password=password, role=role, area=area, person_id=person_id
        )
        await actors.record(connection, system.id, _now(), "create_account", str(made.id))


def _now() -> datetime:
    return datetime.now(UTC)
