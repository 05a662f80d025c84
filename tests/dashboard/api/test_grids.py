"""GET /api/grids/at: one owner a kind, and no number where the role may not see it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.factories import Town

URL = "/api/grids/at"
WEST = {"lon": 112.905, "lat": 35.605}


async def test_the_grid_with_its_people(town: Town, client: httpx.AsyncClient, bearer: Any) -> None:
    """Chief first, on duty, with a phone for a duty officer."""
    reply = await client.get(URL, params=WEST, headers=await bearer("duty_officer"))
    (grid,) = reply.json()["grids"]
    assert (grid["id"], grid["kind"], grid["code"]) == (town.grids["W-1"], "service", "W-1")
    chief, worker = grid["responsible"]
    assert (chief["name"], chief["post"], chief["on_duty"]) == ("west_chief", "grid_chief", True)
    assert chief["phone"].startswith("199") and worker["phone"].startswith("199")


@pytest.mark.parametrize("role", ["kiosk", "intake"])
async def test_numbers_are_masked(
    town: Town, client: httpx.AsyncClient, bearer: Any, role: str
) -> None:
    """No number anywhere in the JSON."""
    reply = await client.get(URL, params=WEST, headers=await bearer(role))
    assert len(reply.json()["grids"][0]["responsible"]) == 2
    assert "199" not in reply.text


async def test_another_area_is_not_seen(town: Town, client: httpx.AsyncClient, bearer: Any) -> None:
    """Nor is the border, which the west owns."""
    header = await bearer("duty_officer", area="code-east")
    for lon in (112.905, 112.91):
        reply = await client.get(URL, params={"lon": lon, "lat": 35.605}, headers=header)
        assert reply.json()["grids"] == []


async def test_bad_places(client: httpx.AsyncClient, bearer: Any) -> None:
    """422 in the one shape of errors."""
    header = await bearer("duty_officer")
    bad: list[dict[str, Any]] = [{}, {"lon": "x", "lat": 1}, {"lon": "nan", "lat": 1}]
    for params in [*bad, {"lon": 200, "lat": 1}]:
        reply = await client.get(URL, params=params, headers=header)
        assert reply.status_code == 422, params
        assert set(reply.json()["error"]) == {"code", "message"}


@pytest.mark.parametrize("role", ["source", "grid_worker"])
async def test_who_may_not(client: httpx.AsyncClient, bearer: Any, role: str) -> None:
    """Roles without a view of the screens."""
    reply = await client.get(URL, params=WEST, headers=await bearer(role))
    assert reply.status_code == 403


async def test_health_adds_up(town: Town, client: httpx.AsyncClient, bearer: Any) -> None:
    """Open to anybody; received = accepted + rejected."""
    rows = [{"person": "nobody"}, {"person": "west_worker", **WEST, "at": 1_784_001_600 - 60}]
    await client.post("/api/positions", json={"positions": rows}, headers=await bearer("source"))
    reply = await client.get("/healthz")
    assert reply.status_code == 200
    body = reply.json()
    assert (body["status"], body["database"], body["screens"]) == ("ok", "ok", 0)
    assert body["positions"] == {
        "received": 2,
        "accepted": 1,
        "rejected": {"invalid": 1},
        "dropped": 0,
        "ignored": 0,
    }


async def test_unknown_paths_are_json(client: httpx.AsyncClient, bearer: Any) -> None:
    """404 in the one shape of errors."""
    reply = await client.get("/api/nothing", headers=await bearer("duty_officer"))
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "not_found"
