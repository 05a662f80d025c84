"""The findings about a small town's grids, read as an actor, in both languages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import shapely

from dashboard.embedded import Store
from dashboard.i18n.sentences import tell
from data import actors
from data.contract.check import check
from data.contract.model import Finding, Limits
from data.contract.report import as_json
from data.database import Connection, Database
from data.errors import NotFound
from data.places import grids
from tests.factories import NOON, Town, make_town, value


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def found(link: Connection, *kinds: str) -> list[Finding]:
    return (await check(link, at=NOON, kinds=kinds)).findings


def said(finding: Finding) -> tuple[str, str, str]:
    return finding.defect, tell(finding.message, "en"), tell(finding.repair, "en")


async def draw(link: Connection, kind: str, code: str, area: int, *box: float) -> int:
    made = await value(
        link,
        "INSERT INTO grid (kind, code, name, area_id, geom) VALUES (%s, %s, %s, %s,"
        " ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4326))) RETURNING id",
        [kind, code, code, area, *box],
    )
    assert isinstance(made, int)
    return made


async def redraw(link: Connection, grid: int, *box: float) -> None:
    await link.execute(
        "UPDATE grid SET geom = ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4326)) WHERE id = %s",
        [*box, grid],
    )


async def test_a_town_that_is_whole_and_what_becomes_of_it(town: Town) -> None:
    """West ends 18 m early, so there is a strip; then too late, and two communities overlap."""
    west = town.grids["W-1"]
    async with town.database.acting(town.system_id) as link:
        report = await check(link, at=NOON)
        assert (report.findings, report.grids, report.areas) == ([], 2, 3)
        await redraw(link, west, 112.90, 35.60, 112.9098, 35.61)
        (strip,) = await found(link)
        assert said(strip) == (
            "unfilled",
            "20\u2009107 m² along the border of west are nobody's.",
            "Extend W-1 to the border of west, or correct that border.",
        )
        await redraw(link, west, 112.90, 35.60, 112.9101, 35.61)
        (double,) = await found(link)
        assert said(double) == (
            "overlap",
            "A strip of 10\u2009053 m², 9.0 m wide, is E-1's and W-1's.",
            "Take it from W-1: it lies outside of west, to which that belongs.",
        )
        assert double.shares == pytest.approx((1 / 100, 1 / 101), rel=1e-6)


async def test_kinds_that_tile_together_and_one_that_need_not(town: Town) -> None:
    west, area = town.grids["W-1"], town.areas["west"]
    async with town.database.acting(town.system_id) as link:
        names = {"name_zh": "区域网格", "name_en": "Zone grid"}
        await grids.add_kind(link, kind="zone", tiles_with="service", **names)
        await redraw(link, west, 112.90, 35.60, 112.906, 35.61)
        await draw(link, "zone", "Z-1", area, 112.906, 35.60, 112.91, 35.61)
        assert await found(link) == []
        await grids.set_tiling(link, "zone", tiles=True)
        by_kind = {f.kinds: said(f)[:2] for f in await found(link)}
        assert by_kind[("service",)][0] == "unfilled"
        assert by_kind[("zone",)][0] in ("unfilled", "no_grids")
        kinds = {f.defect for f in await found(link, "zone")}
        assert kinds == {"unfilled", "no_grids"}
        (nothing,) = [f for f in await found(link, "zone") if f.defect == "no_grids"]
        assert tell(nothing.message, "zh") == "east没有区域网格。"
        await grids.set_tiling(link, "zone", tiles=False)
        report = await check(link, at=NOON, kinds=["zone"])
        assert (report.findings, [name.zh for name in report.not_tiling]) == ([], ["区域网格"])
        await draw(link, "zone", "Z-2", area, 112.907, 35.60, 112.909, 35.605)
        (double,) = await found(link, "zone")
        assert said(double)[2] == "Z-2 lies wholly in Z-1: cut it out of that, or end one."
        with pytest.raises(NotFound):
            await check(link, at=NOON, kinds=["zones"])


async def test_orphans_and_codes_that_look_the_same(town: Town) -> None:
    east, west = town.areas["east"], town.areas["west"]
    async with town.database.acting(town.system_id) as link:
        await link.execute("UPDATE grid SET area_id = %s WHERE code = 'W-1'", [east])
        lost = {f.defect: said(f) for f in await found(link)}
        assert set(lost) == {"orphan"}  # west has no grid of its own, and yet is covered
        assert lost["orphan"][1:] == (
            "Only 0 % of W-1 lie in east, its area.",
            "Put it under west, in which it lies.",
        )
        await link.execute(
            "UPDATE grid SET area_id = %s, code = 'Ｅ- 1' WHERE code = 'W-1'", [west]
        )
        (same,) = await found(link)
        assert (same.defect, [unit.code for unit in same.parties]) == (
            "duplicate_code",
            ["E-1", "Ｅ- 1"],
        )
        await link.execute("UPDATE grid SET code = 'W-1' WHERE code <> 'E-1'")
        await link.execute("UPDATE area SET valid_to = '2026-01-01' WHERE id = %s", [west])
        (ended,) = await found(link)
        assert said(ended)[1] == "W-1 belongs to an area that has ended."


async def test_areas_that_do_not_fill_what_is_above_them(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "UPDATE area SET geom = ST_Multi(ST_MakeEnvelope(112.90, 35.60, 112.92, 35.611, 4326))"
            " WHERE parent_id IS NULL"
        )
        (north,) = await found(link)
        assert (north.defect, north.kinds, north.area and north.area.kind) == (
            "unfilled",
            ("community",),
            "site",
        )
        assert await found(link, "service") == []


async def test_a_finding_keeps_its_id_and_the_past_its_grids(town: Town) -> None:
    west = town.grids["W-1"]
    async with town.database.acting(town.system_id) as link:
        await redraw(link, west, 112.90, 35.60, 112.9098, 35.61)
        (first,) = await found(link)
        await redraw(link, west, 112.90, 35.60, 112.9097, 35.61)
        (wider,) = await found(link)
        assert first.id == wider.id and first.m2 < wider.m2
        await link.execute("UPDATE grid SET valid_from = %s WHERE id = %s", [NOON, west])
        before = await check(link, at=NOON - timedelta(days=1))
        assert [f.defect for f in before.findings] == ["no_grids"]


async def test_a_community_sees_its_own_and_the_json_holds_the_ground(town: Town) -> None:
    west = town.grids["W-1"]
    async with town.database.acting(town.system_id) as link:
        await redraw(link, west, 112.90, 35.60, 112.9098, 35.61)
        officer, _ = await actors.create_token(link, role="community_officer", area="code-east")
        holder, _ = await actors.create_token(link, role="commander", area="code-west")
    async with town.database.acting(officer.id) as link:
        report = await check(link, at=NOON)
        assert (report.findings, report.grids, report.areas) == ([], 1, 1)
    async with town.database.acting(holder.id) as link:
        report = await check(link, at=NOON, limits=Limits(0.5, 5.0))
    said: dict[str, Any] = as_json(report, lambda one: tell(one, "zh"), lang="zh")
    (finding,) = said["findings"]
    assert said["counts"] == {"unfilled": 1}
    assert said["limits"] == {"tolerance_m": 0.5, "sliver_m": 5.0}
    assert finding["message"] == "west边界内侧有 20\u2009107 平方米不属于任何网格或区域。"
    shape = shapely.from_geojson(json.dumps(finding["geometry"]))
    assert shapely.contains(shape, shapely.Point(finding["point"]))
    assert finding["box"] == pytest.approx([112.9098, 35.60, 112.91, 35.61])
    assert finding["parties"][0]["code"] == "W-1"


async def test_an_outline_that_crosses_itself_is_said_and_the_others_are_examined(
    town: Town,
) -> None:
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "UPDATE grid SET geom = ST_GeomFromText('MULTIPOLYGON(((112.90 35.60, 112.91 35.61,"
            " 112.91 35.60, 112.90 35.61, 112.90 35.60)))', 4326) WHERE code = 'W-1'"
        )
        assert {f.defect for f in await found(link)} == {"broken", "no_grids"}
