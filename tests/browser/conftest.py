"""Debian's Chromium for pytest-playwright, without a request of its own to the outside.

`make test` leaves a `chromium` beside the interpreter (`python -m tests.system`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path(sys.executable).parent / "chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the browser that the system has."""
    path = CHROMIUM if CHROMIUM.exists() else Path("/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": str(path), "args": ARGUMENTS}
