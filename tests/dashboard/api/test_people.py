"""GET /api/people/nearest: best first, with the reason in the language that was asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.factories import NOON, Town

URL = "/api/people/nearest"
WEST = {"lon": 112.9085, "lat": 35.605}


@pytest.fixture(autouse=True)
async def walking(client: httpx.AsyncClient, bearer: Any, town: Town) -> None:
    """The chief of the west forty seconds ago, his neighbour in the east just now."""
    rows = [
        {"person": "west_chief", "lon": 112.905, "lat": 35.605, "at": _ago(40)},
        {"person": "east_worker", "lon": 112.9101, "lat": 35.605, "at": _ago(1)},
    ]
    header = await bearer("source", source="gps")
    reply = await client.post("/api/positions", json={"positions": rows}, headers=header)
    assert reply.json()["accepted"] == 2


def _ago(seconds: float) -> str:
    return (NOON - timedelta(seconds=seconds)).isoformat()


async def test_words_in_both_languages_and_the_neighbour_without_a_name(
    town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    header = await bearer("duty_officer", area="code-west")
    chinese = (await client.get(URL, params=WEST, headers=header)).json()
    (chief,) = chinese["people"]
    assert (chief["id"], chief["name"]) == (town.people["west_chief"], "west_chief")
    assert chief["reason"] == "在岗，位置 40 秒前，距 320 米，在办 0 件，今日呼叫 0 次"
    (neighbour,) = chinese["neighbours"]
    assert neighbour["reason"] == "在岗，500 米以内，请向示范镇值班室询问"
    said = await client.get(URL, params=WEST, headers={**header, "Accept-Language": "en"})
    assert said.json()["people"][0]["reason"].startswith("on duty, position 40 s ago, 320 m away")
    assert "east_worker" not in said.text and "112.9101" not in said.text


async def test_geojson(client: httpx.AsyncClient, bearer: Any) -> None:
    """Best first: across the whole site the one who stands nearer."""
    params = {**WEST, "format": "geojson", "k": 2}
    reply = await client.get(URL, params=params, headers=await bearer("duty_officer"))
    assert reply.headers["content-type"] == "application/geo+json"
    first, second = reply.json()["features"]
    assert (first["properties"]["code"], first["properties"]["rank"]) == ("east_worker", 1)
    assert second["geometry"] == {"type": "Point", "coordinates": [112.905, 35.605]}


async def test_a_screen_gets_no_names(client: httpx.AsyncClient, bearer: Any) -> None:
    """And no neighbours."""
    reply = await client.get(URL, params=WEST, headers=await bearer("kiosk"))
    assert [one["name"] for one in reply.json()["people"]] == [None, None]
    assert reply.json()["neighbours"] == []
    assert "west_chief" not in reply.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"lon": "nan"}, {"lat": "inf"}, {"lon": 181}, {"lat": -91}, {"lon": ""}, {"lat": None},
        {"k": 0}, {"k": 51}, {"k": "many"}, {"format": "xml"},
    ],
)  # fmt: skip
async def test_bad_questions(client: httpx.AsyncClient, bearer: Any, wrong: dict[str, Any]) -> None:
    """422, with what is wrong."""
    params = {key: value for key, value in {**WEST, **wrong}.items() if value is not None}
    reply = await client.get(URL, params=params, headers=await bearer("duty_officer"))
    assert reply.status_code == 422
    assert next(iter(wrong)) in reply.json()["error"]["message"]


@pytest.mark.parametrize("role", ["source", "grid_worker"])
async def test_who_may_not(client: httpx.AsyncClient, bearer: Any, role: str) -> None:
    reply = await client.get(URL, params=WEST, headers=await bearer(role))
    assert reply.status_code == 403
