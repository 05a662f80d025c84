"""Logs of roles stay within bounds, and no word of theirs is lost before its time."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest

from dashboard.roles import supervisor as supervisors
from dashboard.roles.logs import Log
from dashboard.roles.supervisor import Role, Supervisor
from tests.waiting import until

LIMIT = 1_000


def words(log: Path) -> list[bytes]:
    """All lines that are kept, oldest first."""
    files = [Path(f"{log}.{n}") for n in (3, 2, 1)] + [log]
    return b"".join(file.read_bytes() for file in files if file.exists()).splitlines()


@pytest.mark.parametrize("together", [1, 7, 400])
def test_a_log_keeps_the_newest_lines_whole(tmp_path: Path, together: int) -> None:
    """However many come in one piece, and wherever a piece ends."""
    log = Log(tmp_path / "one.log", limit_bytes=LIMIT, older=2)
    lines = [b"line %d" % n for n in range(2_000)]
    said = b"".join(line + b"\n" for line in lines)
    size = together * 13
    for begin in range(0, len(said), size):
        log.write(said[begin : begin + size])
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["one.log", "one.log.1", "one.log.2"]
    assert all(file.stat().st_size < LIMIT + 20 for file in files)
    assert all(file.stat().st_size > LIMIT - 20 for file in files[1:])
    kept = words(log.path)
    assert kept == lines[-len(kept) :] and all(f.read_bytes().startswith(b"line") for f in files)


def test_lines_that_never_end_are_bounded_too(tmp_path: Path) -> None:
    log = Log(tmp_path / "one.log", limit_bytes=LIMIT, older=1)
    for _ in range(100):
        log.write(b"x" * 150)
    assert len(list(tmp_path.iterdir())) == 2
    assert all(file.stat().st_size <= 2 * LIMIT + 150 for file in tmp_path.iterdir())


async def test_a_role_may_print_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file turns while it runs, in its second life too; its last words are there when it was
    stopped."""
    monkeypatch.setattr(supervisors, "Log", functools.partial(Log, limit_bytes=LIMIT))
    code = "for n in range(500): print('born', n, flush=True)"
    supervisor = Supervisor(tmp_path, lambda _: None)
    await supervisor.start(Role("one", (sys.executable, "-c", code)))
    first = supervisor.pid("one")
    await until(lambda: supervisor.pid("one") != first)
    await until(lambda: supervisor.last_words("one", 1) == "born 499")
    await supervisor.stop()
    files = list(tmp_path.iterdir())
    assert len(files) == 3 and all(file.stat().st_size < LIMIT + 20 for file in files)


async def test_the_last_words_before_an_end_are_written(tmp_path: Path) -> None:
    code = "import signal, sys\ndef end(*_):\n    print('x' * 100_000)\n    print('good night')\n"
    code += "    sys.exit()\nsignal.signal(signal.SIGTERM, end)\nprint('here', flush=True)\n"
    supervisor = Supervisor(tmp_path, lambda _: None)
    await supervisor.start(Role("one", (sys.executable, "-c", code + "signal.pause()")))
    await until(lambda: supervisor.last_words("one") == "here")
    await supervisor.stop()
    assert supervisor.last_words("one", 1) == "good night"
