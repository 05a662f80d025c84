"""Open311: which requests are found, and who may read and report what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from psycopg.types.json import Jsonb

from data.access import ROLES
from tests.dashboard.api.open311_requests import V2, form, let
from tests.factories import NOON, Town, value


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
