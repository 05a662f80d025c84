"""`make test` runs once more what failed: a fault stays a fault, a moment's is told and let go."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

MAKEFILE = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
ONCE = """
from pathlib import Path
def test_once():
    seen = Path(__file__).with_name("seen")
    was, _ = seen.exists(), seen.touch()
    assert was
def test_always_right(): pass
"""
CASES = {
    "a moment's": ({"test_once.py": ONCE}, 0),
    "a fault": ({"test_once.py": ONCE, "test_fault.py": "def test_fault(): assert False"}, 1),
    "none collected": ({"test_broken.py": "import nowhere_at_all"}, 2),
    "none named": ({"conftest.py": "raise SystemExit(3)"}, 3),
}


def pytest_in(folder: Path, *options: str) -> int:
    program = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", "."]
    plain = ["-p", "no:dash", "-p", "no:schemathesis", "-p", "no:playwright"]
    return subprocess.run([*program, *plain, *options, "."], cwd=folder, check=False).returncode


@pytest.mark.parametrize("case", CASES)
def test_what_failed_is_run_again_alone(tmp_path: Path, case: str) -> None:
    files, code = CASES[case]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = re.search(r"^AGAIN +:= (.+)$", MAKEFILE, re.MULTILINE)
    assert found and MAKEFILE.count("|| $(PYTEST) $(AGAIN)") == MAKEFILE.count("(BESIDE) ") == 2
    assert pytest_in(tmp_path) != 0
    assert pytest_in(tmp_path, *found[1].split()) == code
