"""Tiles of a service outside (WMTS, or any template of addresses), fetched by the server.

So a page speaks to one host only, and the service's key stands on no page. What was fetched once
is kept on disk and shown for as long as the service does not answer.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import httpx

from data.tiles.errors import BadAddress, LabelsElsewhere
from data.tiles.pictures import MOST_BYTES, content_type

LOG = logging.getLogger("wangge.tiles")
logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes addresses, which hold the key
TIMEOUT_S = 8.0
AT_ONCE = 6
PAUSE_S = 15.0  # after a failure, in which nobody waits for the service
FRESH_S = 30 * 86400.0
MOST_KEPT = 20_000
LOOK_EVERY = 1000
TIANDITU = re.compile(r"/(\w+)_([cw])/wmts/?$")  # 天地图: …/vec_w/wmts
NAMES = {"tilematrix": "z", "tilecol": "x", "tilerow": "y", "tk": "key"}


def template(address: str, *, layer: str | None = None, matrix_set: str | None = None) -> str:
    """The template {z} {x} {y} {key} of a service: as it is given, or WMTS' parameters behind its
    address. Raises BadAddress."""
    if not address.startswith(("http://", "https://")) or not urlsplit(address).hostname:
        raise BadAddress(address=address, missing="{z} {x} {y}")
    return _named(address) if "{" in address else _wmts(address, layer, matrix_set)


def _named(address: str) -> str:
    """A template in our names of its fields."""
    address = re.sub(r"\{(\w+)\}", lambda m: f"{{{NAMES.get(m[1].lower(), m[1])}}}", address)
    missing = [name for name in ("{z}", "{x}", "{y}") if name not in address]
    unknown = set(re.findall(r"\{\w*\}", address)) - {"{z}", "{x}", "{y}", "{key}"}
    if missing or unknown:
        raise BadAddress(address=address, missing=" ".join(missing) or "{z} {x} {y} {key}")
    return address


def _wmts(address: str, layer: str | None, matrix_set: str | None) -> str:
    parts = urlsplit(address)
    named = TIANDITU.search(parts.path)
    layer, matrix_set = layer or (named and named[1]), matrix_set or (named and named[2])
    if not layer or not matrix_set:
        raise BadAddress(address=address, missing="{z} {x} {y}, --layer, --matrix-set")
    wanted = {
        "SERVICE": "WMTS",
        "REQUEST": "GetTile",
        "VERSION": "1.0.0",
        "LAYER": layer,
        "STYLE": "default",
        "TILEMATRIXSET": matrix_set,
        "FORMAT": "tiles" if named else "image/png",
    }
    given = [(k, v) for k, v in parse_qsl(parts.query) if k.upper() not in {*wanted, "TK"}]
    query = urlencode([*given, *wanted.items()]) + "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def labels_template(
    address: str, labels: str, *, layer: str | None = None, matrix_set: str | None = None
) -> str:
    """The template of the labels over the service at `address`: an address of their own, or the
    name of another of its layers. Raises BadAddress, LabelsElsewhere."""
    if "://" in labels:
        drawn, base = matrix_set_in(labels), matrix_set or matrix_set_in(address)
        if drawn and base and drawn != base:
            raise LabelsElsewhere(labels=drawn, base=base)
        return template(labels, layer=layer, matrix_set=matrix_set)
    if "{" in address:
        raise BadAddress(address=labels, missing="{z} {x} {y}")
    named = TIANDITU.search(urlsplit(address).path)
    if named and not layer:
        other = f"/{labels}_{named[2]}/wmts"
        return template(address.replace(named[0], other, 1), matrix_set=matrix_set)
    return template(address, layer=labels, matrix_set=matrix_set)


def matrix_set_in(address: str) -> str | None:
    """c or w of 天地图's services; None where the address does not say it."""
    named = TIANDITU.search(urlsplit(address).path)
    found = re.search(r"[?&]TILEMATRIXSET=([cw])(?:&|$)", address, re.IGNORECASE)
    return named[2] if named else found[1] if found else None


def key_in(address: str) -> str | None:
    """The key in an address as 天地图 writes it, tk=…; None where there is none."""
    found = dict(parse_qsl(urlsplit(address).query)).get("tk")
    return None if found is None or "{" in found else found


def address_of(pattern: str, key: str | None, zoom: int, column: int, row: int) -> str:
    """One tile's address; a key whose place the template does not name goes behind as tk."""
    if key and "{key}" not in pattern:
        pattern += ("&" if "?" in pattern else "?") + "tk={key}"
    values = {"z": zoom, "x": column, "y": row, "key": quote(key or "", safe="")}
    return re.sub(r"\{([xyz]|key)\}", lambda m: str(values[m[1]]), pattern)


class Unreachable(Exception):
    """The service did not give a tile; the reason holds no key."""


class Remote:
    """A service's tiles, kept in a folder (None: nowhere). Close it at the end."""

    def __init__(self, pattern: str, key: str | None, *, kept: Path | None) -> None:
        self._pattern, self._key, self._kept = pattern, key, kept
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._flights: dict[tuple[int, int, int], asyncio.Task[bytes | None]] = {}
        self._pause_until = float("-inf")
        self._written = 0

    async def close(self) -> None:
        """End what is under way."""
        for flight in list(self._flights.values()):
            flight.cancel()
        await asyncio.gather(*self._flights.values(), return_exceptions=True)
        await self._client.aclose()

    async def read(self, zoom: int, column: int, row: int) -> bytes | None:
        """A tile: the kept one where it is fresh or nothing newer is to be had, else a new one."""
        wanted = zoom, column, row
        kept, age_s = await asyncio.to_thread(self._read_kept, *wanted)
        if kept is not None and age_s < FRESH_S:
            return kept
        if time.monotonic() < self._pause_until:
            return kept
        flight = self._flights.get(wanted)
        if flight is None:  # walls ask for the same tiles at once: one request for all of them
            flight = self._flights[wanted] = asyncio.create_task(self._fly(*wanted))
            flight.add_done_callback(lambda _: self._flights.pop(wanted, None))
        return await asyncio.shield(flight) or kept

    async def _fly(self, *wanted: int) -> bytes | None:
        async with self._turns:
            if time.monotonic() < self._pause_until:
                return None
            try:
                tile = await self.fetch(*wanted)
            except Unreachable as error:
                LOG.warning("the base map's service: %s; again in %.0f s", error, PAUSE_S)
                self._pause_until = time.monotonic() + PAUSE_S
                return None
        if tile is not None and self._kept is not None:
            await asyncio.to_thread(self._keep, tile, *wanted)
        return tile

    async def fetch(self, zoom: int, column: int, row: int) -> bytes | None:
        """Ask the service for one tile, None where it has none. Raises Unreachable."""
        address = address_of(self._pattern, self._key, zoom, column, row)
        try:
            async with self._client.stream("GET", address) as answer:
                if answer.status_code in (204, 404):
                    return None
                if answer.status_code != 200:
                    raise Unreachable(f"status {answer.status_code}")
                body = bytearray()
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise Unreachable(f"more than {MOST_BYTES} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(type(error).__name__) from None
        if content_type(bytes(body)) is None:
            raise Unreachable("no picture")
        return bytes(body)

    def _file(self, zoom: int, column: int, row: int) -> Path:
        assert self._kept is not None
        return self._kept / str(zoom) / str(column) / str(row)

    def _read_kept(self, *wanted: int) -> tuple[bytes | None, float]:
        if self._kept is None:
            return None, 0.0
        try:
            file = self._file(*wanted)
            return file.read_bytes(), time.time() - file.stat().st_mtime
        except OSError:
            return None, 0.0

    def _keep(self, tile: bytes, *wanted: int) -> None:
        """Write beside and rename, so that no other process reads half a tile."""
        file = self._file(*wanted)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent, prefix=".")
            with os.fdopen(handle, "wb") as made:
                made.write(tile)
            Path(name).replace(file)
            self._written += 1
            if self._written % LOOK_EVERY == 0:
                self._forget_oldest()
        except OSError as error:  # a full disk costs the memory of tiles, not the tile
            LOG.warning("a tile could not be kept: %s", error)

    def _forget_oldest(self) -> None:
        assert self._kept is not None
        files = [one for one in self._kept.rglob("*") if one.is_file()]
        files.sort(key=lambda one: one.stat().st_mtime)
        for old in files[: max(0, len(files) - MOST_KEPT)]:
            old.unlink(missing_ok=True)
