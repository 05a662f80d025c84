"""A role of the product as a process of its own, for benches that go through its doors."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from dashboard.embedded import Store
from tests.waiting import free_port


@asynccontextmanager
async def role(made: Store, name: str, variable: str) -> AsyncIterator[tuple[Any, int]]:
    """`wangge serve NAME` as (process, port), once it answers; `variable` names its port."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": made.app_url,
        "DATABASE_READONLY_URL": made.readonly_url,
        variable: str(port),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dashboard.cli", "serve", name, env=environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(60):
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{port}/healthz", timeout=10)
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.2)
        yield process, port
    finally:
        process.terminate()
        await process.wait()
