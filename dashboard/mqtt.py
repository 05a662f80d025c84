"""The `mqtt` role: OwnTracks through a broker. One a site: its client id is its queue there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from dashboard import tasks
from dashboard.clock import SiteClock
from dashboard.intake import Intake
from dashboard.phones.door import PhoneDoor
from dashboard.phones.mqtt import Broker, Subscriber
from dashboard.settings import Settings
from data import actors
from data.access import Actor
from data.database import Database
from data.errors import NoSite, StoreUnavailable

LOG = logging.getLogger("wangge.mqtt")
SOURCE = "mqtt"
RETRY_S = 1.0


async def run(settings: Settings) -> None:
    """The role: until SIGTERM or Ctrl-C. Raises Invalid for a broker's address that is none."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(name)s: %(message)s")
    broker = Broker.parse(settings.mqtt_url)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with Database(settings.app_url, settings.readonly_url, size=4) as database:
        work = asyncio.create_task(_serve(database, broker))
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        for result in await tasks.end((work, stop)):
            if isinstance(result, Exception):
                raise result


async def _serve(database: Database, broker: Broker) -> None:
    clock = SiteClock(database)
    while True:
        with contextlib.suppress(NoSite, StoreUnavailable):
            await clock.start()
            break
        await asyncio.sleep(RETRY_S)
    try:
        async with subscribed(database, clock, broker):
            await asyncio.Event().wait()
    finally:
        await clock.stop()


@asynccontextmanager
async def subscribed(
    database: Database, clock: SiteClock, broker: Broker
) -> AsyncIterator[Subscriber]:
    """A subscriber with an intake of its own, until the block ends."""
    actor = await _actor(database)
    async with (
        Intake(database, clock.now, role="mqtt") as intake,
        PhoneDoor(database, intake, clock.now, lambda: clock.site) as door,
        Subscriber(broker, door, actor, client_id=f"wangge-{clock.site.mark}") as subscriber,
    ):
        yield subscriber


async def _actor(database: Database) -> Actor:
    """The system with a source of its own: who may publish as whom is the broker's business."""
    while True:
        with contextlib.suppress(StoreUnavailable):
            async with database.acting(None) as connection:
                system = await actors.system_actor(connection)
            async with database.acting(system.id) as connection:
                source_id = await actors.ensure_source(connection, SOURCE, kind="worker")
            return replace(system, source_id=source_id)
        await asyncio.sleep(RETRY_S)
