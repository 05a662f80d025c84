"""A duty page's socket: what it may say, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from dashboard.live import duty, words
from data.errors import StoreUnavailable
from tests.waiting import until


@dataclass
class Desk:
    """Remembers what the socket told it."""

    told: list[Any] = field(default_factory=list)
    send: Any = None

    async def open(self, person_id: int, send: Any) -> str:
        self.told.append(("open", person_id))
        self.send = send
        return "key"

    async def receive(self, key: str, message: dict[str, Any]) -> None:
        self.told.append(message)
        await self.send(message)

    async def close(self, key: str) -> None:
        self.told.append(("close", key))


@asynccontextmanager
async def page(desk: Desk, **options: Any) -> AsyncIterator[ClientConnection]:
    """A page's socket on a server of its own."""
    app = FastAPI()

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await duty.serve(socket, 7, desk, **options)

    config = uvicorn.Config(app, port=0, ws="websockets-sansio", log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with connect(f"ws://127.0.0.1:{port}/live", proxy=None) as one:
        yield one
    server.should_exit = True
    await serving


async def test_words_that_are_none_are_passed_over() -> None:
    desk = Desk()
    async with page(desk) as one:
        for text in ("", "{", "[]", "7", '"x"', '{"a": "' + "x" * 5000 + '"}'):
            await one.send(text)
        await one.send(b"\x00")
        await one.send('{"type": "ping", "t": 1}')
        assert orjson.loads(await one.recv())["t"] == 1
    assert desk.told == [("open", 7), {"type": "ping", "t": 1}, ("close", "key")]


async def test_a_silent_page_is_asked_and_has_gone_when_it_misses_two_beats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(duty, "BEAT_S", 0.05)
    desk = Desk()
    async with page(desk) as one:
        assert orjson.loads(await one.recv()) == {"type": "beat"}
        with pytest.raises(ConnectionClosed):
            await one.recv()
    assert desk.told[-1] == ("close", "key")


async def test_a_page_whose_timers_sleep_lives_by_its_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the background it sends nothing by itself, and answers each beat."""
    monkeypatch.setattr(duty, "BEAT_S", 0.2)
    desk = Desk()
    async with page(desk) as one:
        for _ in range(2 * duty.MOST_MISSED):
            while orjson.loads(await one.recv()) != {"type": "beat"}:
                pass
            await one.send('{"type": "beat"}')
        assert ("close", "key") not in desk.told


async def test_a_revoked_session_ends_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty, "ASK_S", 0.0)
    answers: list[Any] = [True, StoreUnavailable(), False]

    async def alive() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)

    desk = Desk()
    async with page(desk, alive=alive) as one:
        for _ in range(3):
            await one.send('{"type": "ping"}')
            assert orjson.loads(await one.recv())["type"] == "ping"
        with pytest.raises(ConnectionClosed):
            await one.recv()
        assert one.close_code == duty.REVOKED


async def test_a_page_that_talks_without_end_is_shut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "PER_S", 0)  # a slow machine would let it talk for ever
    async with page(Desk()) as one:
        for _ in range(words.BURST):
            await one.send('{"type": "test"}')
            await one.recv()
        await one.send('{"type": "test"}')
        with pytest.raises(ConnectionClosed):
            await one.recv()
        assert one.close_code == duty.FLOOD
