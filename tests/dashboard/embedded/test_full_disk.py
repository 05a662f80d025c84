"""A disk that is full in earnest: a small one of memory, where this user may mount one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAKE_ROOM = "import dashboard.embedded.cluster as c; c.SPACE_NEEDED_MB = 1; "
START = "from dashboard.cli import main; main(['store', '{}'])"


@pytest.fixture
def small() -> Iterator[Path]:
    """40 MB: enough for an empty cluster, not for a database in it.

    Where the server's user can go: from a home that he cannot reach the store may move elsewhere.
    """
    folder = Path(tempfile.mkdtemp(prefix="wangge-small-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "wangge-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("this user may not mount a file system")
    yield folder
    wangge(START.format("stop"), folder)
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


def wangge(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WANGGE_HOME": str(home / "home"), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )


def test_a_disk_too_small_says_so_before_anything_is_made(small: Path) -> None:
    done = wangge(START.format("start"), small)
    assert done.returncode == 1
    assert "MB are free, a new database needs" in done.stderr


def test_a_disk_that_fills_up_says_so(small: Path) -> None:
    done = wangge(MAKE_ROOM + START.format("start"), small)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "WANGGE_HOME" in done.stderr
    assert "Traceback" not in done.stderr
