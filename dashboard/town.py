"""The demo's site in a store: made once from its seed, and brought up to date at each start."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboard.embedded import Store
from data import actors
from data.database import Database
from data.demo import duty_rooms, seed, seed_staff
from data.demo import scene as scenes
from data.demo.event_types import SOURCES
from data.demo.layout import TOWN_CODE
from data.demo.model import Town
from data.demo.scene import Scene
from data.demo.town import make_town
from data.errors import Said, StoreUnavailable, WanggeError
from data.places import site

Say = Callable[[Said], None]
NAME_ZH, NAME_EN, TIMEZONE = "示范镇", "Demo town", "Asia/Shanghai"
TOKENS = "WANGGE_TOKEN_"  # and the source in capitals
SINCE = "WANGGE_SIMULATE_SINCE"
ROSTER_EVERY, ROSTER_CHECK_S = timedelta(days=1), 600.0
Sleep = Callable[[float], Awaitable[None]]


def _now() -> datetime:
    return datetime.now(UTC)


class OtherSite(WanggeError):
    """The store under {home} holds another site. Set WANGGE_HOME to another place for the demo."""


class Sketch:
    """The town, drawn in a thread while the store is fetched and started."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._drawing = asyncio.create_task(asyncio.to_thread(self._draw))

    def _draw(self) -> tuple[Town | None, Scene]:
        """At a later start the kept scene is enough."""
        if (self._home / scenes.FILE).exists():
            return None, scenes.load(self._home)
        town = make_town()
        return town, scenes.make_scene(town=town)

    async def scene(self) -> Scene:
        """People, stage and walkers."""
        return (await self._drawing)[1]

    async def town(self) -> Town:
        """The whole town; drawn again where only its scene was kept."""
        drawn, _ = await self._drawing
        return drawn if drawn is not None else await asyncio.to_thread(make_town)


async def prepare(store: Store, home: Path, sketch: Sketch, say: Say) -> Scene:
    """Make the site and fill it up to now. Raises OtherSite where the store holds another one."""
    await site.create(store.admin_url, name_zh=NAME_ZH, name_en=NAME_EN, timezone=TIMEZONE)
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        async with database.acting(None) as connection:
            system = await actors.system_actor(connection)
        async with database.acting(system.id) as connection:
            reached = await seed.reached(connection)
            if reached is None and not await seed.is_empty(connection):
                raise OtherSite(home=home)
            if reached is None:
                say(Said("inventing the town and its past year, some half a minute"))
                scene, made = await sketch.scene(), await sketch.town()
                count = await seed.seed(connection, made, scene, at=datetime.now(UTC))
                say(Said("{n} events written", n=count))
            else:
                say(Said("filling the time since {at} UTC", at=f"{reached:%Y-%m-%d %H:%M}"))
                scene = await sketch.scene()
                await seed.catch_up(connection, scene, since=reached, at=datetime.now(UTC))
    if reached is None:
        await seed.analyze(store.admin_url)
    await asyncio.to_thread(scenes.keep, scene, home)
    return scene


async def keep_roster(
    store: Store, scene: Scene, *, now: Callable[[], datetime] = _now, sleep: Sleep = asyncio.sleep
) -> None:
    """Write the roster further each day, for as long as the town runs; never by more than the
    days that a start writes ahead. It goes by the date, since a machine may have slept."""
    written = now()
    while True:
        await sleep(ROSTER_CHECK_S)
        if now() - written < ROSTER_EVERY:
            continue
        with contextlib.suppress(StoreUnavailable):  # it is asked again at the next check
            await extend_roster(store, scene, at=now())
            written = now()


async def extend_roster(store: Store, scene: Scene, *, at: datetime) -> None:
    """Write the rosters of the days around and after `at`, as far as they are not there yet."""
    async with Database(store.app_url, store.readonly_url, size=1) as database:
        async with database.acting(None) as connection:
            system = await actors.system_actor(connection)
        async with database.acting(system.id) as connection:
            await seed_staff.write_shifts(connection, scene, at=at)


def on_duty(scene: Scene, at: datetime) -> list[str]:
    """Whose phone pages the demo offers: of a worker who is on shift now or comes next, and of who
    minds the town's duty room now."""
    today = at.astimezone(ZoneInfo(TIMEZONE)).date()
    days = [today + timedelta(days=k) for k in (-1, 0, 1)]
    ahead = [s for s in scene.shifts(days) if s.started_at and s.planned_end > at]
    at_town = {p.code for p in scene.people if p.area_code == TOWN_CODE}
    workers = [s for s in ahead if s.kind != duty_rooms.KIND]
    rooms = [s for s in ahead if s.kind == duty_rooms.KIND and s.person_code in at_town]
    chosen = [min(some, key=lambda s: s.planned_start) for some in (workers, rooms) if some]
    return [shift.person_code for shift in chosen]


async def simulator_tokens(store: Store) -> dict[str, str]:
    """What the simulator is told: a token for each source, and from when on nothing is reported.

    The tokens of earlier starts end.
    """
    real = datetime.now(UTC)
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        async with database.acting(None) as connection:
            system = await actors.system_actor(connection)
        async with database.acting(system.id) as connection:
            for actor_id in await seed.simulators(connection):
                await actors.revoke(connection, actor_id, real)
            told = {SINCE: (await seed.reached(connection) or real).isoformat()}
            for name, *_ in SOURCES:
                _, secret = await actors.create_token(
                    connection, role="source", source=name, name=seed.SIMULATOR
                )
                told[TOKENS + name.upper()] = secret
    return told
