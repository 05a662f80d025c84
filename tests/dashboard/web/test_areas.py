"""`area=CODE` at every door, where a community and a sector share one code."""

from __future__ import annotations

import contextlib

import pytest
import websockets

from data import actors
from data.errors import Invalid
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town
from tests.serving import Served
from tests.twins import make_twin
from tests.waiting import until


@pytest.fixture
async def twin(town: Town) -> int:
    return await make_twin(town)


async def test_figures_and_layers_are_of_one_area(web: Served, bearer: Bearer, twin: int) -> None:
    async with web.client(headers=await bearer("duty_officer")) as client:
        for level, grid in (("community", "W-1"), ("sector", "E-1")):
            area = f"{level}:code-west"
            people = (await client.get("/api/summary", params={"area": area})).json()["people"]
            assert people["on_duty"] == 2, "a chief and a worker"
            answer = await client.get("/api/layers/grids.geojson", params={"area": area})
            assert [f["properties"]["code"] for f in answer.json()["features"]] == [grid]
        for path in ("/api/summary", "/api/layers/grids.geojson"):
            answer = await client.get(path, params={"area": "code-west"})
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (422, "ambiguous_area")
            assert "sector:code-west, community:code-west" in error["message"]
            assert (await client.get(path, params={"area": "nowhere"})).status_code == 404


async def test_the_feed_is_of_one_area(web: Served, bearer: Bearer, twin: int, town: Town) -> None:
    officer = await bearer("duty_officer")
    west, east = town.areas["west"], town.areas["east"]

    async def known() -> bool:  # the hub hears of an area that has just been made
        with contextlib.suppress(websockets.InvalidStatus):
            async with web.screen("?area=sector:code-west", **officer):
                return True
        return False

    await until(known)
    for level, area, people in (("community", west, west), ("sector", twin, east)):
        async with web.screen(f"?area={level}:code-west", **officer) as screen:
            await screen.until("full")
            assert screen.hello["area_id"] == area and len(screen.people) == 2
            assert {one["area_id"] for one in screen.hello["people"]} == {people}
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with web.screen("?area=code-west", **officer):
            pass
    assert refused.value.response.status_code == 422


async def test_tokens_say_which_area_they_are_for(
    web: Served, bearer: Bearer, twin: int, town: Town
) -> None:
    with pytest.raises(Invalid, match="sector:code-west"):
        await bearer("kiosk", area="code-west")
    west = await bearer("kiosk", area="community:code-west")
    async with web.screen("?area=code-west", **west) as screen:  # the only one in its scope
        await screen.until("full")
        assert screen.hello["area_id"] == town.areas["west"]
    async with town.database.acting(town.system_id) as link:
        made = await actors.create_account(
            link, name="s", password="long enough", role="kiosk", area="sector:code-west"
        )
    assert made.area_id == twin
