"""Undoing an import puts every table back as it was, or says what stands in the way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dashboard.embedded import Store
from data.errors import NotFound
from data.importers.errors import (
    AlreadyUndone,
    ChangedSince,
    DependedOn,
    ForgottenRun,
    NothingToUndo,
    OtherSchema,
)
from data.importers.journal import KEPT
from tests.data.importers.conftest import AT, Importer, write_csv
from tests.data.importers.deliveries import areas, events, grids, people, stations, terrain, undo
from tests.factories import Town

OWN = {"import_run", "import_change", "audit", "migration", "spatial_ref_sys"}


def picture(store: Store) -> dict[str, str]:
    """A digest of every table's rows, but for the log of imports and the audit."""
    with psycopg.connect(store.admin_url) as link:
        names = link.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        ).fetchall()
        found = {}
        for (name,) in names:
            if name not in OWN:
                query = psycopg.sql.SQL(
                    "SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {} t"
                ).format(psycopg.sql.Identifier(name))
                row = link.execute(query).fetchone()
                assert row is not None
                found[name] = row[0]
    return found


async def first_then(kind: str, path: Path, importer: Importer) -> list[tuple[Any, ...]]:
    """Two imports of a kind: the second changes rows of the first, adds some, leaves some."""
    if kind == "areas":
        first = areas(path, ("v1", "东庄", 112.901), ("v2", "西庄", 112.905))
        yield_ = areas
        given: dict[str, Any] = {"group": "village"}
        later = (("v1", "东庄村", 112.9012), ("v2", "西庄", 112.905), ("v3", "新庄", 112.908))
    elif kind == "grids":
        first, yield_ = (
            grids(path, ("g1", "格一", 112.901, 0.002), ("g2", "格二", 112.904, 0.002)),
            grids,
        )
        given = {"group": "micro", "group_name": ("微网格", None)}
        later = (
            ("g1", "格一", 112.901, 0.0025), ("g2", "格二改", 112.904, 0.002),
            ("g3", "格三", 112.907, 0.002),
        )  # fmt: skip
    elif kind == "facilities":
        first, yield_ = stations(path, ("f1", "驿站", 112.902), ("f2", "岗亭", 112.903)), stations
        given = {"group": "station"}
        later = (("f1", "驿站改", 112.902), ("f3", "新站", 112.906))
    elif kind == "ground":
        yield_, given = terrain, {}
        first = terrain(path, ("r1", "road", "东路", 112.901), ("b1", "building", "", 112.905))
        later = (
            ("r1", "road", "西路", 112.901), ("b1", "building", "", 112.906),
            ("w1", "water", "池", 112.907), ("r2", "rail", "", 112.908),
        )  # fmt: skip
    elif kind == "people":
        first = people(path, "p1,张三,13900000001,网格员,W-1,service", "p2,李四,13900000002,,,")
        yield_, given = people, {"source": "staff", "ending_missing": True}
        later = ("p1,张三,13900000009,网格长,W-1,service", "p3,王五,,网格员,E-1,service")
    else:
        first = events(
            path, "1,积水,2026-07-01 08:00,,水,112.905,35.605", "2,垃圾,2026-07-01 09:00,,,,"
        )
        yield_, given = events, {"source": "hotline"}
        later = (
            "1,积水,2026-07-01 08:00,2026-07-01 10:00,退了,112.905,35.605",
            "3,井盖,2026-07-02 08:00,,,112.915,35.605",
        )
    await importer(kind, first, **given)
    return [(yield_(path, *later), given)]  # type: ignore[operator]


KINDS = ("areas", "grids", "facilities", "ground", "people", "events")


@pytest.mark.parametrize("kind", KINDS)
async def test_undo_restores_every_table_exactly(
    importer: Importer, store: Store, tmp_path: Path, kind: str
) -> None:
    """New rows go, changed rows are as before, and the import before it can be undone then."""
    bare = picture(store)
    [(file, given)] = await first_then(kind, tmp_path, importer)
    first = importer.ledger
    assert first is not None and first.run is not None
    before = picture(store)
    assert before != bare
    report = await importer(kind, file, **given)
    assert report["rows_imported"] >= 2 and report["run"] > first.run
    assert picture(store) != before
    run, counts = await undo(importer)
    assert run == report["run"] and counts
    assert picture(store) == before
    assert (await undo(importer))[0] == first.run
    assert picture(store) == bare
    with pytest.raises(NothingToUndo):
        await undo(importer)


async def test_what_time_and_walking_add_goes_along(
    importer: Importer, town: Town, store: Store, tmp_path: Path
) -> None:
    """The engine's log of lights and visits follow from what was imported: no reason to refuse."""
    await importer("grids", grids(tmp_path, ("g1", "格一", 112.901, 0.002)), group="service")
    before = picture(store)
    due = write_csv(
        tmp_path / "due.csv", "id,type,opened,due", "1,积水,2026-07-14 11:00,2026-07-14 11:30"
    )
    await importer("events", due, source="hotline")
    async with town.database.acting(town.system_id) as link:
        [(event,)] = await importer.rows("SELECT id FROM event")
        await link.execute(
            "INSERT INTO event_log (event_id, area_id, at, action)"
            " SELECT id, area_id, due_at, 'red' FROM event WHERE id = %s",
            [event],
        )
    await undo(importer)
    assert picture(store) == before
    [(grid,)] = await importer.rows("SELECT id FROM grid WHERE code = 'g1'")
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO grid_visit (person_id, grid_id, area_id, entered_at)"
            " SELECT id, %s, area_id, %s FROM person LIMIT 1",
            [grid, AT],
        )
    await undo(importer)
    assert await importer.rows("SELECT FROM grid_visit") == []


async def test_undo_is_refused_in_words_when_something_rests_on_it(
    importer: Importer, town: Town, store: Store, tmp_path: Path
) -> None:
    await importer("people", people(tmp_path, "p1,张三,13900000001,网格员,W-1,service"))
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO shift (person_id, area_id, planned_start, planned_end)"
            " SELECT id, area_id, %s, %s FROM person WHERE code = 'p1'",
            [AT, AT + timedelta(hours=8)],
        )
    before = picture(store)
    with pytest.raises(DependedOn, match=r"Import \d+ cannot be undone: shifts refer to"):
        await undo(importer)
    assert picture(store) == before
    async with town.database.acting(town.system_id) as link:
        await link.execute("UPDATE person SET team = '二队' WHERE code = 'p1'")
    with pytest.raises(ChangedSince, match=r"1 of its people were changed later"):
        await undo(importer)


async def test_an_event_that_came_into_a_new_grid_keeps_the_grid(
    importer: Importer, town: Town, store: Store, tmp_path: Path
) -> None:
    await importer("grids", grids(tmp_path, ("g1", "格一", 112.901, 0.002)), group="micro")
    await importer(
        "events", events(tmp_path, "1,积水,2026-07-01 08:00,,,112.902,35.603"), source="s"
    )
    [(grids_run,)] = await importer.rows("SELECT min(id) FROM import_run")
    before = picture(store)
    with pytest.raises(DependedOn, match="events refer"):
        await undo(importer, grids_run)
    assert picture(store) == before
    await undo(importer)
    await undo(importer)  # without the event nothing stands in the way


async def test_each_run_is_undone_once_and_old_ones_are_forgotten(
    importer: Importer, store: Store, tmp_path: Path
) -> None:
    await importer("facilities", stations(tmp_path, ("f0", "站", 112.902)), group="station")
    [(first,)] = await importer.rows("SELECT max(id) FROM import_run")
    for n in range(1, KEPT + 1):
        file = stations(tmp_path, (f"f{n}", f"站{n}", 112.902))
        await importer("facilities", file, group="station")
    with pytest.raises(ForgottenRun):
        await undo(importer, first)
    run, _ = await undo(importer)
    with pytest.raises(AlreadyUndone):
        await undo(importer, run)
    with pytest.raises(NotFound):
        await undo(importer, 999_999)
    with psycopg.connect(store.admin_url) as link:
        link.execute("ALTER TABLE facility ADD COLUMN colour text")
    with pytest.raises(OtherSchema):
        await undo(importer)
