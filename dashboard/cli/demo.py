"""`wangge demo`: the invented town, whole and live, as one command."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import click

from dashboard import town
from dashboard.cli.serve import tls
from dashboard.cli.up import print_welcome, say
from dashboard.embedded import Store
from dashboard.roles import launch
from dashboard.roles.supervisor import Role, wangge
from dashboard.settings import Settings
from dashboard.tasks import end


@click.command()
@tls
def demo() -> None:
    """Start the invented town: its store, server and simulator, until Ctrl-C.

    The first start takes about a minute, later ones a few seconds.
    """
    asyncio.run(_demo(Settings.load()))


async def _demo(settings: Settings) -> None:
    sketch = town.Sketch(settings.home)
    async with launch.opened(settings, say) as store:
        settings = await launch.claim_ports(settings)
        scene = await town.prepare(store, settings.home, sketch, say)
        workers = town.on_duty(scene, datetime.now(UTC))
        roster = asyncio.create_task(town.keep_roster(store, scene), name="roster")
        try:
            await launch.run(
                settings,
                store,
                say=say,
                welcome=lambda: print_welcome(settings, store, workers=workers),
                extra=lambda: _simulator(settings, store),
            )
        finally:
            await end([roster])


async def _simulator(settings: Settings, store: Store) -> list[Role]:
    """The simulator knows two URLs, tokens and the town's scene: nothing of the store."""
    environment = {
        "WANGGE_HOME": str(settings.home),
        "WANGGE_BASE_URL": settings.base_url,
        "WANGGE_INGEST_URL": replace(settings, port=settings.ingest_port).base_url,
        **await town.simulator_tokens(store),
        "DATABASE_URL": "",
        "DATABASE_ADMIN_URL": "",
        "DATABASE_READONLY_URL": "",
    }
    return [Role("simulator", wangge("simulate"), environment)]
