"""`wangge policies`: from a file, into a file, and what is wrong in one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.embedded import Store
from data.database import Database
from tests.factories import make_town


async def wangge(*arguments: object) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["policies", *map(str, arguments)])


async def test_a_file_in_and_out(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A wrong one is named and leaves nothing; a right one goes in and comes out as it was."""
    monkeypatch.setenv("DATABASE_URL", store.app_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    monkeypatch.setenv("WANGGE_LANG", "en")
    await make_town(database, store.admin_url)
    steps = [{"target": "owner", "channels": ["page"], "ring_s": 30, "k": 3}]
    good = {"code": "night", "name_zh": "夜间", "name_en": "Night", "steps": steps}
    file, copy = tmp_path / "in.json", tmp_path / "out.json"
    file.write_text(json.dumps({"policies": [good, {"code": "bad", "steps": []}]}))
    wrong = await wangge("import", file)
    assert wrong.exit_code == 1
    assert "policy bad: it has no step; add one." in wrong.output
    assert "1 faults; nothing was written" in wrong.output
    assert (await wangge("list")).output == ""
    file.write_text(json.dumps({"policies": [good]}))
    assert "1 policies taken" in (await wangge("import", file)).output
    listed = (await wangge("list")).output
    assert listed == "night\t夜间 · Night\t*/*/*\towner 30 s\n"
    shown = json.loads((await wangge("show", "night")).output)
    assert (await wangge("export", copy)).exit_code == 0
    assert json.loads(copy.read_text("utf-8")) == shown
    assert good.items() <= shown["policies"][0].items()
    assert 'There is no policy "moon" here' in (await wangge("show", "moon")).output
    file.write_text("{")
    assert "is no JSON" in (await wangge("import", file)).output
