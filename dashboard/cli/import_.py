"""`wangge import`: files of areas, grids, facilities, people and events onto the map."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress as Bars
from rich.table import Table as Grid

from dashboard.cli import imports
from dashboard.cli.opened import system_database
from dashboard.cli.words import say
from data.importers.options import PARENT_BY, Options
from data.importers.report import ELSEWHERE, Ledger, State
from data.importers.run import NOUNS, import_files, take
from data.importers.table import Progress, Reading
from data.places import site

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
SHOWN = 20  # rejected rows that the report for people lists; --report json lists all


@click.group(name="import")
def import_() -> None:
    """Put files on the map: GeoJSON, TopoJSON, GeoPackage, Shapefile, KML, GPX, XLSX and CSV.

    Also in a zip. Of a GPX its waypoints, of an XLSX one sheet; --layer chooses.

    Rows that cannot be used are skipped and listed with the reason; the rest goes in together.
    The same file twice changes nothing.
    """


def _pairs(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for field, equals, column in pairs:
        if not (field and equals and column):
            raise click.BadParameter("write it as FIELD=COLUMN", param=option)
    return {field.strip(): column for field, _, column in pairs}


def _columns(_: click.Context, __: click.Parameter, given: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in given.split(",")) if given else ()


COMMON: tuple[Decorator, ...] = (
    click.argument("files", nargs=-1, required=True, metavar="FILE…"),
    click.option(
        "--map",
        "maps",
        multiple=True,
        callback=_pairs,
        metavar="FIELD=COLUMN",
        help="Which column holds a field; may be repeated. Like-named columns need none.",
    ),
    click.option(
        "--key", callback=_columns, metavar="COLUMN[,COLUMN…]", help="What tells rows apart."
    ),
    click.option(
        "--crs",
        metavar="NAME",
        help="The coordinate system, if the file is silent or wrong: EPSG:4549, wgs84, cgcs2000,"
        " gcj02, bd09, web-mercator; of the zones cgcs2000-gk3-zone38 where the zone number stands"
        " before the easting, cgcs2000-gk3-cm114 where not; gk6 for those of 6°.",
    ),
    click.option(
        "--swap/--no-swap",
        default=None,
        help="Longitude and latitude (or easting and northing) are exchanged in the file, or not.",
    ),
    click.option("--encoding", help="The encoding of texts, where it cannot be told."),
    click.option("--layer", help="Which layer, where a file holds several."),
    click.option("--delimiter", help="What parts the columns of a CSV, where it cannot be told."),
    click.option("--yes", is_flag=True, help="Take the columns that are recognised; do not ask."),
    click.option("--parent", metavar="CODE", help="The area of all rows: CODE or LEVEL:CODE."),
    click.option("--dry-run", is_flag=True, help="Check everything, write nothing."),
    click.option("--strict", is_flag=True, help="Write nothing if any row is rejected."),
    click.option("--report", type=click.Choice(["text", "json"]), default="text"),
)
PARENT: tuple[Decorator, ...] = (
    click.option(
        "--parent-by",
        type=click.Choice(PARENT_BY),
        help="How a row names its area: by code or name in the field parent, or by where it lies.",
    ),
    click.option("--parent-level", metavar="LEVEL", help="The level of the areas that rows name."),
)


def _group(option: str, what: str) -> tuple[Decorator, ...]:
    return (
        click.option(f"--{option}", "group", help=f"The {what} of all rows, if no column says it."),
        click.option(
            f"--{option}-column", metavar="COLUMN", help=f"Which column tells the {what} of a row."
        ),
        click.option(
            f"--{option}-value",
            "values",
            multiple=True,
            callback=_pairs,
            metavar=f"VALUE={option.upper()}",
            help=f"What a value in that column means, where it is no {what}'s name.",
        ),
        click.option(f"--{option}-name", "group_zh", help=f"Name of a new {what}."),
        click.option(f"--{option}-name-en", "group_en", help=f"English name of a new {what}."),
        *PARENT,
    )


EVENTS: tuple[Decorator, ...] = (
    click.option("--source", required=True, help="Whose events: with their id it is the key."),
    click.option("--timezone", help="Zone of times that name none; the site's by default."),
    click.option(
        "--time-format", help="How times are written: %d/%m/%Y %H:%M, epoch, epoch_ms, excel."
    ),
    click.option(
        "--day-first/--month-first",
        default=None,
        help="How dates like 03/04/2011 are meant, where the file does not tell.",
    ),
)
SPECIAL: dict[str, tuple[Decorator, ...]] = {
    "areas": _group("level", "level"),
    "grids": (
        *_group("kind", "kind"),
        click.option(
            "--level-column",
            metavar="COLUMN",
            help="Which column tells grids from areas, where a file holds both.",
        ),
        click.option("--tiles", is_flag=True, help="A new kind's grids leave no gaps."),
    ),
    "facilities": _group("kind", "kind"),
    "people": (
        click.option("--kind", "group", help="The kind of the grids that the rows name."),
        click.option("--source", help="Whose staff file it is."),
        click.option(
            "--ending-missing",
            is_flag=True,
            help="End the posts that an earlier file of --source named and this one does not."
            " --dry-run says how many.",
        ),
        *PARENT,
    ),
    "events": EVENTS,
}
HELP = {
    "areas": "Areas of the administrative tree: --level, and code, name, parent, population.",
    "grids": "Grids of one kind or several: --kind, and code, name, parent, households.",
    "facilities": "Facilities: --kind, and code, name, address, service_radius_m.",
    "people": "People and their posts: code, name, phone, role, grid, parent, team.",
    "events": "Events: id, type, class, opened, due, closed, how it ended (settled_at,"
    " satisfied), text, address, and a place.",
}


def _command(noun: str) -> click.Command:
    def run(files: tuple[str, ...], report: str, **given: Any) -> None:
        yes = given.pop("yes")
        finish(asyncio.run(import_now(noun, files, options(**given), yes=yes)), report)

    callback: Callable[..., Any] = run
    for decorate in reversed((*COMMON, *SPECIAL[noun])):
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
    reading = Reading(*(given.pop(one) for one in ("encoding", "crs", "layer", "delimiter")))
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


def finish(ledger: Ledger, report: str) -> None:
    """Print the report and end: exit code 1 when --strict stopped it or no row could be used."""
    if report == "json":
        click.echo(json.dumps(ledger.as_json(say), ensure_ascii=False, indent=1))
    else:
        print_report(ledger)
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
