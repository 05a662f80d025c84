"""Every named query is one that PostgreSQL accepts."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import psycopg
import pytest

from dashboard.embedded import Store
from data import queries

ROOT = Path(queries.__file__).parent
FILES = sorted(p for p in ROOT.rglob("*.sql") if "migrations" not in p.parts and p.stem != "schema")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
async def test_every_named_query_prepares(path: Path, store: Store) -> None:
    found = queries.Queries(path)
    assert found.by_name, f"{path} names no query"
    # One transaction: a temporary table that drops on commit lives as long as its readers.
    async with await psycopg.AsyncConnection.connect(store.admin_url) as link:
        for name, text in found.by_name.items():
            if re.match(r"(CREATE|DROP|COPY|TRUNCATE|SET|ANALYZE|LISTEN)\b", text, re.IGNORECASE):
                if re.match(r"CREATE TEMP", text, re.IGNORECASE):
                    await link.execute(text.encode())  # later queries may read it
                continue
            numbers: dict[str, int] = {}
            plain = re.sub(
                r"%\((\w+)\)s",
                lambda m, n=numbers: f"${n.setdefault(m[1], len(n) + 1)}",  # type: ignore[misc]
                text,
            )
            count = iter(range(len(numbers) + 1, 100))
            plain = re.sub(r"(?<!%)%s", lambda _, c=count: f"${next(c)}", plain)  # type: ignore[misc]
            plain = plain.replace("%%", "%").rstrip(";")
            try:
                await link.execute(f"PREPARE q_{name} AS {plain}".encode())
            except psycopg.Error as error:
                raise AssertionError(f"{path.name}: {name}: {error}") from error


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_now_is_never_asked_in_sql(path: Path) -> None:
    """Time is an argument; now() is for recorded_at alone."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.search(r"\b(now\(\)|current_timestamp|clock_timestamp)", line, re.IGNORECASE):
            assert "recorded_at" in line, f"{path.name}: {line.strip()}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_named_query_is_used(path: Path) -> None:
    module = path.with_suffix(".py")
    assert module.exists(), f"{path.name} stands alone"
    importlib.import_module(".".join(module.relative_to(ROOT.parent).with_suffix("").parts))
    users = "\n".join(p.read_text(encoding="utf-8") for p in path.parent.glob("*.py"))
    for name in queries.Queries(path).by_name:
        assert re.search(rf"\b{name}\b", users), f"{path.name}: {name} is used nowhere"
