"""How tests wait: for a state, never for a time; and the ports on which they listen."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import random
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.clones import HOME

LONGEST_S = 90  # a busy machine is no failure
# The system gives ports from 32768 on to outgoing connections, which would take ours meanwhile.
PORTS = range(15_000, 32_000)


async def until(holds: Callable[[], bool | Awaitable[bool]], every_s: float = 0.02) -> None:
    """Ask again and again whether a condition holds. Raises TimeoutError after LONGEST_S."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            found = holds()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(every_s)


def free_port() -> int:
    """A port that nobody listens on, given once in a run however many workers ask."""
    claims = Path(os.environ[HOME]) / "ports" if HOME in os.environ else None
    if claims is not None:
        claims.mkdir(exist_ok=True)
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):  # taken here or claimed there
            probe.bind(("127.0.0.1", port))
            if claims is not None:
                (claims / str(port)).touch(exist_ok=False)
            return port
