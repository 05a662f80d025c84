"""Stopping a job: its process is killed, the store rolls back, and the log says who it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from datetime import datetime
from typing import Any

import orjson

from dashboard.imports import job
from dashboard.imports.spool import Busy, Upload
from data.access import Actor
from data.database import Database
from data.importers import journal

EVERY_S = 0.05
TRIES = 400


async def stop(
    upload: Upload, database: Database, actor: Actor, *, at: datetime, real: datetime
) -> dict[str, Any]:
    """End what runs on an upload; `at` is site time. Returns its state: `stopped`, or as the job
    itself left it, where that had ended before. Raises Busy, StoreUnavailable."""
    if (state := upload.read())["state"] != "running":
        return state
    lock = await _killed(upload)
    try:
        state = upload.read()  # `running`: the lock is ours
        if state["state"] != "running":
            return state
        if state["task"] == "run" and not await _logged(state, database, actor, at, real):
            return upload.change(**await _stands(upload, state["number"], database, actor))
        return upload.change(state="stopped", ended_at=real.isoformat())
    finally:
        os.close(lock)


async def _killed(upload: Upload) -> int:
    """The upload's lock, once its job is dead or has ended. Raises Busy."""
    for _ in range(TRIES):
        with contextlib.suppress(Busy):
            return upload.lock()
        _kill(upload, upload.read().get("pid"))
        await asyncio.sleep(EVERY_S)
    raise Busy()


def _kill(upload: Upload, pid: int | None) -> None:
    """Kill the process that holds the lock, once it has written down its number: asked again with
    the process in hand, since numbers of processes are given away anew."""
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        try:
            state = upload.read()
            if state["state"] == "running" and state.get("pid") == pid:
                signal.pidfd_send_signal(process, signal.SIGKILL)
        finally:
            os.close(process)


async def _logged(
    state: dict[str, Any], database: Database, actor: Actor, at: datetime, real: datetime
) -> bool:
    """Whether the log has a line of the stop; no where the import was final already."""
    given = job.options(state["options"], dry_run=False)
    what = state["noun"], [state["name"]], given
    number = await journal.stopped(database, actor.id, *what, run=state["number"], at=at, real=real)
    return number is not None


async def _stands(upload: Upload, number: int, database: Database, actor: Actor) -> dict[str, Any]:
    """What the job would have written down, had it lived a moment longer."""
    async with database.acting(actor.id) as link:
        (run,) = await journal.runs(link, run=number)
    upload.report.write_bytes(orjson.dumps(run.report))
    return {"state": "done", "report": job.few(run.report), "run": number}
