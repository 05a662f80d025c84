"""`wangge serve ROLE`: one role in the foreground, as the supervisor runs it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import click
import uvicorn

from dashboard.embedded import ensure
from dashboard.settings import Settings
from dashboard.supervisor import follow_parent
from data import migrate


@click.group()
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), help="PEM certificate.")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), help="Its private key.")
@click.pass_context
def serve(context: click.Context, tls_cert: str | None, tls_key: str | None) -> None:
    """Run one role. PORT, WANGGE_HOST, WANGGE_HOME and DATABASE_URL are honoured."""
    follow_parent()
    for name, value in (("WANGGE_TLS_CERT", tls_cert), ("WANGGE_TLS_KEY", tls_key)):
        if value:
            os.environ[name] = str(Path(value).absolute())
    context.obj = _with_store(Settings.load())


@serve.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Screens, API and live feed."""
    from dashboard.app import create_app  # Dash takes a second to import: only where needed

    _listen(create_app(settings), settings, settings.port)


@serve.command()
@click.pass_obj
def ingest(settings: Settings) -> None:
    """The positions router alone, on its own port."""
    from dashboard.ingest import create_app

    _listen(create_app(settings), settings, settings.ingest_port)


@serve.command()
@click.pass_obj
def engine(settings: Settings) -> None:
    """Time passing: lights, freshness, tomorrow's partition."""
    from dashboard.engine import run

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
    uvicorn.run(
        app,
        host=settings.host,
        port=port,
        ssl_certfile=str(settings.tls_cert) if settings.tls_cert else None,
        ssl_keyfile=str(settings.tls_key) if settings.tls_key else None,
        ws_per_message_deflate=False,  # it costs 20 clients 15 % of a core and 230 ms
        access_log=False,  # links and tokens stand in addresses, and no log may hold them
        server_header=False,
        timeout_graceful_shutdown=2,
        log_level="info",
    )
