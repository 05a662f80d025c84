"""`wangge serve ROLE`: one role in the foreground, as the supervisor runs it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import uvicorn

from dashboard import memory
from dashboard.embedded import ensure
from dashboard.roles.supervisor import follow_parent
from dashboard.settings import Settings
from data import migrate

LISTENING: dict[str, Any] = {
    "ws_per_message_deflate": False,  # it costs 20 clients 15 % of a core and 230 ms
    # Longer than any client or proxy keeps an idle connection: when both end it in the same
    # instant, the request that was just on its way is lost.
    "timeout_keep_alive": 75,
}


@click.group()
def serve() -> None:
    """Run one role. PORT, WANGGE_HOST, WANGGE_HOME and DATABASE_URL are honoured."""
    follow_parent()


def tls(command: Callable[..., None]) -> Callable[..., None]:
    """The two options of every command that listens; they become settings."""

    def keep(_: click.Context, option: click.Parameter, value: str | None) -> None:
        if value:
            os.environ[f"WANGGE_{str(option.name).upper()}"] = str(Path(value).absolute())

    file = click.Path(exists=True, dir_okay=False)
    given: dict[str, Any] = {"type": file, "callback": keep, "expose_value": False}
    command = click.option("--tls-key", help="Its private key.", **given)(command)
    return click.option("--tls-cert", help="A certificate (PEM), for https.", **given)(command)


@serve.command()
@tls
def web() -> None:
    """Screens, API and live feed."""
    from dashboard.app import create_app  # Dash takes a second to import: only where needed

    settings = _with_store(Settings.load())
    _listen(create_app(settings), settings, settings.port)


@serve.command()
@tls
def ingest() -> None:
    """The doors of positions alone, on their own port: INGEST_PORT, else the port after PORT."""
    from dashboard.roles.ingest import create_app

    settings = _with_store(Settings.load())
    _listen(create_app(settings), settings, settings.ingest_port or settings.port + 1)


@serve.command()
def engine() -> None:
    """Time passing: lights, freshness, tomorrow's partition."""
    from dashboard.roles.engine import run

    asyncio.run(run(_with_store(Settings.load())))


@serve.command()
@click.option(
    "--mqtt-url",
    envvar="MQTT_URL",
    required=True,
    help="The broker: mqtt://HOST, or mqtts://USER:PASSWORD@HOST:8883 (with ?ca=FILE).",
)
def mqtt(mqtt_url: str) -> None:
    """OwnTracks through a broker (mosquitto): subscribes owntracks/+/+. One a site."""
    from dashboard.roles.mqtt import run

    settings = replace(_with_store(Settings.load()), mqtt_url=mqtt_url)
    asyncio.run(run(settings))


def _with_store(settings: Settings) -> Settings:
    """A role started by hand finds, or starts, the private store by itself."""
    if settings.app_url:
        return settings

    async def find() -> Settings:
        store = await ensure(settings.home, say=lambda text: click.echo(text, err=True))
        await migrate.apply(store.admin_url)
        return settings.with_store(app_url=store.app_url, readonly_url=store.readonly_url)

    return asyncio.run(find())


def _listen(app: Any, settings: Settings, port: int) -> None:
    memory.settle_in()
    uvicorn.run(
        app,
        host=settings.host,
        port=port,
        ssl_certfile=str(settings.tls_cert) if settings.tls_cert else None,
        ssl_keyfile=str(settings.tls_key) if settings.tls_key else None,
        access_log=False,  # links and tokens stand in addresses, and no log may hold them
        server_header=False,
        timeout_graceful_shutdown=2,
        log_level="info",
        **LISTENING,
    )
