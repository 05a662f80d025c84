"""The page channel: a person is rung on the duty page that he has open.

Any web process may hold his page; NOTIFY tells them all, and the one that holds it takes the
attempt. What is shown on a page is also taken back from it when somebody else has answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from dashboard import tasks
from dashboard.channels.open_pages import OpenPages, Page, Send
from dashboard.listener import Listener
from dashboard.moment import SiteTime, moment
from dashboard.together import Together
from data import actors
from data.calls import answers, dial, presence, view
from data.calls.channel import Handed, Result, Unreachable
from data.calls.lifecycle import AttemptState
from data.calls.model import Ring
from data.database import Connection, Database
from data.errors import NotFound, StoreUnavailable

LOG = logging.getLogger(__name__)
BEAT_S = 5.0
AGAIN_S = 0.5


class PageChannel:
    """Holds this process's duty pages, rings them and hears that they ring."""

    name = "page"

    def __init__(self, database: Database, clock: SiteTime, *, process: str) -> None:
        self._database = database
        self._clock = clock
        self._process = process
        self._pages = OpenPages()
        self._numbers = itertools.count(1)
        self._todo: set[int] = set()  # sessions to look at; 0 = whatever waits for our people
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._dialling: dict[int, asyncio.Task[None]] = {}  # by session
        self._again: set[int] = set()  # of these: look once more when it is done
        self._sends: set[asyncio.Task[Any]] = set()
        half = max(1, database.size // 2)  # of the store's connections are for those who ask
        self._gate = asyncio.Semaphore(half)  # for calls that are taken
        self._door = asyncio.Semaphore(half)  # for pages that come: not behind those that go
        self._exit = asyncio.Semaphore(half)
        self._closing: Together[str, None] = Together(self._closed)
        self._system_id: int | None = None

    def follow(self, listener: Listener) -> None:
        """Hear from all processes whom to ring and what is over; after a lost link, look at all."""
        listener.on("wangge_ring", lambda payload: self._look(int(payload)))
        listener.on_connect(lambda: self._look(0))

    async def start(self) -> None:
        for work in (self._work(), self._beat()):
            self._tasks.append(asyncio.create_task(work, name="page channel"))

    async def stop(self) -> None:
        await tasks.end([*self._tasks, *self._dialling.values(), *self._sends])
        await asyncio.gather(*(self.close(page.key) for page in list(self._pages)))

    # What the socket of a page calls

    async def open(self, person_id: int, send: Send) -> str:
        """A page has opened: it can be rung from now on, and gets what already rings.

        Raises StoreUnavailable: then it has not opened.
        """
        key = f"duty-{next(self._numbers)}"
        page = Page(key, person_id, send, datetime.now(UTC))
        self._pages.add(page)
        try:
            open_now = await self._announce(page)
        except BaseException:
            self._pages.remove(key)
            raise
        for ring in open_now:
            if ring.body["state"] != AttemptState.QUEUED:  # the queued are dialled by `_work`
                await self._show(page, ring)
        self._look(0)
        return key

    async def _announce(self, page: Page) -> list[Ring]:
        async with self._door, self._acting() as connection:
            await presence.opened(
                connection,
                process=self._process,
                key=page.key,
                person_id=page.person_id,
                real=datetime.now(UTC),
            )
            now = moment(self._clock)
            return await view.rings(connection, person_id=page.person_id, when=now)

    async def receive(self, key: str, message: dict[str, Any]) -> None:
        """A page says something: that it lives, or that it rings."""
        page = self._pages.get(key)
        if page is None:
            return
        page.heard_at = datetime.now(UTC)
        if message.get("type") == "ping":
            now = round(self._clock.now().timestamp() * 1000)
            said = message.get("t")
            echo = said if type(said) in (int, float) else None
            await page.send({"type": "pong", "t": echo, "now": now})
        elif message.get("type") == "ringing" and type(message.get("attempt")) is int:
            # Not his, or not to be written now: the attempt's lease runs out and it rings again.
            with contextlib.suppress(NotFound, StoreUnavailable):
                async with self._acting() as connection:
                    await answers.rings(
                        connection,
                        attempt_id=message["attempt"],
                        person_id=page.person_id,
                        when=moment(self._clock),
                    )

    async def close(self, key: str) -> None:
        """A page has gone: the person is offline at once, unless he has another, and what rang
        there is soon interrupted.

        Where the store is away, its row ends by itself when it no longer beats.
        """
        page = self._pages.remove(key)
        if page is None:
            return
        with contextlib.suppress(StoreUnavailable):
            await self._closing.of(key)
            if page.shown:
                async with self._exit, self._acting() as connection:
                    who, now = page.person_id, moment(self._clock)
                    await dial.left(connection, channel=self.name, person_id=who, when=now)

    async def _closed(self, keys: Sequence[str]) -> dict[str, None]:
        """Where a network goes away all its pages close at once; no click stands behind them."""
        async with self._acting() as connection:
            await presence.closed(connection, process=self._process, keys=keys)
        return {}

    # The channel

    async def place(self, ring: Ring) -> Result:
        """Show a ring on every page of the person here; the page itself says that it rings."""
        return Handed() if await self._show_all(ring) else Unreachable("the page has gone")

    async def withdraw(self, ring: Ring, state: AttemptState) -> None:
        """Take a ring back from the pages that show it."""
        await self._take_back({"attempt": ring.attempt_id, "state": state.value})

    async def _show_all(self, ring: Ring) -> bool:
        """On every page of the person here; whether one took it."""
        pages = self._pages.of(ring.person_id)
        return any(await asyncio.gather(*(self._show(page, ring) for page in pages)))

    async def _show(self, page: Page, ring: Ring) -> bool:
        self._pages.show(page, ring.attempt_id, ring.session_id)
        return await page.sent({"type": "ring", **ring.body})

    async def _take_back(self, end: dict[str, Any]) -> None:
        pages = self._pages.hide(end["attempt"])
        await asyncio.gather(*(page.sent({"type": "ring_end", **end}) for page in pages))

    # What happens by itself

    def _look(self, session_id: int) -> None:
        if self._pages:
            self._todo.add(session_id)
            self._wake.set()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            todo, self._todo = self._todo, set()
            try:
                await self._look_at(todo)
            except StoreUnavailable:
                self._todo |= todo
                await asyncio.sleep(AGAIN_S)
                self._wake.set()
            except Exception:
                LOG.exception("a ring could not be placed")

    async def _look_at(self, todo: set[int]) -> None:
        """One question for all that was heard: who waits, and what has ended on our pages.

        Each call is then rung by itself: one that is slow holds up no other.
        """
        only = None if 0 in todo else todo
        people, shown = self._pages.people, self._pages.attempts(only)
        async with self._acting() as connection:
            found = await dial.waiting(connection, self.name, only, process=self._process)
            ends = await view.ends(connection, shown)
            unseen = [a for a, who in found.elsewhere.items() if self._lacks(who, a)]
            rings = await view.rings(connection, attempt_ids=unseen, when=moment(self._clock))
        for session_id, waiting in found.queued.items():
            if any(person in people for person in waiting):
                self._ring(session_id)
        for ring in rings:
            self._by_itself(self._show_all(ring))
        for end in ends:
            self._by_itself(self._take_back(end))

    def _by_itself(self, sending: Coroutine[Any, Any, Any]) -> None:
        """A page that takes nothing any more holds up no other."""
        task = asyncio.create_task(sending, name="to a page")
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)

    def _lacks(self, person_id: int, attempt_id: int) -> bool:
        """Whether a page of this person does not show what rings him."""
        return any(attempt_id not in page.shown for page in self._pages.of(person_id))

    def _ring(self, session_id: int) -> None:
        """Ring what waits of a call; if that is being done, once more afterwards."""
        if session_id in self._dialling:
            self._again.add(session_id)
            return
        task = asyncio.create_task(self._dial(session_id), name=f"ring {session_id}")
        self._dialling[session_id] = task
        task.add_done_callback(lambda _: self._rung(session_id))

    def _rung(self, session_id: int) -> None:
        del self._dialling[session_id]
        if session_id in self._again:
            self._again.remove(session_id)
            self._look(session_id)

    async def _dial(self, session_id: int) -> None:
        """Ring what waits of one call; one that fails keeps no other from ringing."""
        try:
            async with self._gate:
                await dial.dial(
                    self._database,
                    self,
                    session_id=session_id,
                    system_id=await self._system(),
                    owner=self._process,
                    now=lambda: moment(self._clock),
                    person_ids=self._pages.people,
                )
        except StoreUnavailable:
            await asyncio.sleep(AGAIN_S)
            self._again.add(session_id)
        except Exception:
            LOG.exception("call %s could not be rung", session_id)

    async def _beat(self) -> None:
        """Say that our pages live, and look at what was perhaps not heard of."""
        while True:
            await asyncio.sleep(BEAT_S)
            if not self._pages:
                continue
            try:
                async with self._acting() as connection:
                    await presence.beat(
                        connection,
                        process=self._process,
                        pages={page.key: page.person_id for page in self._pages},
                        real=datetime.now(UTC),
                        heard={page.key: page.heard_at for page in self._pages},
                    )
                self._look(0)
            except StoreUnavailable:
                LOG.warning("the store does not answer: duty pages will be reported again")

    @contextlib.asynccontextmanager
    async def _acting(self) -> AsyncIterator[Connection]:
        async with self._database.acting(await self._system(), plan_once=True) as connection:
            yield connection

    async def _system(self) -> int:
        if self._system_id is None:
            async with self._database.acting(None) as connection:
                self._system_id = (await actors.system_actor(connection)).id
        return self._system_id
