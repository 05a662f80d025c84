"""The calls' routes and the page channel on a real store; who asks is said by a header."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI, Request

from dashboard.api import call_ledger, calls, drills, duty, errors, policies
from dashboard.channels.page import PageChannel
from dashboard.embedded import Store
from dashboard.listener import Listener
from data import actors
from data.access import Actor
from data.database import Database
from data.places.site import Clock
from tests.calling import Desk, make_desk
from tests.factories import NOON
from tests.waiting import LONGEST_S

RING_S = 10 * LONGEST_S  # rings run in real time: none may end because the machine is slow


class Time:
    """A site clock that the test moves."""

    def __init__(self) -> None:
        self.at = NOON
        self.site = SimpleNamespace(
            clock=Clock(), timezone="Asia/Shanghai", zone=ZoneInfo("Asia/Shanghai")
        )

    def now(self) -> datetime:
        return self.at

    def advance(self, **given: float) -> None:
        self.at += timedelta(**given)


@dataclass
class Phone:
    """A duty page without a browser: keeps what it was told, and says that it rings."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    key: str = ""

    async def send(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
        self.news.set()

    async def until(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; it is taken away."""
        async with asyncio.timeout(LONGEST_S):
            while True:
                for message in self.heard:
                    if message["type"] == kind:
                        self.heard.remove(message)
                        return message
                self.news.clear()
                await self.news.wait()


@dataclass
class Web:
    """One web process."""

    desk: Desk
    time: Time
    channel: PageChannel
    client: httpx.AsyncClient
    actors: dict[str, Actor]

    async def ask(
        self, who: str, method: str, path: str, body: Any = None
    ) -> tuple[int, dict[str, Any]]:
        headers = {"x-actor": who}
        answer = await self.client.request(method, path, json=body, headers=headers)
        return answer.status_code, answer.json()

    async def open_page(self, person: str) -> Phone:
        phone = Phone()
        phone.key = await self.channel.open(self.desk.town.people[person], phone.send)
        return phone


@pytest.fixture
async def web(database: Database, store: Store) -> AsyncIterator[Web]:
    desk = await make_desk(database, store)
    known = {"dora": desk.dispatcher}
    async with database.acting(desk.town.system_id) as link:
        await link.execute("UPDATE call_policy_step SET ring_s = %s", [RING_S])
        for name, role, area, person in (
            ("chief", "grid_worker", "code-west", "west_chief"),
            ("worker", "grid_worker", "code-west", "west_worker"),
            ("east", "duty_officer", "code-east", None),
            ("intake", "intake", "code-west", None),
            ("lost", "grid_worker", "code-west", None),
        ):
            known[name], _ = await actors.create_token(
                link,
                name=name,
                role=role,
                area=area,
                person_id=desk.town.people.get(person or ""),
            )
        known["wall"], _ = await actors.create_token(link, role="kiosk", area="code-west")
    async for one in _web(database, desk, known):
        yield one


async def _web(database: Database, desk: Desk, known: dict[str, Actor]) -> AsyncIterator[Web]:
    time, listener = Time(), Listener(database)
    channel = PageChannel(database, time, process="web:test")
    app = FastAPI()
    app.state.database, app.state.clock = database, time
    errors.install(app)
    app.include_router(call_ledger.router)
    app.include_router(calls.router)
    app.include_router(policies.router)
    app.include_router(drills.router)
    app.include_router(duty.router)

    @app.middleware("http")
    async def who(request: Request, call_next: Any) -> Any:
        request.state.actor = known.get(request.headers.get("x-actor", ""))
        return await call_next(request)

    channel.follow(listener)
    await listener.start()
    await channel.start()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Web(desk, time, channel, client, known)
    await channel.stop()
    await listener.stop()
