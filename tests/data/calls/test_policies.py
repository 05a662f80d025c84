"""Which policy a click gets, and which policies are refused."""

from __future__ import annotations

from typing import Any

import pytest

from data import actors
from data.access import Actor
from data.calls import policies
from data.calls.model import Crowd, Rules, Step, Subject, SubjectKind, Target
from data.calls.policies import Fit, Policy
from data.calls.policy import DEFAULT_STEPS
from data.calls.policy_check import check
from data.database import Connection
from data.errors import Invalid, NotAllowed, NotFound
from tests.calling import Desk
from tests.factories import NOON

OWNER, CHIEF = Step(Target.OWNER), Step(Target.GRID_CHIEF)


def policy(code: str, *steps: Step, **fit: Any) -> Policy:
    return Policy(Rules(code=code, name_zh=code, name_en=code), steps or (OWNER,), Fit(**fit))


async def _event(link: Connection, desk: Desk, type_: str, detail: str = "{}") -> Subject:
    cursor = await link.execute(
        "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, opened_at, detail)"
        " SELECT 1, %s || %s, y.id, %s, ARRAY[%s::integer], %s, %s FROM event_type y"
        " WHERE y.code = %s RETURNING id",
        [type_, detail, desk.town.areas["west"], desk.town.grids["W-1"], NOON, detail, type_],
    )
    row = await cursor.fetchone()
    assert row is not None
    return Subject(SubjectKind.EVENT, row[0])


async def test_the_closest_fit(desk: Desk) -> None:
    """Event type before severity before grid kind; without any, the product's own."""
    async with desk.town.database.acting(desk.town.system_id) as link:
        system = await actors.system_actor(link)
        await policies.remove(link, system, "all")
        for code, urgent in (("fire", True), ("noise", False)):
            await link.execute(
                "INSERT INTO event_type (code, name_zh, name_en, urgent) VALUES (%s, %s, %s, %s)",
                [code, code, code, urgent],
            )
        fire, noise = await _event(link, desk, "fire"), await _event(link, desk, "noise")
        storm = await _event(link, desk, "noise", '{"severity": "Severe"}')
        grid = Subject(SubjectKind.GRID, desk.town.grids["W-1"])
        steps, rules = await policies.for_subject(link, grid)
        assert (steps, rules.code, rules.ack_timeout_s) == (DEFAULT_STEPS, "default", 600)

        async def chosen(subject: Subject) -> tuple[str, bool]:
            _, rules = await policies.for_subject(link, subject)
            return rules.code, rules.urgent

        assert await chosen(fire) == ("default", True)
        for one in (
            policy("by_kind", grid_kind="service"),
            policy("by_severity", severity="urgent"),
            policy("by_type", event_type="fire"),
            policy("by_both", event_type="fire", severity="ordinary"),
        ):
            await policies.write(link, system, one)
        assert await chosen(grid) == ("by_kind", False)
        assert await chosen(noise) == ("by_kind", False)
        assert await chosen(storm) == ("by_severity", True)
        assert await chosen(fire) == ("by_type", True)
        off = policy("by_type", event_type="fire")
        await policies.write(link, system, Policy(off.rules, off.steps, off.fit, active=False))
        assert await chosen(fire) == ("by_severity", True)
        # A person and a group go by rules of their own.
        assert (await chosen(Subject(SubjectKind.PERSON, 1)))[0] == "person"
        assert (await chosen(Subject(SubjectKind.GRID, 1, crowd=Crowd())))[0] == "group"


async def test_written_and_read_again(desk: Desk) -> None:
    async with desk.town.database.acting(desk.town.system_id) as link:
        system = await actors.system_actor(link)
        one = Policy(
            Rules("a", "甲", "A", need=2, ack_timeout_s=60, most_per_hour=4),
            (OWNER, Step(Target.NEAREST, ("page",), 40, 5), CHIEF),
            Fit(grid_kind="service", severity="urgent"),
        )
        await policies.write(link, system, one)
        assert one in await policies.read_all(link)
        less = Policy(one.rules, (CHIEF,), one.fit)
        await policies.write(link, system, less)
        assert [p for p in await policies.read_all(link) if p.rules.code == "a"] == [less]
        await policies.remove(link, system, "a")
        with pytest.raises(NotFound):
            await policies.remove(link, system, "a")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Policy(Rules(code="x"), ()), "no step; add one"),
        (policy("x", OWNER, CHIEF, OWNER), "step 3.*go round"),
        (policy("x", *(Step(Target.NEAREST, k=k) for k in range(1, 12))), "at most 10 steps"),
        (policy("x", Step(Target.OWNER, ring_s=0)), "step 1.*between 5 and 600 seconds"),
        (policy("x", Step(Target.OWNER, ("pigeon",))), "step 1.*use page"),
        (policy("x", Step(Target.OWNER, ())), "step 1.*use page"),
        (policy("x", Step(Target.PERSON)), "click on a person"),
        (policy("group"), "the product's own"),
    ],
)
async def test_what_the_engine_cannot_carry_out(wrong: Policy, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        check(wrong)


async def test_only_administrators_write_and_codes_must_exist(desk: Desk) -> None:
    dora: Actor = desk.dispatcher
    async with desk.town.database.acting(dora.id) as link:
        for work in (policies.write(link, dora, policy("a")), policies.remove(link, dora, "all")):
            with pytest.raises(NotAllowed):
                await work
    async with desk.town.database.acting(desk.town.system_id) as link:
        system = await actors.system_actor(link)
        for fit in ({"grid_kind": "moon"}, {"event_type": "moon"}):
            with pytest.raises(NotFound, match="moon"):
                await policies.write(link, system, policy("a", **fit))
