"""The log of imports, and undoing one: triggers write down what a run changes (migration 0016)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from data import actors
from data.database import Connection, Database, fetch_all, fetch_one
from data.errors import NotFound
from data.importers.errors import (
    AlreadyUndone,
    ChangedSince,
    DependedOn,
    ForgottenRun,
    NothingToUndo,
    OtherSchema,
    WasStopped,
)
from data.importers.options import Options
from data.importers.report import Ledger
from data.queries import load

SQL = load(__file__)
KEPT = 10  # runs whose before-images are kept
MOST_REMARKS = 2_000  # rejected or repaired rows that the log keeps of one run


WHAT = {  # tables as people call them
    "actor": "accounts",
    "announced_cut": "announced cuts",
    "area": "areas",
    "building": "buildings",
    "call_attempt": "calls",
    "call_session": "calls",
    "contact": "phone numbers",
    "event": "events",
    "event_log": "events",
    "facility": "facilities",
    "grid": "grids",
    "ground": "waters and woods",
    "import_run": "imports",
    "latest_position": "positions",
    "person": "people",
    "post": "posts",
    "presence": "open pages",
    "road": "roads",
    "shift": "shifts",
    "source": "sources",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One import: `report` as `stored` made it; times are aware, `at` is the site's."""

    id: int
    noun: str
    files: list[str]
    options: dict[str, Any]
    report: dict[str, Any]
    at: datetime
    recorded_at: datetime
    actor: str
    undone_at: datetime | None
    undone_by: str | None
    stopped_at: datetime | None
    stopped_by: str | None
    forgotten: bool


async def begin(
    connection: Connection,
    actor_id: int,
    noun: str,
    files: Sequence[str],
    options: Options,
    *,
    at: datetime,
) -> int:
    """The number of a new run; what the transaction writes from here on is journaled."""
    told = _told(actor_id, noun, files, options, at)
    row = await fetch_one(connection, SQL.begin, told)
    assert row is not None
    return int(row["id"])


def _told(
    actor_id: int, noun: str, files: Sequence[str], options: Options, at: datetime
) -> dict[str, Any]:
    given = asdict(options)
    given["reading"] = {key: one for key, one in given["reading"].items() if one is not None}
    names = [PurePath(file).name for file in files]
    return {"noun": noun, "files": names, "options": Jsonb(given), "at": at, "actor_id": actor_id}


async def take_turn(connection: Connection) -> None:
    """Wait until no other import writes; killed from here on, it leaves no trace and no lock."""
    await connection.execute(SQL.leave_no_trace)
    await connection.execute(SQL.wait_for_turn)


async def stopped(
    database: Database,
    actor_id: int,
    noun: str,
    files: Sequence[str],
    options: Options,
    *,
    run: int | None,
    at: datetime,
    real: datetime,
) -> int | None:
    """Write down that an actor stopped an import, whose process has ended.

    `run` is its number, None where it had none yet. Returns the number of the line; None where
    the import was final before it could be stopped, and stands.
    """
    told = _told(actor_id, noun, files, options, at)
    async with database.acting(actor_id) as connection:
        row = await fetch_one(connection, SQL.stopped, {**told, "run": run, "real": real})
        if row is None:
            return None
        number = int(row["id"])
        await actors.record(connection, actor_id, at, "stop_import", f"import:{number}")
    return number


async def finish(connection: Connection, actor_id: int, ledger: Ledger, *, at: datetime) -> None:
    """Write a run's report and its line of the audit; forget what is too old to be undone."""
    run = ledger.run
    await connection.execute(SQL.rest)
    await connection.execute(SQL.finish, {"run": run, "report": Jsonb(ledger.stored(MOST_REMARKS))})
    await connection.execute(SQL.prune, {"keep": KEPT})
    counts = {"rows": ledger.rows, "units": ledger.units, "rejected": len(ledger.rejected)}
    await actors.record(connection, actor_id, at, "import", f"import:{run}", **counts)


async def runs(connection: Connection, *, limit: int = 50, run: int | None = None) -> list[Run]:
    """The imports of the actor's scope, newest first; with `run`, that one alone."""
    rows = await fetch_all(connection, SQL.runs, {"limit": limit, "run": run})
    return [Run(**{**row, "report": row["report"] or {}}) for row in rows]


async def last(connection: Connection) -> int:
    """The newest import that has not been undone. Raises NothingToUndo."""
    row = await fetch_one(connection, SQL.last)
    if row is None or row["id"] is None:
        raise NothingToUndo()
    return int(row["id"])


async def undo(
    database: Database, actor_id: int, run: int | None, *, at: datetime, real: datetime
) -> tuple[int, dict[str, int]]:
    """Put everything back as it was before a run (None = the last); all of it or nothing.

    `at` is site time, for the audit. Returns the run's number and how many rows of each table
    were taken out or put back. Raises NotFound, CannotUndo.
    """
    number = run or 0
    try:
        async with database.acting(actor_id) as connection:
            await connection.execute(SQL.wait_for_turn)
            number = run or await last(connection)
            if await fetch_one(connection, SQL.was_stopped, {"run": number}):
                raise WasStopped(run=number)
            told = {"run": number, "real": real}
            changes = await fetch_all(connection, SQL.undo, told)
            counts: dict[str, int] = {}
            for one in changes:
                counts[one["tab"]] = counts.get(one["tab"], 0) + one["n"]
            object_ = f"import:{number}"
            await actors.record(connection, actor_id, at, "undo_import", object_, **counts)
    except psycopg.errors.RaiseException as error:
        raise _refusal(number, error) from None
    except psycopg.errors.ForeignKeyViolation as error:
        raise DependedOn(run=number, what=_what(error.diag.table_name)) from None
    return number, counts


def _refusal(run: int, error: psycopg.errors.RaiseException) -> Exception:
    reason = error.diag.message_primary
    table, _, n = (error.diag.message_detail or "").partition(" ")
    if reason == "undone":
        return AlreadyUndone(run=run)
    if reason == "forgotten":
        return ForgottenRun(run=run, kept=KEPT)
    if reason == "upgraded":
        return OtherSchema(run=run)
    if reason == "changed":
        return ChangedSince(run=run, n=n, what=_what(table))
    if reason == "depended":
        return DependedOn(run=run, what=_what(table))
    if reason == "unknown":
        return NotFound(what="import", key=run)
    return error


def _what(table: str | None) -> str:
    return WHAT.get(table or "", table or "other data")
