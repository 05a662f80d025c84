"""The log of imports: who, what, when, in which turn; who may undo is who may import there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from data import actors
from data.access import ROLES, Permission
from data.errors import NotFound
from data.importers import journal
from data.importers.errors import NothingToUndo, WasStopped
from data.importers.journal import KEPT
from data.importers.options import Options
from tests.data.importers.conftest import AT, Importer
from tests.data.importers.deliveries import events, grids, stations, undo
from tests.factories import Town


async def test_a_trial_and_a_strict_stop_leave_no_run(importer: Importer, tmp_path: Path) -> None:
    file = grids(tmp_path, ("g1", "格一", 112.901, 0.002), ("g2", "格外", 120.0, 0.002))
    assert (await importer("grids", file, group="service", dry_run=True))["run"] is None
    stopped = await importer("grids", file, group="service", strict=True, parent_by="location")
    assert stopped["run"] is None
    async with importer.database.acting(importer.actor_id) as link:
        assert await journal.runs(link) == []


async def test_the_log_tells_who_what_and_how_it_ended(importer: Importer, tmp_path: Path) -> None:
    file = events(tmp_path, "1,积水,2026-07-01 08:00,,,,", "2,积水,never,,,,")
    await importer("events", file, source="hotline")
    await undo(importer)
    async with importer.database.acting(importer.actor_id) as link:
        [run] = await journal.runs(link)
        audit = await (
            await link.execute("SELECT action, object FROM audit ORDER BY id")
        ).fetchall()
    assert (run.noun, run.files, run.actor) == ("events", ["events.csv"], "system")
    assert run.undone_at == AT and run.undone_by == "system" and run.at == AT
    assert run.options["source"] == "hotline"
    assert run.report["reasons"] == {"bad_time": 1} and run.report["rows"] == 2
    assert run.report["rejected"][0]["row"] == 2
    assert audit == [("import", f"import:{run.id}"), ("undo_import", f"import:{run.id}")]


async def test_who_may_not_import_there_may_not_undo(
    importer: Importer, town: Town, tmp_path: Path
) -> None:
    """The run belongs to its actor's area: another area's manager does not even see it."""
    await importer("facilities", stations(tmp_path, ("f1", "站", 112.902)), group="station")
    [(run,)] = await importer.rows("SELECT max(id) FROM import_run")
    for role, area in (("administrator", "code-west"), ("duty_officer", None), ("kiosk", None)):
        async with town.database.acting(town.system_id) as link:
            actor, _ = await actors.create_token(link, role=role, area=area, name=f"{role}{area}")
        with pytest.raises(NotFound):
            await journal.undo(town.database, actor.id, run, at=AT, real=AT)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with town.database.acting(actor.id) as link:
                await link.execute("SELECT FROM import_change")
    may = {role for role, rights in ROLES.items() if Permission.IMPORT in rights}
    assert may == {"system", "administrator"}  # undo_import() in migration 0016 says the same
    async with town.database.acting(town.system_id) as link:
        west, _ = await actors.create_token(link, role="administrator", area="code-west")
    mine = Importer(town.database, west.id)
    await mine("facilities", stations(tmp_path, ("f2", "站", 112.903)), group="station")
    assert (await undo(mine))[0] > run


async def test_two_imports_at_once_take_turns(importer: Importer, tmp_path: Path) -> None:
    files = []
    for name, code in (("a", "f1"), ("b", "f2")):
        (tmp_path / name).mkdir()
        files.append(stations(tmp_path / name, (code, "站", 112.902)))
    other = Importer(importer.database, importer.actor_id)
    reports = await asyncio.gather(
        importer("facilities", files[0], group="station"),
        other("facilities", files[1], group="station"),
    )
    assert {report["rows_imported"] for report in reports} == {1}
    assert len({report["run"] for report in reports}) == 2


async def test_a_check_uses_up_no_number_and_a_stop_has_nothing_to_undo(
    importer: Importer, tmp_path: Path
) -> None:
    """The line of a stop is not the last import, and pushes none out that can be undone."""
    stop = {"noun": "facilities", "files": ["a.csv"], "options": Options(), "at": AT, "real": AT}
    for run in range(1, KEPT + 1):
        file = stations(tmp_path, (f"f{run}", "站", 112.902))
        checked = await importer("facilities", file, group="station", dry_run=True)
        assert checked["run"] is None
        assert (await importer("facilities", file, group="station"))["run"] == run
    line = await journal.stopped(importer.database, importer.actor_id, run=None, **stop)
    assert line == KEPT + 1
    final = await journal.stopped(importer.database, importer.actor_id, run=KEPT, **stop)
    assert final is None  # was written already: it stands
    assert await importer.rows("SELECT FROM import_run WHERE forgotten") == []
    with pytest.raises(WasStopped):
        await undo(importer, line)
    for run in range(KEPT, 0, -1):
        assert (await undo(importer))[0] == run
    with pytest.raises(NothingToUndo):
        await undo(importer)
