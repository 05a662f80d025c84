"""Drills at odd moments: the machine's clock is set, engines are away; and who sees which drill."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data import actors, engine
from data.access import Actor
from data.calls.drills import drills
from data.calls.model import Step, Target
from data.database import Connection, fetch_all
from tests.calling import Desk
from tests.drilling import play, scenario, start, told
from tests.factories import value

CLICKS = [{"grid": "W-1"}, {"grid": "W-1", "after_s": 30}, {"grid": "W-1", "after_s": 60}]
ANSWERS = {"answer": "acknowledged", "after_s": 8}


async def _engine(desk: Desk) -> None:
    """What looks for a clock that was set back."""
    (step,) = (step for step in engine.STEPS if step.name == "clock_set_back")
    async with desk.town.database.acting(desk.town.system_id) as link:
        await step.run(link, desk.when)


@pytest.mark.parametrize("hours", [-1, 1, 24])
async def test_the_clock_is_set_while_a_drill_runs(desk: Desk, hours: int) -> None:
    """What is still to be clicked comes in its time, neither an hour late nor all at once."""
    await desk.by_policy(Step(Target.OWNER))
    drill = await start(desk, scenario(ANSWERS, clicks=CLICKS))
    await play(desk, 20)
    assert len((await told(desk, drill))["calls"]) == 1
    desk.real += timedelta(hours=hours)
    await _engine(desk)
    await play(desk, 5)
    assert len((await told(desk, drill))["calls"]) == 1
    await play(desk, 10)
    (first, second) = (await told(desk, drill))["calls"]
    assert (first["outcome"], second["state"]) == ("acknowledged", "running")
    await play(desk, 15)
    assert len((await told(desk, drill))["calls"]) == 2
    await play(desk, 30)
    over = await told(desk, drill)
    assert [call["outcome"] for call in over["calls"]] == ["acknowledged"] * 3
    assert over["runs"] is False


async def test_a_drill_stands_still_while_no_engine_runs(desk: Desk) -> None:
    """And a drill that nobody ends is still over after its longest time."""
    await desk.by_policy(Step(Target.OWNER))
    drill = await start(desk, scenario(ANSWERS, clicks=CLICKS))
    await play(desk, 20)
    desk.advance(600)
    await play(desk, 5)
    assert len((await told(desk, drill))["calls"]) == 1
    await play(desk, 10)
    assert len((await told(desk, drill))["calls"]) == 2
    late = [*CLICKS, {"grid": "W-1", "after_s": 3500}]
    drill = await start(desk, scenario(ANSWERS, clicks=late))
    await play(desk, 1)
    async with desk.town.database.acting(desk.town.system_id) as link:
        await link.execute(
            "UPDATE call_drill SET started_real = started_real - interval '2 hours' WHERE id = %s",
            [drill],
        )
    await play(desk, 2)
    assert (await told(desk, drill))["runs"] is False


async def _ids(desk: Desk, actor_id: int | None) -> list[int]:
    async with desk.town.database.acting(actor_id) as link:
        return [row["id"] for row in await fetch_all(link, "SELECT id FROM call_drill ORDER BY id")]


async def _officer(link: Connection, area: str) -> Actor:
    made, _ = await actors.create_token(link, role="duty_officer", area=area)
    return made


async def test_who_sees_and_changes_which_drill(desk: Desk) -> None:
    """Its own area, and whoever sees a call of it; to see is not to change."""
    await desk.by_policy(Step(Target.OWNER))
    async with desk.town.database.acting(desk.town.system_id) as link:
        system, east = await actors.system_actor(link), await _officer(link, "code-east")
        worker, _ = await actors.create_token(
            link, role="grid_worker", area="code-east", person_id=desk.town.people["west_worker"]
        )
    west_s = await start(desk, scenario(ANSWERS))
    whole = await start(desk, scenario(ANSWERS), system)  # of the whole site, clicks in the west
    assert await _ids(desk, desk.dispatcher.id) == [west_s]
    await play(desk, 1)
    assert await _ids(desk, None) == await _ids(desk, east.id) == await _ids(desk, worker.id) == []
    assert await _ids(desk, desk.dispatcher.id) == await _ids(desk, system.id) == [west_s, whole]
    sql = "UPDATE call_drill SET stopped_by = 'me' WHERE id = %s"
    changed = {}
    for who in (desk.dispatcher, east, worker):
        async with desk.town.database.acting(who.id) as link:
            changed[who.id] = [(await link.execute(sql, [id_])).rowcount for id_ in (west_s, whole)]
    assert changed == {desk.dispatcher.id: [1, 0], east.id: [0, 0], worker.id: [0, 0]}
    await _not_made_elsewhere(desk, east)
    async with desk.town.database.acting(desk.dispatcher.id, readonly=True) as link:
        assert await value(link, "SELECT count(*) FROM call_drill") == 2
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        assert {row["id"] for row in await drills.recent(link, desk.when.real)} == {west_s, whole}


async def _not_made_elsewhere(desk: Desk, east: Actor) -> None:
    """Nobody puts a drill into another area, by whatever statement."""
    copy: Any = (
        "INSERT INTO call_drill (request_key, area_id, name, scenario, actor_id, started_at,"
        " started_real) VALUES ('x', %s, 'x', '{}', %s, now(), now())"
    )
    with pytest.raises(Exception, match="row-level security"):
        async with desk.town.database.acting(east.id) as link:
            await link.execute(copy, [desk.town.areas["west"], east.id])
