"""A cluster of a test's own, that it may stop and kill."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dashboard.embedded import Store, ensure, stop
from data import migrate


@pytest.fixture
async def own_store(tmp_path: Path) -> AsyncIterator[Store]:
    """A cluster of this test's own, that it may stop."""
    home = tmp_path / "home"
    home.mkdir()
    for folder in (tmp_path, home):
        folder.chmod(0o711)
    found = await ensure(home, careless=True)
    await migrate.apply(found.admin_url)
    yield found
    await stop(home)
