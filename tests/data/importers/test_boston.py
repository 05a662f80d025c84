"""Boston as it is: its police districts, neighbourhoods and 58,251 requests of 2011."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.query import summary
from tests.data.importers.conftest import Importer, reasons

FOLDER = Path(__file__).parents[3].parent / "shared" / "realdata" / "boston"
REQUESTS = FOLDER / "311_service_requests_2011.zip"
ZONE = ZoneInfo("America/New_York")
INSTANTS = ("2011-10-15 12:00", "2011-11-06 12:00", "2011-12-31 23:59")
MAPS = {
    "id": "case_enquiry_id",
    "opened": "open_dt",
    "due": "target_dt",
    "closed": "closed_dt",
    "class": "subject",
    "address": "location",
    "text": "case_title",
}
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the real files are not here")


@cache
def requests() -> list[dict[str, str]]:
    with zipfile.ZipFile(REQUESTS) as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def counted(local: str) -> dict[str, int]:
    """The figures of one instant by plain counting on the file's own local times."""
    open_now = [
        row
        for row in requests()
        if row["open_dt"] <= local and (not row["closed_dt"] or row["closed_dt"] > local)
    ]
    overdue = sum(bool(row["target_dt"]) and row["target_dt"] < local for row in open_now)
    no_limit = sum(not row["target_dt"] for row in open_now)
    return {"open": len(open_now), "overdue": overdue, "no_limit": no_limit}


@pytest.fixture
async def boston(empty: Importer) -> Importer:
    districts = FOLDER / "boston_police_districts_SHP.zip"
    report = await empty(
        "grids", districts, group="police", maps={"code": "ID", "name": "DISTRICT"}
    )
    assert (report["rows_imported"], report["repaired"]) == (12, [])
    report = await empty(
        "grids", FOLDER / "neighborhoods.geojson", group="neighborhood", key=("name",)
    )
    assert report["rows_imported"] == 26
    assert [one["row"] for one in report["repaired"]] == [8, 11, 13, 20]
    return empty


async def test_requests_become_events_with_their_real_targets(boston: Importer) -> None:
    report = await boston("events", REQUESTS, source="311", crs="EPSG:4326", maps=MAPS)
    assert (report["rows"], report["rows_imported"]) == (58_251, 58_251)
    said = {one["reason"]: one["message"] for one in report["warnings"]}
    assert said["repeated_hour"].startswith("4 times")
    assert said["shared_point"].startswith("4775 events")

    for local in INSTANTS:
        at = datetime.fromisoformat(local).replace(tzinfo=ZONE)
        async with boston.database.acting(boston.actor_id) as link:
            found = await summary.events(link, at=at)
        expected = counted(f"{local}:00")
        assert {name: found[name] for name in expected} == expected
        assert (
            found["overdue"] + found["yellow"] + found["green"] + found["no_limit"] == found["open"]
        )
        assert found["located"] + found["unlocated"] == found["open"]

    await _grids_agree_with_postgis(boston)
    await _districts_agree_with_the_file(boston)
    hour = await boston.rows(
        "SELECT source_key, opened_at FROM event WHERE opened_at >= '2011-11-06 05:00Z'"
        " AND opened_at < '2011-11-06 06:00Z' ORDER BY opened_at"
    )
    assert [at for _, at in hour] == [
        datetime(2011, 11, 6, 5, 9, 48, tzinfo=UTC),
        datetime(2011, 11, 6, 5, 13, 20, tzinfo=UTC),
        datetime(2011, 11, 6, 5, 54, 7, tzinfo=UTC),
    ]
    again = await boston("events", REQUESTS, source="311", crs="EPSG:4326", maps=MAPS)
    assert again["rows_unchanged"] == again["rows"]


async def _grids_agree_with_postgis(boston: Importer) -> None:
    (wrong,) = await boston.rows(
        "SELECT count(*) FROM event e WHERE e.grid_ids <> (SELECT coalesce(array_agg(x.id ORDER BY"
        " x.id), '{}') FROM (SELECT min(g.id) AS id FROM grid g WHERE g.geom && e.geom"
        " AND ST_Covers(g.geom, e.geom) GROUP BY g.kind) x)"
    )
    assert wrong == (0,)


async def _districts_agree_with_the_file(boston: Importer) -> None:
    rows = await boston.rows(
        "SELECT e.source_key, g.code FROM event e JOIN grid g ON g.id = ANY (e.grid_ids)"
        " WHERE g.kind = 'police'"
    )
    district = {row["case_enquiry_id"]: row["police_district"] for row in requests()}
    agreed = Counter(district[key] == code for key, code in rows)
    assert agreed[True] / len(requests()) > 0.91


NEW_YORK = FOLDER.parent / "nyc_fire"


async def test_the_fire_service_of_new_york_is_three_levels(empty: Importer) -> None:
    """Codes that start again on each level, a level without its parent's code, no CRS."""
    divisions, battalions, companies = (
        NEW_YORK / f"fire_{name}.geojson" for name in ("divisions", "battalions", "companies")
    )
    assert (await empty("areas", divisions, group="division", key=("FireDiv",)))["units"] == 9
    report = await empty(
        "areas", battalions, group="battalion", key=("FireBN",), parent_by="location"
    )
    assert report["units"] == 49
    given = {"group": "company", "key": ("FireCoType", "FireCoNum"), "maps": {"parent": "FireBN"}}
    refused = await empty("areas", companies, **given)
    assert set(reasons(refused).values()) == {"unknown_crs"}
    report = await empty("areas", companies, crs="EPSG:4326", **given)
    assert (report["units"], len(report["repaired"])) == (343, 1)
    parents = await empty.rows(
        "SELECT p.level, count(*)::integer FROM area a JOIN area p ON p.id = a.parent_id"
        " GROUP BY 1 ORDER BY 1"
    )
    assert parents == [("battalion", 343), ("division", 49), ("site", 9)]
