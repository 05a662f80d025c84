"""The engine role: all steps in their rhythm, and what happens when one of them fails."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any

import pytest

from dashboard.embedded import Store
from dashboard.roles.engine import Engine
from data import engine
from data.calls import policy, sessions
from data.calls.model import Moment, Subject, SubjectKind
from data.database import Connection, Database
from data.engine import Step
from tests.calling import Desk, make_desk
from tests.factories import NOON, value


class Noon:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOON


@pytest.fixture
async def desk(database: Database, store: Store) -> Desk:
    return await make_desk(database, store)


async def test_the_first_pass_does_all_and_the_second_only_what_is_due(desk: Desk) -> None:
    one = Engine(desk.town.database, Noon())
    assert set(await one.pass_once()) == {step.name for step in engine.STEPS if not step.after_s}
    assert "position_days" not in await one.pass_once()


async def test_who_is_lost_is_judged_only_after_a_while_without_a_break(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the store was away, web processes could not say either that they live."""
    calm = next(step for step in engine.STEPS if step.name == "lost_rings")
    assert calm.after_s >= policy.RING_LASTS.total_seconds()
    loop, ahead = asyncio.get_running_loop(), 0.0
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + ahead)
    one = Engine(desk.town.database, Noon())
    await one.pass_once()
    for _ in range(6):
        ahead += 4
        done = await one.pass_once()
    assert done["lost_rings"] == 0
    ahead += 60  # nothing was heard of the store
    assert "lost_rings" not in await one.pass_once()
    ahead += 4
    assert "lost_rings" not in await one.pass_once()


async def test_engines_race_and_one_advances_each_call(desk: Desk) -> None:
    subject = Subject(SubjectKind.GRID, desk.town.grids["W-1"])
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        # As a crash between click and ringing leaves them: nothing fired yet.
        for i in range(6):
            given: dict[str, Any] = {"request_key": f"k{i}", "subject": subject, "when": desk.when}
            await sessions.start(link, actor=desk.dispatcher, **given)
    engines = [Engine(desk.town.database, Noon()) for _ in range(3)]
    done = await asyncio.gather(*(one.pass_once() for one in engines))
    assert sum(d["call_timers"] for d in done) == 6
    async with desk.town.database.acting(desk.town.system_id) as link:
        n = await value(link, "SELECT count(*) FROM call_attempt")
    assert n == 2 * 6


async def test_a_step_that_fails_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(connection: Connection, when: Moment) -> int:
        raise ValueError("no")

    monkeypatch.setattr(engine, "STEPS", (Step("broken", 1, broken), *engine.STEPS))
    with caplog.at_level(logging.ERROR):
        done = await Engine(desk.town.database, Noon()).pass_once()
    assert "broken" not in done and "lights" in done and "step broken failed" in caplog.text
