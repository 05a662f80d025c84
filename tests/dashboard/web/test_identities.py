"""Who asks, remembered for a moment, and asked for together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.app import _parts
from dashboard.guards import identities as module
from dashboard.guards.identities import Identities
from dashboard.settings import Settings
from data import actors, logins
from data.access import Actor
from data.database import Connection
from tests.factories import Town
from tests.waiting import LONGEST_S, until

Found = list[tuple[bytes, Actor]]
LISTENING_ENDS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'wangge-listen' AND datname = current_database()"""


async def new_token(town: Town) -> tuple[Actor, str]:
    given: dict[str, Any] = {
        "role": "grid_worker",
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }
    async with town.database.acting(town.system_id) as link:
        return await actors.create_token(link, **given)


async def test_who_is_known_is_not_asked_for_again_until_something_is_revoked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,000 duty pages show their tokens every few seconds. One is revoked while it is read."""
    identities = Identities(town.database, site=pytest.fail)
    of_secrets, asked = actors.of_secrets, 0

    async def last_time_revoked(link: Connection, digests: Sequence[bytes], at: datetime) -> Found:
        nonlocal asked
        asked += 1
        found = await of_secrets(link, digests, at)
        if asked == 3:
            identities.forget()
        return found

    monkeypatch.setattr(actors, "of_secrets", last_time_revoked)
    token, secret = await new_token(town)
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

    monkeypatch.setattr(module, "datetime", Later)
    assert await identities.secret(secret) is None, "remembered, but good no more"


async def test_pages_that_ask_at_once_are_one_question(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a pause 2,000 pages ask at once: each had taken a connection, and a click stood behind
    them. Good ones, an unknown one, sessions, one that is pending, twice the same."""
    identities = Identities(town.database, site=pytest.fail)
    asked: list[int] = []
    of_secrets = actors.of_secrets

    async def counted(link: Connection, digests: Sequence[bytes], at: datetime) -> Found:
        asked.append(len(digests))
        return await of_secrets(link, digests, at)

    monkeypatch.setattr(actors, "of_secrets", counted)
    now = datetime.now(UTC)
    tokens = [await new_token(town) for _ in range(40)]
    async with town.database.acting(town.system_id) as link:
        duty = await actors.create_account(
            link, name="duty", password="long enough words", role="duty_officer"
        )
        code = await logins.create_code(link, duty.id, now)
        signed_in = await logins.open_session(link, duty.id, now)
        pending = [await logins.open_session(link, duty.id, now, code=code) for _ in range(2)]
    wanted = [*(secret for _, secret in tokens), tokens[0][1], "unknown"]
    found, sessions = await asyncio.gather(
        asyncio.gather(*map(identities.secret, wanted)),
        asyncio.gather(*map(identities.session, (signed_in, *pending))),
    )
    assert found == [*(actor for actor, _ in tokens), tokens[0][0], None]
    assert sessions[0] is not None and sessions[0].id == duty.id
    assert sorted(one is None for one in sessions[1:]) == [False, True], "a code is good once"
    assert len(asked) <= 3 and sum(asked) == 42, "the first two alone, then all that waited"


async def test_after_a_new_listening_connection_all_are_asked_for_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody was revoked while nobody listened: the web process, as it is wired, forgets whom it
    knows with the connection, not a minute later."""
    monkeypatch.setattr(module, "CACHE_S", 1e6)
    state = SimpleNamespace()
    token, secret = await new_token(town)
    clock, listener, *_ = _parts(state, Settings.load(), town.database)
    hears = asyncio.Event()
    listener.on_connect(hears.set)
    await clock.start()
    await listener.start()
    try:
        async with asyncio.timeout(LONGEST_S):
            await hears.wait()
        assert await state.identities.secret(secret) == token
        async with town.database.acting(town.system_id) as link:
            await link.execute("UPDATE actor SET revoked_at = now() WHERE id = %s", [token.id])
        assert await state.identities.secret(secret) == token, "as yet nobody has said it"
        async with town.database.acting(None) as link:
            await link.execute(LISTENING_ENDS)

        async def forgotten() -> bool:
            return await state.identities.secret(secret) is None

        await until(forgotten)
    finally:
        await listener.stop()
        await clock.stop()
