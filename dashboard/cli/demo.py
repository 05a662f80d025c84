"""`wangge demo`: the invented town, whole and live, as one command."""

from __future__ import annotations

import asyncio

import click

from dashboard import launch, town
from dashboard.cli.up import print_welcome, say
from dashboard.embedded import Store
from dashboard.settings import Settings
from dashboard.supervisor import Role, wangge


@click.command()
def demo() -> None:
    """Start the invented town: its store, server and simulator, until Ctrl-C.

    The first start takes about a minute, later ones a few seconds.
    """
    asyncio.run(_demo(Settings.load()))


async def _demo(settings: Settings) -> None:
    async with launch.opened(settings, say) as store:
        settings = await launch.claim_ports(settings)
        await town.prepare(store, say)
        await launch.run(
            settings,
            store,
            say=say,
            welcome=lambda: print_welcome(settings, store),
            extra=lambda: _simulator(settings, store),
        )


async def _simulator(settings: Settings, store: Store) -> list[Role]:
    """The simulator knows a base URL and tokens: nothing of the store."""
    tokens = await town.simulator_tokens(store)
    environment = {
        "WANGGE_BASE_URL": settings.base_url,
        "WANGGE_INGEST_URL": settings.base_url.replace(
            f":{settings.port}", f":{settings.ingest_port}"
        ),
        **tokens,
        "DATABASE_URL": "",
        "DATABASE_ADMIN_URL": "",
    }
    return [Role("simulator", wangge("simulate"), environment)]
