"""Two sites on one host: a browser brings the cookies of a host to every port."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.embedded import Store
from data import actors
from data.database import Database
from tests.clones import cloned
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town, make_town
from tests.serving import Served, serving

FORM = {"account": "duty", "password": "long enough"}
HTML = {"Accept": "text/html"}


async def officer(town: Town) -> str:
    """An account at a town's doors, and a kiosk link's secret."""
    async with town.database.acting(town.system_id) as link:
        await actors.create_account(
            link, name="duty", password=FORM["password"], role="duty_officer"
        )
        _, secret = await actors.create_token(link, role="kiosk", name="wall")
    return secret


@pytest.fixture
async def other(cluster: Store, tmp_path: Path) -> AsyncIterator[tuple[Served, Town]]:
    """A second site with a store and a port of its own."""
    with cloned(cluster, f"test_other_site_{os.getpid()}") as store:
        async with (
            Database(store.app_url, store.readonly_url, size=2) as database,
            _made(database, store, tmp_path) as made,
        ):
            yield made


@asynccontextmanager
async def _made(
    database: Database, store: Store, tmp_path: Path
) -> AsyncIterator[tuple[Served, Town]]:
    town = await make_town(database, store.admin_url, datetime.now(UTC))
    home = tmp_path / "other"
    home.mkdir()
    async with serving(store, home) as served:
        yield served, town


async def test_signing_in_to_one_leaves_the_other(
    web: Served, town: Town, other: tuple[Served, Town], bearer: Bearer
) -> None:
    second, second_town = other
    secrets = {web.url: await officer(town), second.url: await officer(second_town)}
    async with web.client() as browser:
        for url in secrets:
            answer = await browser.post(f"{url}/sign-in", data=FORM)
            assert answer.status_code == 303
        for url in secrets:
            assert (await browser.get(f"{url}/api/summary")).status_code == 200, url
        assert await hello(web, browser) == await hello(second, browser) == "hello"
        assert (await browser.post(f"{web.url}/sign-out")).status_code == 303
        assert (await browser.get(f"{web.url}/api/summary")).status_code == 401
        assert (await browser.get(f"{second.url}/api/summary")).status_code == 200
        for url, secret in secrets.items():
            assert (await browser.get(f"{url}/kiosk/{secret}", headers=HTML)).status_code == 200
        for url in secrets:
            assert (await browser.get(f"{url}/api/summary")).status_code == 200, url
            assert (await browser.post(f"{url}/api/calls", json={})).status_code == 403


async def hello(served: Served, browser: Any) -> str:
    """The first word of the feed to this browser's cookies."""
    cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
    async with served.screen(Cookie=cookie) as screen:
        return str(await screen.hear())
