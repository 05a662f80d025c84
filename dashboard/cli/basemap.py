"""`wangge basemap`: the picture under the town, from a folder, a file or a service."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import click

from dashboard.basemaps import choice as basemap_choice
from dashboard.basemaps.choice import Ready, Remark, Wish
from dashboard.cli.opened import system_transaction
from dashboard.cli.tongue import language
from dashboard.cli.words import say
from dashboard.i18n.sentences import tell
from data.tiles import basemap as basemaps
from geo import tiles


@click.group()
def basemap() -> None:
    """Choose the picture under the town, or none: then our own roads, waters and houses."""


@basemap.command(name="set")
@click.argument("kind", type=click.Choice(["none", *basemaps.KINDS]))
@click.argument("location", required=False)
@click.option("--crs", help="How the tiles are drawn: wgs84, cgcs2000 or gcj02. Needed.")
@click.option(
    "--scheme",
    type=click.Choice([tiles.MERCATOR, tiles.GEOGRAPHIC]),
    help="Web mercator (matrix set w), or squares of degrees (matrix set c).",
)
@click.option("--labels", help="Names as tiles of their own: a place of that kind, or a layer.")
@click.option("--tms", is_flag=True, help="The folder's rows count from the south.")
@click.option("--imagery", is_flag=True, help="They are photographs: dimmed, never inverted.")
@click.option("--dark", is_flag=True, help="Drawn on dark paper: inverted in the light theme.")
@click.option(
    "--strength",
    type=click.IntRange(10, 100),
    default=100,
    show_default=True,
    help="How strongly it shows, in percent.",
)
@click.option("--attribution", help="Whose map it is; stands on the map.")
@click.option("--min-zoom", type=click.IntRange(0, 24), help="The coarsest zoom that is used.")
@click.option("--max-zoom", type=click.IntRange(0, 24), help="The finest; beyond it, enlarged.")
@click.option("--key", envvar="WANGGE_BASEMAP_KEY", help="The service's key; on no page.")
@click.option("--layer", help="The layer of a WMTS service.")
@click.option("--matrix-set", help="The matrix set of a WMTS service.")
def change(kind: str, location: str | None, **given: Any) -> None:
    """Set the base map: none, xyz FOLDER, mbtiles FILE, pmtiles FILE or wmts ADDRESS.

    An address is that of a WMTS service, or a template with {z} {x} {y} and {key}.
    """
    if kind == "none":
        asyncio.run(_remove())
        click.echo(say("no base map: our own ground is shown"))
        return
    if not location:
        raise click.UsageError(say("Say where the tiles are."))
    asyncio.run(_set(Wish(kind, location, **given)))


async def _remove() -> None:
    async with system_transaction() as (connection, _):
        await basemaps.remove(connection)


async def _set(wish: Wish) -> None:
    """Check against the town, then write; what does not fit is said and not refused."""
    ready = basemap_choice.prepare(wish)
    async with system_transaction() as (connection, _):
        said = await basemap_choice.check(ready, await basemaps.town(connection))
        await basemaps.write(connection, ready.chosen, ready.origin)
    chosen = ready.chosen
    fields = {"kind": chosen.kind, "system": chosen.system}
    zooms = {"least": chosen.min_zoom, "most": chosen.max_zoom}
    click.echo(say("base map set: {kind}, {system}, zoom {least}–{most}", {**fields, **zooms}))
    _print(said)


def _print(said: Iterable[Remark]) -> None:
    for one in said:
        text = tell(one.said, language())
        click.secho(text if one.good else f"! {text}", fg=None if one.good else "yellow")


@basemap.command()
def show() -> None:
    """Print the base map, and whether its tiles cover the town now."""
    asyncio.run(_show())


async def _show() -> None:
    async with system_transaction() as (connection, _):
        chosen, origin = await basemaps.read(connection), await basemaps.read_origin(connection)
        town = await basemaps.town(connection)
    if chosen is None or origin is None:
        click.echo(say("no base map: our own ground is shown"))
        return
    look = "imagery" if chosen.imagery else "dark" if chosen.dark else "light"
    lines = {
        "kind": chosen.kind,
        "location": origin.location,
        "labels": origin.labels or "-",
        "crs": chosen.system,
        "scheme": chosen.scheme,
        "zoom": f"{chosen.min_zoom}–{chosen.max_zoom}",
        "look": f"{look}, {chosen.strength} %",
        "attribution": chosen.attribution or "-",
        "key": "***" if origin.key else "-",
    }
    for name, value in lines.items():
        click.echo(f"{name}: {value}")
    sources = basemap_choice.open_sources(origin, chosen.scheme)
    _print(await basemap_choice.check(Ready(chosen, origin, sources), town))
