"""`wangge drill`: from a file, followed to its end by an engine, and read in three forms."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.clock import SiteClock
from dashboard.embedded import Store
from dashboard.roles.engine import Engine
from data.database import Database
from tests.drilling import scenario
from tests.factories import make_town


async def wangge(*arguments: object) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["drill", *map(str, arguments)])


async def test_a_drill_of_a_file(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", store.app_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    monkeypatch.setenv("WANGGE_LANG", "en")
    await make_town(database, store.admin_url)
    file = tmp_path / "night.json"
    file.write_text(json.dumps(scenario({"answer": "maybe"}, clicks=[{"grid": "X"}])))
    wrong = await wangge("run", file)
    assert wrong.exit_code == 1 and "answers.0.answer: use acknowledged" in wrong.output
    assert 'There is no scenario "moon" here' in (await wangge("run", "moon")).output
    assert (await wangge("list")).output == ""
    file.write_text(json.dumps(scenario({"answer": "off_duty"})))
    clock = SiteClock(database)
    await clock.start()
    engine = asyncio.create_task(Engine(database, clock).run())
    try:
        ran = await wangge("run", file)
    finally:
        engine.cancel()
        await asyncio.gather(engine, return_exceptions=True)
        await clock.stop()
    assert ran.exit_code == 0, ran.output
    assert "nobody_on_duty" in ran.output and "W-1" in ran.output
    assert "over\t0/1" in (await wangge("list")).output
    assert json.loads((await wangge("report", 1, "--format", "json")).output)["drill"] is True
    assert (await wangge("report", 1, "--format", "csv")).output.count("\n") > 5
    assert (await wangge("run", "nobody_on_duty", "--no-wait")).exit_code == 0
    assert "drill 2 is over" in (await wangge("stop", 2)).output
    assert "fire_at_night\t夜间火情" in (await wangge("scenarios")).output
