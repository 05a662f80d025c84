"""What pages say on their sockets: small JSON objects, and not without end.

A page pings every few seconds and asks anew after a gap. Whoever says much more is no page of ours,
and answering him would make the others wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import WebSocketDisconnect

LONGEST = 4096  # characters
BURST, PER_S = 60, 20


class Flood(Exception):
    """More was said than a page says."""


@dataclass(slots=True)
class Ear:
    """One socket's: hears `BURST` messages at once and `PER_S` a second for long."""

    clock: Callable[[], float] = time.monotonic
    _left: float = BURST
    _at: float | None = None

    def hear(self, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """A received ASGI message as the object it holds, None for anything else.

        Raises WebSocketDisconnect at its end, Flood when it does not end.
        """
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        now = self.clock()
        if self._at is not None:
            self._left = min(BURST, self._left + (now - self._at) * PER_S)
        self._at = now
        self._left -= 1
        if self._left < 0:
            raise Flood
        text = message.get("text") or ""
        if not text or len(text) > LONGEST:
            return None
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        return said if isinstance(said, dict) else None
