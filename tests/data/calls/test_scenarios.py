"""Scenario files: every fault is named at its field, and those of the product play anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.calls.drills.binding import bind
from data.calls.drills.scenario import Called, Line, Reply, Scenario
from data.calls.drills.scenario_file import faults
from data.calls.drills.shipped import shipped
from data.calls.policy_file import WrongFile
from tests.calling import Desk
from tests.drilling import scenario, start, tick, told

CLICK, ANSWER = {"grid": "any"}, {"answer": "busy"}
WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"code": "a b", "name_en": " ", "colour": 1}, ["colour", "code", "name_en"]),
    ({"seed": 1.5, "held_s": 0}, ["seed", "held_s"]),
    ({"seed": True, "clicks": [], "answers": {}}, ["seed", "clicks", "answers"]),
    ({"clicks": [{}, {"grid": "any", "person": "any"}, 3]}, ["clicks.0", "clicks.1", "clicks.2"]),
    ({"clicks": [{**CLICK, "after_s": -1, "times": 0}]}, ["clicks.0.after_s", "clicks.0.times"]),
    ({"clicks": [{"grid": "W-1", "times": 2}]}, ["clicks.0.times"]),
    ({"clicks": [{**CLICK, "times": 150}] * 2}, ["clicks"]),
    ({"clicks": [{**CLICK, "every_s": "5", "urgent": 1}]}, ["clicks.0.every_s", "clicks.0.urgent"]),
    ({"clicks": [{"person": "any", "event_type": "x"}]}, ["clicks.0.event_type"]),
    ({"clicks": [{"person": "any", "roles": ["x"]}]}, ["clicks.0.roles"]),
    ({"clicks": [{"area": "any", "roles": [""], "team": 7}]}, ["clicks.0.team", "clicks.0.roles"]),
    ({"clicks": [{"grid": 7, "wait": 1}]}, ["clicks.0.wait", "clicks.0.grid"]),
    ({"answers": [{"answer": "maybe"}, {}]}, ["answers.0.answer", "answers.1.answer"]),
    ({"answers": [{**ANSWER, "share": 1.1, "rank": 0}]}, ["answers.0.rank", "answers.0.share"]),
    ({"answers": [{**ANSWER, "after_s": [9, 3]}]}, ["answers.0.after_s"]),
    ({"answers": [{**ANSWER, "after_s": [1, 2, 3]}]}, ["answers.0.after_s"]),
    ({"answers": [{"answer": "off_duty", "rank": 1}]}, ["answers.0.rank"]),
    ({"answers": [{**ANSWER, "comes": "no", "role": 5}]}, ["answers.0.role", "answers.0.comes"]),
]


@pytest.mark.parametrize(("change", "where"), WRONG)
def test_each_fault_is_named_at_its_field(change: dict[str, Any], where: list[str]) -> None:
    assert [one.where for one in faults({**scenario(), **change})] == where
    assert all(str(one).endswith(".") for one in faults({**scenario(), **change}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(sorted({*scenario(), "seed", "held_s"})), JSON), JSON, JSON)
def test_no_json_breaks_the_reader(said: Any, click: Any, answer: Any) -> None:
    for whole in (click, said, {**said, "clicks": [click], "answers": [answer]}):
        assert all(one.where is not None for one in faults(whole))


async def test_what_the_site_does_not_have_is_named_all_at_once(desk: Desk) -> None:
    said = scenario(
        {"answer": "busy", "person": "nobody"},
        clicks=[{"grid": "X-9"}, {"grid": "E-1"}, {"grid": "any", "event_type": "moon"}],
    )
    with pytest.raises(WrongFile) as wrong:
        await start(desk, said)  # E-1 lies beyond the area of the dispatcher in the west
    assert [one.where for one in wrong.value.found] == [
        "clicks.0", "clicks.1", "clicks.2", "answers.0",
    ]  # fmt: skip
    assert 'There is no grid "X-9" here' in str(wrong.value)


async def test_the_scenarios_of_the_product_play_to_their_end_anywhere(desk: Desk) -> None:
    """On a town of two grids, by the product's own steps, all at the same time."""
    await desk.by_policy()
    outcomes = {}
    drills = {code: await start(desk, said) for code, said in shipped().items()}
    for _ in range(40):
        desk.advance(4)
        await tick(desk)
    desk.advance(800)  # also a confirmation that nobody follows
    await tick(desk)
    for _ in range(10):
        desk.advance(10)
        await tick(desk)
    for code, drill in drills.items():
        over = await told(desk, drill)
        assert not over["runs"] and over["missed"] == []
        assert len(over["calls"]) == over["clicks"]
        outcomes[code] = {call["outcome"] for call in over["calls"]}
    assert outcomes["nobody_on_duty"] == {"nobody_on_duty"}
    assert outcomes["fire_at_night"] == {"acknowledged"}
    assert len(outcomes["flood"]) > 1


async def test_what_is_stored_is_read_as_it_was(desk: Desk) -> None:
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        for said in shipped().values():
            bound = await bind(link, said, desk.when.site)
            assert Scenario.from_json(bound.as_json()) == bound


def test_a_share_is_a_share_and_the_first_line_that_fits_decides() -> None:
    lines = (
        Line(Reply.BUSY, role="grid_worker", share=0.25),
        Line(Reply.DECLINED, rank=2),
        Line(Reply.ACKNOWLEDGED, after_s=(2, 6)),
    )
    played = Scenario("s", "s", "s", (), lines, seed=9)
    busy = [played.answer(Called(0, 0, n, "grid_worker", 1)) for n in range(1000)]
    assert 200 < sum(one.reply is Reply.BUSY for one in busy) < 300
    others = [one for one in busy if one.reply is not Reply.BUSY]
    assert {one.reply for one in others} == {Reply.ACKNOWLEDGED}
    assert min(one.after_s for one in others) < 2.3 and max(one.after_s for one in others) > 5.7
    assert played.answer(Called(0, 0, 1, "grid_chief", 2)).reply is Reply.DECLINED
