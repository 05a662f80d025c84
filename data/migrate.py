"""Forward-only migrations: numbered `.sql` files, one lock, and a digest that catches edits."""

from __future__ import annotations

import hashlib
from pathlib import Path

from psycopg import AsyncConnection

from data.errors import WanggeError

FOLDER = Path(__file__).with_name("migrations")
LOCK = 0x77616E67  # "wang"


class MigrationChanged(WanggeError):
    """Migration {name} was applied with other content. Do not edit migrations: add a new one."""


def files() -> list[Path]:
    """The migrations in their order."""
    return sorted(FOLDER.glob("[0-9]*.sql"))


async def apply(admin_url: str) -> list[str]:
    """Bring a database up to date and return the names applied; `admin_url` is the migrator's."""
    applied: list[str] = []
    async with await AsyncConnection.connect(admin_url, application_name="wangge-migrate") as link:
        await link.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        await link.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        rows = await (await link.execute("SELECT name, sha256 FROM migration")).fetchall()
        known = {str(name): str(digest) for name, digest in rows}
        for file in files():
            text = file.read_text(encoding="utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            if file.name in known:
                if known[file.name] != digest:
                    raise MigrationChanged(name=file.name)
                continue
            await link.execute(text.encode())
            await link.execute(
                "INSERT INTO migration (name, sha256) VALUES (%s, %s)", [file.name, digest]
            )
            applied.append(file.name)
    return applied
