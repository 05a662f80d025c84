"""From what a phone sent to the intake: one way for OsmAnd, OwnTracks and MQTT.

Beside the answer it keeps the account of each phone, which is written every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard import tasks
from dashboard.intake.queue import FAILED, Intake
from dashboard.phones.reading import Read
from data import actors, counters
from data.access import Actor
from data.database import Database
from data.errors import StoreUnavailable, WanggeError
from data.places.site import Site
from data.staff import phones
from data.staff.positions.fix import MAX_CODE_LENGTH, parse_one

LOG = logging.getLogger(__name__)
WRITTEN_EVERY_S = 2.0
MOST_KEPT = 20_000  # accounts that wait to be written; a token may invent device ids
Rejected = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """`rejected` has for each its index, reason and, where it cannot be read, the field."""

    accepted: int
    rejected: Rejected


@dataclass(slots=True)
class PhoneDoor:
    """One per process. `now` gives site time, `site` the site."""

    database: Database
    intake: Intake
    now: Callable[[], datetime]
    site: Callable[[], Site]
    _kept: dict[tuple[Any, ...], phones.Heard] = field(default_factory=dict)
    _two: phones.TwoPhones = field(default_factory=phones.TwoPhones)
    _system_id: int | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> PhoneDoor:
        self._tasks = [asyncio.create_task(self._write_for_ever(), name="phones-write")]
        return self

    async def __aexit__(self, *_: object) -> None:
        await tasks.end(self._tasks)
        try:
            await self.write()
        except WanggeError:
            LOG.warning("the last seconds of the phones' account are lost: the store is away")

    async def submit(self, actor: Actor, fixes: Sequence[Read], secret: str | None) -> Answer:
        """Through the intake; returns after the commit. A fix that names nobody, or by the secret
        itself, is the token's own person's. Raises what `Intake.submit` raises."""
        own = None
        if any(one.named in (None, "", secret) for one in fixes):
            own = await self._own_code(actor)
        rows, wrong = [], {}
        for index, one in enumerate(fixes):
            person = own if one.named in (None, "", secret) else one.named
            found = one.wrong or ("id" if person is None else None)
            rows.append({} if found else {**one.row, "person": person})
            wrong[index] = (found, person)
        outcome = await self.intake.submit(actor, rows)
        reasons = dict(outcome.rejected)
        for index, row in enumerate(rows):
            self._keep(actor, wrong[index][1], row, reasons.get(index, "accepted"))
        return Answer(
            outcome.accepted, [_rejection(n, why, wrong[n][0]) for n, why in reasons.items()]
        )

    async def ignore(self, actor: Actor, messages: int, code: str | None = None) -> None:
        """Count messages that are no fixes. Raises StoreUnavailable."""
        await self.intake.ignore(actor, messages)
        self._keep(actor, code, {}, "ignored", messages)

    async def fail(self, actor: Actor, code: str | None) -> None:
        """Count a message that failed here by a fault of ours. Raises StoreUnavailable."""
        await self.intake.fail(actor)
        self._keep(actor, code, {}, FAILED)

    async def write(self) -> None:
        """Store the account of what has come since the last time. Raises StoreUnavailable."""
        kept, self._kept = self._kept, {}
        if not kept:
            return
        two = sum(one.n for one in kept.values() if one.reason == "two_phones")
        try:
            async with self.database.acting(await self._system()) as connection:
                await phones.note(connection, kept.values())
                if two:
                    counts = {"two_phones": two}
                    process = self.intake.process
                    await counters.add(connection, process=process, door="phones", counts=counts)
        except WanggeError:
            self._kept = {**kept, **self._kept}
            raise

    def _keep(
        self, actor: Actor, code: str | None, row: dict[str, Any], reason: str, n: int = 1
    ) -> None:
        if not code or len(code) > MAX_CODE_LENGTH or "\0" in code:
            return
        now = self.now()
        fix = parse_one(0, row) if row else None
        offset_s = None if fix is None else (fix.at - now).total_seconds()
        self._add(actor, code, reason, n, now, offset_s)
        if fix is not None and self._two.note(code, fix.at, fix.lon, fix.lat):
            self._add(actor, code, "two_phones", 1, now, None)

    def _add(
        self, actor: Actor, code: str, reason: str, n: int, now: datetime, offset_s: float | None
    ) -> None:
        day = now.astimezone(self.site().zone).date()
        key = (code, actor.area_id, day, reason)
        known = self._kept.get(key)
        if known is None and len(self._kept) >= MOST_KEPT:
            return
        if known is not None:
            n += known.n
            offset_s = known.offset_s if offset_s is None else offset_s
        self._kept[key] = phones.Heard(code, actor.area_id, day, reason, n, now, offset_s)

    async def _write_for_ever(self) -> None:
        while True:
            await asyncio.sleep(WRITTEN_EVERY_S)
            try:
                await self.write()
            except StoreUnavailable:
                continue
            except Exception:
                LOG.exception("the account of phones could not be written")

    async def _own_code(self, actor: Actor) -> str | None:
        """The code of the person whose token it is, None for a token of nobody."""
        if actor.person_id is None:
            return None
        async with self.database.acting(await self._system()) as connection:
            return await actors.person_code(connection, actor.person_id)

    async def _system(self) -> int:
        if self._system_id is None:
            async with self.database.acting(None) as connection:
                self._system_id = (await actors.system_actor(connection)).id
        return self._system_id


def _rejection(index: int, reason: str, wrong: str | None) -> dict[str, Any]:
    return {"index": index, "reason": reason} | ({"field": wrong} if wrong else {})
