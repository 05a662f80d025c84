"""The dispatcher's desk of tests/calling.py."""

from __future__ import annotations

import pytest

from dashboard.embedded import Store
from data.database import Database
from tests.calling import Desk, make_desk


@pytest.fixture
async def desk(database: Database, store: Store) -> Desk:
    return await make_desk(database, store)
