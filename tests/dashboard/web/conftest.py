"""The whole web role on a small town, with tokens of every role in both communities."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.embedded import Store
from data import actors
from data.database import Database
from tests.factories import Town, make_town
from tests.serving import Served, serving

Bearer = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    """The town is at real now, since its clock is the real one."""
    town = await make_town(database, store.admin_url, datetime.now(UTC))
    async with database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO event_type (code, class, name_zh, name_en, limit_s)"
            " VALUES ('t', 'other', '类', 'Type', 3600)"
        )
    return town


@pytest.fixture
async def web(town: Town, store: Store, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(store, tmp_path) as served:
        yield served


@pytest.fixture
def bearer(town: Town) -> Bearer:
    """`await bearer("intake", area="code-west")` gives the header of a new token."""

    async def make(role: str, **options: Any) -> dict[str, str]:
        async with town.database.acting(town.system_id) as link:
            _, token = await actors.create_token(link, role=role, **options)
        return {"Authorization": f"Bearer {token}"}

    return make
