"""POST /api/events: its grids at once, its due time, once for each source and id."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import sources
from data.database import fetch_all
from geo import shifted
from tests.factories import NOON, Town

URL = "/api/events"


@pytest.fixture
async def typed(town: Town) -> Town:
    """With a type that has a limit of two hours."""
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO event_type (code, name_zh, name_en, limit_s)"
            " VALUES ('litter', '暴露垃圾', 'Litter', 7200), ('wish', '心愿', 'Wish', NULL)"
        )
    return town


def report(key: str = "a-1", **more: Any) -> dict[str, Any]:
    at = (NOON - timedelta(minutes=1)).isoformat()
    return {"id": key, "type": "litter", "time": at, "text": "at the gate", **more}


async def events(town: Town) -> list[dict[str, Any]]:
    async with town.database.acting(town.system_id) as link:
        return await fetch_all(link, "SELECT * FROM event ORDER BY id")


async def test_a_located_event_has_its_grid_area_and_limit(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """By its point alone, whatever area the token has."""
    header = await bearer("source", source="hotline")
    reply = await client.post(URL, json=report(lon=112.915, lat=35.605), headers=header)
    assert reply.status_code == 201, reply.text
    event = reply.json()["event"]
    assert reply.json()["created"] is True
    assert event["grid_ids"] == [typed.grids["E-1"]]
    assert (event["area_id"], event["source"]) == (typed.areas["east"], "hotline")
    (row,) = await events(typed)
    assert row["due_at"] - row["opened_at"] == timedelta(hours=2)
    assert row["yellow_at"] - row["opened_at"] == timedelta(minutes=96)
    async with typed.database.acting(typed.system_id) as link:
        (line,) = await fetch_all(link, "SELECT action, event_id FROM event_log")
    assert line == {"action": "report", "event_id": row["id"]}


async def test_a_border_has_the_owner_that_the_whole_site_sees(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """West owns the shared border; the east's token is told so instead of taking it."""
    header = await bearer("source", area="code-east")
    reply = await client.post(URL, json=report(lon=112.91, lat=35.605), headers=header)
    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "outside_scope"
    assert await events(typed) == []


async def test_the_same_twice_is_one_event(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """Also at the same moment; the second answer shows the first event."""
    header = await bearer("source")
    bodies = [report(text="first", lon=112.905, lat=35.605)] * 5
    replies = await asyncio.gather(*(client.post(URL, json=b, headers=header) for b in bodies))
    assert sorted(reply.status_code for reply in replies) == [200, 200, 200, 200, 201]
    again = await client.post(URL, json=report(text="other"), headers=header)
    assert again.status_code == 200 and again.json()["created"] is False
    assert again.json()["event"]["text"] == "first"
    assert len(await events(typed)) == 1


async def test_without_a_point_it_is_kept_as_unlocated(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """It belongs to the area of the source that brought it."""
    header = await bearer("source", area="code-west")
    body = report(address="12 Bridge Street", type="wish")
    reply = await client.post(URL, json=body, headers=header)
    assert reply.status_code == 201
    (row,) = await events(typed)
    assert row["geom"] is None and row["grid_ids"] == []
    assert (row["area_id"], row["address"]) == (typed.areas["west"], "12 Bridge Street")
    assert (row["due_at"], row["yellow_at"]) == (None, None)


async def test_outside_of_everything_it_is_kept_too(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """Located, in no grid, with the source's area."""
    header = await bearer("source")
    reply = await client.post(URL, json=report(lon=1, lat=1), headers=header)
    assert reply.status_code == 201
    (row,) = await events(typed)
    assert (row["grid_ids"], row["area_id"]) == ([], typed.areas["root"])


async def test_a_worker_reports_from_his_phone(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """His reports have a source of their own; an unlocated one lies in his area."""
    me = typed.people["west_worker"]
    header = await bearer("grid_worker", area="code-west", person_id=me)
    assert (await client.post(URL, json=report(), headers=header)).status_code == 201
    assert (await events(typed))[0]["area_id"] == typed.areas["west"]
    colleague = await bearer("grid_worker", area="code-west", person_id=typed.people["west_chief"])
    assert (await client.post(URL, json=report(), headers=colleague)).status_code == 201
    done = {"id": "a-1", "type": "litter", "closed": (NOON - timedelta(seconds=5)).isoformat()}
    assert (await client.post(URL, json=done, headers=header)).json()["event"]["closed"]
    mine, his = await events(typed)
    assert mine["closed_at"] is not None and his["closed_at"] is None
    other = await client.post(URL, json=report(source="hotline"), headers=header)
    assert (other.status_code, other.json()["error"]["code"]) == (403, "other_source")


async def test_an_operator_names_the_source(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """A token with a source of its own keeps to it."""
    reply = await client.post(URL, json=report(source="12345"), headers=await bearer("intake"))
    assert reply.json()["event"]["source"] == "12345"
    header = await bearer("source", source="video")
    reply = await client.post(URL, json=report(source="12345"), headers=header)
    assert reply.json()["error"]["code"] == "other_source"


async def test_the_same_report_with_its_closing_closes_it(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """Once: what comes later changes nothing, and the log has each step once."""
    header = await bearer("source")
    assert (await client.post(URL, json=report(), headers=header)).status_code == 201
    closing: dict[str, Any] = {"closed": NOON.isoformat(), "settled": "grid", "satisfied": True}
    reply = await client.post(URL, json=report(**closing), headers=header)
    assert (reply.status_code, reply.json()["created"]) == (200, False)
    assert reply.json()["event"]["settled"] == "grid"
    later = {"closed": (NOON + timedelta(minutes=2)).isoformat(), "settled": "town"}
    await client.post(URL, json=report(**later), headers=header)
    await client.post(URL, json=report(), headers=header)
    (row,) = await events(typed)
    assert (row["closed_at"], row["settled_at"], row["satisfied"]) == (NOON, "grid", True)
    async with typed.database.acting(typed.system_id) as link:
        lines = await fetch_all(link, "SELECT action, at FROM event_log ORDER BY id")
    assert [line["action"] for line in lines] == ["report", "close"]
    assert lines[1]["at"] == NOON


async def test_a_report_of_what_is_over(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """New and closed at once."""
    body = report(closed=NOON.isoformat())
    reply = await client.post(URL, json=body, headers=await bearer("source"))
    assert reply.status_code == 201
    assert (await events(typed))[0]["closed_at"] == NOON


async def test_nobody_closes_the_events_of_another_source(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """The same id of another source is another event."""
    await client.post(URL, json=report(), headers=await bearer("source", source="hotline"))
    header = await bearer("source", source="video")
    await client.post(URL, json=report(closed=NOON.isoformat()), headers=header)
    assert [row["closed_at"] for row in await events(typed)] == [None, NOON]


async def test_a_source_has_deadlines_of_its_own(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """They go before the limit of the type."""
    due = NOON + timedelta(days=1)
    await client.post(URL, json=report(due=due.isoformat()), headers=await bearer("source"))
    assert (await events(typed))[0]["due_at"] == due


@pytest.mark.parametrize(
    "body",
    [
        report(closed=(NOON - timedelta(hours=1)).isoformat()),
        report(closed=(NOON + timedelta(hours=1)).isoformat()),
        report(due=(NOON - timedelta(hours=1)).isoformat()),
        report(closed=NOON.isoformat(), settled="nobody"),
        report(settled="grid"),
        report(satisfied=True),
        report(type="nothing like it"),
        report(lon=112.9),
        report(lon=500, lat=35.6),
        report(lon="x", lat=35.6),
        report(lon=True, lat=35.6),
        report(lon=112.9, lat=False),
        report(lon="112.9", lat=35.6),
        {**report(), "id": True},
        report(closed=NOON.isoformat(), satisfied=1),
        report(time=(NOON + timedelta(hours=1)).isoformat()),
        report(time="2026-07-14T12:00:00"),
        report(time="0001-01-01T00:00:00Z"),
        report(text="a\0b"),
        report(text="x" * 6_000),
        report(lng=112.9),
        {"type": "litter"},
        {"id": "", "type": "litter"},
        [],
    ],
)
async def test_bad_reports(typed: Town, client: httpx.AsyncClient, bearer: Any, body: Any) -> None:
    """422 that says what to do; nothing is written."""
    reply = await client.post(URL, json=body, headers=await bearer("source"))
    assert reply.status_code == 422, reply.text
    assert reply.json()["error"]["message"]
    assert await events(typed) == []


@pytest.mark.parametrize("role", ["kiosk"])
async def test_who_may_not(typed: Town, client: httpx.AsyncClient, bearer: Any, role: str) -> None:
    """Reading roles do not write."""
    reply = await client.post(URL, json=report(), headers=await bearer(role))
    assert reply.status_code == 403


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
KEYS = ("id", "type", "time", "text", "source", "lon", "lat", "address")
FIELDS = dict.fromkeys((*KEYS, "due", "closed", "settled", "satisfied"), SCALARS)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_fields=st.fixed_dictionaries({}, optional=FIELDS), valid=st.booleans())
async def test_no_report_makes_a_500(
    typed: Town,
    client: httpx.AsyncClient,
    bearer: Any,
    given_fields: dict[str, Any],
    valid: bool,
) -> None:
    """Whatever comes: taken or refused with a reason."""
    body = {**(report() if valid else {}), **given_fields}
    header = await bearer("source")
    reply = await client.post(URL, content=json.dumps(body).encode(), headers=header)
    assert reply.status_code in (200, 201, 403, 422), reply.text


async def test_numbers_that_cannot_be_a_place_are_refused_in_words(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    header = await bearer("source", source="hotline") | {"Accept-Language": "en"}
    for crs, lon, lat, says in (
        ("wgs84", 181, 35.6, "(181, 35.6) cannot lie in WGS84"),
        ("gcj02", 112.9, 91, "cannot lie in GCJ02"),
        ("EPSG:4526", 112.9, 35.6, "declared metres: EPSG:4526"),
        ("EPSG:4526", 3_941_000, 38_400_000, "has the northing first"),
        ("EPSG:4526", 38_400_000, 3e9, "cannot lie in EPSG:4526"),
    ):
        async with typed.database.acting(typed.system_id) as link:
            await sources.set_system(link, "hotline", sources.parse(crs))
        reply = await client.post(URL, json=report(lon=lon, lat=lat), headers=header)
        assert reply.status_code == 422 and says in reply.json()["error"]["message"], reply.text
    assert await events(typed) == []


async def test_a_report_is_converted_from_the_system_of_its_source(
    typed: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """By the token's own source, or by the one that the body names; the original is kept."""
    point = np.array([112.905]), np.array([35.605])
    lon, lat = (float(one[0]) for one in shifted.wgs84_to_gcj02(*point))
    own = await bearer("source", source="hotline")
    other = await bearer("administrator")
    async with typed.database.acting(typed.system_id) as link:
        await sources.set_system(link, "hotline", sources.parse("gcj02"))
    bodies = report("a", lon=lon, lat=lat), report("b", lon=lon, lat=lat, source="hotline")
    for header, body in zip((own, other), bodies, strict=True):
        reply = await client.post(URL, json=body, headers=header)
        assert reply.status_code == 201, reply.text
        assert reply.json()["event"]["lon"] == pytest.approx(112.905, abs=1e-8)
    for row in await events(typed):
        assert (row["original_lon"], row["original_lat"], row["coord_sys"]) == (lon, lat, "GCJ02")
        assert row["grid_ids"] == [typed.grids["W-1"]]
    reply = await client.post(URL, json=report("c", lon=lon, lat=lat), headers=other)
    assert reply.json()["event"]["lon"] == lon  # its own source has declared nothing
