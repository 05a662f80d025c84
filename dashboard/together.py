"""Questions that come while one is being asked wait for it, and are then asked in one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Together(Generic[K, V]):
    """`ask` answers for several keys at once; a key that it does not return has no answer (None).

    What is asked begins after the question came, so nobody gets an answer that is older than his
    question. An error is that of all who asked together.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]],
        *,
        at_once: int = 2,
        most: int = 500,
    ) -> None:
        self._ask = ask
        self._at_once = at_once  # questions on their way: one that hangs holds up half
        self._most = most  # keys of one question
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def of(self, key: K) -> V | None:
        """The answer for one key. Raises what `ask` raises."""
        answer = self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(_heard)
            self._next()
        return await asyncio.shield(answer)  # another may wait for it too

    def _next(self) -> None:
        if not self._waiting or len(self._asking) >= self._at_once:
            return
        taken = {key: self._waiting.pop(key) for key in [*islice(self._waiting, self._most)]}
        task = asyncio.create_task(self._answer(taken), name="asked together")
        self._asking.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        self._next()

    async def _answer(self, taken: Mapping[K, asyncio.Future[V | None]]) -> None:
        try:
            found = await self._ask(list(taken))
        except Exception as error:
            for answer in taken.values():
                answer.set_exception(error)
        except BaseException:  # the process ends
            for answer in taken.values():
                answer.cancel()
            raise
        else:
            for key, answer in taken.items():
                answer.set_result(found.get(key))


def _heard(answer: asyncio.Future[V | None]) -> None:
    """Who asked may have gone meanwhile: an error that nobody hears is no warning."""
    if not answer.cancelled():
        answer.exception()
