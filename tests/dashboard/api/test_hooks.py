"""Webhooks: what other people's systems post in words of their own, signed or by a token."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.actors import ensure_source
from data.database import fetch_all
from data.events import hooks
from data.events.hooks import Hook, WrongSignature
from data.events.mapping import Mapping
from tests.factories import NOON, Town

MAPPING: dict[str, Any] = {
    "items": "data.cases",
    "map": {
        "id": "caseId", "type": "kind.code", "time": "at", "text": "title+body", "lon": "pos[0]",
        "lat": "pos[1]", "address": "place", "severity": "level", "closed": "doneAt",
        "updated": "changedAt",
    },
    "constants": {"type": "wish"},
    "values": {"type": {"3": "litter"}},
}  # fmt: skip
AT = "2026-07-14 11:30:00"  # the site's own time, as such systems write it


@pytest.fixture
async def typed(town: Town) -> Town:
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO event_type (code, name_zh, name_en, limit_s)"
            " VALUES ('litter', '暴露垃圾', 'Litter', 7200), ('wish', '心愿', 'Wish', NULL)"
        )
    return town


@pytest.fixture
async def url(typed: Town, bearer: Any) -> str:
    """The address of a source with its mapping; the token stands in it."""
    header = await bearer("source", source="cameras", area="code-east")
    async with typed.database.acting(typed.system_id) as link:
        (source,) = await fetch_all(link, "SELECT id FROM source WHERE name = 'cameras'")
        await hooks.set_mapping(link, source["id"], MAPPING)
    return "/api/hooks/" + str(header["Authorization"].removeprefix("Bearer "))


def case(key: Any = "c-1", **more: Any) -> dict[str, Any]:
    said = {
        "caseId": key, "kind": {"code": 3}, "at": AT, "title": "bags", "body": "at the gate",
        "pos": [112.915, 35.605], "place": "Bridge Street", "level": 2,
    }  # fmt: skip
    return {name: one for name, one in {**said, **more}.items() if one is not ...}


def body(*cases: Any) -> dict[str, Any]:
    return {"data": {"cases": list(cases)}}


async def events(town: Town) -> list[dict[str, Any]]:
    async with town.database.acting(town.system_id) as link:
        return await fetch_all(link, "SELECT * FROM event ORDER BY id")


async def counted(town: Town) -> dict[str, int]:
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT reason, n FROM intake_counter WHERE door = 'hooks'")
    return {row["reason"]: row["n"] for row in rows}


async def test_their_words_become_our_event(
    typed: Town, client: httpx.AsyncClient, url: str
) -> None:
    """Their code is our type, their local time ours, and the point finds its grid."""
    reply = await client.post(url, json=body(case()))
    assert reply.json() == {"accepted": 1, "repeated": 0, "rejected": []}, reply.text
    (row,) = await events(typed)
    assert row["source_key"] == "c-1" and row["text"] == "bags\nat the gate"
    assert row["opened_at"] == datetime(2026, 7, 14, 3, 30, tzinfo=UTC)
    assert row["grid_ids"] == [typed.grids["E-1"]] and row["detail"] == {"severity": "2"}
    assert row["due_at"] - row["opened_at"] == timedelta(hours=2)
    later = case("c-2", kind=..., at=NOON.timestamp() * 1000, pos=..., title=None)
    assert (await client.post(url, json=body(later))).json()["accepted"] == 1
    row = (await events(typed))[1]
    assert row["opened_at"] == NOON and row["geom"] is None and row["text"] == "at the gate"
    assert row["area_id"] == typed.areas["east"], "unlocated: the area of the source"


async def test_once_changed_and_closed(typed: Town, client: httpx.AsyncClient, url: str) -> None:
    """The same again costs nothing, also in parallel; newer words count, older ones do not."""
    first = case(changedAt="2026-07-14T11:31:00+08:00")
    replies = await asyncio.gather(*(client.post(url, json=body(first)) for _ in range(5)))
    assert sorted(one.json()["accepted"] for one in replies) == [0, 0, 0, 0, 1]
    newer = case(body="gone", kind={"code": "wish"}, pos=[112.9151, 35.605],
                 changedAt="2026-07-14T11:40:00+08:00")  # fmt: skip
    assert (await client.post(url, json=body(newer))).json()["accepted"] == 1
    older = case(body="old", changedAt="2026-07-14T11:35:00+08:00")
    same = case(body="no time said")
    assert (await client.post(url, json=body(older, same, newer))).json()["repeated"] == 3
    (row,) = await events(typed)
    assert row["text"] == "bags\ngone" and row["due_at"] is None and row["original_lon"] == 112.9151
    done = case(doneAt=NOON.isoformat(), changedAt="2026-07-14T11:50:00+08:00")
    assert (await client.post(url, json=body(done))).json()["accepted"] == 1
    await client.post(url, json=body(case(body="late", changedAt="2026-07-14T11:58:00+08:00")))
    (row,) = await events(typed)
    assert row["closed_at"] == NOON and row["text"] == "bags\nat the gate"
    async with typed.database.acting(typed.system_id) as link:
        log = await fetch_all(link, "SELECT action FROM event_log ORDER BY id")
    assert [one["action"] for one in log] == ["report", "update", "update", "close"]


async def test_a_source_that_repeats_itself_costs_three_statements_a_time(
    typed: Town, client: httpx.AsyncClient, url: str
) -> None:
    """Nothing is written but the counter: no row, no id, no line of the log."""
    repeated = body(*[case()] * 500)
    assert (await client.post(url, json=repeated)).json() == {
        "accepted": 1, "repeated": 499, "rejected": []
    }  # fmt: skip
    assert await counted(typed) == {"received": 500, "accepted": 1, "duplicate": 499}
    await client.post(url, json=body(case("c-2")))
    one, two = await events(typed)
    assert two["id"] == one["id"] + 1, "repetitions use up no ids"


WRONG: list[tuple[Any, str, str | None]] = [
    ("text", "no_object", ""),
    (case(caseId=...), "missing", "id"),
    (case(caseId={"a": 1}), "no_scalar", "id"),
    (case("x" * 201), "too_long", "id"),
    (case(title="a\0b"), "bad_text", "text"),
    (case(pos=["east", 35.6]), "bad_number", "lon"),
    (case(pos=[112.9, True]), "bad_number", "lat"),
    (case(pos=[112.9]), "missing", "lat"),
    (case(at="yesterday"), "bad_time", "time"),
    (case(at=1e300), "bad_time", "time"),
    (case(kind={"code": "none"}), "unknown_type", None),
    (case(at="2026-07-14T13:00:00+08:00"), "invalid", None),
    (case(pos=[500, 35.6]), "invalid", None),
    (case(pos=[112.905, 35.605]), "outside_scope", None),
]


async def test_what_is_rejected_is_said_and_counted_and_stops_nothing(
    typed: Town, client: httpx.AsyncClient, url: str
) -> None:
    """Each with its index, reason and words; the good one among them is taken."""
    reply = await client.post(
        url, json=body(*(one for one, _, _ in WRONG), case()), headers={"Accept-Language": "en"}
    )
    said = reply.json()
    assert (reply.status_code, said["accepted"]) == (200, 1)
    found = [(one["index"], one["reason"], one.get("field")) for one in said["rejected"]]
    assert found == [(n, reason, field) for n, (_, reason, field) in enumerate(WRONG)]
    assert all(one["message"] for one in said["rejected"])
    counts = await counted(typed)
    assert counts.pop("received") == len(WRONG) + 1 == sum(counts.values())
    assert len(await events(typed)) == 1


async def test_who_may_post(typed: Town, client: httpx.AsyncClient, url: str, bearer: Any) -> None:
    """By a token here or there; for one's own source only; a kiosk never."""
    token = url.rpartition("/")[2]
    header = {"Authorization": f"Bearer {token}"}
    named = "/api/hooks/cameras"
    for address, headers, status in (
        (named, header, 200),
        (named, {}, 401),
        ("/api/hooks/none", {}, 401),
        ("/api/hooks/none", {"Authorization": "Bearer none"}, 401),
        (f"/api/hooks/{token}x", {}, 401),
        ("/api/hooks/a%00b", {}, 401),
        ("/api/hooks/elsewhere", header, 403),
        (named, await bearer("kiosk"), 403),
        (named, await bearer("intake"), 200),
        ("/api/hooks/none", await bearer("source", source="unmapped"), 400),
    ):
        reply = await client.post(address, json=body(case()), headers=headers)
        assert reply.status_code == status, f"{address}: {reply.text}"
        assert status == 200 or reply.json()["error"]["message"]
    assert len(await events(typed)) == 1
    assert (await client.post(url, content=b"{")).status_code == 422
    assert (await client.post(url, content=b" " * 1_100_000)).status_code == 413
    many = await client.post(url, json=body(*[1] * 501))
    assert many.status_code == 422


async def test_a_signed_source(typed: Town, client: httpx.AsyncClient, url: str) -> None:
    """Then the name of the source is enough, and its token alone is not."""
    async with typed.database.acting(typed.system_id) as link:
        await hooks.set_signature(link, "cameras", "s3cret", "X-Sign", "X-Time")
    sent = json.dumps(body(case())).encode()

    def headers(at: float, secret: bytes = b"s3cret", encode: Any = bytes.hex) -> dict[str, str]:
        said = str(int(at))
        digest = hmac.digest(secret, said.encode() + b"." + sent, hashlib.sha256)
        return {"X-Time": said, "X-Sign": "sha256=" + encode(digest)}

    now = time.time()
    for wrong in ({}, headers(now, b"other"), headers(now - 400), headers(now + 400),
                  {**headers(now), "X-Time": str(int(now) - 1)}, {"X-Time": "x", "X-Sign": "x"},
                  {**headers(now), "X-Sign": "ü" * 64}):  # fmt: skip
        for address in (url, "/api/hooks/cameras"):
            encoded = {name: one.encode() for name, one in wrong.items()}
            reply = await client.post(address, content=sent, headers=encoded)
            assert reply.json()["error"]["code"] == "wrong_signature", reply.text
            assert reply.status_code == 403
    assert await events(typed) == []
    signed = headers(now, encode=lambda one: base64.b64encode(one).decode())
    reply = await client.post("/api/hooks/cameras", content=sent, headers=signed)
    assert reply.json()["accepted"] == 1
    assert (await client.post(url, content=sent, headers=headers(now))).json()["repeated"] == 1


async def test_who_may_not_post_sends_no_body(
    typed: Town, client: httpx.AsyncClient, url: str, bearer: Any
) -> None:
    """A token, the time and the presence of a signature are judged before a byte is read."""
    async with typed.database.acting(typed.system_id) as link:
        await hooks.set_mapping(link, await ensure_source(link, "lamps"), MAPPING)
        await hooks.set_signature(link, "lamps", "s3cret", "X-Sign", "X-Time")
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b" " * 1_000

    old = {"X-Time": str(int(time.time()) - 400), "X-Sign": "0" * 64}
    for address, headers, status in (
        (f"{url}x", {}, 401),
        ("/api/hooks/cameras", {}, 401),
        ("/api/hooks/cameras", {"Authorization": "Bearer none"}, 401),
        ("/api/hooks/cameras", await bearer("kiosk"), 403),
        ("/api/hooks/elsewhere", {"Authorization": f"Bearer {url.rpartition('/')[2]}"}, 403),
        ("/api/hooks/none", await bearer("source", source="unmapped"), 400),
        ("/api/hooks/lamps", {}, 403),
        ("/api/hooks/lamps", {"X-Time": str(int(time.time()))}, 403),
        ("/api/hooks/lamps", old, 403),
    ):
        reply = await client.post(address, content=endless(), headers=headers)
        assert (reply.status_code, read) == (status, 0), f"{address}: {reply.text}"
    reply = await client.post(url, content=endless())
    assert reply.status_code == 413 and read > 1_000


def test_a_signature_without_time_is_of_the_body_alone() -> None:
    hook = Hook(1, "n", Mapping(), "k", "X-Hub-Signature-256", None)
    good = hmac.digest(b"k", b"{}", hashlib.sha256).hex()
    hooks.verify(hook, b"{}", {"x-hub-signature-256": f"sha256={good}"}, NOON)
    with pytest.raises(WrongSignature):
        hooks.verify(hook, b"{ }", {"x-hub-signature-256": f"sha256={good}"}, NOON)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
KEYS = st.sampled_from([*case(), "doneAt", "changedAt", "code"])
THINGS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(fields=st.dictionaries(KEYS, THINGS, max_size=5), whole=THINGS)
async def test_no_body_makes_a_500(
    typed: Town, client: httpx.AsyncClient, url: str, fields: Any, whole: Any
) -> None:
    """Whatever comes, in an item or as the body."""
    for sent in (body({**case(), **fields}), whole):
        reply = await client.post(url, content=json.dumps(sent).encode())
        assert reply.status_code in (200, 422), reply.text
