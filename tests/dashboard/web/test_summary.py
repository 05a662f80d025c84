"""GET /api/summary and the layers: figures of any time, caches that never cross a scope."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from data.query import layers
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town, value
from tests.serving import Served

DAY = datetime(2026, 7, 14, 16, 0, tzinfo=UTC)  # midnight of 15 July in Shanghai
HOUR = timedelta(hours=1)


async def put(link: Any, town: Town, key: str, opened: datetime, **given: Any) -> None:
    await link.execute(
        "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, opened_at, due_at,"
        " closed_at, settled_at, satisfied) VALUES (%s, %s, 1, %s, %s, %s, %s, %s, %s, %s)",
        [
            await value(link, "SELECT id FROM source LIMIT 1"), key, town.areas["west"],
            [town.grids["W-1"]], opened, given.get("due"), given.get("closed"),
            given.get("settled"), given.get("satisfied"),
        ],
    )  # fmt: skip


@pytest.fixture
async def history(town: Town) -> Town:
    """Seven days with two reports at 9 each and three at 10 on one day; today as commented."""
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO source (name, area_id) VALUES ('s', %s)", [town.areas["root"]]
        )
        for day in range(1, 8):
            for n in range(2):
                await put(link, town, f"{day}-{n}", DAY - day * 24 * HOUR + 9 * HOUR)
        for n in range(3):
            await put(link, town, f"ten-{n}", DAY - 3 * 24 * HOUR + 10 * HOUR)
        await link.execute("UPDATE event SET closed_at = opened_at + interval '1 hour'")
        nine = DAY + 9 * HOUR
        await put(link, town, "on-time", nine, due=nine + 2 * HOUR, closed=nine + HOUR,
                  settled="grid", satisfied=True)  # fmt: skip
        await put(link, town, "late", nine, due=nine + HOUR, closed=nine + 2 * HOUR,
                  settled="town", satisfied=False)  # fmt: skip
        await put(link, town, "open", nine + 10 * timedelta(minutes=1), due=nine + HOUR)
        await put(link, town, "tomorrow", DAY + 30 * HOUR)
    return town


async def ask(web: Served, bearer: Bearer, at: datetime | str, **params: str) -> Any:
    async with web.client(headers=await bearer("duty_officer")) as client:
        when = at if isinstance(at, str) else at.isoformat()
        answer = await client.get("/api/summary", params={"at": when, **params})
        return answer.json() if answer.status_code == 200 else answer.status_code


async def test_a_days_figures(web: Served, bearer: Bearer, history: Town) -> None:
    figures = await ask(web, bearer, DAY + 12 * HOUR)
    assert figures["events"] == {
        "open": 1, "overdue": 1, "yellow": 0, "green": 0, "no_limit": 0,
        "located": 0, "unlocated": 1,
    }  # fmt: skip
    today = figures["today"]
    assert (today["reported"], today["closed"]) == (3, 2)
    assert (today["on_time_rate"], today["in_grid_rate"], today["satisfied_rate"]) == (0.5,) * 3
    assert today["by_hour"] == [3 if hour == 9 else 0 for hour in range(24)]
    assert today["by_hour_median"] == [2.0 if hour == 9 else 0.0 for hour in range(24)]
    assert [(c["class"], c["n"], c["median"]) for c in today["by_class"]] == [("other", 3, 2.0)]
    assert figures["ranking"][0]["grid_id"] == history.grids["W-1"]
    assert figures["ranking"][0]["load"] == 1.0


async def test_figures_are_those_of_the_asked_time(
    web: Served, bearer: Bearer, history: Town
) -> None:
    nine = DAY + 9 * HOUR
    for minutes, expected in (
        (-1, (0, 0, 0)),
        (0, (2, 0, 0)),
        (30, (3, 0, 0)),
        (59, (3, 0, 2)),  # past 80 % of an hour
        (60, (2, 0, 2)),  # one closed on time; what is due at this very instant is not yet red
        (61, (2, 2, 0)),
        (120, (1, 1, 0)),
    ):
        n = (await ask(web, bearer, nine + timedelta(minutes=minutes)))["events"]
        assert (n["open"], n["overdue"], n["yellow"]) == expected, minutes
        assert n["open"] == n["overdue"] + n["yellow"] + n["green"] + n["no_limit"]


async def test_the_instant_may_be_written_in_several_ways(
    web: Served, bearer: Bearer, history: Town
) -> None:
    wanted = (await ask(web, bearer, "2026-07-15T01:30:00Z"))["now"]
    for text in ("2026-07-15T09:30:00+08:00", "2026-07-15T09:30", "2026-07-15 09:30:00"):
        assert (await ask(web, bearer, text))["now"] == wanted
    async with web.client(headers=await bearer("duty_officer")) as client:  # a `+` left as it is
        answer = await client.get("/api/summary?at=2026-07-15T09:30:00+08:00")
        assert answer.json()["now"] == wanted
    for wrong in ("yesterday", "", "2026-13-01", "1' OR 1=1", "9999-99-99T00:00", "x" * 50):
        assert await ask(web, bearer, wrong) == 422, wrong


async def test_people_of_the_past_come_from_the_history(
    web: Served, bearer: Bearer, town: Town
) -> None:
    now = datetime.now(UTC)
    who = town.people["west_worker"]
    async with town.database.acting(town.system_id) as link:
        await link.execute("INSERT INTO source (name, area_id) VALUES ('s', 1)")
        for minutes in (60, 30):
            await link.execute(
                "INSERT INTO position_history (person_id, area_id, at, lon, lat, source_id,"
                " original_lon, original_lat) VALUES (%s, %s, %s, 112.9, 35.6, 1, 112.9, 35.6)",
                [who, town.areas["west"], now - timedelta(minutes=minutes)],
            )
    for minutes, state in ((70, "no_position"), (59, "fresh"), (57, "ageing"), (45, "stale")):
        people = (await ask(web, bearer, now - timedelta(minutes=minutes)))["people"]
        assert people[state] == (4 if state == "no_position" else 1), minutes
        parts = people["fresh"] + people["ageing"] + people["stale"] + people["offline"]
        assert people["on_duty"] == parts == 4


async def test_a_layer_is_cached_per_scope_and_renewed_when_places_change(
    web: Served, bearer: Bearer, town: Town
) -> None:
    path = "/api/layers/grids.geojson"
    async with (
        web.client(headers=await bearer("kiosk", area="code-west", name="w")) as west,
        web.client(headers=await bearer("kiosk", area="code-east", name="e")) as east,
        web.screen(**await bearer("kiosk", area="code-west", name="v")) as screen,
    ):
        await screen.until("full")
        first = await west.get(path)
        assert {f["properties"]["code"] for f in first.json()["features"]} == {"W-1"}
        other = await east.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert {f["properties"]["code"] for f in other.json()["features"]} == {"E-1"}
        same = await west.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert same.status_code == 304 and same.content == b""
        assert "no-cache" in first.headers["cache-control"]
        versioned = await west.get(path, params={"v": screen.hello["version"]})
        assert "immutable" in versioned.headers["cache-control"]
        stranger = await east.get(path, params={"v": screen.hello["version"]})
        assert "immutable" not in stranger.headers["cache-control"]
        assert (await west.get("/api/layers/secrets.geojson")).status_code == 404
        async with town.database.acting(town.system_id) as link:
            await link.execute("UPDATE grid SET name = '新名' WHERE code = 'W-1'")
        await screen.until("places")
        renewed = await west.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert renewed.json()["features"][0]["properties"]["name"] == "新名"


async def test_a_layer_is_made_once_for_all_who_ask_together(
    web: Served, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    read = layers.read

    async def counted(connection: Any, layer: str, **given: Any) -> Any:
        made.append(layer)
        return await read(connection, layer, **given)

    monkeypatch.setattr(layers, "read", counted)
    async with web.client(headers=await bearer("duty_officer")) as client:
        answers = await asyncio.gather(
            *(client.get("/api/layers/buildings.geojson") for _ in range(8))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert made == ["buildings"]


async def test_a_layer_may_be_narrowed(web: Served, bearer: Bearer, town: Town) -> None:
    async with web.client(headers=await bearer("duty_officer")) as client:
        for query, expected in (
            ("kind=service", {"W-1", "E-1"}),
            ("kind=none", set()),
            ("area=code-west", {"W-1"}),
        ):
            found = (await client.get(f"/api/layers/grids.geojson?{query}")).json()["features"]
            assert {f["properties"]["code"] for f in found} == expected
        injected = "area=" + quote("'; DROP TABLE grid; --")
        assert (await client.get(f"/api/layers/grids.geojson?{injected}")).status_code == 404
        areas = (await client.get("/api/layers/areas.geojson")).json()["features"]
        assert len(areas) == 3 and all(f["geometry"] for f in areas)  # the root is their union
