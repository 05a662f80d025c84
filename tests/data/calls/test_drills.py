"""A drill: the call as it is, by people who exist on paper alone."""

from __future__ import annotations

import psycopg
import pytest

from data import actors
from data.calls import answers, dial, view
from data.calls.drills import drills
from data.calls.drills.report import COLUMNS, rows
from data.calls.model import Step, Target
from data.errors import NotAllowed, NotFound
from tests.calling import Desk
from tests.drilling import play, scenario, start, tick, told
from tests.factories import value

OWNER, CHIEF = Step(Target.OWNER), Step(Target.GRID_CHIEF, ring_s=30)


async def test_the_steps_go_as_ever_and_the_report_says_how_long_each_took(desk: Desk) -> None:
    """The worker lets it ring, the chief comes after 7 s: no page is open, and none is needed."""
    await desk.by_policy(OWNER, CHIEF, ack_timeout_s=600)
    said = scenario(
        {"role": "grid_worker", "answer": "no_answer"}, {"answer": "acknowledged", "after_s": 7}
    )
    drill = await start(desk, said)
    await play(desk, 10)
    (running,) = (await told(desk, drill))["calls"]
    assert (running["state"], running["first_ring_s"]) == ("running", 0)
    card = await desk.seen(running["id"])
    assert (card["drill"], card["drill_runs"], card["attempts"][0]["state"]) == (
        True, True, "ringing",
    )  # fmt: skip
    await play(desk, 25)
    over = await told(desk, drill)
    (call,) = over["calls"]
    assert (call["outcome"], call["first_ack_s"], over["runs"]) == ("acknowledged", 32, False)
    assert [(s["fired_s"], s["called"], s["reached"], s["confirmed"]) for s in call["steps"]] == [
        (0, 1, 1, 0), (25, 1, 1, 1),
    ]  # fmt: skip
    (came,) = call["came"]
    assert (came["name"], came["step"], came["after_s"], came["comes"]) == (
        "west_chief", 2, 32, True,
    )  # fmt: skip
    assert "under_way" in await desk.ledger(call["id"])
    table = rows(over)
    assert [list(row) for row in table] == [list(COLUMNS)] * 2
    assert [(row["step"], row["who"]) for row in table] == [(1, ""), (2, "west_chief")]
    assert (await desk.seen(call["id"]))["drill_runs"] is False


async def test_every_answer_ends_as_it_would(desk: Desk) -> None:
    """One step, five people: who confirms is enough, and the others' states are the real ones."""
    async with desk.town.database.acting(desk.town.system_id) as link:
        for n, name in enumerate(("anna", "bo", "cai", "ding", "east_chief", "east_worker")):
            id_ = desk.town.people.get(name) or await value(
                link, "INSERT INTO person (code, name, area_id) VALUES (%s, %s, %s) RETURNING id",
                [name, name, desk.town.areas["west"]],
            )  # fmt: skip
            await link.execute(
                "INSERT INTO post (person_id, role, grid_id, area_id) VALUES (%s, 'grid_worker',"
                " %s, %s)", [id_, desk.town.grids["W-1"], desk.town.areas["west"]],
            )  # fmt: skip
            if n < 4:
                await link.execute(
                    "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
                    " SELECT %s, area_id, planned_start, planned_end, started_at"
                    " FROM shift LIMIT 1",
                    [id_],
                )  # fmt: skip
            desk.town.people[name] = id_
    for name in ("west_worker", "anna", "bo", "cai", "ding", "east_chief", "east_worker"):
        await desk.stand(name, 112.905)
    await desk.by_policy(Step(Target.NEAREST, k=20), need=2)
    said = scenario(
        {"person": "west_worker", "answer": "no_answer", "after_s": 9},
        {"person": "anna", "answer": "busy", "after_s": 2},
        {"person": "bo", "answer": "declined", "after_s": 3},
        {"person": "cai", "answer": "offline"},
        {"person": "ding", "answer": "ambiguous", "after_s": 4},
        {"person": "east_chief", "answer": "off_duty"},
        {"answer": "acknowledged", "after_s": 5},
    )
    async with desk.town.database.acting(desk.town.system_id) as link:
        system = await actors.system_actor(link)
    drill = await start(desk, said, system)
    await play(desk, 12)
    (call,) = (await told(desk, drill))["calls"]
    assert await desk.states(call["id"]) == {
        "west_worker": "no_answer", "anna": "busy", "bo": "declined", "cai": "offline",
        "ding": "ambiguous", "east_worker": "acknowledged",
    }  # fmt: skip
    (step,) = call["steps"]
    assert (call["outcome"], step["reached"], step["left_out"]) == (
        "too_few", 3, {"off_duty": 1},
    )  # fmt: skip


async def test_nobody_on_duty_an_unclear_line_and_one_who_does_not_move(desk: Desk) -> None:
    await desk.by_policy(OWNER, CHIEF, ack_timeout_s=60)
    empty = await start(desk, scenario({"answer": "off_duty"}))
    await play(desk, 1)
    (call,) = (report := await told(desk, empty))["calls"]
    assert (call["outcome"], call["nobody"], report["runs"]) == ("nobody_on_duty", [1, 2], False)
    assert report["total"]["nobody"] == 2
    unclear = scenario(
        {"step": 1, "answer": "ambiguous", "after_s": 3},
        {"answer": "acknowledged", "after_s": 4, "comes": False},
        held_s=20,
    )
    drill = await start(desk, unclear)
    await play(desk, 20)
    (call,) = (await told(desk, drill))["calls"]
    assert (await desk.seen(call["id"]))["held"]  # as ever: no silent next call
    await play(desk, 10)
    assert (await told(desk, drill))["calls"][0]["outcome"] == "acknowledged"
    await play(desk, 61)  # nobody moves: it is the last step
    over = await told(desk, drill)
    assert (over["calls"][0]["outcome"], over["runs"]) == ("stalled", False)


async def test_the_same_seed_is_the_same_drill_and_clicks_come_in_their_time(desk: Desk) -> None:
    clicks = [{"grid": "any", "times": 3, "every_s": 5, "urgent": True, "about_zh": "起火"}]
    draws = [
        {"share": 0.5, "answer": "declined", "after_s": [1, 20]},
        {"answer": "acknowledged", "after_s": [1, 20]},
    ]
    async with desk.town.database.acting(desk.town.system_id) as link:
        system = await actors.system_actor(link)
    seen = []
    for seed in (4, 4, 5):
        drill = await start(desk, scenario(*draws, clicks=clicks, seed=seed), system)
        await play(desk, 9)
        assert len((await told(desk, drill, system))["calls"]) == 2
        await play(desk, 60)
        over = await told(desk, drill, system)
        assert (over["clicked"], len(over["calls"]), over["runs"]) == (3, 3, False)
        assert over["calls"][0]["about"] == {"zh": "起火", "en": "起火"}
        seen.append([
            (c["subject"]["id"], c["outcome"], c["first_ack_s"], [p["name"] for p in c["came"]])
            for c in over["calls"]
        ])  # fmt: skip
    assert seen[0] == seen[1] != seen[2]


async def test_a_drill_neither_blocks_nor_is_blocked_and_counts_nowhere(desk: Desk) -> None:
    """The worker is in a drill and is really rung; what the drill did weighs nothing."""
    await desk.open_page("west_worker")
    await desk.by_policy(OWNER, most_per_hour=1)
    drill = await start(desk, scenario({"answer": "no_answer"}))
    await tick(desk)
    real = await desk.click("grid", desk.town.grids["W-1"], "real")
    (leg,) = (await desk.seen(real))["attempts"]
    assert (leg["why"]["calls_today"], leg["why"]["busy"]) == (0, None)
    assert await desk.dial(real) == [desk.town.people["west_worker"]]
    second = await start(desk, scenario({"answer": "acknowledged", "after_s": 1}))
    await play(desk, 2)
    # His real call of this hour counts for the drill as it would for a call.
    assert (await told(desk, second))["calls"][0]["outcome"] == "not_allowed"
    assert await desk.states(real) == {"west_worker": "ringing"}
    assert (await told(desk, drill))["calls"][0]["state"] == "running"
    async with desk.town.database.acting(desk.town.system_id) as link:
        assert await value(link, "SELECT count(*) FROM event") == 0


async def test_no_channel_can_take_an_attempt_of_a_drill(desk: Desk) -> None:
    """Not by its claim, not by a page that opens, not by an answer; and the store refuses it."""
    await desk.open_page("west_worker")
    drill = await start(desk, scenario({"answer": "no_answer"}))
    await tick(desk)
    (call,) = (await told(desk, drill))["calls"]
    person, attempt = desk.town.people["west_worker"], await desk.attempt(call["id"], "west_worker")
    async with desk.town.database.acting(desk.town.system_id) as link:
        await link.execute("UPDATE call_attempt SET state = 'queued' WHERE id = %s", [attempt])
    assert await desk.dial(call["id"]) == [] and desk.channel.placed == []
    async with desk.town.database.acting(desk.town.system_id) as link:
        assert await dial.waiting(link, "page") == dial.Waiting({}, {})
        assert await view.rings(link, person_id=person, when=desk.when) == []
        assert await view.rings(link, attempt_ids=[attempt], when=desk.when) == []
        for answer in (answers.acknowledge, answers.rings):
            with pytest.raises(NotFound):
                await answer(link, attempt_id=attempt, person_id=person, when=desk.when)
    for change in (
        "UPDATE call_attempt SET owner = 'web:1' WHERE id = %s",
        "UPDATE call_attempt SET drill = false WHERE id = %s",
    ):
        with pytest.raises(psycopg.IntegrityError):
            async with desk.town.database.acting(desk.town.system_id) as link:
                await link.execute(change, [attempt])
    async with desk.town.database.acting(desk.town.system_id) as link:
        worker, _ = await actors.create_token(
            link, role="grid_worker", person_id=person, area="code-east"
        )
    async with desk.town.database.acting(worker.id) as link:
        found = await value(link, "SELECT count(*) FROM call_attempt")
    assert found == 0


async def test_stop_ends_its_calls_and_only_who_may_starts_and_stops(desk: Desk) -> None:
    clicks = [{"grid": "W-1"}, {"grid": "W-1", "after_s": 600}]
    drill = await start(desk, scenario({"answer": "no_answer"}, clicks=clicks))
    await desk.open_page("west_worker")
    real = await desk.click("grid", desk.town.grids["W-1"], "real")
    await desk.dial(real)
    await play(desk, 2)
    async with desk.town.database.acting(desk.town.system_id) as link:
        east, _ = await actors.create_token(link, role="duty_officer", area="code-east")
        clerk, _ = await actors.create_token(link, role="community_officer", area="code-west")
    with pytest.raises(NotAllowed):
        await start(desk, scenario(), clerk)
    async with desk.town.database.acting(east.id) as link:
        with pytest.raises(NotFound):
            await drills.seen(link, drill)
    async with desk.town.database.acting(desk.town.system_id) as link:
        for _ in range(2):
            await drills.stop(link, actor=desk.dispatcher, drill_id=drill, when=desk.when)
    over = await told(desk, drill)
    assert (over["stopped_by"], over["runs"], over["clicked"]) == (desk.dispatcher.name, False, 1)
    assert over["calls"][0]["outcome"] == "ended"
    assert (await desk.seen(real))["state"] == "running"
    assert (await told(desk, drill, clerk))["calls"][0]["id"] == over["calls"][0]["id"]
    desk.advance(620)
    await play(desk, 1)
    assert len((await told(desk, drill))["calls"]) == 1


async def test_the_dispatcher_acts_in_a_drill_as_ever(desk: Desk) -> None:
    """Escalate and add a person: both are answered by the scenario."""
    await desk.by_policy(OWNER, Step(Target.COMMUNITY_DUTY))
    drill = await start(desk, scenario({"answer": "no_answer"}))
    await tick(desk)
    (call,) = (await told(desk, drill))["calls"]
    await desk.escalate(call["id"], 0)
    await desk.add(call["id"], "west_chief")
    await desk.go_on(call["id"])  # as the API does
    assert await desk.states(call["id"]) == {
        "west_worker": "ringing", "west_chief": "ringing",
    }  # fmt: skip


async def test_what_is_gone_when_it_should_be_clicked_is_told(desk: Desk) -> None:
    clicks = [{"person": "east_worker", "after_s": 5}]
    async with desk.town.database.acting(desk.town.system_id) as link:
        system = await actors.system_actor(link)
    drill = await start(desk, scenario(clicks=clicks), system)
    async with desk.town.database.acting(system.id) as link:
        await link.execute("UPDATE person SET active = false WHERE code = 'east_worker'")
    await play(desk, 7)
    over = await told(desk, drill, system)
    assert (over["runs"], over["calls"]) == (False, [])
    assert over["missed"][0]["click"] == 0 and "person" in over["missed"][0]["why"]
