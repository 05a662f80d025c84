"""A base map as an administrator wishes it: made ready, compared with the town, and then set.

The command line and the page `/basemaps` do the same. What does not fit is said, not refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from dashboard.basemaps import remote as remote_tiles
from dashboard.basemaps.remote import Remote, Unreachable
from data.errors import Said
from data.tiles import basemap as basemaps
from data.tiles.basemap import Basemap, Coverage, Origin
from data.tiles.errors import LookRefused, NoTiles, OpaqueLabels, VectorTiles, ZoomsRefused
from data.tiles.pictures import content_type, sees_through
from data.tiles.source import Facts, Source
from geo import tiles

OF_SERVICES = Facts(1, 18)  # what a service is taken to have where nothing is said
MIDDLE_ZOOM = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """What an administrator types; `labels` is a place as `location` is, or the name of another
    layer of the same service. What is None is taken from the tiles, or is usual."""

    kind: str
    location: str
    crs: str | None = None
    scheme: str | None = None
    tms: bool = False
    imagery: bool = False
    dark: bool = False
    strength: int = 100
    attribution: str | None = None
    min_zoom: int | None = None
    max_zoom: int | None = None
    key: str | None = field(default=None, repr=False)
    layer: str | None = None
    matrix_set: str | None = None
    labels: str | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A base map that can be set. `sources` are its open files by whether they hold the labels;
    a service has none. `check` closes them."""

    chosen: Basemap
    origin: Origin
    sources: Mapping[bool, Source]


@dataclass(frozen=True, slots=True)
class Remark:
    """What there is to say of the tiles, and whether it is good."""

    said: Said
    good: bool


def prepare(wish: Wish) -> Ready:
    """Open its tiles and see what they say of themselves; reads files. Raises BasemapRefused."""
    if wish.imagery and wish.dark:
        raise LookRefused()
    named = wish.matrix_set or remote_tiles.matrix_set_in(wish.location)
    scheme = wish.scheme or (tiles.GEOGRAPHIC if named == "c" else tiles.MERCATOR)
    system = basemaps.system_of(wish.crs, scheme=scheme)
    origin = _origin(wish)
    sources = open_sources(origin, scheme)
    facts = sources[False].facts if sources else OF_SERVICES
    least = facts.min_zoom if wish.min_zoom is None else wish.min_zoom
    most = facts.max_zoom if wish.max_zoom is None else wish.max_zoom
    if least > most:
        close(sources)
        raise ZoomsRefused(least=least, most=most)
    words = facts.attribution if wish.attribution is None else wish.attribution.strip()
    chosen = Basemap(wish.kind, system, scheme, wish.imagery, words, least, most, version="")
    chosen = replace(chosen, dark=wish.dark, strength=wish.strength)
    if origin.labels:
        facts = sources[True].facts if sources else OF_SERVICES
        chosen = replace(chosen, labels_min_zoom=facts.min_zoom, labels_max_zoom=facts.max_zoom)
    version = _version(chosen, origin)
    return Ready(replace(chosen, version=version), replace(origin, version=version), sources)


def _origin(wish: Wish) -> Origin:
    if wish.kind != "wmts":
        places = [
            str(Path(place).expanduser().resolve()) if place else None
            for place in (wish.location, wish.labels)
        ]
        return Origin(wish.kind, places[0] or "", None, wish.tms, "", places[1])
    place = remote_tiles.template(wish.location, layer=wish.layer, matrix_set=wish.matrix_set)
    labels = None
    if wish.labels:
        labels = remote_tiles.labels_template(
            wish.location, wish.labels, layer=wish.layer, matrix_set=wish.matrix_set
        )
    key = wish.key or remote_tiles.key_in(wish.location)
    return Origin("wmts", place, key, tms=False, version="", labels=labels)


def open_sources(origin: Origin, scheme: str) -> dict[bool, Source]:
    """The files of a base map, None of a service. Raises NoTiles, VectorTiles."""
    if origin.kind == "wmts":
        return {}
    opened = {False: basemaps.open_source(origin, scheme=scheme)}
    try:
        if origin.labels:
            opened[True] = basemaps.open_source(origin.of_labels(), scheme=scheme)
    except BaseException:
        close(opened)
        raise
    return opened


def close(sources: Mapping[bool, Source]) -> None:
    """Give the files back."""
    for source in sources.values():
        source.close()


def _version(chosen: Basemap, origin: Origin) -> str:
    """Another one for other tiles: it is part of their addresses, which browsers keep."""
    stamps = []
    if origin.kind != "wmts":
        for place in filter(None, (origin.location, origin.labels)):
            found = Path(place).stat()
            stamps.append(f"{found.st_mtime_ns} {found.st_size}")
    told = json.dumps([asdict(chosen), asdict(origin), stamps])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


async def check(ready: Ready, town: tiles.Box | None) -> list[Remark]:
    """Compare the tiles with the town's box (WGS-84). Raises NoTiles, VectorTiles, OpaqueLabels."""
    try:
        if town is None:
            return [
                Remark(
                    Said("The site has no places yet, so the tiles were not compared with them."),
                    False,
                )
            ]
        said = await _of_one(ready, town, labels=False)
        return said + (await _of_one(ready, town, labels=True) if ready.origin.labels else [])
    finally:
        close(ready.sources)


async def _of_one(ready: Ready, town: tiles.Box, *, labels: bool) -> list[Remark]:
    zooms = ready.chosen.zooms(labels=labels)
    origin = ready.origin.of_labels() if labels else ready.origin
    if not ready.sources:
        return [await _try(ready.chosen, origin, town, labels=labels)]
    try:
        found = await asyncio.to_thread(
            basemaps.coverage, ready.sources[labels].read, town, basemap=ready.chosen, zooms=zooms
        )
    except OSError as error:
        raise NoTiles(path=origin.location, why=str(error)) from None
    _is_picture(found.sample, origin.location, labels=labels)
    return _of_labels(found) if labels else _of_pictures(found)


def _is_picture(sample: bytes | None, place: str, *, labels: bool) -> None:
    if sample is None:
        return
    if content_type(sample) is None:
        raise VectorTiles(path=place, kind="pbf")
    if labels and not sees_through(sample):
        raise OpaqueLabels()


def _of_pictures(found: Coverage) -> list[Remark]:
    counts = {"found": found.found, "wanted": found.wanted, "zoom": found.zoom}
    there = Said("{found} of {wanted} tiles of the town are there at zoom {zoom}.", **counts)
    said = [Remark(there, found.found == found.wanted)]
    if not found.found:
        said.append(Remark(Said("It does not cover the town: is it another place's?"), False))
    if found.flipped > found.found:
        other = Said(
            "Counted from the other side {flipped} would be: set it again with or without --tms.",
            flipped=found.flipped,
        )
        said.append(Remark(other, False))
    return said


def _of_labels(found: Coverage) -> list[Remark]:
    """A square in which nothing has a name needs no tile."""
    if not found.found:
        return [Remark(Said("There are no labels in the town."), False)]
    counts = {"found": found.found, "wanted": found.wanted, "zoom": found.zoom}
    there = Said(
        "Labels: {found} of {wanted} tiles of the town are there at zoom {zoom}.", **counts
    )
    return [Remark(there, True)]


async def _try(chosen: Basemap, origin: Origin, town: tiles.Box, *, labels: bool) -> Remark:
    """Ask the service for the tile in the town's middle."""
    box = tiles.shifted_box(town) if chosen.system == "GCJ02" else town
    lon, lat = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    zoom = min(chosen.max_zoom, max(chosen.min_zoom, MIDDLE_ZOOM))
    column, row = tiles.tile_at(lon=lon, lat=lat, zoom=zoom, scheme=chosen.scheme)
    remote = Remote(origin.location, origin.key, kept=None)
    try:
        tile = await remote.fetch(zoom, column, row)
    except Unreachable as error:
        return Remark(
            Said(
                "The service gave no tile ({why}). Its tiles come as soon as it does.",
                why=str(error),
            ),
            False,
        )
    finally:
        await remote.close()
    _is_picture(tile, origin.location, labels=labels)
    if tile is None:
        none = Said("The service has no tile for the middle of the town at zoom {zoom}.", zoom=zoom)
        return Remark(none, False)
    if labels:
        return Remark(Said("The service gave the labels in the middle of the town."), True)
    return Remark(Said("The service gave the tile in the middle of the town."), True)
