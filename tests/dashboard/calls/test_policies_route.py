"""The routes of call policies: what is wrong stands at its control, a draft can be tried."""

from __future__ import annotations

from typing import Any

from data import actors

STEPS = [{"target": "owner", "channels": ["page"], "ring_s": 30, "k": 3}]
NIGHT = {"code": "night", "name_zh": "夜间", "name_en": "Night", "steps": STEPS}


async def test_policies_are_written_tried_taken_and_removed(web: Any) -> None:
    async with web.desk.town.database.acting(web.desk.town.system_id) as link:
        web.actors["admin"], _ = await actors.create_token(link, role="administrator")

    async def ask(method: str, path: str, body: Any = None) -> Any:
        return await web.ask("admin", method, f"/api/policies{path}", body)

    for method, path in (("GET", ""), ("PUT", "/night"), ("DELETE", "/all"), ("POST", "/import")):
        assert (await web.ask("dora", method, f"/api/policies{path}", NIGHT))[0] == 403
    wrong = {**NIGHT, "need": 101, "steps": [*STEPS, {**STEPS[0], "ring_s": 1}]}
    status, said = await ask("PUT", "/night", wrong)
    assert status == 422
    assert [one["where"] for one in said["faults"]] == ["need", "steps.1.ring_s", "steps.1.target"]
    assert said["faults"][1]["message"] == "呼叫策略 night 第 2 步：振铃时间请在 5 到 600 秒之间。"
    assert said["error"]["message"] == said["faults"][0]["message"]
    assert (await ask("PUT", "/day", NIGHT))[0] == 422
    # A draft is tried without being stored; the real policy rings everybody of the grid.
    clicked = {"grid_id": web.desk.town.grids["W-1"]}
    status, tried = await ask("POST", "/preview", {"policy": NIGHT, "clicked": clicked})
    assert status == 200 and tried["preview"]["policy"]["code"] == "night"
    assert [one["person"]["name"] for one in tried["preview"]["steps"][0]["people"]] == [
        "west_worker"
    ]
    assert (await ask("POST", "/preview", {"policy": wrong, "clicked": clicked}))[0] == 422
    _, before = await ask("GET", "")
    assert [one["code"] for one in before["policies"]] == ["all"]
    assert [step["target"] for step in before["default"]["steps"]][:2] == ["owner", "nearest"]
    assert before["grid_kinds"] == [
        {"code": "service", "name_zh": "服务网格", "name_en": "Service grid"}
    ]
    assert (await ask("DELETE", "/all"))[0] == 200
    assert (await ask("PUT", "/night", NIGHT))[0] == 200
    _, file = await ask("GET", "/export")
    assert [one["code"] for one in file["policies"]] == ["night"]
    assert (await ask("DELETE", "/night"))[0] == 200
    assert (await ask("DELETE", "/night"))[0] == 404
    status, said = await ask("POST", "/import", {"policies": [NIGHT, {**NIGHT, "code": "x y"}]})
    assert status == 422 and "x y" in said["faults"][0]["message"]
    assert (await ask("POST", "/import", file))[1] == {"taken": ["night"]}
    assert (await ask("GET", "/export"))[1] == file
