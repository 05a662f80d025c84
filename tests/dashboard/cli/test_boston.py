"""`wangge boston` as make runs it: built, started, replaying, right at three instants."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import signal
import sys
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from dashboard.embedded import Store
from tests.waiting import LONGEST_S, free_port

FOLDER = Path(__file__).parents[3].parent / "shared" / "realdata" / "boston"
ZONE = ZoneInfo("America/New_York")
PATIENCE_S = 900
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the real files are not here")


def environment(store: Store, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": store.app_url,
        "DATABASE_READONLY_URL": store.readonly_url,
        "DATABASE_ADMIN_URL": store.admin_url,
        "WANGGE_HOME": str(home),
        "WANGGE_LANG": "en",
        "PORT": str(free_port()),
        "INGEST_PORT": str(free_port()),
    }


@pytest.fixture
async def link(store: Store, tmp_path: Path) -> AsyncIterator[str]:
    """The sign-in link of the running site; its progress goes to stderr."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dashboard.cli", "boston", str(FOLDER)),
        stdout=asyncio.subprocess.PIPE,
        env=environment(store, tmp_path),
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for line in process.stdout:
                if line.startswith(b"ready: "):
                    yield line.decode().split()[1]
                    break
            else:
                pytest.fail("the site did not come up")
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.wait()


def counted(local: str) -> dict[str, int]:
    """Open, overdue and no limit by plain counting on the file's own local times."""
    with zipfile.ZipFile(FOLDER / "311_service_requests_2011.zip") as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8")
    found = {"open": 0, "overdue": 0, "no_limit": 0}
    for row in csv.DictReader(io.StringIO(text)):
        if row["open_dt"] <= local and (not row["closed_dt"] or row["closed_dt"] > local):
            found["open"] += 1
            found["overdue"] += bool(row["target_dt"]) and row["target_dt"] < local
            found["no_limit"] += not row["target_dt"]
    return found


async def test_the_wall_says_what_the_file_says(link: str) -> None:
    base = link.split("/enter/")[0]
    async with httpx.AsyncClient(follow_redirects=True, timeout=LONGEST_S) as client:
        assert (await client.get(link)).status_code == 200
        for local in ("2011-10-15 12:00:00", "2011-11-06 12:00:00", "2011-12-31 23:59:00"):
            at = datetime.fromisoformat(local).replace(tzinfo=ZONE).isoformat()
            answer = await client.get(f"{base}/api/summary", params={"at": at})
            events: dict[str, Any] = answer.json()["events"]
            assert {name: events[name] for name in counted(local)} == counted(local)
        now = (await client.get(f"{base}/api/summary")).json()
        assert now["events"]["open"] >= counted("2011-10-15 00:00:00")["open"] * 0.8
