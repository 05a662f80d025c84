"""`wangge simulate`: the phones and reporters of the invented town, against any server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime

import click
import httpx

from dashboard import settings, simulator
from dashboard.roles.supervisor import follow_parent
from dashboard.simulator import Addresses, Simulator
from dashboard.town import SINCE, TOKENS
from data.demo import scene
from data.demo.event_types import SOURCES
from data.errors import WanggeError

BASE_URL, INGEST_URL = "WANGGE_BASE_URL", "WANGGE_INGEST_URL"


class NotTold(WanggeError):
    """The simulator needs {missing} in its environment. Start it with all of them: wangge demo"""


@click.command()
def simulate() -> None:
    """Let the invented town live on a server: send positions, report and close events.

    Reads WANGGE_BASE_URL, WANGGE_INGEST_URL and a token for each source, WANGGE_TOKEN_WORKER …
    """
    follow_parent()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every request
    asyncio.run(_simulate(os.environ))


async def _simulate(environment: Mapping[str, str]) -> None:
    names = [BASE_URL, *(TOKENS + name.upper() for name, *_ in SOURCES)]
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise NotTold(missing=", ".join(missing))
    web = environment[BASE_URL]
    tokens = {name: environment[TOKENS + name.upper()] for name, *_ in SOURCES}
    said = environment.get(SINCE)
    since = datetime.fromisoformat(said) if said else datetime.now(UTC)
    drawn = await asyncio.to_thread(scene.load, settings.home(environment))
    async with httpx.AsyncClient(
        timeout=simulator.TIMEOUT_S, trust_env=False, verify=_trust(web)
    ) as client:
        living = Simulator(
            drawn, client, Addresses(web, environment.get(INGEST_URL) or web), tokens
        )
        task = asyncio.create_task(living.run(since))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _trust(url: str) -> bool:
    """The demo's own certificate on this very machine need not be signed by anybody."""
    return not url.startswith(("https://127.0.0.1", "https://localhost", "https://[::1]"))
