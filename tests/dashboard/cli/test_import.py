"""`wangge site | areas | grids | import | replay` as a user types them, on a running store."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.embedded import Store
from data import actors
from data.database import Database
from data.places import site


@pytest.fixture
def wangge(store: Store, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command as a user does; the commands find the test's store by the settings."""
    monkeypatch.setenv("DATABASE_URL", store.app_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    monkeypatch.setenv("WANGGE_LANG", "en")

    def run(*arguments: str | Path, ok: bool = True) -> Result:
        said = CliRunner().invoke(main, [str(one) for one in arguments])
        assert (said.exit_code == 0) == ok, said.output + said.stderr
        return said

    return run


@pytest.fixture
def bare(wangge: Any) -> Any:
    wangge("site", "create", "--name", "空", "--name-en", "Bare", "--timezone", "America/New_York")
    return wangge


def square(path: Path, *rows: tuple[str, str]) -> Path:
    ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    features = [
        {"type": "Feature", "properties": {"CODE": c, "NAME": n}, "geometry": geometry}
        for c, n in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_shifted_events_come_in_by_the_name_of_their_system(
    bare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "e.csv"
    file.write_text("id,opened,lon,lat\n1,2026-07-01 08:00,116.38404722455657,39.91334545536069\n")
    given = ("import", "events", file, "--source", "amap", "--report", "json")
    assert json.loads(bare(*given, "--crs", "gcj02").stdout)["rows_imported"] == 1
    assert json.loads(bare(*given, "--crs", "GCJ-02").stdout)["rows_unchanged"] == 1
    metres = json.loads(bare(*given, "--crs", "cgcs2000-gk3-zone39", ok=False).stdout)["rejected"]
    assert [one["reason"] for one in metres] == ["degrees"]
    assert "cgcs2000-gk3-cm114" in bare(*given, "--crs", "mars", ok=False).stderr
    monkeypatch.setenv("WANGGE_LANG", "zh")
    (metres,) = json.loads(bare(*given, "--crs", "cgcs2000-gk3-zone39", ok=False).stdout)[
        "rejected"
    ]
    assert metres["message"].endswith("例如 EPSG:4326、cgcs2000 或 gcj02。")
    assert "不是可用的坐标系" in bare(*given, "--crs", "mars", ok=False).stderr


def test_a_site_is_made_once(bare: Any) -> None:
    assert "WANGGE_HOME" in bare("site", "create", "--name", "x", ok=False).stderr
    assert (
        bare("site", "show").stdout == "空 / Bare  America/New_York\nduty hours: always\n"
        "open311: read with a key, 0 anonymous a day\npublic url: unknown\n"
        "reporters' contacts: kept 180 days after closing, 0 held, 0 deleted\nclock: real ×1\n"
    )
    assert "IANA" in bare("site", "create", "--name", "x", "--timezone", "Mars/A", ok=False).stderr


def test_without_a_site_it_says_so(wangge: Any, tmp_path: Path) -> None:
    said = wangge("import", "grids", square(tmp_path / "g.geojson"), "--kind", "k", ok=False)
    assert "wangge site create" in said.stderr


def test_areas_without_outline_by_command(bare: Any, tmp_path: Path) -> None:
    bare("areas", "add", "--code", "d", "--name", "区", "--level", "district")
    bare("areas", "add", "--code", "t", "--name", "镇", "--level", "town", "--parent", "d")
    said = bare("areas", "add", "--code", "x", "--name", "x", "--level", "planet", ok=False)
    assert "district" in said.stderr
    said = bare(
        "areas", "add", "--code", "x", "--name", "x", "--level", "town", "--parent", "no", ok=False
    )
    assert "no" in said.stderr
    file = square(tmp_path / "c.geojson", ("c", "村"))
    bare("import", "areas", file, "--level", "community", "--parent", "t")
    assert bare("areas", "list").stdout.splitlines() == [
        "site 000000000000 空  (no outline of its own)",
        "  district d 区  (no outline of its own)",
        "    town t 镇  (no outline of its own)",
        "      community c 村",
    ]
    bare("areas", "levels", "add", "ward", "--name", "选区", "--rank", "20")
    assert "20  ward" in bare("areas", "levels", "list").stdout
    assert (
        "taken"
        in bare("areas", "levels", "add", "w2", "--name", "x", "--rank", "20", ok=False).stderr
    )


def test_kinds_by_command(bare: Any) -> None:
    bare("grids", "kinds", "add", "beat", "--name", "巡区", "--name-en", "Beat")
    assert "beat             巡区 / Beat" in bare("grids", "kinds", "list").stdout
    bare("site", "set", "--load-kind", "beat")
    assert "beat" in bare("site", "set", "--load-kind", "x", ok=False).stderr


def test_report_json_is_all_of_stdout(bare: Any, tmp_path: Path) -> None:
    file = square(tmp_path / "g.geojson", ("A", "a"), ("B", ""))
    table = tmp_path / "rejected.csv"
    given = ("--kind", "k", "--report", "json", "--rejected", table)
    said = bare("import", "grids", file, *given)
    report = json.loads(said.stdout)
    assert list(report) == [
        *("rows", "rows_imported", "rows_merged", "rows_unchanged", "rows_rejected"),
        *("units", "repaired", "rejected", "warnings", "recognised", "run"),
        "rejected_file",
    ]
    assert report["rejected_file"] == str(table)
    assert "rejected,,2,nameless,The row has no name." in table.read_text().splitlines()
    assert report["rejected"] == [
        {"row": 2, "reason": "nameless", "message": "The row has no name."}
    ]


def test_rejected_rows_that_the_report_does_not_list_are_in_a_file_beside_it(
    bare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.importers.remarks.MOST_TOLD", 2)
    monkeypatch.setattr("data.importers.report.MOST_TOLD", 2)
    monkeypatch.setenv("WANGGE_HOME", str(tmp_path / "home"))
    file = square(tmp_path / "g.geojson", ("A", "a"), *((f"B{n}", "") for n in range(5)))
    said = bare("import", "grids", file, "--kind", "k", "--dry-run")
    table = tmp_path / "home" / "rejected" / "trial.csv"
    assert f"Rejected rows, each with its reason: {table}" in said.stdout
    assert "3 more rows were rejected than the report lists: nameless 3." in said.stdout
    lines = table.read_text().splitlines()
    assert [line.split(",")[2] for line in lines if "nameless" in line] == list("23456")
    assert table.parent.stat().st_mode & 0o077 == 0


def test_the_report_in_chinese(bare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    file = square(tmp_path / "g.geojson", ("A", "a"), ("B", ""))
    said = bare("import", "grids", file, "--kind", "k")
    assert "第 2 行被拒绝：该行没有名称。" in said.stdout
    assert "没有列 X" in bare("import", "grids", file, "--kind", "k", "--key", "X", ok=False).stderr


def test_exit_codes(bare: Any, tmp_path: Path) -> None:
    mixed = square(tmp_path / "g.geojson", ("A", "a"), ("B", ""))
    bare("import", "grids", mixed, "--kind", "k", "--strict", ok=False)
    bare("import", "grids", mixed, "--kind", "k")
    bad = square(tmp_path / "bad.geojson", ("B", ""))
    bare("import", "grids", bad, "--kind", "k", ok=False)
    bare("import", "grids", tmp_path / "none.shp", "--kind", "k", ok=False)
    assert "FIELD=COLUMN" in bare("import", "grids", mixed, "--map", "code", ok=False).stderr


def events(path: Path) -> Path:
    path.write_text("id,opened,closed\n1,2011-10-15 08:00,2011-10-15 09:00\n2,2011-10-16 08:00,\n")
    return path


async def clock(store: Store) -> site.Clock:
    async with (
        Database(store.app_url, store.readonly_url) as database,
        database.acting(None) as link,
    ):
        return (await site.read(link)).clock


def test_past_events_live_again_by_the_clock(bare: Any, store: Store, tmp_path: Path) -> None:
    bare("import", "events", events(tmp_path / "e.csv"), "--source", "hotline")
    bare("replay", "events", "hotline", "--from", "2011-10-15", "--speed", "60")
    found = asyncio.run(clock(store))
    assert found.anchor_real is not None
    midnight = datetime(2011, 10, 15, 4, 0, tzinfo=UTC)
    assert found.at(found.anchor_real) == midnight, "midnight in New York"
    assert found.at(found.anchor_real + timedelta(seconds=60)) == midnight + timedelta(hours=1)
    bare("replay", "events", "hotline")
    assert asyncio.run(clock(store)).anchor_site == datetime(2011, 10, 15, 12, 0, tzinfo=UTC)
    assert "nobody" in bare("replay", "events", "nobody", ok=False).stderr
    assert "soon" in bare("replay", "events", "hotline", "--from", "soon", ok=False).stderr
    bare("replay", "stop")
    assert asyncio.run(clock(store)) == site.Clock()


def test_a_file_is_imported_and_replayed(bare: Any, store: Store, tmp_path: Path) -> None:
    said = bare("replay", "events", events(tmp_path / "calls.csv"), "--report", "json")
    assert json.loads(said.stdout)["rows_imported"] == 2
    assert asyncio.run(clock(store)).mode == "replay"

    async def sources() -> list[Any]:
        async with Database(store.app_url, store.readonly_url) as database:
            async with database.acting(None) as link:
                system = await actors.system_actor(link)
            async with database.acting(system.id) as link:
                return await (await link.execute("SELECT name FROM source")).fetchall()

    assert ("calls",) in asyncio.run(sources())


def test_boston_says_which_files_it_lacks(wangge: Any, tmp_path: Path) -> None:
    said = wangge("boston", tmp_path, ok=False)
    assert "neighborhoods.geojson" in said.stderr and "DATA=" in said.stderr


def test_recognised_columns_are_asked_about_on_a_terminal(
    bare: Any, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "c.csv"
    file.write_text("编码,名称\nc1,村\n")
    command = [sys.executable, "-m", "dashboard.cli", "import", "areas", str(file)]
    command += ["--level", "community"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdin=theirs, stderr=subprocess.PIPE, text=True) as asked:
        os.write(ours, b"n\n")
        said = asked.communicate()[1]
    os.close(ours)
    os.close(theirs)
    assert asked.returncode == 1
    assert "code = 编码" in said and "right?" in said and "Nothing was imported" in said
    assert "c1" not in bare("areas", "list").stdout
    assert "name = 名称" in bare("import", "areas", file, "--level", "community").stdout
    assert "c1" in bare("areas", "list").stdout


def test_a_file_of_several_levels_by_command(bare: Any, tmp_path: Path) -> None:
    file = tmp_path / "l.csv"
    file.write_text("编码,名称,l,上级\nC1,甲社区,3,Q1\nG,甲网格,网格,C1\nQ1,乙区,区,000000000000\n")
    given = "--level-column", "l", "--level-value", "3=社区", "--yes"
    report = bare("import", "areas", file, *given, "--strict").stdout
    counts = dict(line.split()[:2] for line in report.splitlines()[1:3])
    assert counts["imported"] == "2" and "other_level" not in report and "网格 1" in report


def test_an_import_is_listed_and_undone(bare: Any, tmp_path: Path) -> None:
    """All of it goes, also the source that it made; a second time there is nothing to undo."""
    said = bare("import", "events", events(tmp_path / "calls.csv"), "--source", "hotline")
    assert "Import 1; to take it back: wangge import undo" in said.stdout
    log = bare("import", "log").stdout
    assert "calls.csv" in log and "system" in log and "undone" not in log
    assert "import 1 undone: event 2, event_log 3," in bare("import", "undo").stdout
    assert "undone" in bare("import", "log").stdout
    assert "no import that could be undone" in bare("import", "undo", ok=False).stderr
    assert "has been undone already" in bare("import", "undo", "1", ok=False).stderr


def test_roads_by_command(bare: Any, tmp_path: Path) -> None:
    """By key and class; tried, imported, again, and taken back."""
    path = [[112.9, 35.6], [112.91, 35.61]]
    features = [
        {"type": "Feature", "properties": {"编号": n, "等级": word}, "geometry": shape}
        for n, word, shape in (
            ("1", "主干路", {"type": "LineString", "coordinates": path}),
            ("2", "甲等", {"type": "LineString", "coordinates": path[::-1]}),
            ("3", "支路", {"type": "Point", "coordinates": path[0]}),
        )
    ]
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    given = ("import", "ground", file, "--kind", "road", "--source", "survey", "--crs", "cgcs2000")
    said = json.loads(bare(*given, "--report", "json", "--dry-run").stdout)
    assert (said["rows_imported"], said["run"]) == (2, None)
    assert {one["reason"] for one in said["warnings"]} >= {"unknown_class", "dry_run"}
    said = json.loads(bare(*given, "--report", "json", "--class-value", "甲等=trunk").stdout)
    assert said["rows_imported"] == 2 and said["run"] is not None
    assert [one["reason"] for one in said["rejected"]] == ["wrong_geometry"]
    assert "unknown_class" not in {one["reason"] for one in said["warnings"]}
    again = json.loads(bare(*given, "--report", "json", "--class-value", "甲等=trunk").stdout)
    assert (again["rows_unchanged"], again["rows_rejected"]) == (2, 1)
    bare("import", "undo")
    assert "road 2" in bare("import", "undo").stdout
