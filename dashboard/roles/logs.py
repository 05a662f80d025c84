"""What a role prints, kept within bounds: the file that grows, and a few older ones beside it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from itertools import pairwise
from pathlib import Path

LIMIT_BYTES = 10 * 2**20
OLDER = 2
CHUNK_BYTES = 2**16


class Log:
    """`path`, and `path`.1, `path`.2 … of what came before, the oldest dropped.

    Each is at most `limit_bytes` long, but for the rest of its last line; twice as long, where
    lines never end.
    """

    def __init__(self, path: Path, *, limit_bytes: int = LIMIT_BYTES, older: int = OLDER) -> None:
        self.path = path
        self._limit, self._older = limit_bytes, older
        self._reading: set[int] = set()

    def pipe(self) -> int:
        """The writing end of a new pipe for a child, to be closed here once the child has it.

        Whatever comes is written, until nobody holds the pipe any more, or `close`.
        """
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        self._reading.add(reading)
        asyncio.get_running_loop().add_reader(reading, self._read, reading)
        return writing

    def close(self) -> None:
        """Write what has come so far, and read no more."""
        for reading in list(self._reading):
            while reading in self._reading and self._read(reading):
                pass
            self._leave(reading)

    def write(self, data: bytes) -> None:
        """Add to the file; a full one gets an older one's name first, at the end of a line."""
        while data:
            size = self.path.stat().st_size if self.path.exists() else 0
            end = data.find(b"\n", max(0, self._limit - size)) + 1
            if size + len(data) <= self._limit or (not end and size < 2 * self._limit):
                self._append(data)
                return
            self._append(data[:end])
            self._turn()
            data = data[end:]

    def _append(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)

    def _turn(self) -> None:
        names = [self.path, *(Path(f"{self.path}.{n + 1}") for n in range(self._older))]
        for newer, older in reversed(list(pairwise(names))):
            if newer.exists():
                newer.replace(older)

    def _read(self, reading: int) -> bool:
        """Write what is there; whether more may come at once."""
        try:
            data = os.read(reading, CHUNK_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self._leave(reading)
            return False
        with contextlib.suppress(OSError):  # a full disk costs the words, never the role
            self.write(data)
        return True

    def _leave(self, reading: int) -> None:
        if reading in self._reading:
            self._reading.remove(reading)
            asyncio.get_running_loop().remove_reader(reading)
            os.close(reading)
