"""`wangge check grids`: gaps, overlaps, slivers and the rest, each with m² and a repair."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from dashboard.cli.coordinates import coordinates
from dashboard.cli.opened import system_transaction
from dashboard.cli.tongue import language
from dashboard.cli.words import say
from dashboard.i18n.sentences import tell
from data.contract.check import check as check_grids
from data.contract.model import Defect, Finding, Limits, Report
from data.contract.report import as_json
from data.contract.words import metres
from data.errors import Said
from data.places import site

SHOWN = 50  # findings that the report for people lists; --report json lists all
NAMES = {
    Defect.BROKEN: "broken outline",
    Defect.OVERLAP: "overlap",
    Defect.GAP: "gap",
    Defect.SLIVER: "scrap",
    Defect.UNFILLED: "unfilled",
    Defect.OUTSIDE: "outside",
    Defect.ORPHAN: "orphan",
    Defect.DUPLICATE_CODE: "duplicate code",
    Defect.NO_GRIDS: "no grids",
}


@click.group()
def check() -> None:
    """Look for what is wrong with what the store holds; nothing is changed."""


check.add_command(coordinates)


@check.command()
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only these; may be repeated.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0.001),
    default=Limits().tolerance_m,
    show_default=True,
    help="Gaps and overlaps narrower than so many metres are counted, not listed.",
)
@click.option(
    "--sliver",
    type=click.FloatRange(min=0.001),
    default=Limits().sliver_m,
    show_default=True,
    help="Up to so many metres of width a long piece is a sliver.",
)
@click.option("--strict", is_flag=True, help="End with exit code 1 if anything is found.")
@click.option("--report", type=click.Choice(["text", "json"]), default="text")
def grids(
    kinds: tuple[str, ...], tolerance: float, sliver: float, strict: bool, report: str
) -> None:
    """Gaps, overlaps, slivers, areas that are not filled, orphans, duplicate codes.

    Gaps are looked for in kinds that tile; wangge grids kinds set says which do.
    """
    found = asyncio.run(_check(kinds, Limits(tolerance, sliver)))
    if report == "json":
        said = as_json(found, _tell, lang=language())
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        _print(found)
    if strict and found.findings:
        sys.exit(1)


async def _check(kinds: tuple[str, ...], limits: Limits) -> Report:
    async with system_transaction() as (connection, _):
        at = (await site.read(connection)).clock.at(datetime.now(UTC))
        return await check_grids(connection, at=at, kinds=kinds, limits=limits)


def _tell(said: Said) -> str:
    return tell(said, language())


def _print(report: Report) -> None:
    console = Console(soft_wrap=False, highlight=False)
    if report.findings:
        console.print(_table(report.findings[:SHOWN]))
    more = len(report.findings) - SHOWN
    if more > 0:
        console.print(say("… and {n} more; --report json lists them all", {"n": more}))
    counted = {"n": len(report.findings), "grids": report.grids, "areas": report.areas}
    console.print(say("{n} findings in {grids} grids and {areas} areas.", counted))
    if report.ignored:
        left = {"n": report.ignored, "m2": metres(report.ignored_m2)}
        left["limit"] = f"{report.limits.tolerance_m:g}"
        console.print(say("{n} pieces ({m2} m²) are narrower than {limit} m: left out.", left))
    for name in report.not_tiling:
        said = say(
            "{kind}: does not tile, so gaps are not looked for.", {"kind": name.said(language())}
        )
        console.print(said)


def _table(findings: list[Finding]) -> Table:
    heads = ("id", "defect", "m²", "what", "repair")
    made = Table(*(say(head) for head in heads[:2]))
    made.add_column(heads[2], justify="right")
    for head in heads[3:]:
        made.add_column(say(head), overflow="fold")
    for one in findings:
        defect = say(NAMES[one.defect])
        what, repair = _tell(one.message), _tell(one.repair)
        made.add_row(one.id, defect, metres(one.m2), what, repair)
    return made
