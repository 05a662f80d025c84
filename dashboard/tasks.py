"""Ending tasks that run for as long as their owner lives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_S = 2.0


async def end(tasks: Iterable[asyncio.Task[Any]]) -> list[Any]:
    """Cancel the tasks and wait for each; what they returned or raised, in their order.

    The cancellation is repeated until they have ended: Python 3.11's `asyncio.wait_for`, by which
    psycopg waits, loses one that arrives together with its result.
    """
    given = list(tasks)
    waiting = {task for task in given if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=AGAIN_S)
    return await asyncio.gather(*given, return_exceptions=True)
