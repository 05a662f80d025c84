"""`wangge check coordinates`: layers and feeds that lie beside the map by a constant shift."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from data import guard
from data.importers.reasons import WARNINGS
from data.places import site

WHAT = (guard.LEVEL, guard.KIND, guard.STATIONS, guard.EVENTS, guard.POSITIONS)


@click.command()
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="NAME",
    help="Only the events and positions of this source; may be repeated.",
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    metavar="WHAT[:NAME]",
    help="Only areas:LEVEL, grids:KIND, facilities, events or positions; may be repeated.",
)
@click.option("--strict", is_flag=True, help="End with exit code 1 if anything is found.")
@click.option("--report", type=click.Choice(["text", "json"]), default="text")
def coordinates(
    sources: tuple[str, ...], layers: tuple[str, ...], strict: bool, report: str
) -> None:
    """Layers and feeds that lie beside roads, buildings or borders by a constant shift.

    It says which conversion between WGS-84, GCJ-02 and BD-09 would fit, and by how much. Nothing
    is converted: import again with --crs, or declare it with wangge source set.
    """
    found = asyncio.run(_check(sources, [_layer(one) for one in layers]))
    if report == "json":
        click.echo(json.dumps([_json(one) for one in found], ensure_ascii=False, indent=1))
    for one in found if report == "text" else ():
        name = ":".join(part for part in (one.what, one.name) if part)
        click.echo(f"{name}  {say(WARNINGS[one.reason], one.words)}")
    if strict and any(one.wrong for one in found):
        sys.exit(1)


def _layer(text: str) -> tuple[str, str]:
    what, _, name = text.partition(":")
    if what not in WHAT:
        words = {"value": what, "known": ", ".join(WHAT)}
        raise click.BadParameter(say("{value} is none of {known}", words))
    return what, name


async def _check(sources: tuple[str, ...], layers: list[tuple[str, str]]) -> list[guard.Check]:
    async with system_transaction() as (connection, _):
        at = (await site.read(connection)).clock.at(datetime.now(UTC))
        found = await guard.check(connection, at=at, only=layers) if layers or not sources else []
        for name in sources:
            found += await guard.of_source(connection, name, at=at)
        return found


def _json(one: guard.Check) -> dict[str, Any]:
    """What programs read; metres to the decimetre."""
    numbers = {
        name: round(value, 1) if isinstance(value, float) else value
        for name, value in asdict(one.finding).items()
    }
    told = {"what": one.what, "name": one.name, "reference": one.reference, "system": one.system}
    message = say(WARNINGS[one.reason], one.words)
    shift = {"shift_m": round(one.finding.shift_m, 1), "crs": one.crs}
    return {**told, **numbers, **shift, "reason": one.reason, "message": message}
