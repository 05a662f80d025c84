"""What a file leaves open is asked or said, never settled in silence: dates, exchanged axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.importers.errors import AskDateOrder
from tests.data.importers.conftest import Importer, box, reasons, write_csv, write_geojson


def warned(report: Any) -> set[str]:
    return {one["reason"] for one in report["warnings"]}


async def opened(importer: Importer) -> list[str]:
    rows = await importer.rows("SELECT to_char(opened_at, 'MM-DD') FROM event ORDER BY source_key")
    return [day for (day,) in rows]


async def test_day_or_month_first_is_asked_where_the_file_does_not_tell(
    importer: Importer, tmp_path: Path
) -> None:
    def file(*dates: str) -> Path:
        rows = [f"{n},{date} 12:00" for n, date in enumerate(dates)]
        return write_csv(tmp_path / "e.csv", "id,opened", *rows)

    with pytest.raises(AskDateOrder, match=r"03/04/2026.*--day-first or --month-first"):
        await importer("events", file("03/04/2026", "05/05/2026"), source="s")
    with pytest.raises(AskDateOrder, match="13/04/2026 12:00, 04/14/2026 12:00"):
        await importer("events", file("13/04/2026", "04/14/2026", "01/02/2026"), source="s")
    report = await importer("events", file("03/04/2026", "13/05/2026"), source="s")
    assert "day_first" in warned(report) and await opened(importer) == ["04-03", "05-13"]
    report = await importer("events", file("03/04/2026", "05/13/2026"), source="s")
    assert "month_first" in warned(report) and await opened(importer) == ["03-04", "05-13"]
    report = await importer("events", file("03/04/2026", "05/13/2026"), source="s", day_first=True)
    assert reasons(report) == {2: "bad_time"} and "month_first" not in warned(report)
    assert await opened(importer) == ["04-03", "05-13"]
    report = await importer("events", file("05/05/2026", "2026-05-06"), source="t")
    assert reasons(report) == {1: "bad_time"}, "the same either way, but nobody said that it is"


async def test_a_bare_number_is_no_time_until_somebody_says_what_it_counts(
    importer: Importer, tmp_path: Path
) -> None:
    rows = "1,46217.4042", "2,1783992120", "3,1783992120000", "4,soon"
    file = write_csv(tmp_path / "e.csv", "id,opened", *rows)
    report = await importer("events", file, source="s")
    assert reasons(report) == {**dict.fromkeys((1, 2, 3), "time_number"), 4: "bad_time"}
    said = [one["message"] for one in report["rejected"]]
    assert "as excel it would be 2026-07-14 09:42" in said[0]
    assert "--time-format epoch." in said[1] and "--time-format epoch_ms." in said[2]
    report = await importer("events", file, source="s", time_format="excel")
    assert report["rows_imported"] == 1


async def test_exchanged_coordinates_are_said_and_exchanged_when_asked(
    importer: Importer, tmp_path: Path
) -> None:
    """In the town a latitude of 112.9 is impossible."""
    rows = [({"code": "a", "name": "a"}, box(35.6, 112.9, 35.601, 112.901))]
    file = write_geojson(tmp_path / "g.geojson", rows)
    report = await importer("grids", file, group="k")
    assert reasons(report) == {1: "swapped"} and "--swap" in report["rejected"][0]["message"]
    assert reasons(await importer("grids", file, group="k", swap=False)) == {1: "out_of_range"}
    assert (await importer("grids", file, group="k", swap=True))["rows_imported"] == 1
    (west,) = await importer.rows("SELECT ST_XMin(geom) FROM grid WHERE kind = 'k'")
    assert west == (112.9,)


async def test_exchanged_coordinates_that_are_possible_are_told_by_the_site(
    empty: Importer, tmp_path: Path
) -> None:
    """In New York both orders are places on earth; the site's own extent says which."""
    city = write_geojson(
        tmp_path / "c.geojson", [({"code": "c", "name": "c"}, box(-75, 40, -73, 41))]
    )
    await empty("areas", city, group="district")
    rows = (
        "1,2011-01-01,40.7,-74",
        "2,2011-01-01,-74,40.7",
        "3,2011-01-01,-80,30",
        "4,2011-01-01,0,0",
    )
    file = write_csv(tmp_path / "e.csv", "id,opened,lon,lat", *rows)
    report = await empty("events", file, source="s")
    assert reasons(report) == {1: "swapped"}, "what lies far away either way is only far away"
    assert (await empty("events", file, source="s", swap=False))["rows_rejected"] == 0
