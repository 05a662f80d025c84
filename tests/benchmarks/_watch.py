"""Clients of the live feed, or of the reference, in a process of their own.

`python tests/benchmarks/_watch.py < plan.json`: {"kind": "live" | "mqtt" | "bare", "port", "token",
"clients", "probes": [codes], "seconds"}. Prints "ready" when all have begun, then one JSON line:
what they decoded, gaps in the sequence, and when each probe (or stamp) arrived at each client.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import websockets

from dashboard.live.protocol import FULL, decode

TOPIC = b"wangge/positions"


@dataclass
class Seen:
    """What all clients of this process saw."""

    clients: int
    frames: int = 0
    full: int = 0
    bytes: int = 0
    messages: int = 0
    gaps: int = 0
    begun: int = 0
    arrivals: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def begin(self) -> None:
        self.begun += 1
        if self.begun == self.clients:
            print("ready", flush=True)


async def main() -> None:
    plan = json.loads(sys.stdin.read())
    seen = Seen(plan["clients"])
    watch = {"live": _live, "mqtt": _mqtt, "bare": _bare}[plan["kind"]]
    tasks = [asyncio.create_task(watch(plan, seen)) for _ in range(plan["clients"])]
    await asyncio.sleep(plan["seconds"])
    for task in tasks:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    failed = [repr(e) for e in done if not isinstance(e, asyncio.CancelledError) and e is not None]
    found = {name: getattr(seen, name) for name in ("frames", "full", "bytes", "messages", "gaps")}
    print(json.dumps({**found, "failed": failed, "arrivals": seen.arrivals}))


async def _live(plan: dict[str, Any], seen: Seen) -> None:
    """A page: every frame decoded, every sequence checked."""
    address = f"ws://127.0.0.1:{plan['port']}/live"
    header = {"Authorization": f"Bearer {plan['token']}"}
    async with websockets.connect(
        address, additional_headers=header, max_size=None, compression=None, open_timeout=60
    ) as link:
        seq, number, probes = 0, -1, np.zeros(0, np.uint32)
        codes: dict[int, str] = {}
        async for message in link:
            if isinstance(message, str):
                said = json.loads(message)
                seen.messages += 1
                if said["type"] == "hello":
                    codes = {
                        p["i"]: p["code"] for p in said["people"] if p["code"] in plan["probes"]
                    }
                    probes = np.array(list(codes), np.uint32)
                elif said["seq"] != seq + 1:
                    seen.gaps += 1
                seq = said["seq"]
                continue
            frame = decode(message)
            if frame.kind == FULL:
                seen.full += 1
                seen.begin()
            elif frame.number != (number + 1) & 0xFFFF:
                seen.gaps += 1
            number = frame.number
            seen.frames += 1
            seen.bytes += len(message)
            now = time.time()
            for row in frame.rows[np.isin(frame.rows["index"], probes)]:
                seen.arrivals[f"{codes[int(row['index'])]} {row['at']}"].append(now)


async def _mqtt(plan: dict[str, Any], seen: Seen) -> None:
    """A subscriber: MQTT 3.1.1, QoS 0; a payload begins with the time when it was published."""
    reader, writer = await asyncio.open_connection("127.0.0.1", plan["port"])
    writer.write(mqtt_connect())
    await reader.readexactly(4)
    body = struct.pack(">HH", 1, len(TOPIC)) + TOPIC + b"\x00"
    writer.write(b"\x82" + bytes([len(body)]) + body)
    await reader.readexactly(5)
    seen.begin()
    while True:
        await reader.readexactly(1)
        length, shift = 0, 0
        while True:
            (byte,) = await reader.readexactly(1)
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 128:
                break
        payload = (await reader.readexactly(length))[2 + len(TOPIC) :]
        _stamp(payload, seen)


async def _bare(plan: dict[str, Any], seen: Seen) -> None:
    """A plain socket: u32 length, then the payload."""
    reader, _ = await asyncio.open_connection("127.0.0.1", plan["port"])
    seen.begin()
    while True:
        (length,) = struct.unpack(">I", await reader.readexactly(4))
        _stamp(await reader.readexactly(length), seen)


def _stamp(payload: bytes, seen: Seen) -> None:
    (sent,) = struct.unpack_from(">d", payload)
    seen.frames += 1
    seen.bytes += len(payload)
    seen.arrivals[str(sent)].append(time.time())


def mqtt_connect() -> bytes:
    """CONNECT with a clean session and no name."""
    body = b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x00"
    return b"\x10" + bytes([len(body)]) + body


def mqtt_publish(payload: bytes) -> bytes:
    """PUBLISH with QoS 0."""
    body = struct.pack(">H", len(TOPIC)) + TOPIC + payload
    length, size = bytearray(), len(body)
    while True:
        size, byte = divmod(size, 128)
        length.append(byte | (0x80 if size else 0))
        if not size:
            return b"\x30" + bytes(length) + body


if __name__ == "__main__":
    asyncio.run(main())
