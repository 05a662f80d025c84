"""`wangge check grids` as a user types it, on a store with a strip that is nobody's."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.embedded import Store
from data.database import Database
from tests.factories import make_town


@pytest.fixture
def wangge(store: Store, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command as a user does, on the town of two communities."""

    async def fill() -> None:
        async with Database(store.app_url, store.readonly_url, size=2) as database:
            await make_town(database, store.admin_url)

    asyncio.run(fill())
    monkeypatch.setenv("DATABASE_URL", store.app_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    monkeypatch.setenv("WANGGE_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments: str, code: int = 0) -> Result:
        said = CliRunner().invoke(main, list(arguments))
        assert said.exit_code == code, said.output + said.stderr
        return said

    return run


def test_what_the_command_says_and_how_it_ends(wangge: Any) -> None:
    """Whole, then a kind that tiles with none: strict tells programs, the table tells people."""
    assert wangge("check", "grids", "--strict").stdout == "0 findings in 2 grids and 3 areas.\n"
    wangge("grids", "kinds", "add", "park", "--name", "公园", "--tiles-with", "service")
    assert "park             公园 / 公园  (tiles with service)" in (
        wangge("grids", "kinds", "list").stdout
    )
    wangge("grids", "kinds", "set", "service", "--no-tiles")
    kinds = wangge("grids", "kinds", "list").stdout
    assert "(tiles)" in kinds.splitlines()[1] and "(tiles" not in kinds.splitlines()[0]
    said = wangge("check", "grids").stdout
    assert "Service grid: does not tile, so gaps are not looked for." in said
    assert '"nobody"' in wangge("check", "grids", "--kind", "nobody", code=1).stderr
    assert "nobody" in wangge("grids", "kinds", "set", "nobody", "--tiles", code=1).stderr


def test_findings_for_people_and_for_programs(wangge: Any, store: Store, monkeypatch: Any) -> None:
    with psycopg.connect(store.admin_url) as link:
        link.execute("SET row_security = off")
        link.execute(
            "UPDATE grid SET geom = ST_Multi(ST_MakeEnvelope(112.90, 35.60, 112.9098, 35.61, 4326))"
            " WHERE code = 'W-1'"
        )
    report = json.loads(wangge("check", "grids", "--report", "json", "--strict", code=1).stdout)
    (finding,) = report["findings"]
    assert (finding["defect"], finding["area"]["name"]) == ("unfilled", "west")
    assert finding["geometry"]["type"] == "MultiPolygon"
    text = wangge("check", "grids").stdout
    assert finding["id"] in text and "20\u2009107" in text and "Extend W-1" in text
    narrow = wangge("check", "grids", "--tolerance", "20").stdout
    assert "1 pieces (20\u2009107 m²) are narrower than 20 m: left out." in narrow
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert "发现 1 处问题" in wangge("check", "grids").stdout
