"""The door of OwnTracks under whatever comes: no 500, and the phones' account can be written."""

from __future__ import annotations

import json
from typing import Any

import httpx
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dashboard.api.phone_requests import OSMAND, OWNTRACKS, counted, message, query
from tests.dashboard.api.test_osmand_fuzz import FUZZ, JSON, received
from tests.factories import Town

FIELDS = {name: st.just(value) | JSON for name, value in message().items()}
MESSAGES = st.fixed_dictionaries(FIELDS) | JSON
LESS = settings(FUZZ, max_examples=30)
# What a header of HTTP can hold at all: printable ASCII.
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120)
CODES = st.text(max_size=120) | st.sampled_from(["west_worker", "\0", "\ud7ff", "x" * 101])


@LESS
@given(body=st.lists(MESSAGES, max_size=4) | MESSAGES, device=st.none() | NAMES)
async def test_any_json_is_locations_and_other_messages(
    app: FastAPI,
    town: Town,
    client: httpx.AsyncClient,
    token: str,
    body: Any,
    device: str | None,
) -> None:
    """Each message is a fix that is judged, or is counted as ignored."""
    before = await received(town)
    headers = {} if device is None else {"X-Limit-D": device}
    content = json.dumps(body).encode()
    reply = await client.post(OWNTRACKS, content=content, headers=headers, auth=("", token))
    assert (reply.status_code, reply.json()) == (200, [])
    assert await received(town) == before + (len(body) if isinstance(body, list) else 1)
    await app.state.phone_door.write()


@LESS
@given(code=CODES, user=NAMES)
async def test_any_device_id_has_an_account_or_none(
    app: FastAPI, client: httpx.AsyncClient, token: str, code: str, user: str
) -> None:
    reply = await client.get(f"{OSMAND}/{token}", params=query(id=code))
    assert reply.status_code == 200
    user = user.replace(":", "")
    reply = await client.post(OWNTRACKS, json=message(), auth=(user, token))
    assert reply.status_code == 200
    await app.state.phone_door.write()


@LESS
@given(body=st.binary(max_size=80), password=st.text(max_size=20))
async def test_no_body_and_no_password_makes_a_500(
    town: Town, client: httpx.AsyncClient, token: str, body: bytes, password: str
) -> None:
    reply = await client.post(OWNTRACKS, content=body, auth=("west_worker", token))
    assert reply.status_code in (200, 422)
    reply = await client.post(OWNTRACKS, json=message(), auth=("west_worker", password))
    assert reply.status_code == 401
    assert "received" not in await counted(town)
