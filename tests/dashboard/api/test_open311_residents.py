"""Open311: residents report without a key, within bounds, and leave what is theirs to know."""

from __future__ import annotations

import asyncio
from itertools import product

import httpx
from fastapi import FastAPI

from data import actors
from data.access import ROLES, SEES_CONTACTS
from data.database import fetch_all
from tests.dashboard.api.open311_requests import V2, counted, events, form, let
from tests.factories import Town


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
