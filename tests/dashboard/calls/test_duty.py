"""The phone page's own data: me, my shift, my ground."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.factories import NOON, value


async def test_who_am_i(web: Any) -> None:
    status, me = await web.ask("chief", "GET", "/api/duty/me")
    assert status == 200
    assert me["person"]["name"] == "west_chief" and me["person"]["post"] == "grid_chief"
    assert me["grid"]["name"] == "W-1" and me["grid"]["box"] == [112.90, 35.60, 112.91, 35.61]
    assert me["shift"]["started_at"] < NOON.timestamp() * 1000 == me["now"]
    assert me["position"] is None and me["rings"] == [] and me["events"] == []


async def shifts(web: Any, person: str) -> int:
    town = web.desk.town
    async with town.database.acting(town.system_id) as link:
        sql = "SELECT count(*) FROM shift WHERE person_id = %s"
        return int(await value(link, sql, [town.people[person]]))


async def test_off_and_on_again(web: Any) -> None:
    path = "/api/duty/shift"
    assert (await web.ask("chief", "POST", path, {"on": True}))[1]["shift"]  # already on
    assert await shifts(web, "west_chief") == 1
    web.time.advance(minutes=1)
    for _ in range(2):
        _, me = await web.ask("chief", "POST", path, {"on": False})
        assert me["shift"] is None
    planned_end = NOON.timestamp() * 1000 + 6 * 3600_000
    web.time.advance(minutes=1)
    both = await asyncio.gather(*(web.ask("chief", "POST", path, {"on": True}) for _ in range(3)))
    assert {me["shift"]["planned_end"] for _, me in both} == {planned_end}
    assert await shifts(web, "west_chief") == 2
    web.time.advance(hours=7)
    _, me = await web.ask("chief", "GET", "/api/duty/me")
    assert me["shift"] is None


async def test_a_rostered_shift_begins_when_he_comes(web: Any) -> None:
    town = web.desk.town
    async with town.database.acting(town.system_id) as link:
        await link.execute("UPDATE shift SET started_at = NULL")
    _, me = await web.ask("chief", "GET", "/api/duty/me")
    assert me["shift"] is None and me["planned"] is not None
    _, me = await web.ask("chief", "POST", "/api/duty/shift", {"on": True})
    assert me["shift"]["started_at"] == me["now"]
    assert await shifts(web, "west_chief") == 1


async def test_the_ground_is_small_and_ones_own(web: Any) -> None:
    town = web.desk.town
    grid = town.grids["W-1"]
    path = f"/api/duty/ground?west=112.89&south=35.59&east=112.93&north=35.62&grid={grid}"
    status, ground = await web.ask("chief", "GET", path)
    assert status == 200 and len(ground["mine"][0][0]) == 5
    assert [g["name"] for g in ground["grids"]] == ["W-1"]  # the east is not his
    east = town.grids["E-1"]
    _, ground = await web.ask("chief", "GET", path.replace(f"grid={grid}", f"grid={east}"))
    assert ground["mine"] is None
    for query in ("west=1&south=1&east=2&north=2", "west=2&south=1&east=1&north=2", "west=nan"):
        status, answer = await web.ask("chief", "GET", f"/api/duty/ground?{query}")
        assert status == 422 and answer["error"]["message"]


async def test_only_people_have_a_duty_page(web: Any) -> None:
    for who, status in (("dora", 403), ("wall", 403), ("lost", 403), ("", 401)):
        assert (await web.ask(who, "GET", "/api/duty/me"))[0] == status
        assert (await web.ask(who, "POST", "/api/duty/shift", {"on": True}))[0] == status
