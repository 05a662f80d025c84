"""Migrations go forward once, and an edited one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.embedded import Store
from data import migrate


async def test_a_migrated_store_has_nothing_left_to_do(store: Store) -> None:
    assert await migrate.apply(store.admin_url) == []


async def test_an_edited_migration_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in migrate.files():
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    edited = sorted(tmp_path.iterdir())[0]
    edited.write_text(edited.read_text(encoding="utf-8") + "\n-- edited", encoding="utf-8")
    monkeypatch.setattr(migrate, "FOLDER", tmp_path)
    with pytest.raises(migrate.MigrationChanged, match=edited.name):
        await migrate.apply(store.admin_url)
