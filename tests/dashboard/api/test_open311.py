"""Open311: what apps of residents ask and send, in JSON and XML, and the errors of the spec."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from data import actors
from data.access import ROLES, SEES_CONTACTS
from data.database import fetch_all
from data.events import attributes, types
from tests.factories import NOON, Town, value

V2 = "/open311/v2"
ASKED = [
    {"code": "WHERE", "datatype": "singlevaluelist", "required": True, "description": "Where?",
     "values": [{"key": "road", "name": "Road"}, {"key": "park", "name": "Park"}]},
    {"code": "BAGS", "datatype": "number"},
]  # fmt: skip
REQUEST_FIELDS = {
    *("service_request_id", "status", "status_notes", "service_name", "service_code"),
    *("description", "agency_responsible", "service_notice", "requested_datetime"),
    *("updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat", "long"),
    "media_url",
}


@pytest.fixture
async def typed(town: Town) -> Town:
    """Litter has a limit of two hours and questions; a wish has neither."""
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO event_type (code, name_zh, name_en, limit_s) VALUES"
            " ('litter', '暴露垃圾', 'Litter', 7200), ('wish', '心愿', 'Wish', NULL)"
        )
        await types.set_attributes(link, "litter", attributes.read(ASKED))
    return town


@pytest.fixture
async def key(typed: Town, bearer: Any) -> str:
    header = await bearer("source", source="city-app")
    return str(header["Authorization"].removeprefix("Bearer "))


def form(**more: str) -> dict[str, str]:
    said = {
        "service_code": "wish", "lat": "35.605", "long": "112.915", "description": "a bench",
        "first_name": "三", "phone": "13800001111", "email": "san@example.org",
    }  # fmt: skip
    return {name: value for name, value in {**said, **more}.items() if value != "-"}


def is_w3(text: str) -> bool:
    return datetime.fromisoformat(text).utcoffset() == timedelta(hours=8)


async def events(town: Town) -> list[dict[str, Any]]:
    async with town.database.acting(town.system_id) as link:
        return await fetch_all(link, "SELECT * FROM event ORDER BY id")


async def counted(town: Town, door: str = "open311") -> dict[str, int]:
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT reason, n FROM intake_counter WHERE door = %s", [door])
    return {row["reason"]: row["n"] for row in rows}


def let(app: FastAPI, **settings_: Any) -> None:
    """Change what the site lets anybody do, as all processes hear it."""
    app.state.clock.site = replace(app.state.clock.site, **settings_)


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


async def _stock(town: Town) -> list[int]:
    """Two of last week, one of them closed; one of four months ago; one of another source."""
    async with town.database.acting(town.system_id) as link:
        await link.execute(
            "INSERT INTO source (name, area_id) VALUES ('hotline', %s)", [town.areas["root"]]
        )
        return [
            await value(
                link,
                "INSERT INTO event (source_id, source_key, type_id, area_id, opened_at,"
                " closed_at,"
                " text, geom, address, detail) SELECT s.id, %s, t.id, %s, %s, %s,"
                " 'Mrs Li, 13900002222', ST_SetSRID(ST_MakePoint(112.90512, 35.60534), 4326),"
                " 'Bridge Street 12, flat 3', %s"
                " FROM source s, event_type t WHERE s.name = %s AND t.code = %s RETURNING id",
                [f"k{n}", town.areas[area], NOON - timedelta(days=days),
                 NOON - timedelta(days=1) if closed else None, Jsonb(detail), source, code],
            )
            for n, (days, closed, source, code, area, detail) in enumerate([
                (3, False, "city-app", "wish", "west", {"open311": {}}),
                (5, True, "city-app", "litter", "west", {"open311": {}}),
                (120, False, "city-app", "wish", "west", {"open311": {}}),
                (4, False, "hotline", "wish", "east", {}),
            ])
        ]  # fmt: skip


async def test_requests_are_found_by_all_filters(
    typed: Town, client: httpx.AsyncClient, key: str, bearer: Any
) -> None:
    """A source reads what it reported, an office what lies in its area."""
    a, b, old, other = await _stock(typed)
    start, end = NOON - timedelta(days=130), NOON - timedelta(days=60)

    async def ids(query: str, **headers: str) -> list[int]:
        named = "" if headers else f"&api_key={key}"
        found = await client.get(f"{V2}/requests.json?{query}{named}", headers=headers)
        assert found.status_code == 200, found.text
        return [int(one["service_request_id"]) for one in found.json()]

    assert await ids("") == [a, b]
    assert await ids("status=open") == [a] and await ids("status=closed") == [b]
    assert await ids("status=open,closed") == await ids("status=open&status=closed") == [a, b]
    assert await ids("service_code=litter,none") == [b] and await ids("service_code=none") == []
    assert await ids(f"service_request_id={old},{b}&status=open") == [b, old]
    assert await ids(f"service_request_id={other},99999999999999,x") == []
    assert await ids(f"start_date={start.isoformat()}".replace("+", "%2B")) == [old]
    assert await ids(f"end_date={end.date()}") == [old]
    assert await ids(f"start_date={start.date()}&end_date={end.isoformat()}") == [old]
    assert await ids("page_size=1") == [a] and await ids("page_size=1&page=2") == [b]
    assert await ids("page=3") == []
    assert await ids("", **await bearer("duty_officer")) == [a, other, b]
    assert await ids("", **await bearer("kiosk", area="code-east")) == [other]
    west = await bearer("intake", area="code-west")
    assert await ids(f"service_request_id={other},{a}", **west) == [a]
    hidden = await client.get(f"{V2}/requests/{other}.json", headers=west)
    assert hidden.status_code == 404 and hidden.json()[0]["code"] == 404
    found = (await client.get(f"{V2}/requests/{b}.json?api_key={key}")).json()[0]
    assert found["status"] == "closed" and found["service_name"] == "暴露垃圾"
    for wrong in ("status=done", "start_date=soon", "page=0", "page_size=1001", "page=x",
                  "start_date=2026-01-01&end_date=2026-05-01",
                  "start_date=2026-05-01&end_date=2026-01-01", "start_date=0001-01-01",
                  "start_date=2026-01-01&start_date=2026-02-01"):  # fmt: skip
        reply = await client.get(f"{V2}/requests.json?{wrong}&api_key={key}")
        assert reply.status_code == 400 and reply.json()[0]["description"], wrong


async def test_who_may_read_and_report_what(
    typed: Town, client: httpx.AsyncClient, app: FastAPI, bearer: Any
) -> None:
    """Each role by its own permission; anybody sees services alone, until the site says more."""
    await bearer("source", source="city-app")
    a, b, _, other = await _stock(typed)
    for role in sorted(set(ROLES) - {"system"}):
        header = await bearer(role, name=f"o-{role}")
        may_read = role not in ("grid_worker",)
        read = await client.get(f"{V2}/requests.json", headers=header)
        assert read.status_code == (200 if may_read else 403), role
        said = await client.post(f"{V2}/requests.json", data=form(description=role), headers=header)
        assert said.status_code == (403 if role == "kiosk" else 201), f"{role}: {said.text}"
    assert (await client.get(f"{V2}/requests.json")).status_code == 403
    assert (await client.get(f"{V2}/requests/{a}.xml")).status_code == 403
    assert (await client.get(f"{V2}/tokens/nothing.json")).status_code == 404
    let(app, open311_public=True)
    page = await client.get(f"{V2}/requests.json?status=open")
    ids = {int(one["service_request_id"]) for one in page.json()}
    assert a in ids and not {b, other} & ids, "only what came in by this door"
    (one,) = (await client.get(f"{V2}/requests/{a}.json")).json()
    assert (one["lat"], one["long"]) == (35.605, 112.905) and one["status"] == "open"
    assert one["description"] is one["address"] is one["media_url"] is None
    assert "13900002222" not in page.text and "Bridge" not in page.text
    assert (await client.get(f"{V2}/requests/{other}.json")).status_code == 404


async def test_residents_report_without_a_key_where_the_site_lets_them(
    typed: Town, client: httpx.AsyncClient, app: FastAPI
) -> None:
    """By receipt; at most so many a day for all, and so many in ten minutes from one address."""
    assert (await client.post(f"{V2}/requests.json", data=form())).status_code == 403
    let(app, open311_daily=2)
    first = await client.post(f"{V2}/requests.json", data=form())
    (mine,) = first.json()
    assert first.status_code == 201 and "service_request_id" not in mine
    again = await client.post(f"{V2}/requests.json", data=form())
    assert again.status_code == 200 and again.json() == first.json()
    id_ = (await client.get(f"{V2}/tokens/{mine['token']}.json")).json()[0]["service_request_id"]
    found = await client.get(f"{V2}/requests/{id_}.json?token={mine['token']}")
    assert found.status_code == 200 and found.json()[0]["description"] == "a bench"
    assert (await client.get(f"{V2}/requests.json?token={mine['token']}")).status_code == 403
    (row,) = await events(typed)
    assert str(row["id"]) == id_
    for text, status in (("second", 201), ("third", 429), ("fourth", 429), ("fifth", 429)):
        reply = await client.post(f"{V2}/requests.json", data=form(description=text))
        assert reply.status_code == status, reply.text
    said = await client.post(f"{V2}/requests.json", data=form(), headers={"Accept-Language": "en"})
    assert said.status_code == 429 and "came from your address" in said.json()[0]["description"]
    assert len(await events(typed)) == 2
    counts = await counted(typed)
    assert (counts["accepted"], counts["enough_for_today"]) == (2, 3)


async def test_the_day_bound_holds_in_parallel(
    typed: Town, client: httpx.AsyncClient, app: FastAPI
) -> None:
    """Five at the same moment, three places left."""
    let(app, open311_daily=3)
    replies = await asyncio.gather(
        *(client.post(f"{V2}/requests.json", data=form(description=str(n))) for n in range(5))
    )
    assert sorted(one.status_code for one in replies) == [201, 201, 201, 429, 429]
    assert len(await events(typed)) == 3


async def test_contacts_of_residents_are_for_those_who_see_contacts(
    typed: Town, client: httpx.AsyncClient, app: FastAPI
) -> None:
    """The policy hides them in the store itself, also from the neighbours' officer."""
    let(app, open311_daily=3)
    assert (await client.post(f"{V2}/requests.json", data=form())).status_code == 201
    for role, area in product(sorted(set(ROLES) - {"system"}), ("code-east", "code-west")):
        async with typed.database.acting(typed.system_id) as link:
            actor, _ = await actors.create_token(link, role=role, area=area, name=f"{role}{area}")
        async with typed.database.acting(actor.id) as link:
            rows = await fetch_all(link, "SELECT contact FROM reporter")
        seen = area == "code-east" and role in SEES_CONTACTS
        assert len(rows) == seen, (role, area)
        assert not rows or rows[0]["contact"]["phone"] == "13800001111"


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
