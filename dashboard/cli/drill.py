"""`wangge drill`: calls as they are, and nobody is rung."""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from dashboard.cli.hook import json_of
from dashboard.cli.opened import system_database
from dashboard.cli.tongue import language
from dashboard.cli.words import say, say_error
from dashboard.moment import moment
from dashboard.roles.ending import site_clock
from dashboard.sheets.drills import as_csv
from data.calls.drills import drills, report
from data.calls.drills.shipped import scenario, shipped
from data.calls.policy_file import WrongFile

LOOK_S = 0.5
FORMATS = click.Choice(["table", "json", "csv"])
SHORT = (
    *("call", "subject", "step", "target", "fired_s", "called", "reached", "confirmed"),
    *("first_ring_s", "first_ack_s", "who", "distance_m", "outcome", "total_s"),
)


@click.group()
def drill() -> None:
    """Play calls that ring nobody: run, list, report and stop drills."""


@drill.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--wait/--no-wait", default=True, help="Wait for its end and print its report.")
@click.option("--format", "format_", type=FORMATS, default="table", help="Of the report.")
def run(file: Path, wait: bool, format_: str) -> None:
    """Start the drill of a scenario: a FILE, or the code of one that comes with the product.

    The site's engine plays it on the live screens.
    """
    said = json_of(file) if file.exists() else scenario(str(file))
    try:
        asyncio.run(_run(said, wait, format_))
    except WrongFile as wrong:
        for one in wrong.found:
            click.echo(say_error(one), err=True)
        raise click.ClickException(
            say("{n} faults; nothing was written", {"n": len(wrong.found)})
        ) from None


@drill.command(name="list")
def list_() -> None:
    """Print the newest drills: number, name, start, state, calls, confirmed."""
    for one in asyncio.run(_recent()):
        state = say("running") if one["runs"] else say("over")
        names = f"{one['name_zh']} · {one['name_en']}"
        start = one["started_at"].isoformat(timespec="seconds")
        figures = f"{one['confirmed']}/{one['calls']}"
        click.echo("\t".join((str(one["id"]), names, start, state, figures)))


@drill.command(name="report")
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
@click.option("--format", "format_", type=FORMATS, default="table", help="Of the report.")
def report_(number: int, format_: str) -> None:
    """Print what a drill showed: of each call and step, how long it took and who came."""
    click.echo(_text(asyncio.run(_report(number)), format_))


@drill.command()
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
def stop(number: int) -> None:
    """End a drill and all its calls."""
    asyncio.run(_stop(number))
    click.echo(say("drill {n} is over", {"n": number}))


@drill.command()
def scenarios() -> None:
    """Print the scenarios that come with the product."""
    for one in shipped().values():
        click.echo(f"{one['code']}\t{one['name_zh']} · {one['name_en']}")


async def _run(said: Any, wait: bool, format_: str) -> None:
    async with system_database() as (database, system), site_clock(database) as clock:
        async with database.acting(system.id) as connection:
            number = await drills.start(
                connection,
                actor=system,
                request_key=secrets.token_hex(8),
                said=said,
                when=moment(clock),
            )
        click.echo(say("drill {n} runs", {"n": number}), err=True)
        while wait:
            await asyncio.sleep(LOOK_S)
            async with database.acting(system.id) as connection:
                told = await report.report(connection, number)
            if not told["runs"]:
                click.echo(_text(told, format_))
                return


async def _recent() -> list[dict[str, Any]]:
    async with system_database() as (database, system), database.acting(system.id) as connection:
        return await drills.recent(connection, datetime.now(UTC))


async def _report(number: int) -> dict[str, Any]:
    async with system_database() as (database, system), database.acting(system.id) as connection:
        return await report.report(connection, number)


async def _stop(number: int) -> None:
    async with (
        system_database() as (database, system),
        site_clock(database) as clock,
        database.acting(system.id) as connection,
    ):
        await drills.stop(connection, actor=system, drill_id=number, when=moment(clock))


def _text(told: dict[str, Any], format_: str) -> str:
    if format_ == "json":
        return json.dumps(told, ensure_ascii=False, indent=2)
    if format_ == "csv":
        return as_csv(told, language()).rstrip()
    lines = ["\t".join(say(name) for name in SHORT)]
    lines += ["\t".join(str(row[name]) for name in SHORT) for row in report.rows(told)]
    return "\n".join(lines)
