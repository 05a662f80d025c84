"""One call gives the store: the server that settings name, or a private one under WANGGE_HOME."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from dashboard.embedded import cluster as clusters
from dashboard.embedded import external, find, install
from dashboard.embedded.errors import HomeUnusable, NoPostgis, StartFailed
from dashboard.embedded.external import Store
from data import roles
from data.errors import Said

ADMIN, APP, READONLY = clusters.ADMIN, "wangge_app", "wangge_readonly"
DATABASE = "wangge"
PATIENCE_S = 60


def _quiet(_: Said) -> None:
    """Say nothing."""


async def ensure(
    home: Path, *, say: Callable[[Said], None] = _quiet, careless: bool = False
) -> Store:
    """A store that answers; PostGIS is found or brought, the cluster made or adopted, as needed.

    `say` is told each long step. `careless` is for tests: no fsync. Raises
    EmbeddedError, whose message tells what to do. Takes some 50 ms when the server is up.
    """
    named = await external.named()
    if named is not None:
        return named
    store = await asyncio.to_thread(_start, home.expanduser().absolute(), say, careless)
    passwords = _passwords(home.expanduser().absolute())
    await roles.prepare(
        make_conninfo(store.admin_url, dbname="postgres"),
        passwords={APP: passwords[APP], READONLY: passwords[READONLY]},
        readonly=READONLY,
        database=DATABASE,
    )
    return store


async def find_running(home: Path) -> Store | None:
    """The store that settings name or that runs under `home`; None when there is none."""
    named = await external.named()
    if named is not None:
        return named
    home = home.expanduser().absolute()
    if not (home / "postgres").exists() or not (home / "secrets.json").exists():
        return None
    store = _urls((home / "postgres").resolve(), _passwords(home))
    return store if await asyncio.to_thread(_answers, store) else None


def runs(home: Path) -> bool:
    """Whether the private server's process under `home` lives; it need not answer yet."""
    return clusters.alive((home / "postgres").resolve() / "data")


async def stop(home: Path) -> bool:
    """Stop the private server under `home`, in order; False when none ran."""
    return await asyncio.to_thread(_stop, home.expanduser().absolute())


def _start(home: Path, say: Callable[[Said], None], careless: bool) -> Store:
    with clusters.locked(home):
        passwords = _passwords(home)
        installation = _installation(home, say)
        cluster = clusters.prepare(home, installation, passwords[ADMIN])
        store = _urls(cluster.folder, passwords)
        if not _answers(store):
            if clusters.alive(cluster.data):
                _wait_until_it_answers(cluster, store)
            else:
                say(Said("starting the private database"))
                clusters.start(cluster, careless=careless)
    return store


def _installation(home: Path, say: Callable[[Said], None]) -> find.Installation:
    """The PostgreSQL for this home: the one that made it, else any."""
    made_by = home / "postgres" / "data" / "PG_VERSION"
    major = int(made_by.read_text()) if made_by.exists() else None
    found = find.find(major) or install.install(say)
    if major not in (None, found.major):
        why = f"the store under {home} belongs to PostgreSQL {major}, here is {found.major}"
        raise NoPostgis(why=why)
    return found


def _stop(home: Path) -> bool:
    if not (home / "postgres" / "data" / "PG_VERSION").exists():
        return False  # never made, or just being removed: stopping makes none
    installation = _installation(home, _quiet)
    with clusters.locked(home):
        return clusters.halt(clusters.prepare(home, installation, _passwords(home)[ADMIN]))


def _wait_until_it_answers(cluster: clusters.Cluster, store: Store) -> None:
    """A server may be starting, or mending what a crash left: that can take a while."""
    until = time.monotonic() + PATIENCE_S
    while not _answers(store):
        if time.monotonic() > until:
            why = f"it runs, but gave no answer in {PATIENCE_S} seconds."
            raise StartFailed(action="reply", why=why, log=cluster.log)
        time.sleep(0.2)


def _urls(folder: Path, passwords: Mapping[str, str]) -> Store:
    host = str(clusters.socket_directory(folder))
    urls = (
        make_conninfo(
            host=host, port=clusters.PORT, dbname=DATABASE, user=role, password=passwords[role]
        )
        for role in (ADMIN, APP, READONLY)
    )
    return Store(*urls)


def _answers(store: Store) -> bool:
    try:
        psycopg.connect(store.admin_url, dbname="postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _passwords(home: Path) -> dict[str, str]:
    """The roles' passwords, made at the first call and kept where only this user reads them."""
    path = home / "secrets.json"
    try:
        if not path.exists():
            made = {role: secrets.token_urlsafe(24) for role in (ADMIN, APP, READONLY)}
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            new.touch(mode=0o600)
            new.write_text(json.dumps(made), encoding="utf-8")
            new.rename(path)
        loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HomeUnusable(home=home, why=error.strerror or str(error)) from error
    return loaded
