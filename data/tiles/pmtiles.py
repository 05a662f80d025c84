"""Tiles in a PMTiles file, version 3: one file with a directory of Hilbert-ordered tile ids.

A reader of the published specification: header of 127 bytes, a root directory, leaf directories,
each gzipped or plain. Bounded, since files come from elsewhere.
"""

from __future__ import annotations

import json
import os
import struct
import threading
import zlib
from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from data.tiles.errors import NoTiles, VectorTiles
from data.tiles.pictures import MOST_BYTES
from data.tiles.source import Facts, plain

HEADER = struct.Struct("<7sB11Q6B4iB2i")
PLAIN, GZIP = 1, 2
COMPRESSIONS = {0: "unknown", 3: "brotli", 4: "zstd"}
VECTOR = 1
MOST_DIRECTORY = 32 * 2**20
MOST_LEAVES = 64  # that are kept
DEEPEST = 4


class Directory(NamedTuple):
    """Its entries in columns; a run of 0 points to a leaf directory."""

    ids: list[int]
    runs: list[int]
    lengths: list[int]
    offsets: list[int]


class PMTiles:
    """A PMTiles file of pictures. Raises NoTiles, VectorTiles."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        try:
            self._file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            raise NoTiles(path=path, why="it does not exist") from None
        except OSError as error:
            raise NoTiles(path=path, why=str(error.strerror)) from None
        self._leaves: OrderedDict[int, Directory] = OrderedDict()
        try:
            self.facts = self._begin()
        except (OSError, ValueError, struct.error, zlib.error) as error:
            self.close()
            raise NoTiles(path=path, why=f"no PMTiles ({error})") from None
        except BaseException:
            self.close()
            raise

    def _begin(self) -> Facts:
        start = self._bytes(0, HEADER.size)
        if len(start) < HEADER.size or start[:7] != b"PMTiles":
            raise ValueError("it does not begin as one")
        (_, version, root, root_length, about, about_length, leaf, _, data, _, _, _, _, _,
         self._packed, _, kind, least, most, *_) = HEADER.unpack(start)  # fmt: skip
        if version != 3:
            raise ValueError(f"version {version}")
        if self._packed not in (PLAIN, GZIP):
            raise ValueError(f"packed by {COMPRESSIONS.get(self._packed, self._packed)}")
        if kind == VECTOR:
            raise VectorTiles(path=self._path, kind="mvt")
        self._leaf_at, self._data_at = leaf, data
        self._root = self._directory(root, root_length)
        said = json.loads(self._unpacked(about, about_length) or b"{}") if about_length else {}
        return Facts(least, most, plain(said.get("attribution") if isinstance(said, dict) else ""))

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        """A tile's bytes. Raises OSError where the file can no longer be read or is broken."""
        wanted = tile_id(zoom, column, row)
        directory = self._root
        for _ in range(DEEPEST):
            at = bisect_right(directory.ids, wanted) - 1
            if at < 0:
                return None
            offset, length = directory.offsets[at], directory.lengths[at]
            if directory.runs[at]:
                if wanted - directory.ids[at] >= directory.runs[at] or length > MOST_BYTES:
                    return None
                return self._bytes(self._data_at + offset, length)
            try:
                directory = self._leaf(offset, length)
            except (ValueError, zlib.error) as error:
                raise OSError(f"{self._path}: {error}") from None
        return None

    def close(self) -> None:
        """Close the file; whoever still reads gets an OSError, and never another file's bytes."""
        with self._turn:
            file, self._file = self._file, -1
            if file >= 0:
                os.close(file)

    def _bytes(self, offset: int, length: int) -> bytes:
        if offset >= 1 << 62:
            raise OSError(f"{self._path}: a place beyond its end")
        with self._turn:
            return os.pread(self._file, length, offset)

    def _leaf(self, offset: int, length: int) -> Directory:
        found = self._leaves.pop(offset, None) or self._directory(self._leaf_at + offset, length)
        self._leaves[offset] = found
        while len(self._leaves) > MOST_LEAVES:
            self._leaves.popitem(last=False)
        return found

    def _unpacked(self, offset: int, length: int) -> bytes:
        if length > MOST_DIRECTORY:
            raise ValueError("a directory without end")
        packed = self._bytes(offset, length)
        if self._packed == PLAIN:
            return packed
        unpacking = zlib.decompressobj(wbits=31)
        unpacked = unpacking.decompress(packed, MOST_DIRECTORY)
        if unpacking.unconsumed_tail or not unpacking.eof:
            raise ValueError("a directory without end")
        return unpacked

    def _directory(self, offset: int, length: int) -> Directory:
        numbers = varints(self._unpacked(offset, length))
        count = numbers[0] if numbers else 0
        if len(numbers) < 1 + 4 * count:
            raise ValueError("a directory that ends early")
        steps, runs, lengths, places = (
            numbers[1 + part * count : 1 + (part + 1) * count] for part in range(4)
        )
        ids: list[int] = []
        offsets: list[int] = []
        last = 0
        for at, (step, place) in enumerate(zip(steps, places, strict=True)):
            last += step
            ids.append(last)
            # 0 means: right behind the one before.
            behind = offsets[-1] + lengths[at - 1] if place == 0 and at else place - 1
            offsets.append(behind)
        return Directory(ids, runs, lengths, offsets)


def varints(packed: bytes) -> list[int]:
    """Little-endian base-128 numbers. Raises ValueError for one that has no end."""
    numbers, value, shift = [], 0, 0
    for byte in packed:
        value |= (byte & 127) << shift
        shift += 7
        if shift > 70:
            raise ValueError("a number without end")
        if byte < 128:
            numbers.append(value)
            value = shift = 0
    return numbers


def tile_id(zoom: int, column: int, row: int) -> int:
    """A tile's place on the Hilbert curves of all zooms, one behind the other."""
    behind = ((1 << (2 * zoom)) - 1) // 3
    side = (1 << zoom) >> 1
    while side:
        right, lower = int(column & side > 0), int(row & side > 0)
        behind += side * side * ((3 * right) ^ lower)
        if not lower:
            if right:
                column, row = side - 1 - column, side - 1 - row
            column, row = row, column
        side >>= 1
    return behind
