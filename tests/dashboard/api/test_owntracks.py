"""The door of OwnTracks in HTTP mode: requests as the app sends them, and worse ones."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dashboard.api.phone_requests import OWNTRACKS, at, counted, message, stored
from tests.factories import Town

Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def send(client: httpx.AsyncClient, token: str) -> Send:
    """As the Android app does: Basic auth, X-Limit-U and X-Limit-D, JSON."""

    async def post(
        body: Any, user: str = "west_worker", password: str = token, **headers: str
    ) -> httpx.Response:
        limits = {"X-Limit-U": user, "X-Limit-D": "phone"} if user else {}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return await client.post(
            OWNTRACKS, content=content, auth=(user, password), headers={**kind, **limits, **headers}
        )

    return post


async def test_a_location(town: Town, send: Send) -> None:
    """The answer is a list of messages for the phone: none."""
    reply = await send(message())
    assert (reply.status_code, reply.json()) == (200, [])
    assert reply.headers["content-type"] == "application/json"
    (fix,) = await stored(town)
    assert (fix["code"], fix["at"], fix["source"]) == ("west_worker", at(), "phones")
    assert (fix["lon"], fix["lat"], fix["accuracy_m"], fix["battery"]) == (112.905, 35.605, 14, 64)
    assert fix["speed_mps"] == pytest.approx(2.5)


async def test_a_batch_with_other_messages(town: Town, send: Send) -> None:
    """Locations go in, the rest is counted beside the sum; what has no type is a broken fix."""
    others = [
        {"_type": "status", "_id": "1", "android": {"wifi": 1}},
        {"_type": "transition", "event": "enter", "lat": 35.605, "lon": 112.905, "tst": 1},
        {"_type": "encrypted", "data": "b64"},
        {"_type": "lwt", "tst": 1},
    ]
    batch = [message(-50), *others, message(-40, vel=-1, batt=-1), {"lat": 1}, 7, message(-50)]
    assert (await send(batch)).json() == []
    assert [fix["at"] for fix in await stored(town)] == [at(-50), at(-40)]
    assert (await stored(town))[1]["speed_mps"] is None
    assert await counted(town) == {"ignored": 4, "accepted": 2, "invalid": 2, "duplicate": 1}
    for empty in (b"", []):
        assert (await send(empty)).json() == []
    assert (await counted(town))["ignored"] == 5


async def test_who_it_is(town: Town, send: Send) -> None:
    """The user name, else the topic's user, else the device, else the tid."""
    reply = await send(message(-50, topic="owntracks/east_worker/phone"))
    assert reply.status_code == 200
    await send(message(-40, topic="owntracks/west_chief/phone", tid="wc"), user="")
    await send(message(-30, topic=None), user="", **{"X-Limit-D": "east_worker"})
    await send(message(-20, topic=5, tid="east_chief"), user="")
    await send(message(-10, topic=None, tid=["x"]), user="")
    await send(message(-5, topic="owntracks"), user="", **{"X-Limit-U": "east_chief"})
    names = ["west_worker", "west_chief", "east_worker", "east_chief", "east_chief"]
    assert [fix["code"] for fix in await stored(town)] == names
    assert await counted(town) == {"accepted": 5, "invalid": 1}


async def test_a_persons_own_token(town: Town, send: Send, bearer: Any) -> None:
    """Without a user name he is meant; with another's he is refused."""
    person = town.people["west_worker"]
    header = await bearer("grid_worker", area="code-west", person_id=person)
    own = header["Authorization"].removeprefix("Bearer ")
    for reply in (
        await send(message(-50), password=own),
        await send(message(-40, topic=None, tid=None), user="", password=own),
        await send(message(-30), user=own, password=own),
        await send(message(-20), user="west_chief", password=own),
    ):
        assert (reply.status_code, reply.json()) == (200, [])
    assert [fix["code"] for fix in await stored(town)] == ["west_worker"] * 3
    assert await counted(town) == {"accepted": 3, "unknown_person": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"lat": None}, {"lon": "x"}, {"lat": 91}, {"tst": None}, {"tst": "NaN"}, {"tst": True},
        {"lat": True}, {"lon": False}, {"acc": True}, {"batt": True},
        {"tst": 1e300}, {"acc": -1}, {"acc": []}, {"vel": "fast"}, {"batt": 101}, {"lon": {}},
    ],
)  # fmt: skip
async def test_a_broken_location_is_dropped_and_counted(
    town: Town, send: Send, change: dict[str, Any]
) -> None:
    reply = await send(message(**change))
    assert (reply.status_code, reply.json()) == (200, [])
    assert await counted(town) == {"invalid": 1}


@pytest.mark.parametrize(("hours", "reason"), [(8, "future"), (-25, "outdated")])
async def test_a_phones_wrong_clock(town: Town, send: Send, hours: int, reason: str) -> None:
    assert (await send(message(hours * 3600.0))).status_code == 200
    assert (await send(message())).status_code == 200
    assert await counted(town) == {reason: 1, "accepted": 1}


async def test_one_user_by_two_tokens(town: Town, send: Send, bearer: Any) -> None:
    header = await bearer("source", source="other", name="other")
    other = header["Authorization"].removeprefix("Bearer ")
    await send(message())
    await send(message(), password=other)
    await send(message(-59, lon=112.919), password=other)
    await send(message(-50), password=other)
    assert [fix["source"] for fix in await stored(town)] == ["phones", "other"]
    assert await counted(town) == {"accepted": 2, "duplicate": 1, "speed": 1}


@pytest.mark.parametrize(
    "header",
    [
        "", "Basic", "Basic ", "Basic ====", "Basic \xff", "Bearer", "Bearer wrong", "Digest x",
        "Basic " + base64.b64encode(b"west_worker:wrong").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
    ],
)  # fmt: skip
async def test_without_a_valid_token(town: Town, client: httpx.AsyncClient, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")} if header else {}
    reply = await client.post(OWNTRACKS, json=message(), headers=headers)
    assert reply.status_code == 401 and reply.json()["error"]["code"] == "unauthenticated"
    assert await counted(town) == {}


async def test_a_full_queue_is_a_503(app: FastAPI, send: Send, monkeypatch: Any) -> None:
    """Not a 429: the app for iOS forgets a fix after any 4xx."""
    monkeypatch.setattr("dashboard.intake.queue.MAX_WAITING", 1)
    app.state.intake.waiting = 1
    assert (await send(message())).status_code == 503
    app.state.intake.waiting = 0
    assert (await send(message())).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"\xff\xfe", 422),
        (b"[" * 100_000, 422),
        (b"[" + b"1," * 6_000 + b"1]", 413),
        (b" " * (3 * 2**20), 413),
    ],
)
async def test_bodies_that_are_no_message(town: Town, send: Send, body: bytes, status: int) -> None:
    reply = await send(body)
    assert reply.status_code == status and set(reply.json()["error"]) == {"code", "message"}
    assert await counted(town) == {}


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MESSAGES = JSON | st.fixed_dictionaries(
    {name: st.just(value) | JSON for name, value in message().items() if name != "_type"}
    | {"_type": st.sampled_from(["location", "status", "", None, 5])}
)
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FUZZ
@given(body=MESSAGES | st.lists(MESSAGES, max_size=4), user=st.sampled_from(["", "west_worker"]))
async def test_every_message_is_accounted_for(town: Town, send: Send, body: Any, user: str) -> None:
    """Never a 500; each is a fix, accepted or rejected, or ignored."""
    before = sum((await counted(town)).values())
    reply = await send(body, user=user)
    assert (reply.status_code, reply.json()) == (200, [])
    messages = len(body) if isinstance(body, list) else 1
    assert sum((await counted(town)).values()) == before + messages


@FUZZ
@given(body=st.binary(max_size=60), given_=st.binary(max_size=40))
async def test_no_bytes_make_a_500(
    client: httpx.AsyncClient, token: str, body: bytes, given_: bytes
) -> None:
    reply = await client.post(OWNTRACKS, content=body, auth=("west_worker", token))
    assert reply.status_code in (200, 422), reply.text
    header = {"Authorization": b"Basic " + given_}
    assert (await client.post(OWNTRACKS, content=body, headers=header)).status_code == 401
