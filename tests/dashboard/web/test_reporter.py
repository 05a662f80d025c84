"""Who reported, over the real wire: masked on the card, in clear by a request that is recorded."""

from __future__ import annotations

from typing import Any

import httpx

from data.access import ROLES
from data.access import Permission as P
from data.database import fetch_all
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town
from tests.serving import Served

FORM = {
    "service_code": "t",
    "lat": "35.605",
    "long": "112.905",
    "description": "a lamp is out",
    "first_name": "三",
    "last_name": "张",
    "phone": "13812341234",
    "email": "zs@example.org",
}
CLEAR = {"name": "张三", "phone": "13812341234", "email": "zs@example.org"}
MASKED = {"name": "张**", "phone": "138****1234", "email": "z***@example.org"}
SECRETS = ("13812341234", "zs@example.org", "张三")


async def looks(town: Town) -> list[dict[str, Any]]:
    async with town.database.acting(town.system_id) as link:
        return await fetch_all(
            link, "SELECT actor_id, object, detail FROM audit WHERE action = 'see_reporter'"
        )


async def reported(web: Served, bearer: Bearer) -> int:
    async with web.client(headers=await bearer("source", source="city-app")) as client:
        answer = await client.post("/open311/v2/requests.json", data=FORM)
        assert answer.status_code == 201, answer.text
        return int(answer.json()[0]["service_request_id"])


async def test_a_contact_is_masked_until_somebody_looks(
    web: Served, town: Town, bearer: Bearer
) -> None:
    """Those who see contacts in the area, each look recorded; nobody else, least of all a wall."""
    id_ = await reported(web, bearer)
    looked = 0
    for role in sorted(set(ROLES) - {"system"}):
        async with web.client(headers=await bearer(role, name=role)) as client:
            card = await client.get(f"/api/card/event/{id_}")
            assert not any(secret in card.text for secret in SECRETS), role
            look = await client.post(f"/api/card/event/{id_}/reporter")
        sees = P.SEE_CONTACTS in ROLES[role]
        if P.VIEW in ROLES[role]:
            assert card.json().get("reporter") == (MASKED if sees else None), role
        assert look.status_code == (200 if sees else 403), role
        if sees:
            looked += 1
            assert look.json() == {"reporter": CLEAR}
            assert look.headers["cache-control"] == "private, no-store"
    audit = await looks(town)
    assert len(audit) == looked == len({row["actor_id"] for row in audit})
    assert {row["object"] for row in audit} == {f"event:{id_}"}
    assert audit[0]["detail"] == {"fields": ["email", "name", "phone"]}


async def _missing(client: httpx.AsyncClient, id_: int) -> None:
    assert (await client.post(f"/api/card/event/{id_}/reporter")).status_code == 404


async def test_what_is_not_there_is_not_a_look(web: Served, town: Town, bearer: Bearer) -> None:
    """Another area's, an unknown one, one that was forgotten: nothing shown, nothing recorded."""
    id_ = await reported(web, bearer)
    async with web.client(headers=await bearer("community_officer", area="code-east")) as east:
        await _missing(east, id_)
    async with web.client(headers=await bearer("duty_officer")) as client:
        await _missing(client, 999_999)
        async with town.database.acting(town.system_id) as link:
            await link.execute("UPDATE reporter SET contact = '{}'")
        await _missing(client, id_)
        assert (await client.get(f"/api/card/event/{id_}")).json()["reporter"] == {}
    assert await looks(town) == []
