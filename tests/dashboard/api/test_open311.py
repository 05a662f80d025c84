"""Open311: what apps of residents ask and send, in JSON and XML, and the errors of the spec."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import httpx
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dashboard.api.open311_requests import V2, counted, events, form, let
from tests.factories import NOON, Town

REQUEST_FIELDS = {
    *("service_request_id", "status", "status_notes", "service_name", "service_code"),
    *("description", "agency_responsible", "service_notice", "requested_datetime"),
    *("updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat", "long"),
    "media_url",
}


def is_w3(text: str) -> bool:
    return datetime.fromisoformat(text).utcoffset() == timedelta(hours=8)


async def test_the_services_are_the_types_in_both_formats(
    typed: Town, client: httpx.AsyncClient, app: FastAPI
) -> None:
    """Open to anybody; what is asked of a type has a page of its own."""
    found = await client.get(f"{V2}/services.json", headers={"Accept-Language": "en"})
    assert found.headers["content-type"] == "application/json; charset=utf-8"
    litter, wish = found.json()
    assert litter == {
        "service_code": "litter", "service_name": "Litter", "description": "暴露垃圾",
        "metadata": True, "type": "realtime", "keywords": "Litter, 暴露垃圾, Other",
        "group": "Other",
    }  # fmt: skip
    assert wish["metadata"] is False
    page = await client.get(f"{V2}/services.xml")
    assert page.headers["content-type"] == "text/xml; charset=utf-8"
    assert page.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    root = ElementTree.fromstring(page.content)
    assert root.tag == "services" and [one.tag for one in root] == ["service", "service"]
    assert root[0].findtext("service_name") == "暴露垃圾" and root[0].findtext("metadata") == "true"
    assert (await client.get(f"{V2}/services")).text == page.text
    asked = (await client.get(f"{V2}/services/litter.json")).json()
    where, bags = asked["attributes"]
    assert asked["service_code"] == "litter" and where["values"][1] == {
        "key": "park",
        "name": "Park",
    }
    assert (where["order"], where["required"], where["variable"]) == (1, True, True)
    assert bags["datatype"] == "number" and bags["required"] is False
    tree = ElementTree.fromstring((await client.get(f"{V2}/services/litter.xml")).content)
    assert tree.tag == "service_definition"
    assert [one.text for one in tree.findall("attributes/attribute/values/value/key")] == [
        "road",
        "park",
    ]
    let(app, open311_daily=5)
    assert (await client.get(f"{V2}/services.json")).json()[0]["type"] == "batch"
    where_ = (await client.get(f"{V2}/discovery.json")).json()
    assert where_["endpoints"][0]["url"] == "http://test/open311/v2"
    assert where_["endpoints"][0]["formats"] == ["text/xml", "application/json"]


async def test_a_report_is_an_event_with_its_grid_and_time(
    typed: Town, client: httpx.AsyncClient, key: str
) -> None:
    """By its point, with the limit of its type, and found again by its id in both formats."""
    sent = form(**{"api_key": key, "service_code": "litter", "attribute[WHERE]": "park",
        "attribute[BAGS]": "3", "media_url": "http://elsewhere.example/1.jpg",
        "address_string": "Bridge Street 12", "account_id": "u7"})  # fmt: skip
    reply = await client.post(f"{V2}/requests.json", data=sent)
    assert reply.status_code == 201, reply.text
    (said,) = reply.json()
    assert set(said) == {"service_request_id", "service_notice", "account_id"}
    assert said["account_id"] == "u7"
    (row,) = await events(typed)
    assert said["service_request_id"] == str(row["id"])
    assert (row["grid_ids"], row["area_id"]) == ([typed.grids["E-1"]], typed.areas["east"])
    assert row["due_at"] - row["opened_at"] == timedelta(hours=2) and row["opened_at"] == NOON
    assert row["detail"]["open311"]["attributes"] == {"WHERE": "park", "BAGS": "3"}
    one = await client.get(f"{V2}/requests/{row['id']}.json?api_key={key}")
    (found,) = one.json()
    assert set(found) == REQUEST_FIELDS
    assert found["status"] == "open" and found["service_code"] == "litter"
    assert (found["lat"], found["long"]) == (35.605, 112.915)
    assert found["media_url"] == "http://elsewhere.example/1.jpg"
    assert found["address"] == "Bridge Street 12" and found["agency_responsible"] == "east"
    assert is_w3(found["requested_datetime"]) and is_w3(found["expected_datetime"])
    assert found["expected_datetime"] == "2026-07-14T14:00:00+08:00"
    page = await client.get(f"{V2}/requests/{row['id']}.xml?api_key={key}")
    tree = ElementTree.fromstring(page.content)
    assert tree.tag == "service_requests" and {one.tag for one in tree[0]} == REQUEST_FIELDS
    assert tree.findtext("request/description") == "a bench"
    assert "13800001111" not in page.text + one.text and "example.org" not in one.text


async def test_the_same_words_are_one_report_until_it_is_closed(
    typed: Town, client: httpx.AsyncClient, key: str
) -> None:
    """Also at the same moment; what happens again after the end is new."""
    sent = form(api_key=key)
    replies = await asyncio.gather(
        *(client.post(f"{V2}/requests.json", data=sent) for _ in range(5))
    )
    assert sorted(one.status_code for one in replies) == [200, 200, 200, 200, 201]
    assert len({one.json()[0]["service_request_id"] for one in replies}) == 1
    other = await client.post(f"{V2}/requests.json", data=form(api_key=key, description="a tree"))
    assert other.status_code == 201
    async with typed.database.acting(typed.system_id) as link:
        await link.execute("UPDATE event SET closed_at = %s WHERE text = 'a bench'", [NOON])
    again = await client.post(f"{V2}/requests.json", data=sent)
    assert again.status_code == 201 and len(await events(typed)) == 3
    assert (await counted(typed)) == {"received": 7, "accepted": 3, "duplicate": 4}


async def test_what_has_no_point_is_kept(typed: Town, client: httpx.AsyncClient, key: str) -> None:
    """An address in words is enough; nothing at all is not."""
    sent = form(api_key=key, lat="-", long="-", address_string="behind the school")
    assert (await client.post(f"{V2}/requests.json", data=sent)).status_code == 201
    (row,) = await events(typed)
    assert row["geom"] is None and row["address"] == "behind the school"
    assert row["area_id"] == typed.areas["root"]


WRONG: list[tuple[int, dict[str, str]]] = [
    (400, {"service_code": "-"}),
    (404, {"service_code": "no such"}),
    (400, {"lat": "-", "long": "-"}),
    (400, {"lat": "true"}),
    (400, {"lat": "-"}),
    (400, {"lat": "north"}),
    (400, {"lat": "nan"}),
    (400, {"long": "181"}),
    (400, {"description": "x" * 4_001}),
    (400, {"description": "a\0b"}),
    (400, {"service_code": "litter"}),
    (400, {"service_code": "litter", "attribute[WHERE]": "moon"}),
    (400, {"service_code": "litter", "attribute[WHERE]": "road", "attribute[BAGS]": "many"}),
    (404, {"jurisdiction_id": "elsewhere.gov"}),
    (403, {"api_key": "wrong"}),
    (403, {"api_key": "-"}),
]


async def test_what_is_wrong_is_said_in_the_shape_of_the_specification(
    typed: Town, client: httpx.AsyncClient, app: FastAPI, key: str
) -> None:
    """A list of code and description, in both formats; nothing is written, and each is counted."""
    let(app, open311_jurisdiction="town.gov.cn")
    for status, more in WRONG:
        sent = form(**{"api_key": key, "jurisdiction_id": "town.gov.cn", **more})
        reply = await client.post(f"{V2}/requests.json", data=sent)
        assert reply.status_code == status, f"{more}: {reply.text}"
        (error,) = reply.json()
        assert error["code"] == status and error["description"]
        page = await client.post(f"{V2}/requests.xml", data=sent)
        tree = ElementTree.fromstring(page.content)
        assert page.status_code == status and tree.tag == "errors"
        assert tree.findtext("error/code") == str(status) and tree.findtext("error/description")
    assert await events(typed) == []
    assert await counted(typed) == {"received": 28, "invalid": 24, "not_found": 4}
    told = (await client.get("/healthz")).json()["reports"]["open311"]
    assert told == {
        "received": 28, "accepted": 0, "repeated": 0, "rejected": {"invalid": 24, "not_found": 4}
    }  # fmt: skip


async def test_other_paths_and_sizes(typed: Town, client: httpx.AsyncClient, key: str) -> None:
    """Errors of this door keep its shape; a body that is too large is not read to its end."""
    for method, path, status in (
        ("GET", "/nothing.xml", 404), ("DELETE", "/requests.json", 404), ("GET", "/", 404),
        ("GET", "/services/none.json", 404), ("GET", "/services/a%00b.json", 404),
        ("GET", "/tokens/a%00b.json", 404), ("GET", f"/requests/1.json?api_key={key}", 404),
    ):  # fmt: skip
        reply = await client.request(method, V2 + path)
        assert reply.status_code == status, path
        assert ("errors" in reply.text) == path.endswith(("xml", "/")), path
    large = await client.post(f"{V2}/requests.json", data={"description": "x" * 70_000})
    assert (large.status_code, large.json()[0]["code"]) == (413, 413)
    for other in ({"json": form(api_key=key)}, {"data": form(api_key=key), "files": {"a": b"x"}}):
        reply = await client.post(f"{V2}/requests.json", **other)  # type: ignore[arg-type]
        assert reply.status_code == 400 and "urlencoded" in reply.json()[0]["description"]
    many = "&".join(f"attribute[{n}]=1" for n in range(300))
    assert (await client.post(f"{V2}/requests.json", content=many)).status_code == 400
    assert (await client.post(f"{V2}/requests.json", content=b"a=%ff\xff")).status_code == 400


TEXT = st.text(max_size=12)
NAMES = st.sampled_from([*form(), "attribute[WHERE]", "attribute[]", "address_string", "api_key"])
PLAIN = {"suppress_health_check": [HealthCheck.function_scoped_fixture], "deadline": None}


@settings(max_examples=40, **PLAIN)  # type: ignore[arg-type]
@given(
    fields=st.dictionaries(NAMES | TEXT, TEXT | st.floats().map(str), max_size=5),
    raw=st.binary(max_size=40),
    path=st.sampled_from(["requests.json", "requests.xml", "requests", "services", "tokens/"]),
    query=st.dictionaries(
        st.sampled_from(["status", "page", "start_date", "end_date", "service_request_id"]),
        TEXT | st.integers().map(str), max_size=3,
    ),
)  # fmt: skip
async def test_no_request_makes_a_500(
    typed: Town, client: httpx.AsyncClient, key: str, fields: Any, raw: bytes, path: str, query: Any
) -> None:
    """Whatever comes, by whichever method."""
    sent = form(**{"api_key": key, **fields})
    replies = [
        await client.post(f"{V2}/{path}", data=sent),
        await client.post(f"{V2}/{path}", content=raw),
        await client.get(f"{V2}/{path}", params={"api_key": key, **query}),
    ]
    for reply in replies:
        assert reply.status_code in (200, 201, 400, 403, 404), reply.text
        if reply.headers["content-type"].startswith("text/xml"):
            ElementTree.fromstring(reply.content)
