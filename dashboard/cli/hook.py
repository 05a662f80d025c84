"""`wangge source map | sign`: how the JSON of other people's systems is read, and who signs it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from data import actors
from data.events import hooks

Pairs = tuple[str, ...]


@click.command(name="map")
@click.argument("name")
@click.option("--map", "paths", multiple=True, metavar="FIELD=PATH", help="Where a field stands.")
@click.option("--constant", multiple=True, metavar="FIELD=TEXT", help="What it is where it lacks.")
@click.option(
    "--value", multiple=True, metavar="FIELD:THEIRS=OURS", help="Our word for one of theirs."
)
@click.option("--items", metavar="PATH", help="Where the list stands, if a body holds several.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="All of it as JSON: items, map, constants, values.",
)
def map_(name: str, file: Path | None, items: str | None, **given: Pairs) -> None:
    """Say what the JSON of a source means, posted to /api/hooks/TOKEN.

    Fields: id, type, time, text, lon, lat, address, severity, due, closed, updated

    A path is written as data.list[0].name; text and address may be of several: title+body.
    """
    said = json_of(file) if file else {}
    if items:
        said["items"] = items
    said["map"] = {**said.get("map", {}), **dict(_pair(one) for one in given["paths"])}
    constants = dict(_pair(one) for one in given["constant"])
    said["constants"] = {**said.get("constants", {}), **constants}
    for one in given["value"]:
        theirs, ours = _pair(one)
        field, _, word = theirs.partition(":")
        said.setdefault("values", {}).setdefault(field, {})[word] = ours
    asyncio.run(_map(name, said))
    click.echo(json.dumps(said, ensure_ascii=False, indent=2))


@click.command()
@click.argument("name")
@click.option("--header", default=hooks.DEFAULT_HEADER, show_default=True, help="Who bears it.")
@click.option("--timestamp-header", help="The time in seconds, signed too: 5 minutes are taken.")
@click.option("--secret", help="The secret that they have; none = a new one, printed this once.")
@click.option("--off", is_flag=True, help="Requests need no signature any more.")
def sign(
    name: str, header: str, timestamp_header: str | None, secret: str | None, off: bool
) -> None:
    """Take from a source only what is signed: HMAC-SHA-256 of the body, hexadecimal or base64.

    With --timestamp-header it is of its text, a point and the body.
    """
    found = None if off else secret or actors.new_secret()
    asyncio.run(_sign(name, found, header, timestamp_header))
    if found and not secret:
        click.echo(f"secret: {found}")


def json_of(file: Path) -> Any:
    """What a file holds. Raises ClickException where it is no JSON."""
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        words = {"file": file, "error": error}
        raise click.ClickException(say("{file} is no JSON: {error}", words)) from None


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(say("write {text} as NAME=VALUE", {"text": text}))
    return name.strip(), value.strip()


async def _map(name: str, said: Any) -> None:
    async with system_transaction() as (connection, _):
        source_id = await actors.ensure_source(connection, name)
        await hooks.set_mapping(connection, source_id, said)


async def _sign(name: str, secret: str | None, header: str, timestamp: str | None) -> None:
    async with system_transaction() as (connection, _):
        await hooks.set_signature(connection, name, secret, header, timestamp)
