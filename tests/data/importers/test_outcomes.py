"""How events ended comes from files too: the rates of the header are made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from data.places import site
from data.query import summary
from tests.data.importers.conftest import Importer, reasons, write_csv

HEAD = "id,opened,closed,办结于,满意否"
MAPS = {"settled_at": "办结于", "satisfied": "满意否"}
ROWS = (
    "1,2026-07-14 08:00,2026-07-14 09:00,网格,满意",
    "2,2026-07-14 08:00,2026-07-14 09:00,自行处置,一般",
    "3,2026-07-14 08:00,2026-07-14 09:00,镇街,",
    "4,2026-07-14 08:00,2026-07-14 09:00,district,YES",
    "5,2026-07-14 08:00,2026-07-14 09:00,,",
    "6,2026-07-14 08:00,,网格,满意",
)
ENDS = [
    ("grid", True),
    ("grid", False),
    ("town", None),
    ("district", True),
    (None, None),
    (None, None),
]


async def ends(importer: Importer) -> list[tuple[str | None, bool | None]]:
    return await importer.rows("SELECT settled_at, satisfied FROM event ORDER BY source_key")


async def test_the_rates_come_from_the_file(importer: Importer, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "e.csv", HEAD, *ROWS)
    report = await importer("events", file, source="s", maps=MAPS)
    assert report["rows_imported"] == 6
    assert await ends(importer) == ENDS
    assert "settled_while_open" in {one["reason"] for one in report["warnings"]}
    async with importer.database.acting(importer.actor_id) as link:
        noon = datetime(2026, 7, 14, 4, 0, tzinfo=UTC)
        today = await summary.today(link, at=noon, site=await site.read(link))
    assert today["in_grid_rate"] == 2 / 4 and today["satisfied_rate"] == 2 / 3
    again = await importer("events", file, source="s", maps=MAPS)
    assert again["rows_unchanged"] == 6


async def test_a_changed_end_is_a_change(importer: Importer, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "e.csv", HEAD, *ROWS)
    await importer("events", file, source="s", maps=MAPS)
    write_csv(tmp_path / "e.csv", HEAD, ROWS[0].replace("满意", "不满意"), *ROWS[1:])
    report = await importer("events", file, source="s", maps=MAPS)
    assert (report["rows_imported"], report["rows_unchanged"]) == (1, 5)
    assert await ends(importer) == [("grid", False), *ENDS[1:]]


async def test_what_a_file_does_not_say_stays_until_it_is_open_again(
    importer: Importer, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "e.csv", HEAD, ROWS[0], ROWS[3])
    await importer("events", file, source="s", maps=MAPS)
    short = write_csv(
        tmp_path / "f.csv",
        "id,opened,closed",
        "1,2026-07-14 08:00,2026-07-14 10:00",
        "4,2026-07-14 08:00,",
    )
    assert (await importer("events", short, source="s"))["rows_imported"] == 2
    assert await ends(importer) == [("grid", True), (None, None)]


async def test_a_word_that_nobody_knows(importer: Importer, tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "e.csv",
        HEAD,
        "1,2026-07-14 08:00,2026-07-14 09:00,月球,",
        "2,2026-07-14 08:00,2026-07-14 09:00,,也许",
    )
    report = await importer("events", file, source="s", maps=MAPS)
    assert reasons(report) == {1: "bad_outcome", 2: "bad_outcome"}
