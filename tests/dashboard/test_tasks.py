"""A task that loses its cancellation ends all the same."""

from __future__ import annotations

import asyncio

import pytest

from dashboard import tasks
from tests.waiting import LONGEST_S


async def test_a_lost_cancellation_is_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN_S", 0.01)
    lost = 0

    async def deaf() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                lost += 1
                if lost == 3:
                    raise

    async def broken() -> None:
        raise ValueError("of its own")

    async def done() -> int:
        return 7

    given = [asyncio.create_task(work) for work in (deaf(), broken(), done())]
    await asyncio.sleep(0)
    async with asyncio.timeout(LONGEST_S):
        results = await tasks.end(given)
    assert isinstance(results[0], asyncio.CancelledError) and lost == 3
    assert isinstance(results[1], ValueError) and results[2] == 7
