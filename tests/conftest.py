"""One private PostGIS for the whole run, one migrated template, one cloned database per test."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from argon2 import profiles
from filelock import FileLock
from hypothesis import HealthCheck, settings

from dashboard.embedded import EmbeddedError, Store, ensure, stop
from data import actors, migrate
from data.database import Database
from tests.clones import HOME, TEMPLATE, cloned, maintenance, places

# Tests never touch a database or a demo of the person who runs them.
FOREIGN = ("DATABASE_URL", "DATABASE_ADMIN_URL", "DATABASE_READONLY_URL", "WANGGE_FOLLOW_PARENT")
LONGEST = (
    *("journeys/test_demo.py", "faults/test_store_stopped.py", "faults/test_live_returns.py"),
    *("demo/test_seed.py", "demo/test_incidents.py", "embedded/test_store.py"),
    *("browser/test_calls.py", "browser/test_wall_live.py", "browser/test_calls_store.py"),
)
T = TypeVar("T")

# No test of ours has a time limit; what fixtures hold is the same in every example.
UNHURRIED = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("wangge", deadline=None, suppress_health_check=UNHURRIED)
settings.load_profile("wangge")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the run's home in the first process, and clear away what killed runs left."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    actors.COST = profiles.CHEAPEST  # hundreds sign in; test_actors looks at the product's own
    if HOME in os.environ:
        return
    for home in (home for place in places() for home in place.glob("wangge-test-*-*")):
        owner = home.name.split("-")[2]
        if owner.isdigit() and not _lives(int(owner)) and os.access(home, os.W_OK):
            with contextlib.suppress(OSError, EmbeddedError):  # another run may clear it away too
                _remove(home)
    home = Path(tempfile.mkdtemp(prefix=f"wangge-test-{os.getpid()}-", dir=places()[0]))
    home.chmod(0o711)  # the server's user must be able to pass
    os.environ[HOME] = str(home)
    config.add_cleanup(lambda: _remove(home))
    config.add_cleanup(lambda: os.environ.pop(HOME, None))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that both workers end together (`--no-loadscope-reorder`)."""

    def turn(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((n for n, one in enumerate(LONGEST) if path.endswith(one)), len(LONGEST))

    items.sort(key=turn)


@pytest.fixture(scope="session")
def cluster() -> Store:
    """A private server without fsync; its database `wangge_template` is migrated and closed."""
    home = Path(os.environ[HOME])
    with FileLock(home / "cluster.lock"):
        store = _run(ensure(home, careless=True))
        with psycopg.connect(maintenance(store), autocommit=True) as link:
            found = link.execute("SELECT FROM pg_database WHERE datname = %s", [TEMPLATE])
            if found.fetchone() is None:
                link.execute("DROP DATABASE IF EXISTS wangge_unfinished")
                link.execute("CREATE DATABASE wangge_unfinished")
                _run(migrate.apply(store.with_database("wangge_unfinished").admin_url))
                # Only a finished template gets the name.
                link.execute("ALTER DATABASE wangge_unfinished RENAME TO wangge_template")
    return store


_numbers = itertools.count(1)


@pytest.fixture
def store(cluster: Store) -> Iterator[Store]:
    """A database of this test's own, migrated and empty (some 50 ms)."""
    with cloned(cluster, f"test_{os.getpid()}_{next(_numbers)}") as one:
        yield one


@pytest.fixture
async def database(store: Store) -> AsyncIterator[Database]:
    """The test's database, opened as the application opens it."""
    async with Database(store.app_url, store.readonly_url, size=4) as opened:
        yield opened


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a thread: a browser's fixtures keep an event loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(home: Path) -> None:
    if (home / "secrets.json").exists():
        _run(stop(home))
    shutil.rmtree(home, ignore_errors=True)
