"""GET /tiles/{version}/{zoom}/{column}/{row}: the base map's pictures, from this server alone;
/tiles/{version}/labels/… the names over them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api.requests import caller
from dashboard.basemaps.tiles import Basemaps
from data.access import Permission
from data.errors import NotFound
from data.tiles.pictures import content_type

router = APIRouter()
MOST_ZOOM = 24
KEEP = "private, max-age=604800, immutable"  # the version stands in the address
MISSING = "private, max-age=3600"


@router.get("/tiles/{version}/{zoom}/{column}/{row}")
async def read(request: Request, version: str, zoom: int, column: int, row: int) -> Response:
    """A tile; rows count from the north. Where there is none, 204: an empty place on a map is no
    error, and a browser writes none on its console."""
    return await _answer(request, version, (zoom, column, row), labels=False)


@router.get("/tiles/{version}/labels/{zoom}/{column}/{row}")
async def labels(request: Request, version: str, zoom: int, column: int, row: int) -> Response:
    """A tile of the labels over the pictures."""
    return await _answer(request, version, (zoom, column, row), labels=True)


async def _answer(
    request: Request, version: str, at: tuple[int, int, int], *, labels: bool
) -> Response:
    caller(request, Permission.VIEW)
    zoom, column, row = at
    if not (0 <= zoom <= MOST_ZOOM and 0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
        raise NotFound(what="tile", key=f"{zoom}/{column}/{row}")
    basemaps: Basemaps = request.app.state.basemaps
    tile = await basemaps.tile(version, *at, labels=labels)
    kind = None if tile is None else content_type(tile)
    if tile is None or kind is None:
        keep = MISSING if basemaps.keeps(labels=labels) else "no-store"
        return Response(None, 204, {"Cache-Control": keep})
    return Response(tile, 200, {"Cache-Control": KEEP}, media_type=kind)
