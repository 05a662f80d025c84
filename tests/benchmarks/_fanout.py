"""The reference of P3: a fan-out of the same bytes by mosquitto, a broker of its own.

Where mosquitto is not installed (Debian: `apt-get install mosquitto`), bare sockets of this
language stand in, and the figure says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import struct
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.benchmarks import _cpu
from tests.benchmarks._watch import mqtt_connect, mqtt_publish
from tests.waiting import free_port

MISSING = "no mosquitto here (apt-get install mosquitto): bare sockets are the reference"
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"  # Debian's place, not in everyone's PATH
FRAMES, TICK_S = 30, 0.3


async def measure(size: int, clients: int) -> tuple[str, list[float], float]:
    """Frames of `size` bytes to all clients: by what, the latencies, its share of a core."""
    program = shutil.which("mosquitto", path=PATH)
    if program is None:
        print(MISSING, file=sys.stderr, flush=True)
    port = free_port()
    async with _mosquitto(program, port) if program else _bare_server(port) as publish:
        plan = {"kind": "mqtt" if program else "bare", "port": port}
        listening = await watchers(plan | {"clients": clients, "seconds": FRAMES * TICK_S + 5})
        before = _cpu.seconds(publish.pid)
        for _ in range(FRAMES):
            stamp = struct.pack(">d", time.time())
            await publish.send(stamp + bytes(max(0, size - len(stamp))))
            await asyncio.sleep(TICK_S)
        share = (_cpu.seconds(publish.pid) - before) / (FRAMES * TICK_S)
        output, _ = await listening.communicate()
    arrivals = json.loads(output)["arrivals"]
    name = "mosquitto" if program else "bare sockets"
    return name, [t - float(sent) for sent, all_ in arrivals.items() for t in all_], share


async def watchers(plan: dict[str, Any]) -> Any:
    """The clients' process, when all of them have their first full frame."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks._watch", limit=2**26,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(plan).encode())
    process.stdin.close()
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"ready\n"
    return process


class Publisher:
    """Where the reference's payloads go, and whose CPU it costs."""

    def __init__(self, pid: int, send: Any) -> None:
        self.pid, self.send = pid, send


@asynccontextmanager
async def _mosquitto(program: str, port: int) -> AsyncIterator[Publisher]:
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as settings:
        settings.write(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        settings.flush()
        process = await asyncio.create_subprocess_exec(
            program, "-c", settings.name,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        reader, writer = await _connected(port)
        writer.write(mqtt_connect())
        await reader.readexactly(4)

        async def send(payload: bytes) -> None:
            writer.write(mqtt_publish(payload))
            await writer.drain()

        try:
            yield Publisher(process.pid, send)
        finally:
            process.terminate()
            await process.wait()


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection as soon as the broker listens."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def _bare_server(port: int) -> AsyncIterator[Publisher]:
    """The least that a fan-out can cost in this language: write to every socket."""
    writers: list[asyncio.StreamWriter] = []

    async def joined(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    async def send(payload: bytes) -> None:
        for writer in writers:
            writer.write(struct.pack(">I", len(payload)) + payload)
        await asyncio.gather(*(writer.drain() for writer in writers), return_exceptions=True)

    server = await asyncio.start_server(joined, "127.0.0.1", port)
    try:
        yield Publisher(os.getpid(), send)
    finally:
        server.close()
        for writer in writers:
            writer.close()
