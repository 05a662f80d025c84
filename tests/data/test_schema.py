"""`data/schema.sql` is what all migrations together make. `make bless` writes it anew."""

from __future__ import annotations

import os
import re
import subprocess

from dashboard.embedded import Store, find
from data import migrate

SCHEMA = migrate.FOLDER.parent / "schema.sql"


def dump(store: Store) -> str:
    """The schema in pg_dump's words, without what differs from server to server."""
    found = find.find()
    assert found is not None
    text = subprocess.run(
        [found.program("pg_dump"), "--schema-only", "--no-owner", "--dbname", store.admin_url],
        env={**os.environ, **found.environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    text = "\n".join(
        line for line in text.splitlines() if not re.match(r"(--|SET |SELECT pg_catalog|\\)", line)
    )
    return re.sub(r"\n{2,}", "\n\n", text).strip() + "\n"


async def test_schema_equals_all_migrations(store: Store) -> None:
    made = dump(store)
    if os.environ.get("WANGGE_BLESS"):
        SCHEMA.write_text(made, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == made, "run: make bless"
