"""The base map for those who administer: what is set, what would be, and setting it.

Files are chosen from one folder on the server; a service's key goes in and never comes out.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard.api import bodies
from dashboard.api.errors import json_response, language
from dashboard.api.requests import NO_NUL, caller
from dashboard.basemaps import choice as basemap_choice
from dashboard.basemaps.choice import Ready, Remark, Wish
from dashboard.i18n.sentences import tell
from data import actors
from data.access import Actor, Permission
from data.tiles import basemap as basemaps
from data.tiles.basemap import Origin
from data.tiles.errors import BasemapRefused, NoTiles

router = APIRouter()
SUFFIXES = {".mbtiles": "mbtiles", ".pmtiles": "pmtiles"}
MOST_FILES = 200
PRIVATE = {"Cache-Control": "private, no-store"}
Text = Annotated[str, Field(max_length=500, pattern=NO_NUL)]
Zoom = Annotated[int, Field(ge=0, le=24)]


class Given(BaseModel):
    """A wish as the page sends it: `file` and `labels` are names in the folder, or `address` and
    `labels` of a service."""

    model_config = ConfigDict(extra="forbid")
    file: Text | None = None
    address: Text | None = None
    labels: Text | None = None
    key: Text | None = None
    crs: Text | None = None
    tms: bool = False
    look: Annotated[str, Field(pattern="^(light|dark|imagery)$")] = "light"
    strength: Annotated[int, Field(ge=10, le=100)] = 100
    attribution: Text | None = None
    min_zoom: Zoom | None = None
    max_zoom: Zoom | None = None


def _administrator(request: Request) -> Actor:
    actor = caller(request, Permission.ADMINISTER)
    return actor


@router.get("/api/basemap")
async def read(request: Request) -> Response:
    """{"basemap", "place", "labels", "key", "remarks", "folder", "files"}: what is set, without
    the key, how its tiles fit the town, and the files that there are to choose from."""
    actor, state = _administrator(request), request.app.state
    async with state.database.acting(actor.id) as connection:
        chosen, origin = await basemaps.read(connection), await basemaps.read_origin(connection)
        town = await basemaps.town(connection)
    folder: Path = state.basemap_files
    files = await asyncio.to_thread(_files, folder)
    said: dict[str, Any] = {"basemap": None, "remarks": []}
    if chosen is not None and origin is not None:
        said |= {"basemap": asdict(chosen), "place": _place(origin.location, origin.kind)}
        said |= {"labels": origin.labels and _place(origin.labels, origin.kind)}
        try:
            sources = await asyncio.to_thread(basemap_choice.open_sources, origin, chosen.scheme)
            remarks = await basemap_choice.check(Ready(chosen, origin, sources), town)
        except BasemapRefused as error:
            remarks = [Remark(error.said, False)]
        said |= {"key": bool(origin.key), "remarks": _told(remarks, request)}
    answer = {**said, "folder": str(folder), "files": files}
    return json_response(answer, headers=PRIVATE)


@router.post("/api/basemap/check")
async def check(request: Request) -> Response:
    """{"remarks"}: how the wished base map would fit the town; nothing is set."""
    _, remarks = await _prepared(request, _administrator(request))
    return json_response({"remarks": _told(remarks, request)}, headers=PRIVATE)


@router.post("/api/basemap")
async def change(request: Request) -> Response:
    """Set it, as `wangge basemap set` does; open walls change to it by themselves."""
    actor, state = _administrator(request), request.app.state
    ready, remarks = await _prepared(request, actor)
    async with state.database.acting(actor.id) as connection:
        await basemaps.write(connection, ready.chosen, ready.origin)
        await _record(connection, actor, request, ready.chosen.kind)
    return json_response({"remarks": _told(remarks, request)}, headers=PRIVATE)


@router.post("/api/basemap/none")
async def remove(request: Request) -> Response:
    """Back to our own ground."""
    actor = _administrator(request)
    async with request.app.state.database.acting(actor.id) as connection:
        await basemaps.remove(connection)
        await _record(connection, actor, request, "none")
    return json_response({"remarks": []}, headers=PRIVATE)


async def _record(connection: Any, actor: Actor, request: Request, kind: str) -> None:
    at = request.app.state.clock.now()
    await actors.record(connection, actor.id, at, "set_basemap", "basemap", kind=kind)


async def _prepared(request: Request, actor: Actor) -> tuple[Ready, list[Remark]]:
    given = await bodies.read(request, Given)
    state = request.app.state
    async with state.database.acting(actor.id) as connection:
        present = await basemaps.read_origin(connection)
        town = await basemaps.town(connection)
    wish = _wish(given, state.basemap_files, present)
    ready = await asyncio.to_thread(basemap_choice.prepare, wish)
    return ready, await basemap_choice.check(ready, town)


def _wish(given: Given, folder: Path, present: Origin | None) -> Wish:
    shared: dict[str, Any] = {
        "crs": given.crs,
        "imagery": given.look == "imagery",
        "dark": given.look == "dark",
        "strength": given.strength,
        "attribution": given.attribution or None,
        "min_zoom": given.min_zoom,
        "max_zoom": given.max_zoom,
    }
    if given.address:
        key = given.key or _same_key((given.address, given.labels), present)
        return Wish("wmts", given.address, key=key, labels=given.labels or None, **shared)
    place = _inside(folder, given.file or "")
    kind = SUFFIXES.get(place.suffix.lower(), "xyz")
    labels = str(_inside(folder, given.labels)) if given.labels else None
    return Wish(kind, str(place), tms=given.tms, labels=labels, **shared)


def _inside(folder: Path, name: str) -> Path:
    """A file of the folder by its name. Raises NoTiles for what is not in it."""
    if name not in _files(folder):
        raise NoTiles(path=name or "-", why="it does not exist")
    return folder / name


def _same_key(places: tuple[str | None, ...], present: Origin | None) -> str | None:
    """The key that is set, for the servers that it was given for and no other: not where pictures
    or labels would come from elsewhere."""
    if present is None or present.kind != "wmts":
        return None
    held = {_server(one) for one in (present.location, present.labels) if one}
    asked = {_server(one) for one in places if one and "://" in one}
    return present.key if asked <= held else None


def _server(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _place(location: str, kind: str) -> str:
    """A file by its name, a service by its address without what may be a key."""
    if kind != "wmts":
        return Path(location).name
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    found = (one for one in folder.iterdir() if not one.name.startswith("."))
    kept = (one.name for one in found if one.is_dir() or one.suffix.lower() in SUFFIXES)
    return sorted(kept)[:MOST_FILES]


def _told(remarks: list[Remark], request: Request) -> list[dict[str, Any]]:
    lang = language(request.scope)
    return [{"text": tell(one.said, lang), "good": one.good} for one in remarks]
