"""A whole site as one command: the store, then its roles as children, then the line `ready:`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from dashboard.embedded import EmbeddedError, Store, ensure, runs, stop
from dashboard.roles.supervisor import Role, Supervisor, wangge
from dashboard.settings import Settings
from dashboard.tasks import end
from data import migrate
from data.errors import Said, WanggeError

Say = Callable[[Said], None]
READY_WITHIN_S = 120.0
FREE_WITHIN_S = 15.0
STORE_CHECK_S = 2.0


class PortTaken(WanggeError):
    """Port {port} is in use by another program. Choose a free one: PORT=8060 make demo"""


class AlreadyRunning(WanggeError):
    """A site already runs on {home}. Stop it with Ctrl-C, or set WANGGE_HOME to another place."""


class NotReady(WanggeError):
    """The role {name} did not answer within {seconds:.0f} seconds. The end of {log}:
    {words}
    """


def roles(settings: Settings, store: Store) -> list[Role]:
    """The three roles of every site, and `mqtt` where a broker is named. They get the
    application's URLs, never the migrator's."""
    environment = {
        "WANGGE_HOME": str(settings.home),
        "WANGGE_HOST": settings.host,
        "PORT": str(settings.port),
        "INGEST_PORT": str(settings.ingest_port),
        "DATABASE_URL": store.app_url,
        "DATABASE_READONLY_URL": store.readonly_url,
        "DATABASE_ADMIN_URL": "",
        "WANGGE_TLS_CERT": str(settings.tls_cert or ""),
        "WANGGE_TLS_KEY": str(settings.tls_key or ""),
        "MQTT_URL": settings.mqtt_url,
    }
    names = ("web", "ingest", "engine", *(("mqtt",) if settings.mqtt_url else ()))
    return [Role(name, wangge("serve", name), environment) for name in names]


@asynccontextmanager
async def opened(settings: Settings, say: Say) -> AsyncIterator[Store]:
    """The store, up to date and held alone; a private server stops when this ends."""
    with held(settings.home):
        store = await ensure(settings.home, say=say)
        try:
            applied = await migrate.apply(store.admin_url)
            if applied:
                say(Said("{n} migrations applied", n=len(applied)))
            yield store
        finally:
            if not os.environ.get("DATABASE_URL"):
                await stop(settings.home)


async def run(
    settings: Settings,
    store: Store,
    *,
    say: Say,
    welcome: Callable[[], Awaitable[None]],
    extra: Callable[[], Awaitable[list[Role]]] | None = None,
) -> None:
    """Start the roles, call `welcome` when the web answers, then `extra` roles; until stopped.

    Ends in order on SIGINT, SIGTERM, SIGHUP or when the parent that must be followed goes.
    Raises NotReady.
    """
    supervisor = Supervisor(settings.home / "logs", say)
    stopping = _stop_on_signals()
    tasks = [
        asyncio.create_task(_start_up(settings, store, supervisor, welcome, extra)),
        asyncio.create_task(stopping.wait()),
        asyncio.create_task(_stop_with_parent(stopping)),
        asyncio.create_task(_keep_store(settings, say)),
    ]
    try:
        await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            await tasks[0]
            await stopping.wait()
        say(Said("stopping"))
    finally:
        await end(tasks)
        await supervisor.stop()


async def _start_up(
    settings: Settings,
    store: Store,
    supervisor: Supervisor,
    welcome: Callable[[], Awaitable[None]],
    extra: Callable[[], Awaitable[list[Role]]] | None,
) -> None:
    for role in roles(settings, store):
        await supervisor.start(role)
    await _until_ready(settings, supervisor)
    for role in await extra() if extra else ():
        await supervisor.start(role)
    await welcome()


async def _until_ready(settings: Settings, supervisor: Supervisor) -> None:
    """Ask /healthz of what listens until it answers."""
    for name, port in (("web", settings.port), ("ingest", settings.ingest_port)):
        if name not in supervisor.names:
            continue
        url = settings.base_url.removesuffix(str(settings.port)) + str(port)
        async with httpx.AsyncClient(verify=settings.tls_cert is None, trust_env=False) as client:
            try:
                async with asyncio.timeout(READY_WITHIN_S):
                    while not await _healthy(client, url):
                        await asyncio.sleep(0.1)
            except TimeoutError:
                raise NotReady(
                    name=name,
                    seconds=READY_WITHIN_S,
                    log=supervisor.log(name),
                    words=supervisor.last_words(name),
                ) from None


async def _healthy(client: httpx.AsyncClient, base_url: str) -> bool:
    try:
        return (await client.get(f"{base_url}/healthz")).status_code == 200
    except httpx.TransportError:
        return False


def _stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def _stop_with_parent(stopping: asyncio.Event) -> None:
    """Where asked (make asks): stop when the parent goes, even if it was killed."""
    parent = os.getppid()
    while os.environ.get("WANGGE_FOLLOW_PARENT"):
        await asyncio.sleep(0.5)
        if os.getppid() != parent:
            stopping.set()


async def _keep_store(settings: Settings, say: Say) -> None:
    """Start the private server again when it fell; whoever waits for it never notices who did."""
    while not os.environ.get("DATABASE_URL"):
        await asyncio.sleep(STORE_CHECK_S)
        if not (settings.home / "postgres").exists() or runs(settings.home):
            continue
        say(Said("the private database is down, starting it again"))
        try:
            await ensure(settings.home, say=say)
        except EmbeddedError as error:
            say(error.said)


async def claim_ports(settings: Settings) -> Settings:
    """The settings with ports that are free now. Raises PortTaken for the web's.

    Children of a killed parent need a moment to go; anything else that listens is an error.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FREE_WITHIN_S):
            while not _free(settings.host, settings.port):
                await asyncio.sleep(0.2)
    if not _free(settings.host, settings.port):
        raise PortTaken(port=settings.port)
    return replace(settings, ingest_port=settings.ingest_port or _any_port(settings.host))


def _any_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def held(home: Path) -> Iterator[None]:
    """One site at a time on one home; a killed one lets go at once, its children soon after."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "site.lock").open("a")
    except OSError:
        yield  # `ensure` says what is wrong with this home
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(home=home) from None
        yield
