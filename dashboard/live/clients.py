"""One open page: a bounded queue between the hub and its socket."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from data.access import Actor

MOST_TEXTS = 200
MOST_BYTES = 8_000_000

Send = Callable[[str | bytes], Awaitable[None]]


@dataclass(slots=True)
class Skipped:
    """What slow clients did not get, since the process began."""

    frames: int = 0
    texts: int = 0


@dataclass(eq=False, slots=True)
class Client:
    """A page of an actor. The hub calls `text` and `frame`, which never wait; `pump` sends.

    A client that is too slow for the positions skips deltas and then gets a full frame; one that
    is too slow for the messages loses them all and then gets a snapshot.
    """

    actor: Actor
    key: str
    snapshot: Callable[[], list[str | bytes]]
    full_frame: Callable[[], bytes | None]
    skipped: Skipped = field(default_factory=Skipped)
    closing: str | None = None
    doubt: asyncio.Event = field(default_factory=asyncio.Event)  # set: ask whether he still may
    _texts: deque[str] = field(default_factory=deque)
    _waiting: int = 0
    _frame: bytes | None = None
    _wants_full: bool = False
    _wants_snapshot: bool = True
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def text(self, message: str) -> None:
        """Queue a message."""
        if self._wants_snapshot:
            return  # the snapshot will hold it
        if len(self._texts) >= MOST_TEXTS or self._waiting + len(message) > MOST_BYTES:
            self.skipped.texts += len(self._texts) + 1
            self.resync()
            return
        self._texts.append(message)
        self._waiting += len(message)
        self._wake.set()

    def frame(self, frame: bytes) -> None:
        """Queue a delta of positions; if one is still waiting, both give way to a full frame."""
        if self._wants_snapshot or self._wants_full:
            self.skipped.frames += 1
            return
        if self._frame is not None:
            self.skipped.frames += 2
            self._frame, self._wants_full = None, True
        else:
            self._frame = frame
        self._wake.set()

    def resync(self) -> None:
        """Send everything again from the beginning."""
        self._texts.clear()
        self._waiting, self._frame, self._wants_full = 0, None, False
        self._wants_snapshot = True
        self._wake.set()

    def close(self, reason: str) -> None:
        """End the connection with a reason."""
        self.closing = reason
        self._wake.set()

    async def pump(self, send: Send) -> None:
        """Send what waits, in order, until `close`."""
        self._wake.set()
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self.closing is not None:
                return
            if self._wants_snapshot:
                self._wants_snapshot = False
                for part in self.snapshot():
                    await send(part)
            while self._texts:
                message = self._texts.popleft()
                self._waiting -= len(message)
                await send(message)
            frame = self._take_frame()
            if frame is not None:
                await send(frame)

    def _take_frame(self) -> bytes | None:
        frame = self.full_frame() if self._wants_full else self._frame
        self._frame, self._wants_full = None, False
        return frame
