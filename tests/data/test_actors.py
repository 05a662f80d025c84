"""Secrets: shown once, stored as hashes, used once where they say so."""

from __future__ import annotations

import importlib.util
import sys
from datetime import timedelta

import pytest

from dashboard.embedded import Store
from data import actors, logins
from data.database import Database
from data.errors import Invalid, NotFound
from tests.factories import NOON, Town, make_town, value


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def test_a_token_is_known_until_it_is_revoked(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        actor, secret = await actors.create_token(link, role="source", area="code-west", source="g")
        assert actor.area_id == town.areas["west"]
        assert await actors.by_secret(link, secret, NOON) == actor
        assert await actors.by_secret(link, secret + "x", NOON) is None
        assert await actors.revoke(link, actor.id, NOON)
        assert await actors.by_secret(link, secret, NOON) is None
        stored = await value(link, "SELECT secret_hash FROM actor WHERE id = %s", [actor.id])
        assert secret.encode() not in bytes(stored)


async def test_a_one_time_code_opens_one_session(town: Town) -> None:
    """Two looks at the link make two pending sessions; the first that is used wins."""
    async with town.database.acting(town.system_id) as link:
        duty = await actors.create_account(
            link, name="d", password="long enough", role="duty_officer"
        )
        code = await logins.create_code(link, duty.id, NOON)
        assert await logins.open_code(link, code, NOON) == duty.id
        first = await logins.open_session(link, duty.id, NOON, code=code)
        second = await logins.open_session(link, duty.id, NOON, code=code)
        seen = await logins.session(link, second, NOON)
        assert seen is not None and seen.name == "d"
        assert await logins.session(link, first, NOON) is None
        assert await logins.session(link, second, NOON) is not None
        assert await logins.open_code(link, code, NOON) is None


async def test_codes_and_sessions_end(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        duty = await actors.create_account(
            link, name="d", password="long enough", role="duty_officer"
        )
        code = await logins.create_code(link, duty.id, NOON)
        assert await logins.open_code(link, code, NOON + logins.CODE_LASTS) is None
        secret = await logins.open_session(link, duty.id, NOON)
        later = NOON + logins.SESSION_LASTS + timedelta(seconds=1)
        assert await logins.session(link, secret, later) is None
        await logins.revoke_session(link, secret, NOON)
        assert await logins.session(link, secret, NOON) is None


async def test_passwords(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        await actors.create_account(link, name="d", password="long enough", role="commander")
        found = await actors.account(link, "d", NOON)
        assert found is not None
        assert actors.password_fits(found[1], "long enough")
        assert not actors.password_fits(found[1], "wrong")
        assert not actors.password_fits(None, "no such account")
        with pytest.raises(Invalid, match="at least 8"):
            await actors.create_account(link, name="e", password="short", role="commander")


def test_a_password_costs_what_is_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9106's second choice, for 64 MB; the tests' own setting is not the product's."""
    found = importlib.util.spec_from_file_location("actors_afresh", actors.__file__)
    assert found is not None and found.loader is not None
    afresh = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, found.name, afresh)  # its dataclasses look themselves up
    found.loader.exec_module(afresh)
    stored = afresh._hasher().hash("long enough")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert actors.password_fits(stored, "long enough")
    assert not actors.password_fits(stored, "wrong")


async def test_unknown_roles_and_areas_say_so(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        with pytest.raises(Invalid, match="choose one of"):
            await actors.create_token(link, role="system")
        with pytest.raises(NotFound, match="area"):
            await actors.create_token(link, role="kiosk", area="nowhere")


def test_a_secret_is_never_an_option_of_a_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(["-secret", "--all", "a-secret"])
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: next(made))
    assert actors.new_secret() == "a-secret"
