"""The queue before the store: many small requests become one transaction.

A request waits until its fixes are committed. The queue is bounded; when it is full, or while the
database does not answer, the request is refused with 503 and the fixes are counted as dropped. An
actor may fill half of it (of many who flood each his share), and actors take turns, so that who
sends little is served whatever others send.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard import tasks
from dashboard.intake.rounds import Outcome, Round, Submission
from dashboard.intake.turns import Turns
from dashboard.listener import Listener
from data import actors, counters
from data.access import Actor, Permission
from data.database import Database
from data.errors import NoSite, NotFound, StoreUnavailable, WanggeError
from data.staff.positions import known as known_
from data.staff.positions import store
from data.staff.positions.fix import parse
from data.staff.positions.known import Known
from data.staff.positions.pipeline import Batch, doubtful, run

LOG = logging.getLogger(__name__)
MAX_WAITING = 20_000  # fixes; at 2,000 a second this is ten seconds behind
MAX_BATCH = 2_000
IN_THREAD = 64  # from here on checking a batch would make other requests wait
CHANGES_S = 0.2
FAILED = "failed"  # the counter of what no reason of ours explains; the log does


class IntakeFull(WanggeError):
    """Too many positions are waiting for the database. Send them again in a moment."""


@dataclass(slots=True)
class Intake:
    """One per process. `now` gives site time; `role` names the process in the counters."""

    database: Database
    now: Callable[[], datetime]
    role: str = "web"
    known: Known | None = None
    system_id: int | None = None
    dropped: int = 0  # not yet in the store's counters
    waiting: int = 0
    _queue: Turns = field(default_factory=Turns)
    _held: Counter[int] = field(default_factory=Counter)  # of `waiting`, by actor
    _judged: asyncio.Queue[Round] = field(default_factory=asyncio.Queue)
    _writing: int = 0  # fixes of the round that is being written
    _turn: asyncio.Event = field(default_factory=asyncio.Event)  # one of these has changed
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _listener: Listener | None = None
    _changed: set[str] = field(default_factory=set)
    _stale: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def process(self) -> str:
        """Unique among the living, so that no two processes wait for one counter."""
        return f"{self.role}-{socket.gethostname()}-{os.getpid()}"

    async def start(self) -> Intake:
        self._listener = Listener(self.database)
        self._listener.on("wangge_places", self._heard)
        self._listener.on_connect(self._connected)
        await self._listener.start()
        self._tasks = [
            asyncio.create_task(self._judge_for_ever(), name="intake-judge"),
            asyncio.create_task(self._write_for_ever(), name="intake-write"),
            asyncio.create_task(self._follow_for_ever(), name="intake-follow"),
        ]
        return self

    async def stop(self) -> None:
        """Ends at once; requests that still wait are refused, not forgotten."""
        if self._listener is not None:
            await self._listener.stop()
        await tasks.end(self._tasks)
        self._refuse(self._drain(), StoreUnavailable())

    async def __aenter__(self) -> Intake:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def submit(self, actor: Actor, rows: Sequence[Any]) -> Outcome:
        """Check and store rows of a decoded body; returns after the commit.

        Raises NotAllowed, IntakeFull, StoreUnavailable, NoSite.
        """
        actor.require(Permission.REPORT_POSITIONS)
        if self.waiting and self._held[actor.id] + len(rows) > MAX_WAITING - self.waiting:
            self.dropped += len(rows)
            raise IntakeFull()
        first = next(self._numbers) << 32
        fixes, invalid = parse(rows, first=first)
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.waiting += len(rows)
        self._held[actor.id] += len(rows)
        self._queue.put(Submission(actor, first, len(rows), fixes, invalid, done))
        self._turn.set()
        return await done

    async def ignore(self, actor: Actor, messages: int) -> None:
        """Count what phones send that is no fix. Raises StoreUnavailable."""
        counts = {"ignored": messages}
        async with self.database.acting(actor.id) as connection:
            await counters.add(connection, process=self.process, door="phones", counts=counts)

    async def fail(self, actor: Actor) -> None:
        """Count a message that is given up for a fault of ours. Raises StoreUnavailable."""
        counts = {"received": 1, FAILED: 1}
        async with self.database.acting(actor.id) as connection:
            await counters.add(connection, process=self.process, door="positions", counts=counts)

    async def _judge_for_ever(self) -> None:
        """Check what waits, one round ahead of the writing."""
        while True:
            submissions = await self._collect()
            try:
                self._judged.put_nowait(await self._judge(submissions))
            except asyncio.CancelledError:
                self._refuse(submissions, StoreUnavailable())
                raise
            except Exception as error:
                self._fail(submissions, error)

    async def _collect(self) -> list[Submission]:
        """The next round: as large as the one that is being written, half of all that is here.

        So one half is checked while the other is written. Clients in step would fall into rounds
        of one submission each, or all into one; who waits for a round would wait for the writing.
        """
        while self._queue.empty() or not self._judged.empty() or self._queue.size < self._writing:
            self._turn.clear()
            await self._turn.wait()
        submissions = [self._queue.take()]
        size, enough = submissions[0].count, min(MAX_BATCH, self.waiting / 2)
        while size < enough and not self._queue.empty():
            submissions.append(self._queue.take())
            size += submissions[-1].count
        return submissions

    async def _write_for_ever(self) -> None:
        while True:
            round_ = await self._judged.get()
            self._writing = sum(one.count for one in round_.submissions)
            self._turn.set()
            try:
                if round_.known is not self.known:  # judged by what was never written
                    raise StoreUnavailable()
                await self._write(round_)
            except asyncio.CancelledError:
                self._refuse(round_.submissions, StoreUnavailable())
                raise
            except Exception as error:
                self.known = None
                self._fail(round_.submissions, error)
            self._writing = 0
            self._turn.set()

    def _fail(self, submissions: Sequence[Submission], error: Exception) -> None:
        """Refuse; the others have waited for the same database, so they need not wait longer."""
        if not isinstance(error, WanggeError):
            LOG.error("positions could not be stored", exc_info=error)
        self._refuse(submissions, error)
        if isinstance(error, StoreUnavailable):
            self._refuse(self._drain(), error)

    def _drain(self) -> list[Submission]:
        found = []
        while not self._queue.empty():
            found.append(self._queue.take())
        while not self._judged.empty():
            found += self._judged.get_nowait().submissions
        return found

    def _refuse(self, submissions: Sequence[Submission], error: Exception) -> None:
        for submission in submissions:
            self._let_go(submission)
            self.dropped += submission.count
            if not submission.done.done():
                submission.done.set_exception(error)

    async def _judge(self, submissions: Sequence[Submission]) -> Round:
        """The steps in memory; what passes counts as seen by the rounds that follow."""
        known = await self._ready()
        groups: dict[int, list[Submission]] = {}
        for submission in submissions:
            groups.setdefault(submission.actor.id, []).append(submission)
        batches = []
        for group in groups.values():
            batches.append(await self._judge_group(known, group))
            known.seen.update(batches[-1].seen)
        return Round(known, submissions, list(groups.values()), batches)

    async def _write(self, round_: Round) -> None:
        """Store and answer; all or none of the round is answered."""
        invalid = [sum(len(one.invalid) for one in group) for group in round_.groups]
        dropped, self.dropped = self.dropped, 0
        try:
            await store.write(
                self.database,
                round_.batches,
                process=self.process,
                invalid=invalid,
                dropped=dropped,
            )
        except BaseException:
            self.dropped += dropped
            raise
        for batch, group in zip(round_.batches, round_.groups, strict=True):
            for submission in group:
                self._answer(submission, batch)

    def _answer(self, submission: Submission, batch: Batch) -> None:
        reasons = dict.fromkeys(submission.invalid, "invalid")
        for fix in submission.fixes:
            if fix.index in batch.rejected:
                reasons[fix.index] = str(batch.rejected[fix.index])
        rejected = [(number - submission.first, reasons[number]) for number in sorted(reasons)]
        self._let_go(submission)
        if not submission.done.done():
            submission.done.set_result(Outcome(submission.count - len(rejected), rejected))

    def _let_go(self, submission: Submission) -> None:
        self.waiting -= submission.count
        left = self._held.pop(submission.actor.id, 0) - submission.count
        self._held.update({submission.actor.id: left} if left else {})

    async def _judge_group(self, known: Known, group: Sequence[Submission]) -> Batch:
        """The steps for all fixes of one actor. A "no" from a late copy is asked again."""
        fixes = [fix for submission in group for fix in submission.fixes]
        judged = known.people  # a renewal puts another mapping in its place
        batch = await self._run(Batch(group[0].actor, self.now(), fixes, known))
        codes = doubtful(batch)
        if codes:
            async with self.database.acting(self.system_id) as connection:
                late = await known_.look_again(connection, known, batch.at, codes, judged=judged)
            if late:
                batch = await self._run(Batch(batch.actor, batch.at, fixes, known))
        return batch

    async def _run(self, batch: Batch) -> Batch:
        if len(batch.fixes) < IN_THREAD:
            return run(batch)
        return await asyncio.to_thread(run, batch)

    async def _ready(self) -> Known:
        if self.known is None:
            try:
                async with self.database.acting(None) as connection:
                    self.system_id = (await actors.system_actor(connection)).id
            except NotFound:
                raise NoSite() from None
            async with self.database.acting(self.system_id) as connection:
                self.known = await known_.load_all(connection, self.now())
            self._stale.set()
        return self.known

    def _heard(self, table: str) -> None:
        self._changed.add(table)
        self._stale.set()

    def _connected(self) -> None:
        self._heard("site")  # whatever was said while nobody listened

    async def _follow_for_ever(self) -> None:
        """Renew the copy when the store says so; changes that come together are read together."""
        while True:
            await self._stale.wait()
            await asyncio.sleep(CHANGES_S)
            self._stale.clear()
            tables, self._changed = self._changed, set()
            try:
                await self._renew(tables)
            except WanggeError:
                self._changed |= tables
                self._stale.set()

    async def _renew(self, tables: set[str]) -> None:
        if self.known is None or self.system_id is None:
            self._changed |= tables  # `_ready` sets `_stale` when the copy is there
            return
        async with self.database.acting(self.system_id) as connection:
            await known_.renew(connection, self.known, self.now(), tables)
