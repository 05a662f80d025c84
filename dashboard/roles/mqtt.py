"""The `mqtt` role: OwnTracks through a broker. One a site: its client id is its queue there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from dashboard.clock import SiteClock
from dashboard.intake.queue import Intake
from dashboard.phones.door import PhoneDoor
from dashboard.phones.mqtt import Broker, Subscriber
from dashboard.roles.ending import RETRY_S, site_clock, until_stopped
from dashboard.settings import Settings
from data import actors
from data.access import Actor
from data.database import Database
from data.errors import StoreUnavailable

LOG = logging.getLogger("wangge.mqtt")
SOURCE = "mqtt"


async def run(settings: Settings) -> None:
    """The role: until SIGTERM or Ctrl-C. Raises Invalid for a broker's address that is none."""
    await until_stopped(_serve(settings, Broker.parse(settings.mqtt_url)))


async def _serve(settings: Settings, broker: Broker) -> None:
    async with (
        Database(settings.app_url, settings.readonly_url, size=4) as database,
        site_clock(database) as clock,
        subscribed(database, clock, broker),
    ):
        await asyncio.Event().wait()


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
