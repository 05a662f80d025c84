"""The hub: the world of one process, fed by LISTEN and by time, cut into views, sent to pages.

Each tick carries everything to site time t: it takes over what was notified, asks for events that
opened in (last t, t], lets lights and freshness change, and sends each view what is new to it.
After a lost connection to the store all is read again. While the store does not answer nothing
is sent, so that screens say that they have lost it instead of showing a frozen picture.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dashboard import tasks
from dashboard.listener import Listener
from dashboard.live.calls import Calls, Card
from dashboard.live.clients import Client, Skipped
from dashboard.live.scopes import View
from dashboard.live.told import Told
from dashboard.live.world import Moved, World
from data import actors
from data.calls import selftest
from data.calls.model import Moment
from data.database import Connection, Database
from data.errors import StoreUnavailable, WanggeError
from data.feed import screens
from data.places.areas import pick
from data.places.site import Site
from data.query import summary

log = logging.getLogger("wangge.live")
SHORTEST_TICK_S = 0.2  # apart, however much is told
LONGEST_TICK_S = 0.4
BEAT_S = 0.9
DAY_S = 3.0
RETRY_S = 0.5
START_S = 5.0
SCREENS_S = 8.0
IDLE_TICKS = 100  # a view that nobody looks at is kept as long, for pages that come back


class Hub:
    """Start it once per process. `now` and `site` are those of the site's clock."""

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime],
        site: Callable[[], Site],
        process: str = "web",
    ) -> None:
        self._database = database
        self._process = process
        self._now, self._site = now, site
        self.world = World(secrets.token_hex(6))
        self.calls = Calls()
        self.told = Told()
        self.skipped = Skipped()
        self.views: dict[int, View] = {}
        self._system = 0
        self._beaten_at = float("-inf")
        self._behind = False  # views lack what the world has
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()

    def listen(self, listener: Listener) -> None:
        """Hear what other processes say; before the listener starts."""
        for channel, heard in self.told.channels().items():
            listener.on(channel, heard)
        listener.on_connect(self.told.everything)

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._run(), name="hub"),
            asyncio.create_task(self._read_days(), name="hub days"),
            asyncio.create_task(self._report_screens(), name="hub screens"),
        ]

    async def stop(self) -> None:
        for client in self.clients():
            client.close("the server is stopping")
        await tasks.end(self._tasks)
        with contextlib.suppress(WanggeError):
            await self._report([])

    # -- pages

    def doubt(self, actor_id: str) -> None:
        """Something of this actor was revoked: ask his pages again who they are."""
        for client in self.clients():
            if str(client.actor.id) == actor_id:
                client.doubt.set()

    def clients(self) -> list[Client]:
        """Every open screen."""
        return [client for view in self.views.values() for client in view.clients]

    async def view(self, area_id: int) -> View:
        """The view of an area's scope, made when first asked for.

        Raises StoreUnavailable when the world could not be read yet.
        """
        await self._until_ready()
        view = self.views.get(area_id)
        if view is None:
            stage, standing, at = self.world.stage, self.world.standing, self.world.at
            assert stage is not None and standing is not None and at is not None
            view = self.views[area_id] = View(area_id, stage, self.calls.cards)
            view.now = at
            view.reset(stage, list(self.world.events.open.values()))
            view.people(standing)
            await self._read_day(view)
        view.idle = 0  # somebody comes: he must not find himself on one that is given up
        return view

    async def area(self, own: int, code: str | None) -> int | None:
        """The id of an area in an actor's own by its code or level:code, None if there is none.

        Raises AmbiguousArea, and StoreUnavailable when the world could not be read yet.
        """
        await self._until_ready()
        assert self.world.stage is not None
        places = self.world.stage.places
        mine = places.descendants.get(own, frozenset())
        if code is None:
            return own if own in mine else None
        return pick((area for area in places.areas if area.id in mine), code)

    async def version(self) -> str:
        """Of the places: changes with anything that the map's layers show."""
        await self._until_ready()
        assert self.world.stage is not None
        return self.world.stage.places.version

    def grids_of(self, area_id: int) -> list[str]:
        """Where a wall of this area will fetch its grids, as far as that is known yet."""
        if self.world.stage is None:
            return []
        return [f"/api/layers/grids.geojson?v={self.world.stage.places.version}-{area_id}"]

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_S):
                await self._ready.wait()
        except TimeoutError:
            raise StoreUnavailable() from None

    # -- the loop

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._tick(began)
                self._ready.set()
            except WanggeError as error:
                log.warning("the feed waits: %s", error)
                await asyncio.sleep(RETRY_S)
            except Exception:
                log.exception("a tick of the feed failed; all is read again")
                self.told.everything()
                await asyncio.sleep(RETRY_S)
            await asyncio.sleep(max(0.01, SHORTEST_TICK_S - (loop.time() - began)))
            next_ = min(began + LONGEST_TICK_S, self._beaten_at + BEAT_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(max(next_, loop.time())):
                    await self.told.news.wait()

    async def _tick(self, real_s: float) -> None:
        behind, self._behind = self._behind, True
        views = set(self.views)
        moved, called = await self._step()
        anew = replace(moved, people_new=True)
        beat = real_s - self._beaten_at >= BEAT_S
        if beat:
            self._beaten_at = real_s
        for view in list(self.views.values()):
            # What a broken step brought was never sent; a view made in this step may have it.
            missed = behind or view.root not in views
            self._send(view, anew if missed else moved, called, beat)
        self._behind = False
        for view in list(self.views.values()):
            view.idle = 0 if view.clients else view.idle + 1
            if view.idle > IDLE_TICKS:
                del self.views[view.root]

    async def _step(self) -> tuple[Moved, list[Card]]:
        """Read what was told and what time brings; what is new."""
        told = self.told.take()
        try:
            when = Moment(self._now(), datetime.now(UTC))
            async with self._acting() as connection:
                found = await self.calls.read(connection, told, when)
                moved = await self.world.step(connection, when.site, told, self._site())
        except BaseException:
            self.told.put_back(told)
            raise
        return moved, self.calls.take(found, when.real)

    def _send(self, view: View, moved: Moved, called: list[Card], beat: bool) -> None:
        """Tell a view's pages what is new: by a snapshot, which holds all, or by messages."""
        stage, standing, at = self.world.stage, self.world.standing, self.world.at
        assert stage is not None and standing is not None and at is not None
        view.now = at
        if moved.people_new:
            view.reset(stage, list(self.world.events.open.values()))
            view.people(standing)
            for client in view.clients:
                client.resync()
            return
        view.stage = stage
        if moved.places_new:
            view.broadcast("places", {"version": view.version})
        bodies = view.apply(moved.changes)
        delta = view.people(standing)
        if bodies is not None:
            view.broadcast("events", bodies[0])
            view.broadcast("grids", bodies[1])
            view.day_read_at = float("-inf")
        if beat or bodies is not None:
            view.broadcast("summary", view.summary())
        for card in called:
            if card.body["area_id"] in view.areas:
                view.broadcast("call", {"session": card.body})
        if delta is not None:
            view.send_delta(delta)

    async def _read_days(self) -> None:
        """Keep today's figures of each view that somebody looks at."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BEAT_S)
            for view in list(self.views.values()):
                if view.clients and loop.time() - view.day_read_at >= DAY_S:
                    try:
                        await self._read_day(view)
                    except StoreUnavailable:
                        break
                    except Exception:
                        log.exception("today's figures could not be read")

    async def _read_day(self, view: View) -> None:
        view.day_read_at = asyncio.get_running_loop().time()
        async with self._acting() as connection:
            at, site, areas = view.now, self._site(), sorted(view.areas)
            view.day = {
                "today": await summary.today(connection, at=at, site=site, areas=areas),
                "vacancy": await summary.vacancy(connection, at=at, site=site, areas=areas),
                "self_test": await selftest.counts(connection, at=at, areas=areas),
            }

    async def _report_screens(self) -> None:
        """Let all processes know which screens are open here: at once, and by a heartbeat."""
        loop = asyncio.get_running_loop()
        reported: set[str] = set()
        last = float("-inf")
        while True:
            keys = {client.key for client in self.clients()}
            if keys != reported or (keys and loop.time() - last >= SCREENS_S):
                with contextlib.suppress(WanggeError):
                    await self._report(sorted(keys))
                    reported, last = keys, loop.time()
            await asyncio.sleep(BEAT_S)

    async def _report(self, keys: Sequence[str]) -> None:
        real = datetime.now(UTC)
        async with self._database.acting(None) as connection:
            await screens.report(connection, process=self._process, keys=keys, real=real)

    @contextlib.asynccontextmanager
    async def _acting(self) -> AsyncIterator[Connection]:
        if not self._system:
            async with self._database.acting(None) as connection:
                self._system = (await actors.system_actor(connection)).id
        async with self._database.acting(self._system) as connection:
            yield connection
