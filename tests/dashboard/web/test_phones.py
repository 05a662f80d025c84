"""Phone apps at the whole web role: tokens stay out of logs, a browser's cookie opens nothing."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.intake.queue import Intake
from data import actors, feed_shifts
from data.feed_shifts import FeedShift
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town, value
from tests.serving import Served

OSMAND = "/api/positions/osmand"


def said(**more: str) -> dict[str, str]:
    seconds = str(int(datetime.now(UTC).timestamp()) - 5)
    return {"lat": "35.605", "lon": "112.905", "timestamp": seconds, **more}


async def test_a_token_in_the_address_stays_out_of_the_log(
    web: Served, bearer: Bearer, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    """Accepted, refused, unknown, and when everything fails."""
    token = (await bearer("source"))["Authorization"].removeprefix("Bearer ")
    caplog.set_level(logging.DEBUG)
    async with web.client() as client:

        async def ask() -> list[int]:
            replies = [
                await client.get(f"{OSMAND}/{token}", params=said(id="west_worker")),
                await client.get(OSMAND, params=said(id=token)),
                await client.get(f"{OSMAND}/{token}", params={"id": "x"}),
                await client.put(f"{OSMAND}/{token}"),
                await client.get(f"{OSMAND}/{token}/more"),
                await client.get(f"{OSMAND}/{token}x"),
            ]
            return [reply.status_code for reply in replies]

        assert await ask() == [200, 200, 200, 405, 401, 401]

        async def fail(*_: object) -> None:
            raise RuntimeError("no intake today")

        monkeypatch.setattr(Intake, "submit", fail)
        assert await ask() == [500, 500, 500, 405, 401, 401]
    ours = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    text = "\n".join(logging.Formatter().format(one) for one in ours)
    assert "GET /api/positions/osmand/{token} failed" in text and "no intake today" in text
    assert token not in text


async def test_a_browsers_session_opens_no_phones_door(web: Served, town: Town) -> None:
    """A GET writes here, so a link on another site must not do it in somebody's name."""
    async with town.database.acting(town.system_id) as link:
        worker = await actors.create_account(
            link,
            name="worker",
            password="long enough",
            role="grid_worker",
            area="code-west",
            person_id=town.people["west_worker"],
        )
        assert worker.person_id
    async with web.client(follow_redirects=False) as client:
        form = {"account": "worker", "password": "long enough"}
        assert (await client.post("/sign-in", data=form)).status_code == 303
        assert (await client.get("/api/duty/me")).status_code == 200
        assert (await client.get(OSMAND, params=said(id="west_worker"))).status_code == 401
        assert (await client.get(f"{OSMAND}/x", params=said(id="west_worker"))).status_code == 401
        body = {"_type": "location", "lat": 35.605, "lon": 112.905, "tst": 1}
        reply = await client.post("/api/positions/owntracks", json=body)
        assert reply.status_code == 401
    async with town.database.acting(town.system_id) as link:
        assert await value(link, "SELECT count(*) FROM position_history") == 0


async def test_a_feed_beside_the_map_is_seen_where_managers_look(
    web: Served, town: Town, bearer: Bearer
) -> None:
    """Also by who watches the site from outside; nothing suspected is an empty list."""
    shift = FeedShift("gps", "positions", "roads", "GCJ02>WGS84", "gcj02", 300, 0.7, 552, 48, 9)
    async with web.client(headers=await bearer("administrator")) as client:
        assert (await client.get("/healthz")).json()["shifts"] == []
        async with town.database.acting(town.system_id) as link:
            await link.execute(feed_shifts.SQL.keep, asdict(shift))
        for path in ("/healthz", "/api/phones"):
            assert (await client.get(path)).json()["shifts"] == [asdict(shift)]
