"""The private store: who may do what, and what is said when it cannot be had."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dashboard.embedded import EmbeddedError, Store, ensure, find_running, stop
from dashboard.embedded.cluster import socket_directory
from data import roles
from data.database import Database


def test_the_application_is_bound_by_row_level_security(store: Store) -> None:
    for url in (store.app_url, store.readonly_url):
        assert not asyncio.run(roles.powers(url)).unbound
    assert asyncio.run(roles.powers(store.admin_url)).unbound


def test_the_readonly_role_starts_read_only(store: Store) -> None:
    with psycopg.connect(store.readonly_url) as link:
        row = link.execute("SHOW transaction_read_only").fetchone()
    assert row == ("on",)


def test_passwords_never_show(store: Store) -> None:
    password = conninfo_to_dict(store.admin_url)["password"]
    assert str(password) not in repr(store)


def test_nothing_listens_on_tcp_and_nobody_is_trusted(store: Store) -> None:
    with psycopg.connect(store.admin_url) as link:
        listening = link.execute("SHOW listen_addresses").fetchone()
        rules = link.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        encoding = link.execute("SHOW server_encoding").fetchone()
    assert listening == ("",)
    assert rules == [("scram-sha-256",)]
    assert encoding == ("UTF8",)
    directory = Path(str(conninfo_to_dict(store.admin_url)["host"]))
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


async def test_the_pool_opens(database: Database) -> None:
    async with database.acting(None) as link:
        row = await (await link.execute("SELECT count(*) FROM person")).fetchone()
    assert row == (0,)


def test_a_server_left_by_a_killed_parent_is_adopted_and_a_killed_server_recovers(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = _home(tmp_path_factory)
    try:
        first = asyncio.run(ensure(home, careless=True))
        pid = _postmaster(home)
        assert asyncio.run(ensure(home)) == first
        assert _postmaster(home) == pid
        os.kill(pid, signal.SIGKILL)
        assert asyncio.run(ensure(home, careless=True)) == first
        assert _postmaster(home) != pid
        with psycopg.connect(first.app_url) as link:
            assert link.execute("SELECT 1").fetchone() == (1,)
    finally:
        assert asyncio.run(stop(home))
    assert asyncio.run(find_running(home)) is None
    assert not asyncio.run(stop(home))


def test_a_pid_that_was_given_away_does_not_stop_the_start(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = _home(tmp_path_factory)
    try:
        asyncio.run(ensure(home, careless=True))
        left = home / "postgres/data/postmaster.pid"
        lines = left.read_text().splitlines()
        asyncio.run(stop(home))
        left.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        asyncio.run(ensure(home, careless=True))
        assert _postmaster(home) != os.getpid()
    finally:
        asyncio.run(stop(home))


def test_two_starts_at_once_make_one_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = _home(tmp_path_factory)

    async def both() -> list[Store]:
        return list(await asyncio.gather(ensure(home, careless=True), ensure(home, careless=True)))

    try:
        one, other = asyncio.run(both())
        assert one == other
    finally:
        asyncio.run(stop(home))


def test_an_unwritable_home_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedError, match=r"WANGGE_HOME is .*file/home.*Not a directory"):
        asyncio.run(ensure(tmp_path / "file" / "home"))


def test_a_full_home_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.embedded.cluster.SPACE_NEEDED_MB", 10**12)
    with pytest.raises(EmbeddedError, match=r"WANGGE_HOME is .* MB are free"):
        asyncio.run(ensure(tmp_path))


def test_the_same_role_twice_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", store.app_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.app_url)
    with pytest.raises(EmbeddedError, match="same role, wangge_app"):
        asyncio.run(ensure(Path("/nowhere")))


def test_an_application_that_is_superuser_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", store.admin_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.app_url)
    with pytest.raises(EmbeddedError, match="wangge_admin, which is superuser"):
        asyncio.run(ensure(Path("/nowhere")))


def test_one_url_without_the_other_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@localhost/x")
    with pytest.raises(EmbeddedError, match="DATABASE_URL is set but DATABASE_ADMIN_URL is not"):
        asyncio.run(ensure(Path("/nowhere")))


async def test_a_role_of_another_server_gets_what_the_application_needs(
    cluster: Store, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = sql.Identifier(f"clerk_{os.getpid()}")
    with psycopg.connect(store.admin_url, autocommit=True) as link:
        link.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(clerk))
    app = make_conninfo(store.app_url, user=f"clerk_{os.getpid()}", password="x")
    monkeypatch.setenv("DATABASE_URL", app)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    named = await ensure(Path("/nowhere"))
    try:
        assert named.app_url == app
        async with Database(named.app_url, named.readonly_url, size=2) as database:
            async with database.acting(None) as link_:
                await link_.execute("SELECT count(*) FROM person")
            async with database.acting(None, readonly=True) as link_:
                with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                    await link_.execute("INSERT INTO level VALUES ('x', 99, 'x', 'x')")
    finally:
        with psycopg.connect(store.admin_url, autocommit=True) as link:
            link.execute(sql.SQL("DROP ROLE {}").format(clerk))


def test_a_server_that_does_not_answer_is_named(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", make_conninfo(store.app_url, password="wrong"))
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    with pytest.raises(EmbeddedError, match=r"(?s)DATABASE_URL names.*authentication failed"):
        asyncio.run(ensure(Path("/nowhere")))


def test_the_socket_path_is_short_whatever_the_home() -> None:
    assert len(str(socket_directory(Path("/" + "long/" * 60)) / ".s.PGSQL.5432.lock")) < 100


def _home(factory: pytest.TempPathFactory) -> Path:
    """pytest's own folders are closed to the server's user: root would need another way in."""
    return factory.mktemp("home")


def _postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split("\n", 1)[0])


async def test_stopping_what_was_never_made_makes_nothing(tmp_path: Path) -> None:
    """A home that is just being removed had a new database made in it by those who stopped it."""
    (tmp_path / "postgres").mkdir()
    (tmp_path / "secrets.json").write_text("{}")
    assert await stop(tmp_path) is False
    assert list((tmp_path / "postgres").iterdir()) == []
