"""The grid contract over HTTP: findings with their ground, changes between two days, who may."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from data.contract.recut import recut_files
from data.importers.options import Options
from tests.data.importers.conftest import box, write_geojson
from tests.factories import NOON, Town

CUT = NOON - timedelta(days=1)


async def cut(town: Town, path: Path) -> None:
    """West becomes two grids, of which the western one ends 18 m early: a strip between them."""
    rows = [("W-A", 112.90, 112.904), ("W-B", 112.9042, 112.91), ("E-1", 112.91, 112.92)]
    file = write_geojson(
        path / "cut.geojson",
        [({"code": code, "name": code}, box(a, 35.60, b, 35.61)) for code, a, b in rows],
    )
    options = Options(group="service")
    who = town.database, town.system_id, [str(file)], options
    await recut_files(*who, valid_from=CUT, now=NOON)


async def test_findings_and_changes_as_managers_see_them(
    town: Town, client: httpx.AsyncClient, bearer: Any, tmp_path: Path
) -> None:
    commander = await bearer("commander")
    whole = (await client.get("/api/checks/grids", headers=commander)).json()
    assert (whole["findings"], whole["grids"], whole["counts"]) == ([], 2, {})
    await cut(town, tmp_path)
    english = {**commander, "Accept-Language": "en"}
    (gap,) = (await client.get("/api/checks/grids?kind=service", headers=english)).json()[
        "findings"
    ]
    assert (gap["defect"], gap["repair"].split(":")[0]) == (
        "gap",
        "Give it to W-A, which has 49 % of its edge.",
    )
    assert gap["geometry"]["type"] == "MultiPolygon" and gap["box"][0] <= gap["point"][0]
    chinese = (await client.get("/api/checks/grids", headers=commander)).json()["findings"][0]
    assert chinese["id"] == gap["id"] and "不属于任何" in chinese["message"]

    drawn = (await client.get("/api/checks/grids?format=geojson", headers=english)).json()
    (feature,) = drawn["features"]
    assert (feature["id"], feature["geometry"]) == (gap["id"], gap["geometry"])
    assert (feature["properties"]["m2"], feature["properties"]["codes"]) == (gap["m2"], "W-A W-B")
    table = await client.get("/api/checks/grids?format=csv", headers=commander)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    head, (line,) = table.text.splitlines()[0], list(csv.DictReader(table.text.splitlines()))
    assert head.startswith("\ufeffid,defect,m2") and line["message"] == chinese["message"]
    assert [float(line["lon"]), float(line["lat"])] == gap["point"]
    refused = await client.get("/api/checks/grids?format=shp", headers=commander)
    assert refused.status_code == 422

    (kind,) = (await client.get("/api/grids/versions", headers=commander)).json()["kinds"]
    assert (kind["kind"], kind["tiles"], kind["cuts"]) == (
        "service", True, ["2026-07-13T12:00:00+08:00"],
    )  # fmt: skip
    assert kind["announced"] == []
    ask = {"kind": "service", "from": "2026-07-01", "to": kind["cuts"][0]}
    told = (await client.get("/api/grids/diff", params=ask, headers=commander)).json()
    assert {k: n for k, n in told["counts"].items() if n} == {"split": 1, "kept": 1}
    (split,) = told["changes"]
    assert [unit["code"] for unit in split["after"]] == ["W-A", "W-B"]
    assert split["lost_m2"] == gap["m2"] and split["lost"]["type"] == "MultiPolygon"
    ask = {"kind": "service", "from": kind["cuts"][0]}
    later = (await client.get("/api/grids/diff", params=ask, headers=commander)).json()
    assert later["changes"] == [] and later["counts"]["kept"] == 3


async def test_a_community_sees_its_own_and_a_duty_officer_nothing(
    town: Town, client: httpx.AsyncClient, bearer: Any, tmp_path: Path
) -> None:
    await cut(town, tmp_path)
    east = await bearer("administrator", area="code-east")
    assert (await client.get("/api/checks/grids", headers=east)).json()["findings"] == []
    ask = {"kind": "service", "from": "2026-07-01"}
    told = (await client.get("/api/grids/diff", params=ask, headers=east)).json()
    assert (told["counts"]["kept"], told["changes"]) == (1, [])
    officer = await bearer("duty_officer")
    for path in ("checks/grids", "grids/versions", "grids/diff?kind=service&from=2026-07-01"):
        assert (await client.get(f"/api/{path}", headers=officer)).status_code == 403
    for path, status in (
        ("checks/grids?kind=nobody", 404),
        ("checks/grids?tolerance=-1", 422),
        ("grids/diff?kind=nobody&from=2026-07-01", 404),
        ("grids/diff?kind=service&from=soon", 422),
        ("grids/diff?kind=service", 422),
    ):
        answer = await client.get(f"/api/{path}", headers=east)
        assert answer.status_code == status, path
