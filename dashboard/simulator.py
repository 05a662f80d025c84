"""The demo's town as the server sees it from outside: phones that say where they are, reports
that come in and are closed. It knows two addresses and a token for each source, nothing else.

Time is the real one. Nothing is lost while the server is away: phones keep what they have to
say, and say it when it answers again.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from data.demo.event_types import EVENT_TYPES, SOURCES
from data.demo.incidents import SETTLED_AT, Incidents, IncidentWorld
from data.demo.scene import Scene
from data.demo.seed_staff import SOURCE as PHONES

LOG = logging.getLogger("wangge.simulator")
AHEAD = timedelta(seconds=60)  # is worked out at once, in a thread
BUFFER = timedelta(minutes=30)  # of positions that a phone keeps while the server is away
MOST_AT_ONCE = 1_000
TICK_S = 1.0
PATIENCE_S = (0.5, 1.0, 2.0, 4.0)
TIMEOUT_S = 20.0

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where to report: the web role, and the role that takes positions."""

    web: str
    ingest: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said at a time (epoch seconds), and by which source."""

    at_s: float
    source: str
    body: Body


class Simulator:
    """Says what the scene's phones and reporters say, from `since` on and as long as it runs."""

    def __init__(
        self,
        scene: Scene,
        client: httpx.AsyncClient,
        addresses: Addresses,
        tokens: Mapping[str, str],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._scene = scene
        self._world = IncidentWorld(stage=scene.stage)
        self._client = client
        self._addresses = addresses
        self._headers = {name: {"Authorization": f"Bearer {t}"} for name, t in tokens.items()}
        self._now = now

    async def run(self, since: datetime) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live(since, self.fixes_between, self.say_positions))
            group.create_task(self._live(since, self.reports_between, self.say_reports))

    async def _live(
        self,
        since: datetime,
        draw: Callable[[datetime, datetime], Sequence[Message]],
        say: Callable[[Sequence[Message]], Awaitable[None]],
    ) -> None:
        """Draw a minute ahead, say each second what is due."""
        waiting: deque[Message] = deque()
        drawn = since
        while True:
            now = self._now()
            if now >= drawn:
                drawn, start = now + AHEAD, drawn
                waiting.extend(await asyncio.to_thread(draw, start, drawn))
            due = list(_until(waiting, self._now().timestamp()))
            if due:
                await say(due)
            await asyncio.sleep(TICK_S)

    def fixes_between(self, start: datetime, end: datetime) -> list[Message]:
        """What the phones say in (start, end], in the order of time."""
        fixes = self._scene.fixes(start=max(start, self._now() - BUFFER), end=end)
        columns = (
            fixes.person.tolist(), fixes.at_s.tolist(), fixes.lon.tolist(), fixes.lat.tolist(),
            fixes.accuracy_m.tolist(), fixes.speed_mps.tolist(), fixes.battery.tolist(),
        )  # fmt: skip
        return [
            Message(
                at_s,
                PHONES,
                {
                    "person": person, "at": at_s, "lon": lon, "lat": lat,
                    "accuracy_m": accuracy, "speed_mps": speed, "battery": battery,
                },
            )
            for person, at_s, lon, lat, accuracy, speed, battery in zip(*columns, strict=True)
        ]  # fmt: skip

    def reports_between(self, start: datetime, end: datetime) -> list[Message]:
        """What is reported and closed in (start, end], in the order of time."""
        said = [
            *_messages(self._world.reported(start=start, end=end)),
            *_messages(self._world.closed(start=start, end=end)),
        ]
        return sorted(said, key=lambda message: message.at_s)

    async def say_positions(self, due: Sequence[Message]) -> None:
        """One request for all phones; what is too old to matter is not said any more."""
        url = f"{self._addresses.ingest}/api/positions"
        oldest = (self._now() - BUFFER).timestamp()
        fresh = [message.body for message in due if message.at_s > oldest]
        for first in range(0, len(fresh), MOST_AT_ONCE):
            some = fresh[first : first + MOST_AT_ONCE]
            answer = await self._post(url, PHONES, {"positions": some})
            if answer and answer["rejected"]:
                reasons = sorted({one["reason"] for one in answer["rejected"]})
                LOG.info("%d positions not taken: %s", len(answer["rejected"]), ", ".join(reasons))

    async def say_reports(self, due: Sequence[Message]) -> None:
        """One by one, as people report."""
        for message in due:
            await self._post(f"{self._addresses.web}/api/events", message.source, message.body)

    async def _post(self, url: str, source: str, body: Body) -> Body | None:
        """Say it until the server has heard it; None when it does not want it."""
        for attempt in itertools.count():
            try:
                answer = await self._client.post(url, json=body, headers=self._headers[source])
            except httpx.TransportError as error:
                why = type(error).__name__
            else:
                if answer.is_success:
                    heard: Body = answer.json()
                    return heard
                why = f"{answer.status_code} {answer.text[:200]}"
                if answer.is_client_error and answer.status_code not in (408, 429):
                    LOG.warning("%s refused: %s", url, why)
                    return None
            if attempt == 0:
                LOG.info("%s: %s, saying it again until it is heard", url, why)
            await asyncio.sleep(PATIENCE_S[min(attempt, len(PATIENCE_S) - 1)])
        return None


def _until(waiting: deque[Message], at_s: float) -> Iterator[Message]:
    while waiting and waiting[0].at_s <= at_s:
        yield waiting.popleft()


def _messages(rows: Incidents) -> Iterator[Message]:
    """Events as their source tells them; closed ones with what became of them."""
    for n, key in enumerate(rows.key.tolist()):
        opened, closed = float(rows.opened_s[n]), float(rows.closed_s[n])
        body: Body = {
            "id": key,
            "type": EVENT_TYPES[int(rows.kind[n])].code,
            "time": _iso(opened),
            "due": _iso(float(rows.due_s[n])),
            "text": rows.text[n],
            "address": rows.address[n],
        }
        if rows.lon[n] == rows.lon[n]:  # a NaN is no point
            body |= {"lon": float(rows.lon[n]), "lat": float(rows.lat[n])}
        if closed >= 0:
            asked = int(rows.satisfied[n])
            body |= {"closed": _iso(closed), "settled": SETTLED_AT[int(rows.settled[n])]}
            body |= {"satisfied": bool(asked)} if asked >= 0 else {}
        yield Message(max(opened, closed), SOURCES[int(rows.source[n])][0], body)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
