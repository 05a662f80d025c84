"""What people do wrong or at once with calls, through the routes; a page that goes in mid-ring."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from data import actors
from data.calls import timers
from data.calls.model import Moment, Step, Target
from tests.factories import value

OWNER, CHIEF = Step(Target.OWNER, ring_s=600), Step(Target.GRID_CHIEF, ring_s=600)
TABLES = ("call_session", "call_attempt", "call_event", "call_drill")


async def click(web: Any, key: str, **what: int) -> dict[str, Any]:
    body = {"request_key": key, **(what or {"grid_id": web.desk.town.grids["W-1"]})}
    status, answer = await web.ask("dora", "POST", "/api/calls", body)
    assert status == 200, answer
    return dict(answer["session"])


async def look(web: Any, session: int) -> tuple[dict[str, Any], list[str]]:
    _, answer = await web.ask("dora", "GET", f"/api/calls/{session}")
    return answer["session"], [line["action"] for line in answer["ledger"]]


async def test_two_dispatchers_end_and_escalate_at_once(web: Any) -> None:
    """Whoever is first: it is over, nobody rings, and each has an answer in words."""
    await web.desk.by_policy(OWNER, CHIEF)
    async with web.desk.town.database.acting(web.desk.town.system_id) as link:
        web.actors["dan"], _ = await actors.create_token(
            link, name="dan", role="duty_officer", area="code-west"
        )
    for person in ("west_worker", "west_chief"):
        await web.open_page(person)
    for round_ in range(6):
        session = (await click(web, f"k{round_}"))["id"]
        path = f"/api/calls/{session}"
        both = [
            web.ask("dora", "POST", f"{path}/end"),
            web.ask("dan", "POST", f"{path}/escalate", {"step": 0}),
            web.ask("dan", "POST", f"{path}/end"),
            web.ask("dora", "POST", f"{path}/escalate", {"step": 0}),
        ]
        done = await asyncio.gather(*(both if round_ % 2 else reversed(both)))
        for status, answer in done:
            assert status == 200 or (status == 422 and answer["error"]["message"]), answer
        card, ledger = await look(web, session)
        assert (card["state"], card["outcome"]) == ("cancelled", "ended")
        assert {one["state"] for one in card["attempts"]} == {"cancelled"}
        assert ledger.count("cancelled") == len(card["attempts"]) + 1
        assert ledger.count("escalated") <= 1


async def test_words_that_come_twice_too_late_or_from_somebody_else(web: Any) -> None:
    await web.desk.by_policy(OWNER)
    await web.open_page("west_worker")
    session = (await click(web, "one"))["id"]
    mine = {"attempt_id": await web.desk.attempt(session, "west_worker")}
    yes, no = "/api/duty/acknowledge", "/api/duty/decline"
    assert (await web.ask("chief", "POST", yes, mine))[0] == 404
    assert (await web.ask("chief", "POST", no, {**mine, "reason": "x"}))[0] == 404
    assert (await look(web, session))[0]["state"] == "running"
    for _ in range(2):
        status, said = await web.ask("worker", "POST", yes, mine)
        assert (status, said["said"]) == (200, "acknowledged")
    status, said = await web.ask("worker", "POST", no, {**mine, "reason": "x"})
    assert (status, said["said"]) == (200, "acknowledged")  # what he said first stands
    _, ledger = await look(web, session)
    assert ledger.count("acknowledged") == 1 and "declined" not in ledger

    session = (await click(web, "two"))["id"]
    late = {"attempt_id": await web.desk.attempt(session, "west_worker")}
    assert (await web.ask("dora", "POST", f"/api/calls/{session}/end"))[0] == 200
    status, said = await web.ask("worker", "POST", yes, late)
    assert (status, said["said"]) == (200, "ended")
    card, ledger = await look(web, session)
    assert card["state"] == "cancelled" and ledger[-1] == "late"  # he would have come
    for body in ({"attempt_id": 10**15}, {"attempt_id": 0}, {"attempt_id": "1; DROP"}, {}):
        status, said = await web.ask("worker", "POST", yes, body)
        assert status in (404, 422) and said["error"]["message"]


async def test_another_s_session_id(web: Any) -> None:
    """A dispatcher of the east, with an id of the west: on no route is there such a call."""
    await web.desk.by_policy(OWNER, CHIEF)
    phone = await web.open_page("west_worker")
    session = (await click(web, "one"))["id"]
    await phone.until("ring")  # from here on nothing happens by itself
    east = web.desk.town.people["east_worker"]
    routes: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("POST", "/end", None),
        ("POST", "/escalate", {"step": 0}),
        ("POST", "/add", {"person_id": east}),
        ("POST", "/note", {"text": "x"}),
    ]
    _, before = await look(web, session)
    for method, path, body in routes:
        for id_ in (session, 10**15):
            status, said = await web.ask("east", method, f"/api/calls/{id_}{path}", body)
            assert status == 404 and said["error"]["message"], (method, path)
    assert (await web.ask("east", "GET", "/api/calls"))[1]["sessions"] == []
    # Nor can the dispatcher of the west ring somebody whom he does not see.
    add = f"/api/calls/{session}/add"
    assert (await web.ask("dora", "POST", add, {"person_id": east}))[0] == 404
    assert (await look(web, session))[1] == before
    # The store itself says so, whatever a route asks.
    town = web.desk.town
    for actor in (None, web.actors["east"].id):
        async with town.database.acting(actor) as link:
            for table in TABLES:
                assert await value(link, f"SELECT count(*) FROM {table}") == 0, (actor, table)
            for change in ("state = 'cancelled'", "next_at = NULL"):
                moved = await link.execute(f"UPDATE call_session SET {change}".encode())
                assert moved.rowcount == 0


async def test_nobody_to_ring_is_said_in_words(web: Any) -> None:
    """No page, off duty, no longer here, a rule that finds nobody: an outcome, never silence."""
    town = web.desk.town
    worker = town.people["west_worker"]
    card = await click(web, "no page", person_id=worker)
    assert (card["outcome"], card["attempts"][0]["state"]) == ("unreachable", "offline")
    await web.desk.by_policy(Step(Target.NEAREST), Step(Target.COMMUNITY_DUTY))
    card = await click(web, "nobody near")
    assert (card["outcome"], card["attempts"]) == ("nobody_on_duty", [])
    _, ledger = await look(web, card["id"])
    assert ledger == ["started", "step", "step", "exhausted"]
    async with town.database.acting(town.system_id) as link:
        await link.execute("UPDATE shift SET ended_at = %s", [web.time.now()])
    assert (await click(web, "off duty", person_id=worker))["outcome"] == "nobody_on_duty"
    async with town.database.acting(town.system_id) as link:
        await link.execute("UPDATE person SET active = false WHERE id = %s", [worker])
    gone = {"request_key": "gone", "person_id": worker}
    assert (await web.ask("dora", "POST", "/api/calls", gone))[0] == 404


async def test_a_page_that_goes_in_mid_ring(web: Any) -> None:
    """Offline is known at once; what rang runs out in its time, and the next is rung."""
    chief = await web.open_page("west_chief")
    worker = await web.open_page("west_worker")
    await web.desk.by_policy(OWNER, CHIEF)
    session = (await click(web, "one"))["id"]
    ring = await worker.until("ring")
    await web.channel.receive(worker.key, {"type": "ringing", "attempt": ring["attempt"]})
    await web.channel.close(worker.key)
    assert (await click(web, "two", person_id=web.desk.town.people["west_worker"]))[
        "outcome"
    ] == "unreachable"
    assert (await look(web, session))[0]["attempts"][0]["state"] == "ringing"
    later = Moment(web.time.now(), datetime.now(UTC) + timedelta(seconds=600))
    town = web.desk.town
    async with town.database.acting(town.system_id) as link:
        # The chief's page beats meanwhile, as the minutes pass.
        await link.execute("UPDATE presence SET seen_at = %s", [later.real])
        assert await timers.advance_one_due(link, later) == session
    card, _ = await look(web, session)
    assert {one["person"]["name"]: one["state"] for one in card["attempts"]}[
        "west_worker"
    ] == "no_answer"
    assert (await chief.until("ring"))["session"] == session
