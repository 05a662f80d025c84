"""The options of `wangge import`: those of every noun, and those of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from data.importers.options import PARENT_BY

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


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
REJECTED: Decorator = click.option(
    "--rejected",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the rejected rows with their reasons into FILE, a CSV.",
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
    "ground": (
        click.option("--kind", "group", help="road, rail, water, wood or building: of all rows."),
        click.option(
            "--kind-column", metavar="COLUMN", help="Which column tells the kind of a row."
        ),
        click.option(
            "--kind-value",
            "values",
            multiple=True,
            callback=_pairs,
            metavar="VALUE=KIND",
            help="What a value in that column means, where it is no kind's name.",
        ),
        click.option(
            "--class-value",
            "classes",
            multiple=True,
            callback=_pairs,
            metavar="VALUE=CLASS",
            help="What a class of roads means: trunk, main, minor, track or rail.",
        ),
        click.option(
            "--source", help="Whose file it is, where several files number their rows alike."
        ),
        *PARENT,
    ),
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
    "ground": "Roads, waters, woods and buildings, drawn where no base map lies: --kind, and code,"
    " name, class.",
    "people": "People and their posts: code, name, phone, role, grid, parent, team.",
    "events": "Events: id, type, class, opened, due, closed, how it ended (settled_at,"
    " satisfied), text, address, and a place.",
}
