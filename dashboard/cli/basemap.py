"""`wangge basemap`: the picture under the town, from a folder, a file or a service."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import click

from dashboard import remote_tiles
from dashboard.cli.opened import system_transaction
from dashboard.cli.words import say
from dashboard.remote_tiles import Remote, Unreachable
from data.tiles import basemap as basemaps
from data.tiles.basemap import Basemap, Coverage, Origin
from data.tiles.errors import NoTiles, VectorTiles
from data.tiles.pictures import content_type
from data.tiles.source import Facts, Source
from geo import tiles

OF_SERVICES = Facts(1, 18)  # what a service is taken to have where nothing is said


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
@click.option("--tms", is_flag=True, help="The folder's rows count from the south.")
@click.option("--imagery", is_flag=True, help="They are photographs: dimmed, never inverted.")
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
    asyncio.run(_set(kind, location, given))


async def _remove() -> None:
    async with system_transaction() as (connection, _):
        await basemaps.remove(connection)


async def _set(kind: str, location: str, given: dict[str, Any]) -> None:
    scheme = given["scheme"] or (
        tiles.GEOGRAPHIC if _matrix_set(location, given) == "c" else tiles.MERCATOR
    )
    system = basemaps.system_of(given["crs"], scheme=scheme)
    if kind == "wmts":
        place = remote_tiles.template(
            location, layer=given["layer"], matrix_set=given["matrix_set"]
        )
        given["key"] = given["key"] or remote_tiles.key_in(location)
        source, facts, stamp = None, OF_SERVICES, ""
    else:
        path = Path(location).expanduser().resolve()
        place = str(path)
        origin = Origin(kind, place, None, given["tms"], "")
        source = basemaps.open_source(origin, scheme=scheme)
        facts, stamp = source.facts, f"{path.stat().st_mtime_ns} {path.stat().st_size}"
    least = facts.min_zoom if given["min_zoom"] is None else given["min_zoom"]
    most = facts.max_zoom if given["max_zoom"] is None else given["max_zoom"]
    if least > most:
        raise click.UsageError(say("--min-zoom is greater than --max-zoom."))
    words = facts.attribution if given["attribution"] is None else given["attribution"].strip()
    shown: dict[str, Any] = {
        "kind": kind,
        "system": system,
        "scheme": scheme,
        "imagery": given["imagery"],
        "attribution": words,
        "min_zoom": least,
        "max_zoom": most,
    }
    told = json.dumps([shown, place, given["tms"], given["key"], stamp])
    version = hashlib.sha256(told.encode()).hexdigest()[:12]
    await _write(
        Basemap(**shown, version=version),
        Origin(kind, place, given["key"], given["tms"], version),
        source,
    )


def _matrix_set(location: str, given: dict[str, Any]) -> str | None:
    """c or w of 天地图's services, by the option or by the address."""
    if given["matrix_set"]:
        return str(given["matrix_set"])
    return "c" if "_c/wmts" in location or "TILEMATRIXSET=c&" in location else None


async def _write(chosen: Basemap, origin: Origin, source: Source | None) -> None:
    """Check against the town, then write; what does not fit is said and not refused."""
    async with system_transaction() as (connection, _):
        said = await _check(chosen, origin, source, await basemaps.town(connection))
        await basemaps.write(connection, chosen, origin)
    fields = {"kind": chosen.kind, "system": chosen.system}
    zooms = {"least": chosen.min_zoom, "most": chosen.max_zoom}
    click.echo(say("base map set: {kind}, {system}, zoom {least}–{most}", {**fields, **zooms}))
    for text, good in said:
        click.secho(text if good else f"! {text}", fg=None if good else "yellow")


Remarks = list[tuple[str, bool]]


async def _check(
    chosen: Basemap, origin: Origin, source: Source | None, town: tiles.Box | None
) -> Remarks:
    """What there is to say of the tiles, each with whether it is good. Raises VectorTiles."""
    if town is None:
        return [
            (say("The site has no places yet, so the tiles were not compared with them."), False)
        ]
    if source is None:
        return [await _try(chosen, origin, town)]
    try:
        found = await asyncio.to_thread(basemaps.coverage, source.read, town, basemap=chosen)
    except OSError as error:
        raise NoTiles(path=origin.location, why=str(error)) from None
    finally:
        source.close()
    if found.sample is not None and content_type(found.sample) is None:
        raise VectorTiles(path=origin.location, kind="pbf")
    return _remarks(found)


def _remarks(found: Coverage) -> Remarks:
    counts = {"found": found.found, "wanted": found.wanted, "zoom": found.zoom}
    whole = found.found == found.wanted
    said = [(say("{found} of {wanted} tiles of the town are there at zoom {zoom}.", counts), whole)]
    if not found.found:
        said.append((say("It does not cover the town: is it another place's?"), False))
    if found.flipped > found.found:
        words = (
            "Counted from the other side {flipped} would be: set it again with or without --tms."
        )
        said.append((say(words, {"flipped": found.flipped}), False))
    return said


async def _try(chosen: Basemap, origin: Origin, town: tiles.Box) -> tuple[str, bool]:
    """Ask the service for the tile in the town's middle."""
    box = tiles.shifted_box(town) if chosen.system == "GCJ02" else town
    lon, lat = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    zoom = min(chosen.max_zoom, max(chosen.min_zoom, 12))
    column, row = tiles.tile_at(lon=lon, lat=lat, zoom=zoom, scheme=chosen.scheme)
    remote = Remote(origin.location, origin.key, kept=None)
    try:
        tile = await remote.fetch(zoom, column, row)
    except Unreachable as error:
        words = "The service gave no tile ({why}). Its tiles come as soon as it does."
        return say(words, {"why": error}), False
    finally:
        await remote.close()
    if tile is None:
        return say(
            "The service has no tile for the middle of the town at zoom {zoom}.", {"zoom": zoom}
        ), False
    return say("The service gave the tile in the middle of the town."), True


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
    lines = {
        "kind": chosen.kind,
        "location": origin.location,
        "crs": chosen.system,
        "scheme": chosen.scheme,
        "zoom": f"{chosen.min_zoom}–{chosen.max_zoom}",
        "attribution": chosen.attribution or "-",
        "key": "***" if origin.key else "-",
    }
    for name, value in lines.items():
        click.echo(f"{name}: {value}")
    source = None
    if chosen.kind != "wmts":
        source = basemaps.open_source(origin, scheme=chosen.scheme)
    for text, good in await _check(chosen, origin, source, town):
        click.secho(text if good else f"! {text}", fg=None if good else "yellow")
