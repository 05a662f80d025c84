"""A load generator: a process of its own that posts ready-made bodies over kept connections.

`python tests/benchmarks/_load.py < plan.json`: {"host", "port", "path", "token", "connections",
"per_second" (null = as fast as answered), "seconds", "bodies": [text, …]}; bodies go out in their
order, split over the connections. Prints one JSON line. Only the standard library, so that it
costs the server's machine little.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from time import perf_counter
from typing import Any


async def main() -> None:
    """Send the plan's bodies and print what was answered."""
    plan = json.loads(sys.stdin.read())
    head = (
        f"POST {plan['path']} HTTP/1.1\r\nHost: {plan['host']}\r\n"
        f"Authorization: Bearer {plan['token']}\r\nContent-Type: application/json\r\n"
    )
    requests = [
        (head + f"Content-Length: {len(body.encode())}\r\n\r\n" + body).encode()
        for body in plan["bodies"]
    ]
    found: dict[str, Any] = {"accepted": 0, "requests": 0, "rejected": Counter(), "errors": 0}
    seconds: list[float] = []
    began = perf_counter()
    queue = iter(enumerate(requests))
    await asyncio.gather(
        *(_connection(plan, queue, began, found, seconds) for _ in range(plan["connections"]))
    )
    found["seconds"] = perf_counter() - began
    seconds.sort()
    for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99)):
        found[name] = seconds[min(len(seconds) - 1, int(share * len(seconds)))] * 1e3
    print(json.dumps(found))


async def _connection(
    plan: dict[str, Any], queue: Any, began: float, found: dict[str, Any], seconds: list[float]
) -> None:
    reader, writer = await asyncio.open_connection(plan["host"], plan["port"])
    for number, request in queue:
        if plan["per_second"]:
            wait = began + number / plan["per_second"] - perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
        if perf_counter() - began > plan["seconds"]:
            break
        sent = perf_counter()
        writer.write(request)
        status, body = await _answer(reader)
        seconds.append(perf_counter() - sent)
        found["requests"] += 1
        if status == 200:
            reply = json.loads(body)
            found["accepted"] += reply["accepted"]
            found["rejected"].update(one["reason"] for one in reply["rejected"])
        else:
            found["errors"] += 1
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    start = lowered.index(b"content-length:") + 15
    length = int(lowered[start : lowered.index(b"\r", start)])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)


if __name__ == "__main__":
    asyncio.run(main())
