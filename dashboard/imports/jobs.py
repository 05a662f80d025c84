"""Starting jobs: children that end with this process, a few at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass, field
from typing import Any

from dashboard.imports.spool import Busy, Upload
from dashboard.roles.supervisor import PIPE
from dashboard.settings import Settings
from data.errors import WanggeError

MOST = 2  # at once in one process
TRIES = 100
BEGUN = {"state": "running", "stage": "start", "done": 0, "total": 0} | dict.fromkeys(
    ("error", "run", "number", "pid")  # of an earlier job
)


class TooMany(WanggeError):
    """Other files are being worked on. Try again when one of them has ended."""


@dataclass(slots=True)
class Jobs:
    """The jobs of one web process. Each holds its upload's lock for as long as it lives."""

    settings: Settings
    _running: set[asyncio.Task[int]] = field(default_factory=set)
    _pipe: tuple[int, int] | None = None

    async def start(self, upload: Upload, **what: Any) -> dict[str, Any]:
        """Begin a job as `what` says, and return the upload's state. Raises Busy, TooMany."""
        if len(self._running) >= MOST:
            raise TooMany()
        lock = await locked(upload)
        try:
            begun = upload.change(**what, **BEGUN)
            if self._pipe is None:
                self._pipe = os.pipe()
            process = await self._spawn(upload, lock)
        finally:
            os.close(lock)  # the child has its own
        waiting = asyncio.create_task(process.wait(), name=f"import {upload.id}")
        self._running.add(waiting)
        waiting.add_done_callback(self._running.discard)
        return begun

    async def _spawn(self, upload: Upload, lock: int) -> asyncio.subprocess.Process:
        assert self._pipe is not None
        with (upload.folder / "log").open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "dashboard.imports.job", str(upload.folder)),
                env={
                    **os.environ,
                    "DATABASE_URL": self.settings.app_url,
                    "DATABASE_READONLY_URL": self.settings.readonly_url,
                    PIPE: str(self._pipe[0]),
                },
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(lock, self._pipe[0]),
                start_new_session=True,
            )

    async def stop(self) -> None:
        """End all jobs: the pipe closes, and they go; nothing of them is written."""
        if self._pipe is not None:
            for end in self._pipe:
                with contextlib.suppress(OSError):
                    os.close(end)
            self._pipe = None
        if self._running:
            await asyncio.wait(self._running, timeout=10)


async def forget(upload: Upload) -> None:
    """Remove an upload, once the job that has just ended has let it go. Raises Busy."""
    os.close(await locked(upload))
    await asyncio.to_thread(upload.remove)


async def locked(upload: Upload) -> int:
    """The lock; a job that has written its end needs a moment to let it go. Raises Busy."""
    for _ in range(TRIES):
        try:
            return upload.lock()
        except Busy:
            if upload.read()["state"] == "running":
                raise
            await asyncio.sleep(0.05)
    return upload.lock()
