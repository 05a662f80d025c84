"""`wangge import log` and `wangge import undo`: what was imported, and taking it back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from dashboard.cli.opened import system_database, system_transaction
from dashboard.cli.words import say
from data.importers import journal
from data.importers.journal import Run
from data.places import site


@click.command(name="log")
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
def log(limit: int) -> None:
    """List the imports: number, time, who, files, rows, and whether it was undone."""
    runs, zone = asyncio.run(_runs(limit))
    table = Table(box=None, pad_edge=False)
    for word in ("Run", "When", "Who", "What", "Files", "Imported", "Rejected", "State"):
        table.add_column(say(word))
    for run in runs:
        state = say("undone") if run.undone_at else ""
        if run.stopped_by:
            state = say("stopped by {who}", {"who": run.stopped_by})
        table.add_row(
            *(str(run.id), f"{run.recorded_at.astimezone(zone):%Y-%m-%d %H:%M}", run.actor),
            *(run.noun, ", ".join(run.files), str(run.report.get("rows_imported", "–"))),
            *(str(run.report.get("rows_rejected", "–")), state),
        )
    Console(soft_wrap=True, highlight=False).print(table)


@click.command(name="undo")
@click.argument("run", type=int, required=False)
def undo(run: int | None) -> None:
    """Put back what an import changed: the last one, or RUN. All of it, or nothing.

    Refused where something rests on it, or its rows were changed afterwards.
    """
    number, counts = asyncio.run(_undo(run))
    rows = ", ".join(f"{table} {n}" for table, n in sorted(counts.items()))
    click.echo(say("import {run} undone: {rows}", {"run": number, "rows": rows or "–"}))


async def _runs(limit: int) -> tuple[list[Run], ZoneInfo]:
    async with system_transaction() as (connection, _):
        zone = (await site.read(connection)).zone
        return await journal.runs(connection, limit=limit), zone


async def _undo(run: int | None) -> tuple[int, dict[str, int]]:
    async with system_database() as (database, system):
        real = datetime.now(UTC)
        async with database.acting(system.id) as connection:
            at = (await site.read(connection)).clock.at(real)
        return await journal.undo(database, system.id, run, at=at, real=real)
