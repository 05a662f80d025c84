"""A real mosquitto of a test's own, on a port of its own."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import system
from tests.waiting import free_port, until


@dataclass
class Mosquitto:
    """A broker with these lines of configuration; its files and its log lie in `folder`."""

    folder: Path
    lines: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    program: str = field(default_factory=lambda: _program())
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it listens; the same queues and port as before, if it was stopped."""
        first = (f"listener {self.port} 127.0.0.1", "user root")
        (self.folder / "conf").write_text("\n".join((*first, *self.lines)))
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                self.program, "-c", str(self.folder / "conf"), stdout=log, stderr=log
            )
        await until(self._listens)

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()

    async def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, (self.folder / "log").read_text()
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except ConnectionRefusedError:
            return False
        writer.close()
        return True


def _program() -> str:
    program = system.broker()
    if program is None:
        pytest.skip("no mosquitto here: make system brings it on Debian")
    return program
