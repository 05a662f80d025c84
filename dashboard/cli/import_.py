"""`wangge import`: files of areas, grids, facilities, ground, people and events onto the map."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress as Bars
from rich.table import Table as Grid

from dashboard.cli import imports, rejected
from dashboard.cli.import_options import COMMON, HELP, REJECTED, SPECIAL
from dashboard.cli.opened import system_database
from dashboard.cli.words import say
from dashboard.settings import import_mb
from data.importers.options import Options
from data.importers.report import ELSEWHERE, Ledger, State
from data.importers.run import NOUNS, import_files, take
from data.importers.table import Progress, Reading
from data.places import site

SHOWN = 20  # rejected rows that the report for people lists; --report json lists all


@click.group(name="import")
def import_() -> None:
    """Put files on the map: GeoJSON, TopoJSON, GeoPackage, Shapefile, KML, GPX, XLSX and CSV.

    Also in a zip. Of a GPX its waypoints, of an XLSX one sheet; --layer chooses.

    Rows that cannot be used are skipped and listed with the reason; the rest goes in together.
    The same file twice changes nothing.
    """


def _command(noun: str) -> click.Command:
    def run(files: tuple[str, ...], report: str, **given: Any) -> None:
        yes, wanted = given.pop("yes"), given.pop("rejected")
        ledger = asyncio.run(import_now(noun, files, options(**given), yes=yes))
        finish(ledger, report, wanted)

    callback: Callable[..., Any] = run
    for decorate in reversed((*COMMON, REJECTED, *SPECIAL[noun])):
        callback = decorate(callback)
    fields = ", ".join(NOUNS[noun].fields)
    return click.command(name=noun, help=f"{HELP[noun]}\n\nFields: {fields}; lon, lat, x, y, wkt.")(
        callback
    )


for _noun in SPECIAL:
    import_.add_command(_command(_noun))
for _about in (imports.log, imports.undo):
    import_.add_command(_about)


def options(**given: Any) -> Options:
    """Command-line values as the importers' options."""
    said = (given.pop(one) for one in ("encoding", "crs", "layer", "delimiter"))
    reading = replace(Reading(*said), whole_mb=import_mb())
    names = given.pop("group_zh", None), given.pop("group_en", None)
    for field in ("level", "kind"):
        if column := given.pop(f"{field}_column", None):
            given["maps"] = {**given["maps"], field: column}
    return Options(reading=reading, group_name=names, **given)


async def import_now(
    noun: str, files: tuple[str, ...], chosen: Options, *, yes: bool = False
) -> Ledger:
    """Import files into the running store as the system, at the site's present time. On a
    terminal the recognised columns are asked about, unless `yes`."""
    async with system_database() as (database, system):
        async with database.acting(system.id) as connection:
            at = (await site.read(connection)).clock.at(datetime.now(UTC))
        with _bar() as (progress, bars):
            confirm = partial(_confirm, bars) if sys.stdin.isatty() and not yes else take
            who = database, system.id
            return await import_files(
                *who, noun, files, chosen, at=at, progress=progress, confirm=confirm
            )


def _confirm(bars: Bars, recognised: Mapping[str, str]) -> bool:
    """Ask a person whether the columns are right; the bars wait meanwhile."""
    bars.stop()
    for field, column in recognised.items():
        click.echo(f"  {field} = {column}", err=True)
    answer = click.confirm(say("Are these columns right?"), default=True, err=True)
    bars.start()
    return answer


@contextmanager
def _bar() -> Iterator[tuple[Progress, Bars]]:
    """A progress bar on stderr; nothing where stderr is no terminal."""
    console = Console(stderr=True)
    with Bars(console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(say(STAGES[stage]), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show, bars


STAGES = {
    "read": "Reading",
    "turn": "Waiting for its turn",
    "check": "Checking",
    "write": "Writing",
}


def finish(ledger: Ledger, report: str, wanted: Path | None = None) -> None:
    """Print the report and end: exit code 1 when --strict stopped it or no row could be used.
    The rejected rows go to the file that is wanted, or to one of ours where they are many."""
    file = rejected.write(ledger, wanted)
    if report == "json":
        said = {**ledger.as_json(say), "rejected_file": file and str(file)}
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        print_report(ledger)
        if file is not None:
            click.echo(say("Rejected rows, each with its reason: {file}", {"file": file}))
    strict = any(remark.reason == "strict" for remark in ledger.warnings)
    if strict or (ledger.rows and ledger.count(State.REJECTED) == ledger.rows):
        sys.exit(1)


COUNTS = {
    "rows": "Rows",
    "rows_imported": "imported",
    "rows_merged": "merged into others",
    "rows_unchanged": "unchanged",
    "rows_rejected": "rejected",
    "units": "Units",
}


def print_report(ledger: Ledger) -> None:
    """The account of an import for people."""
    said = ledger.as_json(say)
    console = Console(soft_wrap=True, highlight=False)
    counts = Grid.grid(padding=(0, 2))
    for name, words in COUNTS.items():
        counts.add_row(say(words), str(said[name]))
    console.print(counts)
    if ledger.run is not None:
        console.print(say("Import {run}; to take it back: wangge import undo", said))
    for one in said["warnings"]:
        console.print(f"! {one['message']}", style="yellow", markup=False)
    for one in said["repaired"][:SHOWN]:
        console.print(say("row {row} repaired: {how}", _named(one)), markup=False)
    said["rejected"] = [one for one in said["rejected"] if one["reason"] not in ELSEWHERE]
    for one in said["rejected"][:SHOWN]:
        line = say("row {row} rejected: {message} [{reason}]", _named(one))
        console.print(line, style="red", markup=False)
    for name in ("repaired", "rejected"):
        more = len(said[name]) - SHOWN
        if more > 0:
            console.print(say("… and {n} more; --report json lists them all", {"n": more}))


def _named(one: dict[str, Any]) -> dict[str, Any]:
    file = one.get("file")
    return {**one, "row": f"{file}:{one['row']}" if file else one["row"]}
