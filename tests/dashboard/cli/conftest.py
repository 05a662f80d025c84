"""Commands as users run them, on the test's own town."""

from __future__ import annotations

import asyncio

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.embedded import Store
from data.database import Database
from tests.factories import Town, make_town


@pytest.fixture
async def town(database: Database, store: Store, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The commands find the test's store by the settings."""
    monkeypatch.setenv("DATABASE_URL", store.app_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    return await make_town(database, store.admin_url)


async def wangge(*arguments: str, given: str | None = None) -> Result:
    """Run a command; it has an event loop of its own, hence the thread. `given` is piped in."""
    return await asyncio.to_thread(CliRunner().invoke, main, list(arguments), given)
