"""The web role on a real port in the test's own loop, and pages that speak its protocols."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
import websockets

from dashboard.app import create_app
from dashboard.cli.serve import LISTENING
from dashboard.embedded import Store
from dashboard.live.protocol import FULL, Frame, decode
from dashboard.settings import Settings
from tests.waiting import LONGEST_S, free_port, until


@dataclass
class Served:
    """A running application and where it listens."""

    app: Any
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **given: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=LONGEST_S, **given)

    @asynccontextmanager
    async def screen(self, query: str = "", **headers: str) -> AsyncIterator[Screen]:
        """A page of /live."""
        address = f"ws://127.0.0.1:{self.port}/live{query}"
        async with websockets.connect(address, additional_headers=headers, max_size=None) as link:
            yield Screen(link)


@dataclass
class Screen:
    """What a page of /live makes of what it hears; a gap in the sequence is an error."""

    link: websockets.ClientConnection
    hello: dict[str, Any] = field(default_factory=dict)
    events: dict[int, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    people: dict[int, Any] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    seq: int = 0

    async def hear(self) -> str:
        """Take one message over; its type, or "full" or "delta"."""
        async with asyncio.timeout(LONGEST_S):
            message = await self.link.recv()
        kind = self._frame(decode(message)) if isinstance(message, bytes) else self._text(message)
        self.heard.append(kind)
        return kind

    async def until(self, kind: str) -> None:
        """Hear up to and including the next message of a kind."""
        while await self.hear() != kind:
            pass

    async def until_true(self, condition: Any) -> None:
        """Hear until a condition on this page holds."""
        async with asyncio.timeout(LONGEST_S):
            while not condition(self):
                await self.hear()

    def _text(self, text: str) -> str:
        message = json.loads(text)
        kind = str(message["type"])
        if kind == "hello":
            self.hello = message
            self.people = {}
        elif "seq" in message:
            assert message["seq"] == self.seq + 1, f"a gap before {kind}"
        self.seq = message.get("seq", self.seq)
        if kind == "events":
            if message["full"]:
                self.events = {}
            for id_ in message["remove"]:
                del self.events[id_]
            self.events.update({event["id"]: event for event in message["upsert"]})
        if kind == "summary":
            self.summary = message
        return kind

    def _frame(self, frame: Frame) -> str:
        if frame.kind == FULL:
            self.people = {}
        self.people.update({int(row["index"]): row for row in frame.rows})
        return "full" if frame.kind == FULL else "delta"


def settings(store: Store, home: Path, port: int) -> Settings:
    return Settings(home=home, port=port, app_url=store.app_url, readonly_url=store.readonly_url)


@asynccontextmanager
async def serving(store: Store, home: Path, port: int | None = None) -> AsyncIterator[Served]:
    """The web role on a store, until the block ends."""
    port = port or free_port()
    app = create_app(settings(store, home, port))
    config = uvicorn.Config(
        app, port=port, log_level="warning", lifespan="on", timeout_graceful_shutdown=1, **LISTENING
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    await until(lambda: server.started or task.done())
    assert not task.done(), "the server did not start"
    try:
        yield Served(app, port)
    finally:
        server.should_exit = True
        await task
