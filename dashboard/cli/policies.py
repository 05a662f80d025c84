"""`wangge policies`: which steps a call takes for which click, from a file and into one."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from dashboard.cli.hook import json_of
from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say, say_error
from data import actors
from data.calls import policies as stored
from data.calls import policy_file
from data.calls.policy_check import Policy
from data.errors import NotFound


@click.group()
def policies() -> None:
    """Say whom a call rings, step by step: list, show, import and export call policies."""


@policies.command(name="list")
def list_() -> None:
    """Print each policy: code, names, what it fits, its steps."""
    for one in asyncio.run(_all()):
        fit = (one.fit.event_type, one.fit.severity, one.fit.grid_kind)
        said = "/".join(part or "*" for part in fit)
        steps = " > ".join(f"{step.target.value} {step.ring_s} s" for step in one.steps)
        state = "" if one.active else say("off")
        names = f"{one.rules.name_zh} · {one.rules.name_en}"
        click.echo("\t".join((one.rules.code, names, said, steps, state)).rstrip())


@policies.command()
@click.argument("code")
def show(code: str) -> None:
    """Print one policy as it stands in a file."""
    found = [one for one in asyncio.run(_all()) if one.rules.code == code]
    if not found:
        raise NotFound(what="policy", key=code)
    click.echo(_text(found))


@policies.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export(file: Path | None) -> None:
    """Write all policies to FILE, or print them; import takes the same form."""
    text = _text(asyncio.run(_all()))
    if file is None:
        click.echo(text)
    else:
        file.write_text(text + "\n", encoding="utf-8")


@policies.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Take the policies of FILE: new ones are added, those of the same code replaced.

    All of them, or none: each wrong one is named with what to do. Others stay as they are, and
    calls that run keep the policy of their click.
    """
    try:
        taken = asyncio.run(_take(json_of(file)))
    except policy_file.WrongFile as wrong:
        for one in wrong.found:
            click.echo(say_error(one), err=True)
        raise click.ClickException(
            say("{n} faults; nothing was written", {"n": len(wrong.found)})
        ) from None
    click.echo(say("{n} policies taken", {"n": len(taken)}))


def _text(found: list[Policy]) -> str:
    said = {"policies": [policy_file.as_json(one) for one in found]}
    return json.dumps(said, ensure_ascii=False, indent=2)


async def _all() -> list[Policy]:
    async with system_transaction() as (connection, _):
        return await stored.read_all(connection)


async def _take(said: Any) -> list[Policy]:
    async with system_transaction() as (connection, system):
        taken = await policy_file.take(connection, system, said)
        codes = [one.rules.code for one in taken]
        now = datetime.now(UTC)
        await actors.record(connection, system.id, now, "import_policies", "", codes=codes)
        return taken
