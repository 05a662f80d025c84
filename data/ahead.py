"""What is needed next is made in a thread while what there is is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import TypeVar

T = TypeVar("T")


async def ahead(parts: Iterator[T]) -> AsyncGenerator[T]:
    """The same parts; each is made, in a thread, while the one before is used. One at most waits.

    To be closed (`contextlib.aclosing`), so that no thread is left at work. Raises what making a
    part raises.
    """
    coming = asyncio.create_task(asyncio.to_thread(next, parts, None))
    try:
        while (part := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, parts, None))
            yield part
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
