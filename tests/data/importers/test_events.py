"""Events: keys, times and the clock change, places and grids, nothing dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.importers import errors
from tests.data.importers.conftest import Importer, reasons, write_csv

HEAD = "id,type,class,opened,due,closed,lon,lat,text"


async def stored(importer: Importer, columns: str) -> list[Any]:
    return await importer.rows(f"SELECT {columns} FROM event ORDER BY source_key")


async def test_each_bad_row_is_rejected_with_its_reason(importer: Importer, tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "e.csv",
        HEAD,
        "1,垃圾,市容,2026-07-01 08:00,,,112.905,35.605,a",
        ",垃圾,市容,2026-07-01 08:00,,,,,a",
        "1,垃圾,市容,2026-07-01 08:00,,,,,a",
        "4,垃圾,市容,,,,,,a",
        "5,垃圾,市容,yesterday,,,,,a",
        "6,垃圾,市容,2026-07-01 08:00,never,,,,a",
        "7,垃圾,市容,2026-07-01 08:00,,2026-06-30 08:00,,,a",
        "8,垃圾,市容,2026-07-01 08:00,,,739826,2908285,a",
        "9,垃圾,市容,2026-07-01 08:00,,,east,north,a",
        "10,垃圾,市容,2026-07-01 08:00",
        "11,垃圾,市容,0001-01-01,,,,,a",
    )
    report = await importer("events", file, source="hotline")
    assert reasons(report) == {
        2: "no_code",
        3: "duplicate",
        4: "no_time",
        5: "bad_time",
        6: "bad_time",
        7: "closed_before_opened",
        8: "out_of_range",
        9: "bad_number",
        10: "broken_row",
        11: "bad_time",
    }
    assert report["rows_imported"] == 1


async def test_places_give_grids_and_areas_and_unlocated_ones_stay(
    importer: Importer, tmp_path: Path
) -> None:
    file = write_csv(
        tmp_path / "e.csv",
        HEAD,
        "1,垃圾,市容,2026-07-01 08:00,,,112.905,35.605,west",
        "2,垃圾,市容,2026-07-01 08:00,,,112.91,35.605,on the border",
        "3,垃圾,市容,2026-07-01 08:00,,,,,nowhere",
        "4,垃圾,市容,2026-07-01 08:00,,,10,10,far away",
        "5,,,2026-07-01 08:00,,,0,0,null island",
    )
    report = await importer("events", file, source="hotline", parent="code-east")
    assert report["rows_imported"] == 5
    warnings = {one["reason"] for one in report["warnings"]}
    assert warnings == {"assumed_wgs84", "unlocated", "null_island", "in_no_grid", "no_type"}
    found = await importer.rows(
        "SELECT e.text, a.name,"
        " (SELECT array_agg(g.code) FROM grid g WHERE g.id = ANY (e.grid_ids)),"
        " e.geom IS NOT NULL FROM event e JOIN area a ON a.id = e.area_id ORDER BY source_key"
    )
    # On the border both cover it; of areas and of grids alike the smaller id owns the point.
    assert found == [
        ("west", "west", ["W-1"], True),
        ("on the border", "west", ["W-1"], True),
        ("nowhere", "east", None, False),
        ("far away", "east", None, True),
        ("null island", "east", None, False),
    ]


async def test_the_repeated_hour(empty: Importer, tmp_path: Path) -> None:
    """New York, 2011-11-06: 01:00–02:00 happens twice, 2011-03-13 02:00–03:00 never."""
    file = write_csv(
        tmp_path / "e.csv",
        "id,opened,closed",
        "1,2011-11-06 01:54:07,2011-11-06 01:10:00",
        "2,2011-11-06 01:10:00,2011-11-06 01:54:07",
        "3,2011-11-05 23:41:22,2011-11-06 01:11:52",
        "4,2011-11-06 02:10:00,2011-11-06 03:00:00",
        "5,2011-03-13 02:30:00,2011-03-13 04:00:00",
        "6,2011-11-06T01:54:07-05:00,2011-11-06T06:54:08Z",
    )
    report = await empty("events", file, source="s")
    assert (report["rows_imported"], report["rows_rejected"]) == (6, 0)
    said = {one["reason"]: one["message"] for one in report["warnings"]}
    assert said["repeated_hour"].startswith("5 times")
    assert said["skipped_hour"].startswith("1 times")
    found = await stored(empty, "opened_at, closed_at")

    def utc(day: int, hour: int, minute: int, second: int = 0, month: int = 11) -> datetime:
        return datetime(2011, month, day, hour, minute, second, tzinfo=UTC)

    assert found == [
        (utc(6, 5, 54, 7), utc(6, 6, 10)),
        (utc(6, 5, 10), utc(6, 5, 54, 7)),
        (utc(6, 3, 41, 22), utc(6, 5, 11, 52)),
        (utc(6, 7, 10), utc(6, 8, 0)),
        (utc(13, 7, 30, month=3), utc(13, 8, 0, month=3)),
        (utc(6, 6, 54, 7), utc(6, 6, 54, 8)),
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-07-01 08:05:00", None),
        ("2026/7/1 8:05", None),
        ("2026年7月1日 8时05分", None),
        ("20260701080500", None),
        ("2026-07-01T00:05:00Z", None),
        ("2026/7/1 上午 8:05:00", None),
        ("2026年7月1日 8时5分0秒", None),
        ("07/01/2026 08:05 AM", "month first"),
        ("1/7/2026 8:05", "day first"),
        ("01.07.2026 08:05", "%d.%m.%Y %H:%M"),
        ("46204.33680555556", "excel"),
        ("1782864300", "epoch"),
        ("1782864300000", "epoch_ms"),
    ],
)
async def test_times_as_people_write_them(
    importer: Importer, tmp_path: Path, text: str, form: str | None
) -> None:
    file = write_csv(tmp_path / "e.csv", "id,opened", f"1,{text}")
    first = {"day first": True, "month first": False}.get(form or "")
    given = {"time_format": form} if first is None else {"day_first": first}
    await importer("events", file, source="s", **given)
    assert await stored(importer, "opened_at") == [(datetime(2026, 7, 1, 0, 5, tzinfo=UTC),)]


async def test_the_same_file_twice_and_a_change(importer: Importer, tmp_path: Path) -> None:
    lines = [f"{n},垃圾,市容,2026-07-01 08:00,,,112.905,35.605,a" for n in range(5)]
    file = write_csv(tmp_path / "e.csv", HEAD, *lines)
    await importer("events", file, source="s")
    before = await importer.rows("SELECT event::text FROM event ORDER BY id")
    report = await importer("events", file, source="s")
    assert (report["rows_unchanged"], report["units"]) == (5, 5)
    assert await importer.rows("SELECT event::text FROM event ORDER BY id") == before
    lines[2] = "2,垃圾,市容,2026-07-01 08:00,,2026-07-02 08:00,112.905,35.605,a"
    write_csv(file, HEAD, *lines)
    report = await importer("events", file, source="s")
    assert (report["rows_imported"], report["rows_unchanged"]) == (1, 4)
    assert (await importer("events", file, source="another"))["rows_imported"] == 5
    log = await importer.rows(
        "SELECT action, count(*)::integer FROM event_log GROUP BY 1 ORDER BY 1"
    )
    assert log == [("close", 1), ("report", 10), ("update", 1)]


async def test_an_event_keeps_the_grid_of_its_day(importer: Importer, tmp_path: Path) -> None:
    """After a re-cut, an event from before gets the old version, one from after the new one."""
    await importer.rows(
        "WITH old AS (UPDATE grid SET valid_to = '2026-07-10Z' WHERE code = 'W-1' RETURNING *)"
        " INSERT INTO grid (kind, code, name, area_id, geom, version, valid_from)"
        " SELECT kind, code, name, area_id, geom, 2, '2026-07-10Z' FROM old RETURNING id"
    )
    file = write_csv(
        tmp_path / "e.csv",
        "id,opened,lon,lat",
        "1,2026-07-01,112.905,35.605",
        "2,2026-07-11,112.905,35.605",
    )
    await importer("events", file, source="s")
    found = await importer.rows(
        "SELECT g.version FROM event e JOIN grid g ON g.id = ANY (e.grid_ids) ORDER BY e.source_key"
    )
    assert found == [(1,), (2,)]


async def test_types_and_classes_are_found_or_made(importer: Importer, tmp_path: Path) -> None:
    await importer.rows(
        "INSERT INTO event_type (code, name_zh, name_en, limit_s)"
        " VALUES ('0102', '暴露垃圾', 'Exposed refuse', 14400) RETURNING id"
    )
    file = write_csv(
        tmp_path / "e.csv",
        "id,type,class,opened",
        "1,暴露垃圾,市容,2026-07-01",
        "2,Exposed refuse,市容,2026-07-01",
        "3,噪音,市容,2026-07-01",
    )
    await importer("events", file, source="s")
    found = await importer.rows(
        "SELECT t.code, t.class, extract(epoch FROM e.due_at - e.opened_at)::integer"
        " FROM event e JOIN event_type t ON t.id = e.type_id ORDER BY source_key"
    )
    assert found == [("0102", "other", 14400), ("0102", "other", 14400), ("噪音", "市容", None)]


async def test_a_due_column_decides_even_where_it_is_empty(
    importer: Importer, tmp_path: Path
) -> None:
    await importer.rows(
        "INSERT INTO event_type (code, name_zh, name_en, limit_s) VALUES ('t', 't', 't', 60)"
        " RETURNING id"
    )
    file = write_csv(
        tmp_path / "e.csv", "id,type,opened,due", "1,t,2026-07-01,", "2,t,2026-07-01,2026-07-02"
    )
    await importer("events", file, source="s")
    assert [bool(due) for (due,) in await stored(importer, "due_at")] == [False, True]


async def test_without_ids_the_content_is_the_key(importer: Importer, tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "e.csv", "opened,what", "2026-07-01,a", "2026-07-01,b", "2026-07-01,a"
    )
    report = await importer("events", file, source="s", maps={"text": "what"})
    assert (report["rows_imported"], reasons(report)) == (2, {3: "duplicate"})
    again = await importer("events", file, source="s", maps={"text": "what"})
    assert (again["rows_unchanged"], again["rows_rejected"]) == (2, 1)


async def test_one_point_for_many_is_said(importer: Importer, tmp_path: Path) -> None:
    lines = [f"{n},2026-07-01,112.905,35.605" for n in range(60)]
    file = write_csv(tmp_path / "e.csv", "id,opened,lon,lat", *lines)
    report = await importer("events", file, source="s")
    assert "shared_point" in [one["reason"] for one in report["warnings"]]


async def test_progress_goes_forward_to_the_end(importer: Importer, tmp_path: Path) -> None:
    lines = [f"{n},2026-07-01,112.905,35.605" for n in range(1200)]
    file = write_csv(tmp_path / "e.csv", "id,opened,lon,lat", *lines)
    await importer("events", file, source="s")
    for stage, total in (("read", 1), ("check", 1200), ("write", 1200)):
        done = [n for name, n, of in importer.progress if name == stage and of == total]
        assert done == sorted(done) and done[-1] == total and len(done) > 1


async def test_what_must_be_said(importer: Importer, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "e.csv", "id,when", "1,2026-07-01")
    with pytest.raises(errors.MissingOption):
        await importer("events", file, maps={"opened": "when"})
    with pytest.raises(errors.MissingColumn):
        await importer("events", file, source="s")
    xy = write_csv(tmp_path / "xy.csv", "id,opened,x,y", "1,2026-07-01,112.9,35.6")
    assert reasons(await importer("events", xy, source="s")) == {1: "unknown_crs"}
    assert (await importer("events", xy, source="s", crs="4326"))["rows_imported"] == 1
