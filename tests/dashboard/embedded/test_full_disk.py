"""A disk that is full in earnest: a small one of memory, where this user may mount one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAKE_ROOM = "import dashboard.embedded.cluster as c; c.SPACE_NEEDED_MB = 1; "
START = "from dashboard.cli import main; main(['store', '{}'])"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """40 MB: enough for an empty cluster, not for a database in it."""
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "wangge-test", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this user may not mount a file system")
    yield tmp_path
    wangge(START.format("stop"), tmp_path)
    subprocess.run(["umount", str(tmp_path)], check=True)


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
