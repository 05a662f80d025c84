"""`wangge types`: the types of events, and what is asked of who reports one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from dashboard.cli.hook import json_of
from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from data.events import attributes
from data.events import types as types_


@click.group()
def types() -> None:
    """List the types of events, and say what is asked of who reports one."""


@types.command(name="list")
def list_types() -> None:
    """Print code, names, time limit and questions of every type."""
    for one in asyncio.run(_services()):
        limit = "" if one.limit_s is None else f"{one.limit_s / 3600:g} h"
        asked = ", ".join(each["code"] for each in one.attributes)
        click.echo("\t".join((one.code, one.name_zh, one.name_en, limit, asked)).rstrip())


@types.command()
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def ask(code: str, file: Path) -> None:
    """Take the questions of a type from FILE: a JSON list of attributes as Open311 writes them.

    An empty list asks nothing any more.
    """
    found = attributes.read(json_of(file))
    asyncio.run(_ask(code, found))
    click.echo(say("{code}: {n} questions", {"code": code, "n": len(found)}))


async def _services() -> list[types_.Service]:
    async with system_transaction() as (connection, _):
        return await types_.services(connection)


async def _ask(code: str, found: list[dict[str, Any]]) -> None:
    async with system_transaction() as (connection, _):
        await types_.set_attributes(connection, code, found)
