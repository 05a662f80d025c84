"""A slow page: it loses what it cannot take and then gets everything, and nobody waits for it."""

from __future__ import annotations

import asyncio

from dashboard.live.clients import MOST_TEXTS, Client
from data.access import Actor

ACTOR = Actor(1, "account", "duty", "duty_officer", 1)


class Page:
    """A socket that can be held, with what it got."""

    def __init__(self) -> None:
        self.got: list[str | bytes] = []
        self.open = asyncio.Event()
        self.open.set()
        self.client = Client(ACTOR, "key", self.snapshot, lambda: b"full")
        self.snapshots = 0

    def snapshot(self) -> list[str | bytes]:
        self.snapshots += 1
        return [f"hello {self.snapshots}"]

    async def send(self, message: str | bytes) -> None:
        await self.open.wait()
        self.got.append(message)


async def settle() -> None:
    """Let the pump run dry: a few turns of the loop suffice, it never waits for time."""
    for _ in range(2 * MOST_TEXTS + 50):
        await asyncio.sleep(0)


async def test_a_page_begins_with_a_snapshot_and_goes_on_in_order() -> None:
    page = Page()
    page.client.text("before the snapshot: in it already")
    pump = asyncio.create_task(page.client.pump(page.send))
    await settle()
    for n in range(3):
        page.client.text(str(n))
    page.client.frame(b"delta")
    await settle()
    assert page.got == ["hello 1", "0", "1", "2", b"delta"]
    page.client.close("done")
    await pump


async def test_a_slow_page_skips_deltas_and_then_gets_a_full_frame() -> None:
    page = Page()
    pump = asyncio.create_task(page.client.pump(page.send))
    await settle()
    page.open.clear()
    page.client.text("held")
    await settle()
    for n in range(10):
        page.client.frame(f"delta {n}".encode())
    page.open.set()
    await settle()
    assert page.got == ["hello 1", "held", b"full"]
    assert page.client.skipped.frames == 10
    page.client.close("done")
    await pump


async def test_a_page_too_slow_for_messages_begins_again() -> None:
    page = Page()
    pump = asyncio.create_task(page.client.pump(page.send))
    await settle()
    page.open.clear()
    for n in range(MOST_TEXTS + 2):
        page.client.text(str(n))
    page.open.set()
    await settle()
    assert page.got == ["hello 1", "hello 2"]
    assert page.client.skipped.texts == MOST_TEXTS + 1
    page.client.text("next")
    await settle()
    assert page.got[-1] == "next"
    page.client.close("done")
    await pump


async def test_a_page_may_ask_for_everything_again() -> None:
    page = Page()
    pump = asyncio.create_task(page.client.pump(page.send))
    await settle()
    page.client.resync()
    await settle()
    assert page.got == ["hello 1", "hello 2"]
    page.client.close("done")
    await pump
