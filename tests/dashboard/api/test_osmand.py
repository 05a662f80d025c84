"""The door of OsmAnd and Traccar Client: requests as the apps send them, and worse ones."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from tests.dashboard.api.phone_requests import (
    FORM,
    OSMAND,
    at,
    counted,
    epoch,
    location,
    query,
    stored,
)
from tests.factories import Town

KNOT = 1852 / 3600
CLEAN = {"accepted": 1, "rejected": []}


def invalid(field: str) -> dict[str, Any]:
    return {"accepted": 0, "rejected": [{"index": 0, "reason": "invalid", "field": field}]}


@pytest.fixture
async def own(bearer: Any, town: Town) -> str:
    header = await bearer("grid_worker", area="code-west", person_id=town.people["west_worker"])
    return str(header["Authorization"].removeprefix("Bearer "))


async def test_the_older_traccar_client(town: Town, client: httpx.AsyncClient, token: str) -> None:
    """A POST without a body: everything stands in the address."""
    reply = await client.post(f"{OSMAND}/{token}", params=query())
    assert (reply.status_code, reply.json()) == (200, CLEAN)
    (fix,) = await stored(town)
    assert (fix["code"], fix["at"], fix["source"]) == ("west_worker", at(), "phones")
    assert (fix["lon"], fix["lat"], fix["accuracy_m"], fix["battery"]) == (112.905, 35.605, 12, 64)
    assert fix["speed_mps"] == pytest.approx(2.5 * KNOT)


async def test_osmand_itself(town: Town, client: httpx.AsyncClient, token: str) -> None:
    """A GET with milliseconds and metres a second."""
    said = query(timestamp=epoch() * 1000 + 250, speed_unit="mps", batt=None, altitude=None)
    assert (await client.get(f"{OSMAND}/{token}", params=said)).json() == CLEAN
    (fix,) = await stored(town)
    assert fix["at"] == at(-60 + 0.25) and fix["speed_mps"] == 2.5 and fix["battery"] is None


async def test_the_current_traccar_client(
    town: Town, client: httpx.AsyncClient, token: str
) -> None:
    body = {"location": location(), "device_id": "west_worker"}
    reply = await client.post(f"{OSMAND}/{token}", json=body)
    assert (reply.status_code, reply.json()) == (200, CLEAN)
    (fix,) = await stored(town)
    assert (fix["code"], fix["at"], fix["lon"], fix["lat"]) == (
        "west_worker",
        at(),
        112.905,
        35.605,
    )
    assert fix["accuracy_m"] == pytest.approx(8.1) and fix["battery"] == 75
    assert fix["speed_mps"] == pytest.approx(1.4)
    batch = [location(-30), location(-20, speed=-1), location(-10, latitude=None), location()]
    reply = await client.post(f"{OSMAND}/{token}", json={**body, "location": batch})
    wrong = {"index": 2, "reason": "invalid", "field": "latitude"}
    assert reply.json() == {"accepted": 2, "rejected": [wrong, {"index": 3, "reason": "duplicate"}]}
    assert (await stored(town))[-1]["speed_mps"] is None


async def test_a_form(town: Town, client: httpx.AsyncClient, token: str) -> None:
    said = {**query(id=None), "deviceid": "west_worker"}
    assert (await client.post(f"{OSMAND}/{token}", data=said)).json() == CLEAN
    assert [fix["code"] for fix in await stored(town)] == ["west_worker"]


async def test_iso_times(town: Town, client: httpx.AsyncClient, token: str) -> None:
    east = timezone(timedelta(hours=8))
    for number, text in enumerate(
        [at(-50).strftime("%Y-%m-%dT%H:%M:%SZ"), at(-40).astimezone(east).isoformat()]
    ):
        reply = await client.get(f"{OSMAND}/{token}", params=query(timestamp=text))
        assert reply.json() == CLEAN, number
    assert [fix["at"] for fix in await stored(town)] == [at(-50), at(-40)]
    for naive in ("2026-07-14T12:00:00", "2026-07-14 12:00:00", "noon", "1e300", "-1e300"):
        reply = await client.get(f"{OSMAND}/{token}", params=query(timestamp=naive))
        assert reply.json() == invalid("timestamp"), naive


async def test_a_persons_token_is_his_device_id(
    town: Town, client: httpx.AsyncClient, own: str, token: str
) -> None:
    """In the query, the form or the JSON; or the device id is left out."""
    bodies: list[Any] = [
        client.get(OSMAND, params=query(-50, id=own)),
        client.post(OSMAND, data=query(-40, id=own)),
        client.post(OSMAND, json={"location": location(-30), "device_id": own}),
        client.get(f"{OSMAND}/{own}", params=query(-20, id=None)),
        client.get(f"{OSMAND}/{own}", params=query(-10)),
    ]
    for asked in bodies:
        assert (await asked).json() == CLEAN
    assert {fix["code"] for fix in await stored(town)} == {"west_worker"}
    for code in ("west_chief", "nobody"):
        reply = await client.get(f"{OSMAND}/{own}", params=query(id=code))
        assert reply.json()["rejected"] == [{"index": 0, "reason": "unknown_person"}]
    assert (await client.get(OSMAND, params=query(id=token))).json() == invalid("id")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("lat", {"lat": None}),
        ("lon", {"lon": ""}),
        ("lat", {"lat": "NaN"}),
        ("lon", {"lon": "Infinity"}),
        ("lat", {"lat": "35,605"}),
        ("lat", {"lat": "1_0"}),
        ("lon", {"lon": "１１２"}),
        ("timestamp", {"timestamp": None}),
        ("timestamp", {"timestamp": "NaN"}),
        ("accuracy", {"accuracy": "nan"}),
        ("speed", {"speed": "fast"}),
        ("speed_unit", {"speed_unit": "mph"}),
        ("batt", {"batt": "full"}),
        ("id", {"id": None}),
    ],
)
async def test_what_cannot_be_read_is_named_and_dropped(
    town: Town, client: httpx.AsyncClient, token: str, field: str, change: dict[str, Any]
) -> None:
    """200, since an app would send it again for ever after anything else; counted as invalid."""
    reply = await client.get(f"{OSMAND}/{token}", params=query(**change))
    assert (reply.status_code, reply.json()) == (200, invalid(field))
    assert await counted(town) == {"invalid": 1}


@pytest.mark.parametrize("extra", ["lat=35.6", "id=east_worker", "deviceid=west_worker"])
async def test_a_key_that_is_there_twice(client: httpx.AsyncClient, token: str, extra: str) -> None:
    reply = await client.get(f"{OSMAND}/{token}?{urlencode(query())}&{extra}")
    assert reply.json() == invalid(extra.partition("=")[0])
    reply = await client.post(f"{OSMAND}/{token}?{extra}", data=query())
    assert reply.json()["rejected"][0]["reason"] == "invalid"


@pytest.mark.parametrize(("hours", "reason"), [(8, "future"), (-25, "outdated"), (-9, "off_duty")])
async def test_a_phones_wrong_clock(
    town: Town, client: httpx.AsyncClient, token: str, hours: int, reason: str
) -> None:
    """Rejected for good, in both shapes; a later fix by a right clock is taken."""
    seconds = hours * 3600.0
    rejected = {"accepted": 0, "rejected": [{"index": 0, "reason": reason}]}
    assert (await client.get(f"{OSMAND}/{token}", params=query(seconds))).json() == rejected
    body = {"location": location(seconds), "device_id": "west_worker"}
    assert (await client.post(f"{OSMAND}/{token}", json=body)).json() == rejected
    assert (await client.get(f"{OSMAND}/{token}", params=query())).json() == CLEAN
    assert await counted(town) == {reason: 2, "accepted": 1}


async def test_one_device_id_by_two_tokens(
    town: Town, client: httpx.AsyncClient, token: str, own: str
) -> None:
    """The same fix counts once; a place out of reach is too fast; each keeps its source."""
    assert (await client.get(f"{OSMAND}/{token}", params=query())).json() == CLEAN
    again = await client.get(f"{OSMAND}/{own}", params=query())
    assert again.json()["rejected"] == [{"index": 0, "reason": "duplicate"}]
    far = await client.get(f"{OSMAND}/{own}", params=query(-59, lon=112.919))
    assert far.json()["rejected"] == [{"index": 0, "reason": "speed"}]
    assert (await client.get(f"{OSMAND}/{own}", params=query(-50))).json() == CLEAN
    assert [fix["source"] for fix in await stored(town)] == ["phones", "duty"]
    assert await counted(town) == {"accepted": 2, "duplicate": 1, "speed": 1}


@pytest.mark.parametrize("path", ["", "/wrong", "/%00", "/" + "x" * 5000, "/%FF%FE"])
async def test_without_a_valid_token(town: Town, client: httpx.AsyncClient, path: str) -> None:
    """401, which all of these apps keep a fix for, until the token is typed in right."""
    body = {"location": location(), "device_id": "west_worker"}
    for reply in (
        await client.get(OSMAND + path, params=query()),
        await client.get(OSMAND + path),
        await client.post(OSMAND + path, data=query()),
        await client.post(OSMAND + path, json=body),
        await client.post(OSMAND + path, json=[]),
        await client.post(OSMAND + path, json={"location": [], "device_id": "west_worker"}),
    ):
        assert reply.status_code == 401 and reply.json()["error"]["code"] == "unauthenticated"
    assert await counted(town) == {}


@pytest.mark.parametrize("role", ["duty_officer", "kiosk", "intake"])
async def test_other_roles_may_not(
    town: Town, client: httpx.AsyncClient, bearer: Any, role: str
) -> None:
    token = (await bearer(role))["Authorization"].removeprefix("Bearer ")
    for reply in (
        await client.get(f"{OSMAND}/{token}", params=query()),
        await client.get(OSMAND, params=query(id=token)),
    ):
        assert reply.status_code == 403 and reply.json()["error"]["code"] == "not_allowed"
    assert await counted(town) == {}


async def test_a_full_queue_keeps_the_fix(
    town: Town, app: FastAPI, client: httpx.AsyncClient, token: str, monkeypatch: Any
) -> None:
    """503: the app sends it again, and then it is taken."""
    monkeypatch.setattr("dashboard.intake.queue.MAX_WAITING", 1)
    app.state.intake.waiting = 1
    reply = await client.get(f"{OSMAND}/{token}", params=query())
    assert reply.status_code == 503 and int(reply.headers["Retry-After"]) > 0
    app.state.intake.waiting = 0
    assert (await client.get(f"{OSMAND}/{token}", params=query())).json() == CLEAN


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[" * 100_000, 422),
        (b'{"location": {"coords": {"latitude": NaN}}}', 422),
        (b"a=1&" * 200, 422),
        (b"x" * 70_000, 413),
        (b'{"location": [' + b"1," * 6_000 + b"1]}", 413),
        (b"{" + b" " * (3 * 2**20), 413),
    ],
)
async def test_bodies_that_are_no_request(
    town: Town, client: httpx.AsyncClient, token: str, body: bytes, status: int
) -> None:
    reply = await client.post(f"{OSMAND}/{token}", content=body, headers=FORM)
    assert reply.status_code == status, reply.text
    assert set(reply.json()["error"]) == {"code", "message"}
    assert await counted(town) == {}


async def test_little_is_read_before_the_token_is_known(client: httpx.AsyncClient) -> None:
    reply = await client.post(OSMAND, content=b'{"device_id": "' + b"x" * 70_000)
    assert reply.status_code == 413
