"""POST /api/positions: what is answered, what is stored, what is refused."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.embedded import Store
from dashboard.intake.queue import Intake
from data import actors
from data.database import fetch_all
from data.errors import StoreUnavailable
from tests.factories import NOON, Town, value

URL = "/api/positions"


def row(person: str = "west_worker", seconds: float = -60, **more: Any) -> dict[str, Any]:
    at = (NOON + timedelta(seconds=seconds)).isoformat()
    return {"person": person, "lon": 112.905, "lat": 35.605, "at": at, **more}


async def stored(town: Town) -> int:
    async with town.database.acting(town.system_id) as link:
        return int(await value(link, "SELECT count(*) FROM position_history"))


async def counted(town: Town) -> dict[str, int]:
    async with town.database.acting(town.system_id) as link:
        query = "SELECT reason, sum(n)::int AS n FROM intake_counter GROUP BY reason"
        return {row["reason"]: row["n"] for row in await fetch_all(link, query)}


async def test_every_reason_has_its_name(
    town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """One body with each fault; the good ones are stored, and the counters add up."""
    rows = [
        row(accuracy_m=5, battery=80, speed_mps=1.2),
        row("nobody"),
        row(seconds=120),
        row(seconds=-90_000),
        row(lon=0.0),
        row(accuracy_m=5_000, seconds=-50),
        row(seconds=-5 * 3600),
        row(),
        row(lon=112.919, seconds=-59),
        row(lon="112.9"),
        7,
        row("west_chief", lat=None),
        row("west_chief", lat=True),
        row("west_chief", battery=True),
    ]
    reasons = ["unknown_person", "future", "outdated", "outside", "accuracy", "off_duty"]
    reasons += ["duplicate", "speed", *["invalid"] * 5]
    reply = await client.post(URL, json={"positions": rows}, headers=await bearer("source"))
    assert reply.status_code == 200
    rejected = [{"index": i, "reason": reason} for i, reason in enumerate(reasons, start=1)]
    assert reply.json() == {"accepted": 1, "rejected": rejected}
    assert await stored(town) == 1
    counts = await counted(town)
    assert counts.pop("received") == 14 == sum(counts.values())
    assert counts["accepted"] == 1


async def test_a_shift_that_has_just_begun_counts_at_once(
    town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """The copy in memory is asked again before anybody hears "no"."""
    header = await bearer("source")
    assert (await client.post(URL, json={"positions": [row()]}, headers=header)).json()[
        "accepted"
    ] == 1
    async with town.database.acting(town.system_id) as link:
        new = "INSERT INTO person (code, name, area_id) VALUES ('new', 'new', %s) RETURNING id"
        person = await value(link, new, [town.areas["west"]])
    reply = await client.post(URL, json={"positions": [row("new")]}, headers=header)
    assert reply.json()["rejected"] == [{"index": 0, "reason": "off_duty"}]
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            [
                person,
                town.areas["west"],
                NOON - timedelta(hours=1),
                NOON + timedelta(hours=1),
                NOON - timedelta(hours=1),
            ],
        )
    reply = await client.post(URL, json={"positions": [row("new")]}, headers=header)
    assert reply.json() == {"accepted": 1, "rejected": []}


async def test_a_worker_reports_himself_only(
    town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """A colleague of the same grid is unknown to him."""
    me = town.people["west_worker"]
    header = await bearer("grid_worker", area="code-west", person_id=me)
    body = {"positions": [row(), row("west_chief")]}
    reply = await client.post(URL, json=body, headers=header)
    expected = {"accepted": 1, "rejected": [{"index": 1, "reason": "unknown_person"}]}
    assert reply.json() == expected


async def test_many_small_requests_at_once_lose_nothing(
    town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """Two actors, sixty requests together: each gets its own answer."""
    headers = [await bearer("source"), await bearer("source", area="code-east", name="east")]
    replies = await asyncio.gather(
        *(
            client.post(
                URL,
                json={"positions": [row(f"{side}_worker", seconds=-60 - n), {}]},
                headers=header,
            )
            for n in range(30)
            for side, header in zip(("west", "east"), headers, strict=True)
        )
    )
    for reply in replies:
        assert reply.json() == {"accepted": 1, "rejected": [{"index": 1, "reason": "invalid"}]}
    assert await stored(town) == 60
    assert await counted(town) == {"received": 120, "accepted": 60, "invalid": 60}


@pytest.mark.parametrize("role", ["duty_officer", "intake", "commander", "kiosk"])
async def test_other_roles_may_not(client: httpx.AsyncClient, bearer: Any, role: str) -> None:
    """403 with the one shape of errors."""
    reply = await client.post(URL, json={"positions": [row()]}, headers=await bearer(role))
    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "not_allowed"


async def test_no_or_a_wrong_token(client: httpx.AsyncClient) -> None:
    """401 that says how to sign in."""
    for header in ({}, {"Authorization": "Bearer wrong"}):
        reply = await client.post(URL, json={"positions": []}, headers=header)
        assert reply.status_code == 401
        assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b"null", 422),
        (b'{"positions": 5}', 422),
        (b'{"positions": [{"person": NaN}]}', 422),
        (b"[" * 100_000, 422),
        (b'{"positions": [' + b"1," * 6_000 + b"1]}", 413),
        (b" " * (3 * 2**20), 413),
        (b"\xff\xfe\x00", 422),
    ],
)
async def test_bad_bodies(client: httpx.AsyncClient, bearer: Any, body: bytes, status: int) -> None:
    """Refused as a whole with a reason, never 500."""
    reply = await client.post(URL, content=body, headers=await bearer("source"))
    assert reply.status_code == status, reply.text
    assert set(reply.json()["error"]) == {"code", "message"}


async def test_a_body_in_pieces_is_bounded_too(client: httpx.AsyncClient, bearer: Any) -> None:
    """No Content-Length to believe."""

    async def pieces() -> Any:
        for _ in range(40):
            yield b" " * 2**17

    reply = await client.post(URL, content=pieces(), headers=await bearer("source"))
    assert reply.status_code == 413


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([1e308, 2**63, -1]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "person": JSON | st.just("west_worker") | st.just("a\0b"),
        "lon": JSON | st.just(112.905),
        "lat": JSON | st.just(35.605),
        "at": JSON
        | st.just(NOON.isoformat())
        | st.sampled_from(
            ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", 1e300, -1e300]
        ),
        "accuracy_m": JSON,
        "battery": JSON,
        "speed_mps": JSON,
    },
)


BODIES = (
    st.binary(max_size=60)
    | JSON.map(lambda body: json.dumps(body).encode())
    | st.lists(ROWS | JSON, max_size=5).map(lambda rows: json.dumps({"positions": rows}).encode())
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=BODIES)
async def test_no_body_makes_a_500(
    town: Town, client: httpx.AsyncClient, bearer: Any, body: bytes
) -> None:
    """Whatever comes: 200 with each row accounted for, or 4xx."""
    reply = await client.post(URL, content=body, headers=await bearer("source"))
    assert reply.status_code in (200, 413, 422), reply.text


async def test_a_full_queue_says_so(
    town: Town, app: FastAPI, client: httpx.AsyncClient, bearer: Any, monkeypatch: Any
) -> None:
    """503 with Retry-After; what was refused is counted as dropped, outside of the sum."""
    monkeypatch.setattr("dashboard.intake.queue.MAX_WAITING", 1)
    header = await bearer("source")
    app.state.intake.waiting = 1
    reply = await client.post(URL, json={"positions": [row()]}, headers=header)
    assert reply.status_code == 503 and int(reply.headers["Retry-After"]) > 0
    assert reply.json()["error"]["code"] == "intake_full"
    app.state.intake.waiting = 0
    await client.post(URL, json={"positions": [row()]}, headers=header)
    assert await counted(town) == {"received": 1, "accepted": 1, "dropped": 1}


async def test_what_was_accepted_survives_an_outage(town: Town, app: FastAPI, store: Store) -> None:
    """Links cut and no new ones: refused. Afterwards the same fixes are accepted, once."""
    intake: Intake = app.state.intake
    async with town.database.acting(town.system_id) as link:
        actor, _ = await actors.create_token(link, role="source", source="phones")
    assert (await intake.submit(actor, [row()])).accepted == 1
    await refuse_connections(store, True)
    with pytest.raises(StoreUnavailable):
        await intake.submit(actor, [row(seconds=-30)])
    await refuse_connections(store, False)
    outcome = await intake.submit(actor, [row(), row(seconds=-30)])
    assert (outcome.accepted, outcome.rejected) == (1, [(0, "duplicate")])
    assert await stored(town) == 2
    assert (await counted(town))["dropped"] == 1


async def refuse_connections(store: Store, refuse: bool) -> None:
    """As a stopped server looks to one database; another test's database goes on."""
    name = psycopg.conninfo.conninfo_to_dict(store.admin_url)["dbname"]
    maintenance = store.with_database("postgres").admin_url
    async with await psycopg.AsyncConnection.connect(maintenance, autocommit=True) as link:
        command = psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        values = psycopg.sql.Identifier(str(name)), psycopg.sql.Literal(not refuse)
        await link.execute(command.format(*values))
        if refuse:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            await link.execute(cut, [name])
