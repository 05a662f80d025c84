"""GET /api/layers/{layer}.geojson: what the map draws, cached per scope and version of places."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import orjson
from fastapi import APIRouter, Request, Response

from dashboard.api.requests import Code, caller
from dashboard.live.hub import Hub
from data.access import Actor, Permission
from data.errors import NotFound
from data.places import areas
from data.query import layers
from data.query.layers import Feature

MOST_CACHED = 64
Key = tuple[int, str, str | None, str | None, str]
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Packed:
    """A layer ready to send."""

    etag: str
    plain: bytes
    zipped: bytes


@dataclass(slots=True)
class Cache:
    """The last layers by (the actor's area, layer, kind, area, version): never across scopes."""

    _packed: OrderedDict[Key, Packed] = field(default_factory=OrderedDict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, key: Key, make: Callable[[], Awaitable[Packed]]) -> Packed:
        """A layer, made when it is missing: once, also when all walls come back together."""
        packed = self._packed.get(key)
        if packed is None:
            async with self._making:
                packed = self._packed.get(key) or await make()
                self._packed[key] = packed
                while len(self._packed) > MOST_CACHED:
                    self._packed.popitem(last=False)
        self._packed.move_to_end(key)
        return packed


@router.get("/api/layers/{layer}.geojson")
async def read(
    request: Request,
    layer: str,
    kind: Code | None = None,
    area: Code | None = None,
    v: Code | None = None,
) -> Response:
    """A layer of the caller's scope as a FeatureCollection; `kind` is a grid's or facility's kind,
    a road's class or an area's level. With `v` = the version of the live feed's hello the browser
    may keep it; without, it asks each time whether it changed."""
    actor = caller(request, Permission.VIEW)
    if layer not in layers.LAYERS:
        raise NotFound(what="layer", key=layer)
    hub: Hub = request.app.state.hub
    version = await hub.version()

    async def make() -> Packed:
        features = await _features(request, actor, layer, kind, area)
        return await asyncio.to_thread(pack, features)

    packed = await _cache(request).get((actor.area_id, layer, kind, area, version), make)
    # A version names its scope, so a kept answer can never be shown to another one.
    keep = "max-age=86400, immutable" if v == f"{version}-{actor.area_id}" else "no-cache"
    headers = {"ETag": packed.etag, "Cache-Control": f"private, {keep}", "Vary": "Accept-Encoding"}
    if packed.etag in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    content = packed.plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = packed.zipped, "gzip"
    return Response(content, 200, headers, media_type="application/geo+json")


async def _features(
    request: Request, actor: Actor, layer: str, kind: str | None, area: str | None
) -> list[Feature]:
    state = request.app.state
    async with state.database.acting(actor.id, readonly=actor.readonly) as connection:
        inside = None if area is None else await areas.below(connection, area)
        return await layers.read(connection, layer, at=state.clock.now(), kind=kind, areas=inside)


def pack(features: list[Feature]) -> Packed:
    """Features as a FeatureCollection, plain and zipped."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": feature.id,
                "geometry": None if feature.geometry is None else orjson.Fragment(feature.geometry),
                "properties": {"id": feature.id, **feature.properties},
            }
            for feature in features
        ],
    }
    plain = orjson.dumps(collection)
    etag = f'"{hashlib.sha256(plain).hexdigest()[:24]}"'
    return Packed(etag, plain, gzip.compress(plain, 5))


def _cache(request: Request) -> Cache:
    state = request.app.state
    if not hasattr(state, "layers"):
        state.layers = Cache()
    cache: Cache = state.layers
    return cache
