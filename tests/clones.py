"""Databases for tests: where their cluster lies, and copies of its migrated template."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from dashboard.embedded import Store

HOME = "WANGGE_TEST_HOME"  # the run's own folder, inherited by the workers of xdist
TEMPLATE = "wangge_template"
MEMORY = Path("/dev/shm")  # a file system of memory, on Linux
ENOUGH_MB = 3000  # a cluster keeps below 1 GB: its WAL, the invented town and a few copies


def places() -> list[Path]:
    """Where homes of tests may lie, best first: in memory a copy costs a quarter."""
    disk = Path(tempfile.gettempdir())
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return [disk]
    roomy = shutil.disk_usage(MEMORY).free >= ENOUGH_MB * 2**20
    return [MEMORY, disk] if roomy else [disk, MEMORY]


@contextmanager
def cloned(cluster: Store, name: str) -> Iterator[Store]:
    """A migrated and empty database of this name, as long as the block lasts."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    # By files: through the buffers a copy of 17 MB costs twice as much.
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
        sql.Identifier(name), sql.Identifier(TEMPLATE)
    )
    with psycopg.connect(maintenance(cluster), autocommit=True) as link:
        link.execute(drop)
        link.execute(create)
        try:
            yield cluster.with_database(name)
        finally:
            link.execute(drop)


def maintenance(cluster: Store) -> str:
    """The URL of the database from which others are made."""
    return cluster.with_database("postgres").admin_url
