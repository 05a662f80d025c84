"""Who asks, remembered for a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest

from dashboard.guards import auth
from data import actors
from data.access import Actor
from data.database import Connection
from tests.factories import Town


async def test_who_is_known_is_not_asked_for_again_until_something_is_revoked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,000 duty pages show their tokens every few seconds. One is revoked while it is read."""
    identities = auth.Identities(town.database, site=pytest.fail)
    by_secret, asked = actors.by_secret, 0

    async def last_time_revoked(link: Connection, secret: str, at: datetime) -> Actor | None:
        nonlocal asked
        asked += 1
        found = await by_secret(link, secret, at)
        if asked == 3:
            identities.forget()
        return found

    monkeypatch.setattr(actors, "by_secret", last_time_revoked)
    async with town.database.acting(town.system_id) as link:
        given: dict[str, Any] = {
            "role": "grid_worker",
            "expires_at": datetime.now(UTC) + timedelta(hours=1),
        }
        token, secret = await actors.create_token(link, **given)
    for times in (1, 1):
        assert (await identities.secret(secret), asked) == (token, times)
    identities.forget()
    for times in (2, 2, 3, 4, 4):
        if times == 3:
            identities.forget()
        assert (await identities.secret(secret), asked) == (token, times)

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Later:
            return super().now(tz) + timedelta(hours=2)

    monkeypatch.setattr(auth, "datetime", Later)
    assert await identities.secret(secret) is None, "remembered, but good no more"
