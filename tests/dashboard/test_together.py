"""Questions asked together: who waits for what, and what an error or a leaving page does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from dashboard.together import Together
from tests.waiting import LONGEST_S


class Store:
    """Answers each key by itself, when the test lets it."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.gates: list[asyncio.Future[None]] = []

    async def ask(self, keys: Sequence[str]) -> dict[str, str]:
        self.asked.append(list(keys))
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gates.append(gate)
        await gate
        return {key: key.upper() for key in keys if key != "unknown"}


async def soon() -> None:
    """All that can happen without an answer has happened."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_comes_meanwhile_is_asked_in_one() -> None:
    store = Store()
    together = Together(store.ask, at_once=1, most=3)
    first = asyncio.create_task(together.of("a"))
    await soon()
    others = [asyncio.create_task(together.of(key)) for key in ("a", "b", "b", "unknown", "c")]
    await soon()
    assert store.asked == [["a"]]
    others[1].cancel()  # a page goes; the other that asks the same does not
    for n in range(3):
        store.gates[n].set_result(None)
        await soon()
    # What came after "a" was asked is not answered by what was asked before it came.
    assert store.asked == [["a"], ["a", "b", "unknown"], ["c"]]
    async with asyncio.timeout(LONGEST_S):
        assert await first == "A"
        assert [await one for n, one in enumerate(others) if n != 1] == ["A", "B", None, "C"]


async def test_an_error_is_that_of_all_who_asked_and_of_nobody_else() -> None:
    store = Store()
    together = Together(store.ask, at_once=2, most=10)
    tasks = [asyncio.create_task(together.of(key)) for key in ("a", "b", "c", "d")]
    await soon()
    assert store.asked == [["a"], ["b"]], "one that hangs holds up half"
    tasks[3].cancel()
    store.gates[1].set_exception(OSError("away"))
    await soon()
    assert store.asked[2:] == [["c", "d"]]
    store.gates[2].set_exception(OSError("still away"))
    store.gates[0].set_result(None)
    async with asyncio.timeout(LONGEST_S):
        assert await tasks[0] == "A"
        for task in tasks[1:3]:
            with pytest.raises(OSError, match="away"):
                await task
        again = asyncio.create_task(together.of("b"))
        await soon()
        store.gates[3].set_result(None)
        assert await again == "B"
