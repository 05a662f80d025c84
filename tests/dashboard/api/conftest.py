"""The API over real tokens and a real store, without the rest of the web application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dashboard.api import (
    cap,
    checks,
    errors,
    events,
    grids,
    health,
    hooks,
    open311,
    people,
    phone_list,
    phones,
    positions,
)
from dashboard.embedded import Store
from dashboard.guards.identities import Identities
from data import actors
from data.database import Database
from data.events import attributes, types
from data.places import site
from data.places.site import Site
from tests.dashboard.api.open311_requests import ASKED
from tests.factories import NOON, Town, make_town
from tests.waiting import LONGEST_S

Post = Callable[..., Awaitable[httpx.Response]]


class BearerOnly:
    """Tokens to actors, as the application's own middleware does for this part."""

    def __init__(self, app: Any, database: Database) -> None:
        self.app, self.database = app, database

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
            async with self.database.acting(None) as link:
                token = header.removeprefix("Bearer ")
                actor = await actors.by_secret(link, token, datetime.now(UTC))
            scope.setdefault("state", {})["actor"] = actor
        await self.app(scope, receive, send)


def _no_site() -> Site:
    raise AssertionError("only cookies need the site, and there are none here")


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


@pytest.fixture
async def app(town: Town) -> AsyncIterator[FastAPI]:
    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    application.state.database = town.database
    async with town.database.acting(None) as link:
        own = await site.read(link)
    application.state.clock = SimpleNamespace(now=lambda: NOON, site=own)
    application.state.identities = Identities(town.database, site=_no_site)
    reports = (events, open311, hooks, cap)
    places = (grids, checks, people)
    for resource in (positions, phones, phone_list, *reports, *places, health):
        application.include_router(resource.router)
    errors.install(application)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: FastAPI, town: Town) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(BearerOnly(app, town.database), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", timeout=LONGEST_S
    ) as made:
        yield made


@pytest.fixture
def bearer(town: Town) -> Callable[..., Awaitable[dict[str, str]]]:
    """`await bearer("source", area="code-west")` gives the header of a new token."""

    async def make(role: str, **options: Any) -> dict[str, str]:
        async with town.database.acting(town.system_id) as link:
            _, token = await actors.create_token(link, role=role, **options)
        return {"Authorization": f"Bearer {token}"}

    return make


@pytest.fixture
async def token(bearer: Callable[..., Awaitable[dict[str, str]]]) -> str:
    """The token of a source of phones."""
    header = await bearer("source", source="phones")
    return header["Authorization"].removeprefix("Bearer ")


@pytest.fixture
async def send(town: Town, client: httpx.AsyncClient, bearer: Any) -> Any:
    """`await send(message)` posts it with the weather office's token: (status, outcome, event)."""
    header = await bearer("source", source="weather")

    async def post(said: str, **options: Any) -> tuple[int, str, Any]:
        given = {"content": said.encode(), "headers": header, **options}
        reply = await client.post("/api/cap", **given)
        found = reply.json()
        return reply.status_code, found.get("outcome", reply.text), found.get("event")

    return post


@pytest.fixture
async def typed(town: Town) -> Town:
    """Litter has a limit of two hours and questions; a wish has neither."""
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO event_type (code, name_zh, name_en, limit_s) VALUES"
            " ('litter', '暴露垃圾', 'Litter', 7200), ('wish', '心愿', 'Wish', NULL)"
        )
        await types.set_attributes(link, "litter", attributes.read(ASKED))
    return town


@pytest.fixture
async def key(typed: Town, bearer: Any) -> str:
    header = await bearer("source", source="city-app")
    return str(header["Authorization"].removeprefix("Bearer "))
