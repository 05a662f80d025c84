"""The demo's town in a store: made once, then filled up to now; tokens end at the next start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from dashboard import town
from dashboard.embedded import Store
from data import actors
from data.database import Database, fetch_all
from data.demo import scene, seed
from data.demo.event_types import SOURCES
from data.demo.model import Town
from data.demo.scene import Scene
from data.places import site
from tests import hamlet


class Drawn:
    """A sketch that is finished."""

    async def scene(self) -> Scene:
        return hamlet.scene()

    async def town(self) -> Town:
        return hamlet.town()


@pytest.fixture
def prepare(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`await prepare()` as `wangge demo` does, with a town of two communities and three days."""
    monkeypatch.setattr(seed, "HISTORY_DAYS", 3)

    async def run() -> list[str]:
        said: list[str] = []
        await town.prepare(store, tmp_path, cast(town.Sketch, Drawn()), said.append)
        return said

    return run


def rows(store: Store, query: str) -> list[Any]:
    with psycopg.connect(store.admin_url) as link:
        link.execute("SET row_security = off")
        return link.execute(query.encode()).fetchall()


Prepare = Callable[[], Awaitable[list[str]]]


async def test_made_once_then_filled_up(store: Store, tmp_path: Path, prepare: Prepare) -> None:
    """The second start adds what happened since, and nothing twice; both know until when."""
    assert any("events written" in str(line) for line in await prepare())
    ((first,),) = rows(store, "SELECT count(*) FROM event")
    assert first > 300
    assert (tmp_path / scene.FILE).exists()
    with psycopg.connect(store.admin_url) as link:
        link.execute("SET row_security = off")
        gone = (
            "DELETE FROM event_log WHERE event_id IN (SELECT id FROM event WHERE opened_at > {0})"
        )
        since = "now() - interval '20 hours'"
        link.execute(gone.format(since).encode())
        link.execute(f"DELETE FROM event WHERE opened_at > {since}".encode())
        link.execute("UPDATE engine_mark SET reached_at = now() - interval '20 hours'")
    await prepare()
    ((again,),) = rows(store, "SELECT count(*) FROM event")
    assert again >= first
    ((mark,),) = rows(store, "SELECT reached_at FROM engine_mark WHERE job = 'demo'")
    assert datetime.now(UTC) - mark < timedelta(minutes=5)


async def test_everybody_on_duty_was_just_seen(store: Store, prepare: Prepare) -> None:
    """A wall that is opened at once is not grey."""
    await prepare()
    seen = rows(store, "SELECT p.code FROM latest_position l JOIN person p ON p.id = l.person_id")
    assert len(seen) == len(hamlet.WORKERS)


async def test_the_roster_goes_on_for_as_long_as_the_town_runs(
    store: Store, prepare: Prepare
) -> None:
    """A hundred days without a new start: there is always a roster ahead, never a whole year."""
    await prepare()
    begun = datetime.now(UTC)
    passed = [timedelta()]
    ahead: list[timedelta] = []
    newest = "SELECT max(planned_start) FROM shift"

    async def sleep(seconds: float) -> None:
        ((last,),) = rows(store, newest)
        ahead.append(last - (begun + passed[0]))
        passed[0] += timedelta(days=10)
        if passed[0] > timedelta(days=100):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        now = lambda: begun + passed[0]  # noqa: E731
        await town.keep_roster(store, hamlet.scene(), now=now, sleep=sleep)
    assert len(ahead) == 11
    assert timedelta(days=12) < min(ahead) and max(ahead) < timedelta(days=16)
    assert rows(store, "SELECT count(*) FROM shift GROUP BY person_id, planned_start") == [
        (1,)
    ] * len(rows(store, "SELECT FROM shift"))


async def test_another_site_is_left_alone(
    store: Store, database: Database, prepare: Prepare
) -> None:
    await site.create(store.admin_url, name_zh="他", name_en="Other", timezone="UTC")
    with psycopg.connect(store.admin_url) as link:
        link.execute(
            "INSERT INTO area (code, name, level, parent_id)"
            " SELECT 'a', 'a', 'community', id FROM area"
        )
    with pytest.raises(town.OtherSite, match="WANGGE_HOME"):
        await prepare()
    assert rows(store, "SELECT count(*) FROM person") == [(0,)]


async def test_each_source_has_a_token_until_the_next_start(
    store: Store, database: Database, prepare: Prepare
) -> None:
    await prepare()
    first = await town.simulator_tokens(store)
    second = await town.simulator_tokens(store)
    assert datetime.fromisoformat(second[town.SINCE]) <= datetime.now(UTC)
    real = datetime.now(UTC)
    async with database.acting(None) as link:
        for name, *_ in SOURCES:
            key = town.TOKENS + name.upper()
            assert await actors.by_secret(link, first[key], real) is None
            actor = await actors.by_secret(link, second[key], real)
            assert actor is not None and actor.role == "source"
            (source,) = await fetch_all(
                link, "SELECT name FROM source WHERE id = %s", [actor.source_id]
            )
            assert source["name"] == name


@pytest.mark.parametrize("hour", [0, 3, 9, 12, 18, 19, 23])
def test_the_phone_page_is_of_one_who_works_now_or_next(hour: int) -> None:
    drawn = Scene(hamlet.people(), hamlet.scene().stage, hamlet.scene().walkers)
    (code,) = town.on_duty(drawn, datetime(2026, 7, 14, hour, 30, tzinfo=UTC))
    assert code in hamlet.WORKERS
