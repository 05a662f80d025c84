"""Children live as long as their supervisor, and no longer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from dashboard.roles import supervisor as supervisors
from dashboard.roles.supervisor import Role, Supervisor
from data.errors import Said
from tests.waiting import until

CHILD = """
import os, signal, sys
from dashboard.roles import supervisor
supervisor.GRACE_S = 0.2
supervisor.follow_parent()
print(os.getpid(), flush=True)
signal.pause()
"""
DEAF = CHILD.replace("print(", "signal.signal(signal.SIGTERM, signal.SIG_IGN); print(")
PARENT = """
import asyncio, sys
from pathlib import Path
from dashboard.roles.supervisor import Role, Supervisor
async def go():
    supervisor = Supervisor(Path(sys.argv[1]), print)
    for name in ("one", "two"):
        await supervisor.start(Role(name, (sys.executable, "-c", sys.argv[2])))
    await asyncio.Event().wait()
asyncio.run(go())
"""
ROOT = Path(__file__).parents[2]


def role(code: str = CHILD) -> Role:
    return Role("one", (sys.executable, "-c", code), {"PYTHONPATH": str(ROOT)})


def lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def written(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


async def test_a_fallen_child_is_started_again_and_stop_ends_it(tmp_path: Path) -> None:
    said: list[Said] = []
    supervisor = Supervisor(tmp_path, said.append)
    await supervisor.start(role())
    await until(lambda: len(written(tmp_path / "one.log")) == 1)
    first = supervisor.pid("one")
    os.kill(first, signal.SIGKILL)
    await until(lambda: len(written(tmp_path / "one.log")) == 2)
    second = supervisor.pid("one")
    assert second != first
    told = f"one ended with code -9 ({tmp_path / 'one.log'}), starting it again"
    assert [str(one) for one in said] == [told]
    await supervisor.stop()
    assert not lives(second)


async def test_a_child_that_does_not_listen_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisors, "GRACE_S", 0.2)
    supervisor = Supervisor(tmp_path, lambda _: None)
    await supervisor.start(role(DEAF))
    await until(lambda: bool(written(tmp_path / "one.log")))
    pid = supervisor.pid("one")
    await supervisor.stop()
    assert not lives(pid)


async def test_kill_9_of_the_supervisor_leaves_no_child(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(tmp_path), DEAF), env=environment
    )
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    try:
        await until(lambda: all(written(log) for log in logs))
    finally:
        parent.kill()
        await parent.wait()
    children = [pid for log in logs for pid in written(log)]
    assert len(children) == 2
    with contextlib.suppress(TimeoutError):
        await until(lambda: not any(map(lives, children)))
    left = [pid for pid in children if lives(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left
