"""`wangge recut grids`: a new version of a kind, with lineage, posts and events in order."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any

import click
from rich.console import Console

from dashboard.cli.import_ import options, print_report
from dashboard.cli.import_options import COMMON, PARENT, Decorator
from dashboard.cli.opened import system_database, system_transaction
from dashboard.cli.tongue import language
from dashboard.cli.words import say
from dashboard.i18n.sentences import tell
from data.contract.announced import Announced, listed
from data.contract.cutting import Recut
from data.contract.diff import as_json, word
from data.contract.recut import recut_files
from data.contract.words import metres
from data.importers.report import Ledger
from data.importers.times import Times
from data.places import site

SHOWN = 60  # changes and posts that the report for people lists; --report json lists all
CHANGES = {
    "split": "split",
    "merged": "merged",
    "redrawn": "redrawn",
    "moved": "border moved",
    "added": "added",
    "ended": "ended",
    "renamed": "renamed",
    "kept": "unchanged grids",
}


@click.group()
def recut() -> None:
    """Cut a kind of grids anew: old versions end, new ones begin and know what they were."""


def _grids(
    files: tuple[str, ...], report: str, valid_from: str, area: str | None, **given: Any
) -> None:
    given.pop("yes")
    ledger, found = asyncio.run(_recut(files, valid_from, area, given))
    if report == "json":
        said = {"report": ledger.as_json(say), **recut_as_json(found)}
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        print_report(ledger)
        if not ledger.errors():
            _print(found)
    if ledger.errors():
        sys.exit(1)


async def _recut(
    files: tuple[str, ...], day: str, area: str | None, given: dict[str, Any]
) -> tuple[Ledger, Recut]:
    async with system_database() as (database, system):
        async with database.acting(system.id) as connection:
            here = await site.read(connection)
        try:
            valid_from = Times(here.zone).read(day)
        except ValueError:
            raise click.BadParameter(say("{value} is no time", {"value": day})) from None
        now = here.clock.at(datetime.now(UTC))
        chosen = options(**given)
        return await recut_files(
            database, system.id, files, chosen, valid_from=valid_from, now=now, area=area
        )


def recut_as_json(found: Recut) -> dict[str, Any]:
    """What the report of a new cut says besides its rows."""
    return {
        "kind": found.kind,
        "valid_from": found.at.isoformat(),
        **as_json(found.changes, found.olds, found.news),
        "posts_carried": found.posts_carried,
        "events_moved": found.events_moved,
        "posts_to_decide": [
            {
                "person": post.person,
                "name": post.name,
                "role": post.role,
                "grid": post.grid.code,
                "heirs": [{"code": h.code, "share": round(share, 4)} for h, share in post.heirs],
            }
            for post in found.undecided
        ],
    }


def _print(found: Recut) -> None:
    console = Console(soft_wrap=True, highlight=False)
    told = [c for c in found.changes if word(c, found.olds, found.news) != "kept"]
    for change in told[:SHOWN]:
        before = ", ".join(found.olds[k].code for k in change.olds) or "—"
        after = ", ".join(found.news[k].code for k in change.news) or "—"
        kind = say(CHANGES[word(change, found.olds, found.news)])
        grown = f"+{metres(change.gained_m2)} −{metres(change.lost_m2)} m²"
        console.print(f"{kind}: {before} → {after}  {grown}", markup=False)
    _more(console, len(told))
    counts = as_json(found.changes, found.olds, found.news, drawn=False)["counts"]
    parts = [f"{say(CHANGES[kind])} {n}" for kind, n in counts.items() if n]
    console.print(" · ".join(parts), markup=False)
    console.print(say("{n} posts go on with the new versions.", {"n": found.posts_carried}))
    if found.events_moved:
        moved = say("{n} events of the days since then have new grids.", {"n": found.events_moved})
        console.print(moved)
    if found.undecided:
        console.print(say("{n} posts wait for somebody to decide:", {"n": len(found.undecided)}))
    for post in found.undecided[:SHOWN]:
        heirs = ", ".join(f"{heir.code} {share * 100:.0f} %" for heir, share in post.heirs)
        line = f"  {post.person} {post.name} ({post.role}) {post.grid.code} → {heirs or '—'}"
        console.print(line, markup=False)
    _more(console, len(found.undecided))


def _more(console: Console, n: int) -> None:
    if n > SHOWN:
        console.print(say("… and {n} more; --report json lists them all", {"n": n - SHOWN}))


def _command() -> click.Command:
    callback: Callable[..., Any] = _grids
    own: tuple[Decorator, ...] = (
        click.option("--kind", "group", required=True, help="The kind that is cut anew."),
        click.option(
            "--valid-from",
            required=True,
            metavar="DATE",
            help="From when it holds: a day, or a day and time, of the site; also one to come.",
        ),
        click.option(
            "--area", metavar="CODE", help="Only the grids of this area and of those below it."
        ),
    )
    for decorate in reversed((*COMMON, *own, *PARENT)):
        callback = decorate(callback)
    return click.command(name="grids", help=HELP)(callback)


@recut.command(name="list")
def announced() -> None:
    """List the cuts that are announced, and those that could not be carried out."""
    asyncio.run(_list())


async def _list() -> None:
    async with system_transaction() as (connection, _):
        zone = (await site.read(connection)).zone
        coming = await listed(connection)
    if not coming:
        click.echo(say("No new cut is announced."))
    for cut in coming:
        click.echo(_line(cut, zone))


def _line(cut: Announced, zone: tzinfo) -> str:
    fields = {"kind": cut.kind, "day": f"{cut.at.astimezone(zone):%Y-%m-%d %H:%M}"}
    if cut.why is None:
        words = "{kind}: takes effect on {day}; wangge import undo {run} takes it back"
        return say(words, {**fields, "run": cut.announced})
    fields["why"] = tell(cut.why, language())
    return say("{kind}: could not take effect on {day}: {why}", fields)


HELP = """Cut grids anew by a FILE that holds all of them; rows and columns as for an import.

Lineage is found by the ground: split, merged, moved, renamed. Events keep the grid of their day.

All rows go in or none; --dry-run tells what would happen. An import's undo takes it back."""
recut.add_command(_command())
