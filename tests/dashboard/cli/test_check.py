"""`wangge check grids` as a user types it, on a store with a strip that is nobody's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.embedded import Store
from data.database import Database
from tests.data.importers.conftest import box, write_geojson
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


def test_a_new_cut_is_tried_and_told(wangge: Any, tmp_path: Path) -> None:
    """West is split: the trial tells what would happen, for people and for programs."""
    rows = [("W-A", 112.90, 112.904), ("W-B", 112.904, 112.91), ("E-1", 112.91, 112.92)]
    file = write_geojson(
        tmp_path / "cut.geojson",
        [({"code": code, "name": code}, box(a, 35.60, b, 35.61)) for code, a, b in rows],
    )
    command = ("recut", "grids", str(file), "--kind", "service", "--dry-run", "--valid-from")
    said = wangge(*command, "2026-07-01").stdout
    assert "split: W-1 → W-A, W-B  +0.0 −0.0 m²" in said
    assert "split 1 · unchanged grids 1" in said
    assert "2 posts wait for somebody to decide:" in said
    assert "west_chief west_chief (grid_chief) W-1 → W-B 60 %, W-A 40 %" in said
    told = json.loads(wangge(*command, "2026-07-01", "--report", "json").stdout)
    assert told["counts"]["split"] == 1 and told["posts_carried"] == 0
    assert told["changes"][0]["after"][0]["geometry"]["type"] == "MultiPolygon"
    assert "no time" in wangge(*command, "soon", code=2).stderr
    assert wangge("recut", "list").stdout == "No new cut is announced.\n"
    later = [one for one in command if one != "--dry-run"]
    assert "takes effect by itself on 2099-01-01 00:00" in wangge(*later, "2099-01-01").stdout
    assert wangge("recut", "list").stdout.startswith("service: takes effect on 2099-01-01 00:00; ")
    run = wangge("recut", "list").stdout.split("undo ")[1].split()[0]
    assert "announced_cut 1" in wangge("import", "undo", run).stdout
    assert wangge("recut", "list").stdout == "No new cut is announced.\n"
    file.write_text(file.read_text().replace("[112.9,", "[512.9,"))
    assert "[out_of_range]" in wangge(*command, "2026-07-01", code=1).stdout


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
