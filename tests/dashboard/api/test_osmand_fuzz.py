"""The door of OsmAnd and Traccar Client under whatever comes: no 500, every fix accounted for."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dashboard.api.phone_requests import FORM, OSMAND, counted, epoch, location, query
from tests.factories import Town

VALUES = st.sampled_from(
    [
        "west_worker",
        "35.605",
        "112.905",
        str(epoch()),
        str(epoch() * 1000),
        "NaN",
        "-1",
        "",
        "1e309",
    ]
) | st.text(max_size=12)
KEYS = st.sampled_from(sorted(query())) | st.sampled_from(["deviceid", "speed_unit"]) | st.text()
QUERIES = st.lists(st.tuples(KEYS, VALUES), max_size=12)
NEARLY = st.fixed_dictionaries(
    {name: st.just(value) | VALUES for name, value in query().items()}
).map(lambda said: list(said.items()))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(VALUES, inner, max_size=3),
    max_leaves=8,
)
COORDS = {name: st.just(value) | JSON for name, value in location()["coords"].items()}
LOCATIONS = JSON | st.fixed_dictionaries(
    {
        "timestamp": st.just(location()["timestamp"]) | JSON,
        "coords": st.fixed_dictionaries(COORDS) | JSON,
        "battery": st.fixed_dictionaries({"level": st.just(0.5) | JSON}) | JSON,
    }
)
BODIES = st.fixed_dictionaries(
    {
        "location": LOCATIONS | st.lists(LOCATIONS, max_size=4),
        "device_id": st.just("west_worker") | JSON,
    }
)
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def received(town: Town) -> int:
    return sum((await counted(town)).values())


@FUZZ
@given(pairs=QUERIES | NEARLY, post=st.booleans())
async def test_any_query_is_one_fix(
    town: Town, client: httpx.AsyncClient, token: str, pairs: list[tuple[str, str]], post: bool
) -> None:
    """Never a 500; accepted or rejected, and counted."""
    before = await received(town)
    said = urlencode(pairs)
    if post:
        reply = await client.post(f"{OSMAND}/{token}", content=said, headers=FORM)
    else:
        reply = await client.get(f"{OSMAND}/{token}?{said}")
    assert reply.status_code == 200, reply.text
    answer = reply.json()
    assert answer["accepted"] + len(answer["rejected"]) == 1
    assert await received(town) == before + 1


@FUZZ
@given(body=BODIES)
async def test_any_json_is_as_many_fixes_as_it_has_locations(
    town: Town, client: httpx.AsyncClient, token: str, body: dict[str, Any]
) -> None:
    before = await received(town)
    reply = await client.post(f"{OSMAND}/{token}", content=json.dumps(body).encode())
    assert reply.status_code == 200, reply.text
    fixes = 1
    if isinstance(body["location"], list) and isinstance(body["device_id"], str | None):
        fixes = len(body["location"])
    answer = reply.json()
    assert answer["accepted"] + len(answer["rejected"]) == fixes
    assert await received(town) == before + fixes


@FUZZ
@given(body=st.binary(max_size=80), path=st.text(max_size=20))
async def test_no_body_and_no_path_makes_a_500(
    client: httpx.AsyncClient, token: str, body: bytes, path: str
) -> None:
    assert (await client.post(f"{OSMAND}/{token}", content=body)).status_code in (200, 422)
    reply = await client.post(f"{OSMAND}/{quote(path, safe='')}")
    assert reply.status_code in (307, 401, 404)
