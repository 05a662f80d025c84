"""`python -m dashboard.imports.job FOLDER`: one job on one upload, in a process of its own.

It looks, checks or imports, and writes down how far it is. Killed, it leaves nothing in the store,
and its lock is free.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg

from dashboard.imports import look, preview, telling
from dashboard.imports.spool import Upload
from dashboard.roles.supervisor import follow_parent
from dashboard.settings import Settings, import_mb
from data.database import Database
from data.errors import Said, StoreUnavailable, WanggeError
from data.importers import swapped, values
from data.importers.options import Options
from data.importers.remarks import MOST_TOLD
from data.importers.report import ELSEWHERE
from data.importers.run import import_files
from data.importers.table import Progress, Reading
from data.places import site

UNEXPECTED = Said("Something went wrong here. It is in the log.")
EVERY_S = 0.25
SHOWN = 200
NICE = 5  # live pages come first


def main(folder: Path) -> None:
    """Do what the upload's state says, and write how it ended."""
    follow_parent()
    os.nice(NICE)
    upload = Upload(folder)
    upload.change(pid=os.getpid())
    try:
        ended = asyncio.run(work(upload, upload.read()))
    except WanggeError as error:
        name = type(error).__name__
        ended = {"state": "failed", "error": telling.packed(error.said), "error_kind": name}
    except psycopg.OperationalError:
        ended = {"state": "failed", "error": telling.packed(StoreUnavailable().said)}
    except Exception:
        logging.exception("the job failed")
        ended = {"state": "failed", "error": telling.packed(UNEXPECTED)}
    upload.change(**ended, ended_at=datetime.now(UTC).isoformat())
    sys.stderr.flush()
    os._exit(0)  # the lock goes at once, whatever libraries would still tidy up


async def work(upload: Upload, state: dict[str, Any]) -> dict[str, Any]:
    """One look, check or import. Raises WanggeError."""
    given = options(state["options"], dry_run=state["task"] != "run")
    settings = Settings.load()
    async with Database(settings.app_url, settings.readonly_url, size=2) as database:
        if state["task"] == "look":
            return await _look(upload, database, state["actor_id"], given)
        return await _import(upload, database, state, given)


async def _look(
    upload: Upload, database: Database, actor_id: int, given: Options
) -> dict[str, Any]:
    async with database.acting(actor_id) as connection:
        words, town = await values.read(connection), await swapped.extent(connection)
    path, told = str(upload.file), progress(upload)
    found = await asyncio.to_thread(look.describe, path, given.reading, words, town, told)
    return {"state": "done", "look": found}


async def _import(
    upload: Upload, database: Database, state: dict[str, Any], given: Options
) -> dict[str, Any]:
    async with database.acting(state["actor_id"]) as connection:
        at = (await site.read(connection)).clock.at(datetime.now(UTC))
    ledger = await import_files(
        database,
        state["actor_id"],
        state["noun"],
        [str(upload.file)],
        given,
        at=at,
        progress=progress(upload),
        watch=lambda batch: _keep(upload.preview, preview.shapes(batch)),
        begun=lambda number: upload.change(number=number),
    )
    report = ledger.stored(MOST_TOLD)
    _keep(upload.report, report)
    with upload.rest.open("wb") as rest:
        rest.writelines(orjson.dumps(one) + b"\n" for one in ledger.stored_rest())
    return {"state": "done", "report": few(report), "run": ledger.run}


def progress(upload: Upload) -> Progress:
    """What writes down how far a job is, a few times a second at most."""
    told = 0.0

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told > EVERY_S or done == total or stage == "turn":
            told = time.monotonic()
            upload.change(stage=stage, done=done, total=total)

    return tell


def few(report: dict[str, Any]) -> dict[str, Any]:
    """A report with as many rows as the page lists: those with a fault."""
    faults = [one for one in report["rejected"] if one["reason"] not in ELSEWHERE]
    return {**report, "rejected": faults[:SHOWN], "repaired": report["repaired"][:SHOWN]}


def _keep(path: Path, what: Any) -> None:
    path.write_bytes(orjson.dumps(what))


def options(given: dict[str, Any], *, dry_run: bool) -> Options:
    """What the page says as the importers' options."""
    known = dict(given)
    said = (known.pop(one) for one in ("encoding", "crs", "layer", "delimiter"))
    reading = replace(Reading(*said), whole_mb=import_mb())
    names = known.pop("group_zh"), known.pop("group_en")
    key = tuple(known.pop("key"))
    return Options(reading=reading, group_name=names, key=key, dry_run=dry_run, **known)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
