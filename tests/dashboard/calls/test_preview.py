"""The dry run's route, and the reasons in words on what the API answers."""

from __future__ import annotations

import asyncio
from typing import Any

from data.calls.model import Step, Target


async def test_a_dry_run_says_in_words_what_the_call_then_says(web: Any) -> None:
    """On duty, how old his position is, how far, called today, open events, in both languages."""
    desk = web.desk
    await desk.by_policy(Step(Target.NEAREST, ring_s=600), Step(Target.GRID_CHIEF))
    await desk.stand("west_worker", 112.9085, age_s=12)
    await desk.stand("west_chief", 112.90501, age_s=40)
    await web.open_page("west_worker")
    body = {"grid_id": desk.town.grids["W-1"]}
    status, found = await web.ask("dora", "POST", "/api/calls/preview", body)
    assert status == 200
    near, chief = found["preview"]["steps"]
    said = {one["person"]["name"]: one["words"] for one in near["people"]}
    assert said["west_worker"] == {
        "zh": "在岗，位置 12 秒前，317 米，今日未呼，无在办，值班页已打开",
        "en": "on duty, position 12 s ago, 317 m, not called today, no open event, page open",
    }
    reach = {one["person"]["name"]: one["reach"]["en"] for one in near["people"]}
    assert reach["west_worker"] == "page open"
    assert reach["west_chief"] == "page not open, no verified contact"
    assert [one["words"]["zh"] for one in chief["skipped"]] == ["前面的步骤已呼此人"]
    status, started = await web.ask("dora", "POST", "/api/calls", {**body, "request_key": "k"})
    legs = {one["person"]["name"]: one["words"] for one in started["session"]["attempts"]}
    assert legs == said
    _, again = await web.ask("dora", "POST", "/api/calls/preview", body)
    (worker,) = [p for p in again["preview"]["steps"][0]["people"]
                 if p["person"]["name"] == "west_worker"]  # fmt: skip
    assert "今日已呼 1 次" in worker["words"]["zh"] and "合计折算 467 米" in worker["words"]["zh"]
    _, cards = await web.ask("dora", "GET", "/api/calls")
    assert len(cards["sessions"]) == 1  # a dry run is no call


async def test_above_five_people_the_click_is_confirmed_with_its_own_key(web: Any) -> None:
    """The dry run says it before; the refusal says it in words and numbers; a double click that
    asks, and one that confirms, are one call."""
    desk = web.desk
    await desk.by_policy(Step(Target.NEAREST, k=20, ring_s=600))
    await desk.workers(6)
    body = {"grid_id": desk.town.grids["W-1"]}
    _, found = await web.ask("dora", "POST", "/api/calls/preview", body)
    assert found["preview"]["asks"] == {"first": 6, "most": 6, "confirm": True}
    click = {**body, "request_key": "k"}
    for status, said in await asyncio.gather(
        *(web.ask("dora", "POST", "/api/calls", click) for _ in range(2))
    ):
        assert (status, said["error"]["code"]) == (409, "needs_confirmation")
        assert (said["error"]["people"], said["error"]["first"]) == (6, 6)
        assert said["error"]["message"] == "将同时呼叫 6 人，请确认后再呼叫。"
    assert (await web.ask("dora", "GET", "/api/calls"))[1]["sessions"] == []
    both = await asyncio.gather(
        *(web.ask("dora", "POST", "/api/calls", {**click, "confirmed": True}) for _ in range(2))
    )
    assert {status for status, _ in both} == {200}
    assert len({answer["session"]["id"] for _, answer in both}) == 1
    _, again = await web.ask("dora", "POST", "/api/calls", click)
    assert again["session"]["counts"]["called"] == 6


async def test_who_may_not_call_may_not_try(web: Any) -> None:
    grid = {"grid_id": web.desk.town.grids["W-1"]}
    for who, status in (("wall", 403), ("worker", 403), ("intake", 403), ("east", 404)):
        assert (await web.ask(who, "POST", "/api/calls/preview", grid))[0] == status
    status, said = await web.ask("dora", "POST", "/api/calls/preview", {**grid, "request_key": "k"})
    assert status == 422 and "request_key" in said["error"]["message"]
