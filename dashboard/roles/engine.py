"""The `engine` role: carries time forward. Run as many as you like; any of them may die."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from datetime import UTC, datetime

from dashboard.moment import SiteTime, moment
from dashboard.roles import feed_watch
from dashboard.roles.ending import RETRY_S, site_clock, until_stopped
from dashboard.settings import Settings
from data import actors, engine
from data.database import Database
from data.engine import Step
from data.errors import NotFound, StoreUnavailable

LOG = logging.getLogger("wangge.engine")
TICK_S = 0.1
BREAK_S = 5.0  # without an answer: the store, or this machine, was away
MOST_AT_ONCE = 500  # of one step in one pass, so that the others get their turn


class Engine:
    """Runs each step of `data.engine.STEPS` in its own rhythm."""

    def __init__(self, database: Database, clock: SiteTime) -> None:
        self._database = database
        self._clock = clock
        self._due: dict[str, float] = dict.fromkeys((step.name for step in engine.STEPS), 0.0)
        self._system_id: int | None = None
        self._since = self._seen = -math.inf  # the store answers since, and did last

    async def run(self) -> None:
        """Carry time forward until cancelled; a store that is away is waited for."""
        async with asyncio.TaskGroup() as loops:
            for prompt in (True, False):
                steps = [step for step in engine.STEPS if step.prompt is prompt]
                loops.create_task(self._loop(steps), name="prompt" if prompt else "patient")

    async def _loop(self, steps: Sequence[Step]) -> None:
        while True:
            pause = TICK_S
            try:
                await self.pass_once(steps)
            except (StoreUnavailable, NotFound) as error:
                LOG.warning("%s", error)
                pause = RETRY_S
            await asyncio.sleep(pause)

    async def pass_once(self, steps: Sequence[Step] | None = None) -> dict[str, int]:
        """Run the steps (None = all) whose time has come; what each did. A step that fails stops
        no other."""
        done: dict[str, int] = {}
        clock = asyncio.get_running_loop().time
        for step in engine.STEPS if steps is None else steps:
            if self._due[step.name] > clock() or self._steady_s() < step.after_s:
                continue
            self._due[step.name] = clock() + step.every_s
            try:
                done[step.name] = await self._carry_out(step)
                self._answered()
            except (StoreUnavailable, NotFound):
                self._due[step.name] = 0.0
                raise
            except Exception:
                LOG.exception("step %s failed", step.name)
        return done

    def _steady_s(self) -> float:
        """For how long the store has answered without a break; seconds."""
        now = asyncio.get_running_loop().time()
        return now - self._since if now - self._seen <= BREAK_S else 0.0

    def _answered(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._seen > BREAK_S:
            self._since = now
        self._seen = now

    async def _carry_out(self, step: Step) -> int:
        total = 0
        for _ in range(MOST_AT_ONCE if step.until_done else 1):
            async with self._database.acting(
                await self._system(), plan_once=step.prompt
            ) as connection:
                n = await step.run(connection, moment(self._clock))
            total += n
            if n == 0:
                break
        return total

    async def _system(self) -> int:
        if self._system_id is None:
            async with self._database.acting(None) as connection:
                self._system_id = (await actors.system_actor(connection)).id
        return self._system_id


async def run(settings: Settings) -> None:
    """The role: until SIGTERM or Ctrl-C."""
    await until_stopped(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with (
        Database(settings.app_url, settings.readonly_url, size=2) as database,
        site_clock(database) as clock,
    ):
        LOG.info("time runs: %s", clock.now().isoformat(timespec="seconds"))
        watch = asyncio.create_task(feed_watch.run(database, clock))
        try:
            await Engine(database, clock).run()
        finally:
            watch.cancel()
            LOG.info("stopping at %s", datetime.now(UTC).isoformat(timespec="seconds"))
