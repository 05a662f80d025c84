"""A file of policies: in as a whole or not at all, out in the form that goes in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from data import actors
from data.calls import policies, policy_file
from data.calls.policy_check import Policy
from data.errors import NotAllowed
from tests.calling import Desk

NIGHT: dict[str, Any] = {
    "code": "夜间",
    "name_zh": "夜间",
    "name_en": "Night",
    "grid_kind": "service",
    "need": 2,
    "ack_timeout_s": 120,
    "quiet": ["22:00", "06:30"],
    "most_per_hour": 3,
    "active": False,
    "steps": [{"target": "owner"}, {"target": "nearest", "ring_s": 40, "k": 5}],
}


async def take(desk: Desk, said: Any) -> list[Policy]:
    async with desk.town.database.acting(desk.town.system_id) as link:
        return await policy_file.take(link, await actors.system_actor(link), said)


async def stored(desk: Desk) -> list[Policy]:
    async with desk.town.database.acting(desk.town.system_id) as link:
        return await policies.read_all(link)


async def test_out_and_in_again(desk: Desk) -> None:
    """What goes out is what came in; one of the same code is replaced, others stay."""
    (night,) = await take(desk, {"policies": [NIGHT]})
    before = await stored(desk)
    assert night in before and len(before) == 2
    text = json.dumps({"policies": [policy_file.as_json(one) for one in before]})
    for one in before:
        await _remove(desk, one.rules.code)
    assert await take(desk, json.loads(text)) == before == await stored(desk)
    await take(desk, {"policies": [{**NIGHT, "steps": [{"target": "grid_chief"}]}]})
    assert [len(one.steps) for one in await stored(desk)] == [1, 1]


async def _remove(desk: Desk, code: str) -> None:
    async with desk.town.database.acting(desk.town.system_id) as link:
        await policies.remove(link, await actors.system_actor(link), code)


async def test_every_fault_is_named_and_nothing_half_written(desk: Desk) -> None:
    before = await stored(desk)
    wrong = [
        NIGHT,
        {**NIGHT, "code": "b", "grid_kind": "moon"},
        {**NIGHT, "code": "c", "steps": []},
        {**NIGHT, "code": "d", "steps": [{"target": "owner"}, {"target": "owner", "ring_s": 1}]},
        {**NIGHT, "code": "e", "need": "two", "quiet": ["22:00"], "moon": 1},
        {**NIGHT},
        "no policy",
    ]
    with pytest.raises(policy_file.WrongFile) as refused:
        await take(desk, {"policies": wrong})
    said = [str(one) for one in refused.value.found]
    for words in (
        'policy b: There is no grid kind "moon" here',
        "policy c: it has no step; add one",
        "policy d, step 2: ring between 5 and 600 seconds",
        "policy d, step 2: an earlier step rings the same people",
        "policy e: a whole number is needed",
        "policy e: give two times of day",
        "policy e: moon is not known here",
        "policy 夜间: it stands 2 times in the file",
        "policy 7: give a JSON object",
    ):
        assert [one for one in said if one.startswith(words)], (words, said)
    assert await stored(desk) == before


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"code": "a b"}, "code"),
        ({"code": 7}, "code"),
        ({"code": "group"}, "code"),
        ({"name_zh": "x" * 101}, "name_zh"),
        ({"name_en": "a\0"}, "name_en"),
        ({"need": 101}, "need"),
        ({"need": None}, "need"),
        ({"need": True}, "need"),
        ({"ack_timeout_s": 9}, "ack_timeout_s"),
        ({"most_per_hour": 0}, "most_per_hour"),
        ({"most_per_hour": 10**30}, "most_per_hour"),
        ({"quiet": ["25:00", "06:00"]}, "quiet"),
        ({"quiet": ["22:00+08:00", "06:00"]}, "quiet"),
        ({"quiet": "22:00"}, "quiet"),
        ({"severity": "terrible"}, "severity"),
        ({"active": 1}, "active"),
        ({"steps": {}}, "steps"),
        ({"steps": [7]}, "steps.0.target"),
        ({"steps": [{"target": "moon"}]}, "steps.0.target"),
        ({"steps": [{"target": ["owner"]}]}, "steps.0.target"),
        ({"steps": [{"target": "crowd"}]}, "steps.0.target"),
        ({"steps": [{"target": "owner", "ring_s": 601}]}, "steps.0.ring_s"),
        ({"steps": [{"target": "owner", "ring_s": 2.5}]}, "steps.0.ring_s"),
        ({"steps": [{"target": "nearest", "k": 21}]}, "steps.0.k"),
        ({"steps": [{"target": "owner", "channels": []}]}, "steps.0.channels"),
        ({"steps": [{"target": "owner", "channels": [1]}]}, "steps.0.channels"),
        ({"steps": [{"target": "owner", "volume": 3}]}, "steps.0.volume"),
    ],
)
def test_each_fault_says_at_which_control(change: dict[str, Any], where: str) -> None:
    _, wrong = policy_file.read({**NIGHT, **change})
    assert [one.where for one in wrong] == [where]
    assert policy_file.read(NIGHT)[1] == []


async def test_what_is_no_file_and_who_may_not(desk: Desk) -> None:
    for said in ([], {}, {"policies": []}, {"policies": [NIGHT] * 501}, "x"):
        with pytest.raises(policy_file.WrongFile, match="with 1 to 500 of them"):
            await take(desk, said)
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        with pytest.raises(NotAllowed):
            await policy_file.take(link, desk.dispatcher, {"policies": [NIGHT]})
