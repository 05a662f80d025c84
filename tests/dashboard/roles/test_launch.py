"""A site as one command: it says when it is ready, and leaves nothing when it goes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.waiting import LONGEST_S, free_port

ROOT = Path(__file__).parents[2]
# The real launch around a web role of ten lines.
SITE = """
import asyncio, sys
from dashboard.roles import launch
from dashboard.embedded import Store
from dashboard.settings import Settings
from dashboard.roles.supervisor import Role
WEB = '''
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from dashboard.roles.supervisor import follow_parent
follow_parent()
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
'''
def roles(settings, store):
    return [Role("web", (sys.executable, "-c", WEB), {"PORT": str(settings.port)})]
launch.roles = roles
async def go():
    settings = Settings.load()
    with launch.held(settings.home):
        settings = await launch.claim_ports(settings)
        async def welcome():
            print("ready", flush=True)
        await launch.run(settings, Store("", "", ""), say=print, welcome=welcome)
asyncio.run(go())
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = {"WANGGE_HOME": str(tmp_path), "PORT": str(free_port()), "PYTHONPATH": str(ROOT)}
    return {**os.environ, **home}


@pytest.fixture
async def site(environment: dict[str, str]) -> AsyncIterator[Process]:
    process = await start(environment)
    yield process
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def start(environment: dict[str, str]) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SITE), env=environment, stdout=PIPE, stderr=PIPE
    )


async def ready(process: Process) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(LONGEST_S):
        assert await process.stdout.readline() == b"ready\n"


def listens(environment: dict[str, str]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(environment["PORT"]))) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_everything(
    site: Process, environment: dict[str, str], number: signal.Signals
) -> None:
    await ready(site)
    assert listens(environment)
    site.send_signal(number)
    async with asyncio.timeout(LONGEST_S):
        assert await site.wait() == 0
    assert not listens(environment)


async def test_kill_9_does_not_block_the_next_start(
    site: Process, environment: dict[str, str]
) -> None:
    await ready(site)
    site.kill()
    await site.wait()
    second = await start(environment)
    try:
        await ready(second)
    finally:
        second.send_signal(signal.SIGINT)
        _, complaint = await second.communicate()
    assert second.returncode == 0, complaint.decode()


async def test_a_second_site_on_the_same_home_is_refused(
    site: Process, environment: dict[str, str]
) -> None:
    await ready(site)
    second = await start({**environment, "PORT": str(free_port())})
    _, complaint = await second.communicate()
    assert "already runs on" in complaint.decode()


async def test_a_foreign_program_on_the_port_is_named(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.roles import launch
    from dashboard.settings import Settings

    monkeypatch.setattr(launch, "FREE_WITHIN_S", 0.1)
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", int(environment["PORT"])))
        foreign.listen()
        with pytest.raises(launch.PortTaken, match=environment["PORT"]):
            await launch.claim_ports(Settings.load(environment))


async def test_where_asked_it_ends_with_its_parent(environment: dict[str, str]) -> None:
    shell = await asyncio.create_subprocess_exec(
        *("sh", "-c", '"$0" -c "$1" & wait', sys.executable, SITE),
        env={**environment, "WANGGE_FOLLOW_PARENT": "1"},
        stdout=PIPE,
    )
    await ready(shell)
    shell.kill()
    assert shell.stdout is not None
    async with asyncio.timeout(LONGEST_S):
        while await shell.stdout.readline():  # it ends when the site closes it
            pass
    assert not listens(environment)
