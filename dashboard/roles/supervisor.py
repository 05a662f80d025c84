"""Roles as child processes: started together, restarted when they fall, stopped together.

Each child holds the reading end of a pipe whose writing end is the supervisor's alone. When the
supervisor goes, however it goes, the pipe closes and the children go too: even `kill -9` leaves
nothing that blocks the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dashboard import tasks
from dashboard.roles.logs import Log
from data.errors import Said

PIPE = "WANGGE_PARENT_PIPE"
GRACE_S = 4.0
BACKOFF_S = (0.2, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Role:
    """One child: its command, and what it adds to the environment."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def wangge(*arguments: str) -> tuple[str, ...]:
    """The command `wangge …` by this very interpreter."""
    return (sys.executable, "-m", "dashboard.cli", *arguments)


class Supervisor:
    """Runs roles until told to stop. `logs` gets one file per role, and a few older ones."""

    def __init__(self, logs: Path, say: Callable[[Said], None]) -> None:
        self._logs = logs
        self._say = say
        self._reading, self._writing = os.pipe()
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._outputs: dict[str, Log] = {}
        self._keepers: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self, role: Role) -> None:
        """Start a role and keep it running."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._outputs[role.name] = Log(self.log(role.name))
        self._processes[role.name] = await self._spawn(role)
        keeper = asyncio.create_task(self._keep(role), name=f"keep {role.name}")
        self._keepers.add(keeper)

    @property
    def names(self) -> frozenset[str]:
        """The roles that were started."""
        return frozenset(self._processes)

    def pid(self, name: str) -> int:
        """The process id of a role's present child."""
        return self._processes[name].pid

    def log(self, name: str) -> Path:
        """Where a role writes."""
        return self._logs / f"{name}.log"

    def last_words(self, name: str, lines: int = 12) -> str:
        """The end of a role's log, for an error message."""
        try:
            return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    async def stop(self) -> None:
        """Ask all children to end, and end those that do not listen."""
        self._stopping = True
        for process in self._processes.values():
            _signal(process, signal.SIGTERM)
        if self._keepers:
            await asyncio.wait(self._keepers, timeout=GRACE_S)
        for process in self._processes.values():
            _signal(process, signal.SIGKILL)
            await process.wait()
        await tasks.end(self._keepers)
        for output in self._outputs.values():
            output.close()
        for end in (self._reading, self._writing):
            with contextlib.suppress(OSError):
                os.close(end)

    async def _keep(self, role: Role) -> None:
        """Restart a fallen child, slower each time; a long life makes it quick again."""
        falls = 0
        clock = asyncio.get_running_loop().time
        while True:
            born = clock()
            code = await self._processes[role.name].wait()
            if self._stopping:
                return
            falls = 0 if clock() - born > 60 else falls + 1
            told = {"role": role.name, "code": code, "log": self.log(role.name)}
            self._say(Said("{role} ended with code {code} ({log}), starting it again", **told))
            await asyncio.sleep(BACKOFF_S[min(falls, len(BACKOFF_S) - 1)])
            self._processes[role.name] = await self._spawn(role)

    async def _spawn(self, role: Role) -> asyncio.subprocess.Process:
        output = self._outputs[role.name].pipe()
        try:
            return await asyncio.create_subprocess_exec(
                *role.command,
                env={**os.environ, **role.environment, PIPE: str(self._reading)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(self._reading,),
                start_new_session=True,  # Ctrl-C is for the supervisor, who stops them in order
            )
        finally:
            os.close(output)


def follow_parent() -> None:
    """In a child: end when the supervisor does. Does nothing in a process started by hand."""
    pipe = os.environ.pop(PIPE, "")
    if pipe:
        threading.Thread(target=_end_with, args=(int(pipe),), daemon=True).start()


def _end_with(pipe: int) -> None:
    os.read(pipe, 1)  # nobody ever writes: it returns when the last writer is gone
    timer = threading.Timer(GRACE_S, os._exit, (1,))
    timer.daemon = True
    timer.start()
    os.kill(os.getpid(), signal.SIGTERM)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
