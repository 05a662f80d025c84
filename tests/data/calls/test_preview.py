"""A dry run tells what the engine would do, and does nothing."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from data import actors
from data.access import Actor
from data.calls import presence, preview, reasons, view
from data.calls.model import Crowd, Rules, Step, Subject, SubjectKind, Target
from data.errors import Invalid, NotAllowed, NotFound
from data.staff import contacts
from tests.calling import Desk
from tests.factories import value

OWNER, NEAREST, CHIEF = Step(Target.OWNER), Step(Target.NEAREST), Step(Target.GRID_CHIEF)
TABLES = ("call_session", "call_attempt", "call_event", "audit")


async def dry(
    desk: Desk, kind: str, id_: int | None, *, actor: Actor | None = None, **more: Any
) -> dict[str, Any]:
    """The preview as its plain values."""
    who = actor or desk.dispatcher
    given = {name: more.pop(name) for name in ("urgent", "by") if name in more}
    async with desk.town.database.acting(who.id) as link:
        found = await preview.preview(
            link,
            actor=who,
            system_id=desk.town.system_id,
            subject=Subject(SubjectKind(kind), id_, **more),
            when=desk.when,
            **given,
        )
        assert await value(link, "SELECT current_setting('wangge.actor')") == str(who.id)
    return found.as_json()


async def called(desk: Desk, session: int) -> list[dict[str, Any]]:
    """What the engine wrote of each step: whom with which figures, and who was left out why."""
    async with desk.town.database.acting(desk.town.system_id) as link:
        cursor = await link.execute(
            "SELECT step, who FROM call_attempt WHERE session_id = %s ORDER BY id", [session]
        )
        legs = await cursor.fetchall()
        lines = await view.lines(link, session)
    steps: list[dict[str, Any]] = []
    for line in lines:
        if line["action"] == "step":
            n = len(steps)
            steps.append({"target": line["detail"]["target"], "skipped": []})
            steps[-1]["people"] = [who for step, who in legs if step == n]
        elif line["action"] == "skipped":
            steps[-1]["skipped"].append((line["detail"]["person"], line["detail"]["why"]))
    return steps


def foretold(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The same of a dry run."""
    return [
        {
            "target": step["target"],
            "people": [one["why"] for one in step["people"]],
            "skipped": [(one["person"]["id"], one["why"]) for one in step["skipped"]],
        }
        for step in found["steps"]
    ]


async def rows(desk: Desk) -> list[int]:
    async with desk.town.database.acting(desk.town.system_id) as link:
        return [await value(link, f"SELECT count(*) FROM {table}") for table in TABLES]


async def test_a_dry_run_is_what_the_call_then_does(desk: Desk) -> None:
    """By default five steps. All that the engine finds, in its order, with its figures and who is
    left out; and nothing is written, nobody rung, nothing told."""
    await desk.by_policy()
    grid = desk.town.grids["W-1"]
    for n, person in enumerate(desk.town.people):
        await desk.stand(person, 112.906 + n * 0.002, age_s=5 + n)
    async with desk.town.database.acting(desk.town.system_id) as link:
        await link.execute(
            "UPDATE shift SET ended_at = %s WHERE person_id = %s",
            [desk.when.site, desk.town.people["west_chief"]],
        )
        await link.execute(
            "INSERT INTO post (person_id, role, area_id) VALUES (%s, 'duty', %s)",
            [desk.town.people["east_chief"], desk.town.areas["root"]],
        )
    before = await rows(desk)
    async with desk.town.database.listening("wangge_call") as ears:
        found = await dry(desk, "grid", grid)
        assert [note async for note in ears.notifies(timeout=0)] == []
    assert await rows(desk) == before
    session = await desk.click("grid", grid)  # nobody has a page: all steps at this moment
    assert foretold(found) == await called(desk, session)
    assert found["outcome"] == (await desk.seen(session))["outcome"] == "unreachable"
    owner, near, chief, community, above = found["steps"]
    assert [one["person"]["name"] for one in owner["people"]] == ["west_worker"]
    assert {one["why"] for one in chief["skipped"]} == {"off_duty"}
    assert {one["why"] for one in near["skipped"]} >= {"called"}
    assert (community["found"], above["found"]) == (0, 0) and above["skipped"]
    # Now that it rang once, he stands as many metres farther away.
    await desk.open_page("west_worker")
    await desk.dial(await desk.click("grid", grid, "again"))
    again = await dry(desk, "grid", grid)
    assert [one["why"]["calls_today"] for one in again["steps"][0]["people"]] == [1]


async def test_what_reaches_each_of_them_is_said(desk: Desk) -> None:
    """An open page; since when one is closed, or its process gone; whether a contact is good."""
    await desk.by_policy(Step(Target.NEAREST, k=4))
    await desk.open_page("west_chief", "west_worker", "east_worker")
    async with desk.town.database.acting(desk.town.system_id) as link:
        await presence.closed(link, process="web", keys=["west_worker"])
        system = await actors.system_actor(link)
        contact = contacts.Contact(desk.town.people["east_worker"], "phone")
        await contacts.verify(link, system, contact, how=contacts.How.DESK, at=desk.when.site)
    desk.advance(7 * 60)
    for n, name in enumerate(desk.town.people):
        await desk.stand(name, 112.906 + n * 0.001)
    await desk.open_page("west_chief")
    async with desk.town.database.acting(desk.town.system_id) as link:
        await presence.sweep(link, desk.when.real)
    (step,) = (await dry(desk, "grid", desk.town.grids["W-1"]))["steps"]
    said = {
        one["person"]["name"]: ", ".join(map(str, reasons.reach(one["why"])))
        for one in step["people"]
    }
    assert said == {
        "west_chief": "page open",
        "west_worker": "page closed for 7 min, no verified contact",
        "east_worker": "page closed for 7 min, no line is set up for the verified contact",
        "east_chief": "page not open, no verified contact",
    }
    assert reasons.reach({"reachable": False}) != (), "an attempt from before it was kept"
    later = {"page_open": False, "verified": False}
    for minutes, word in ((1, "just now"), (119, "119 min"), (120, "2 h"), (3000, "2 days")):
        assert str(reasons.reach({**later, "page_left_min": minutes})[0]).endswith(word)


async def test_who_can_be_reached_says_when_the_next_step_comes(desk: Desk) -> None:
    await desk.by_policy(OWNER, CHIEF, Step(Target.NEAREST, ring_s=40))
    await desk.open_page("west_chief")
    found = await dry(desk, "grid", desk.town.grids["W-1"])
    assert [step["after_s"] for step in found["steps"]] == [0, 0, 25]  # nobody to wait for first
    assert [step["reachable"] for step in found["steps"]] == [0, 1, 0]
    assert found["outcome"] is None and found["policy"]["code"] == "all"


async def test_what_stands_empty_when_they_go(desk: Desk) -> None:
    """A grid of the wall's kind on which nobody else with a post is on duty; not the one to which
    he goes."""
    town = desk.town
    await desk.by_policy(NEAREST)
    for person, lon in (("west_worker", 112.9095), ("east_worker", 112.9105)):
        await desk.stand(person, lon)
    west, east = town.grids["W-1"], town.grids["E-1"]
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "UPDATE post SET valid_to = valid_from WHERE person_id = ANY (%s)",
            [[town.people["east_chief"], town.people["west_chief"]]],
        )
    (step,) = (await dry(desk, "grid", west))["steps"]
    gone = {one["person"]["name"]: one["uncovers"] for one in step["people"]}
    assert gone == {"west_worker": [], "east_worker": [{"id": east, "name": "E-1"}]}
    assert step["empty"] == 1
    async with town.database.acting(town.system_id) as link:  # two who would both go
        await link.execute(
            "INSERT INTO post (person_id, role, grid_id, area_id) VALUES (%s, 'stand_in', %s, %s)",
            [town.people["west_worker"], east, town.areas["east"]],
        )
    (step,) = (await dry(desk, "grid", west))["steps"]
    assert [one["uncovers"] for one in step["people"]] == [[], []] and step["empty"] == 1
    async with town.database.acting(town.system_id) as link:  # another kind is not what is coloured
        await link.execute("INSERT INTO grid_kind VALUES ('zone', 2, '片', 'Zone', true)")
        await link.execute("UPDATE site SET load_kind = 'zone'")
    (step,) = (await dry(desk, "grid", west))["steps"]
    assert step["empty"] == 0


async def test_rules_of_a_policy_that_is_only_tried(desk: Desk) -> None:
    """Quiet hours leave everybody out, unless it is urgent; the site's own policy stays."""
    grid = desk.town.grids["W-1"]
    await desk.open_page(*desk.town.people)
    quiet = Rules("draft", "稿", "Draft", need=2, quiet=(time(11), time(13)))
    found = await dry(desk, "grid", grid, by=((OWNER,), quiet))
    (step,) = found["steps"]
    assert (found["policy"]["code"], found["need"]) == ("draft", 2)
    assert [one["why"] for one in step["skipped"]] == ["quiet_hours"] and not step["people"]
    assert found["outcome"] == "not_allowed"
    urgent = await dry(desk, "grid", grid, by=((OWNER,), quiet), urgent=True)
    assert urgent["urgent"] and urgent["steps"][0]["reachable"] == 1
    assert (await dry(desk, "grid", grid))["policy"]["code"] == "all"


async def test_a_group_is_counted_and_its_first_are_shown(desk: Desk) -> None:
    town = desk.town
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "WITH p AS (INSERT INTO person (code, name, area_id)"
            " SELECT 'm' || n, 'm' || n, %(area)s FROM generate_series(1, 300) n"
            " RETURNING id, area_id)"
            " INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
            " SELECT id, area_id, %(at)s, %(at)s::timestamptz + interval '8 h', %(at)s FROM p",
            {"area": town.areas["west"], "at": desk.when.site},
        )
        await link.execute(
            "UPDATE person SET team = '巡查' WHERE name = ANY (%s)", [["m1", "west_worker", "m2"]]
        )
    (step,) = (await dry(desk, "area", town.areas["west"], crowd=Crowd()))["steps"]
    assert (step["found"], step["reachable"], len(step["people"])) == (302, 0, 60)
    assert step["empty"] == 1  # both of W-1 are called
    (step,) = (await dry(desk, "area", town.areas["west"], crowd=Crowd(("grid_chief",))))["steps"]
    assert step["found"] == 1
    team = await dry(desk, "area", town.areas["west"], crowd=Crowd((), "巡查"))
    assert team["steps"][0]["found"] == 3
    assert team["groups"] == {  # what else could be chosen there, whatever is chosen
        "posts": {"grid_chief": 1, "grid_worker": 1},
        "teams": {"巡查": 3},
    }
    assert (await dry(desk, "grid", town.grids["W-1"]))["groups"] is None


async def test_it_asks_what_a_call_asks(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await dry(desk, "grid", desk.town.grids["E-1"])  # another community's
    with pytest.raises(Invalid, match="does not cross itself"):
        await dry(desk, "ground", None, ring=((0.0, 0.0), (1.0, 1.0)), crowd=Crowd())
    async with desk.town.database.acting(desk.town.system_id) as link:
        kiosk, _ = await actors.create_token(link, role="kiosk", area="code-west")
    with pytest.raises(NotAllowed):
        await dry(desk, "grid", desk.town.grids["W-1"], actor=kiosk)
