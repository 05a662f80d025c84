"""What lies in another community is nowhere to be seen, and numbers only by who may see them."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from data import actors
from data.access import ROLES, Permission
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town, value
from tests.serving import Served


async def _events(town: Town) -> dict[str, int]:
    async with town.database.acting(town.system_id) as link:
        source = await actors.ensure_source(link, "hotline")
        return {
            name: await value(
                link,
                "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom,"
                " opened_at, address) VALUES (%s, %s, 1, %s, %s,"
                " ST_SetSRID(ST_MakePoint(%s, 35.605), 4326), %s, %s) RETURNING id",
                [
                    source, name, town.areas[name], [town.grids[f"{name[0].upper()}-1"]],
                    112.905 if name == "west" else 112.915, datetime.now(UTC), f"road of {name}",
                ],
            )
            for name in ("west", "east")
        }  # fmt: skip


@pytest.mark.parametrize("role", ["community_officer", "kiosk", "duty_officer"])
@pytest.mark.parametrize(("mine", "other"), [("west", "east"), ("east", "west")])
async def test_the_other_community_is_nowhere_to_be_seen(
    web: Served, bearer: Bearer, town: Town, role: str, mine: str, other: str
) -> None:
    events = await _events(town)
    async with town.database.acting(town.system_id) as link:
        facilities = {
            name: await value(
                link,
                "WITH k AS (INSERT INTO facility_kind VALUES ('hall', '站', 'Hall') ON CONFLICT DO"
                " NOTHING) INSERT INTO facility (code, kind, name, area_id, geom, service_radius_m)"
                " VALUES (%s, 'hall', %s, %s, ST_SetSRID(ST_MakePoint(112.91, 35.605), 4326), 3000)"
                " RETURNING id",
                [name, f"hall of {name}", town.areas[name]],
            )
            for name in ("west", "east")
        }
    ids = {
        "grid": {n: town.grids[f"{n[0].upper()}-1"] for n in ("west", "east")},
        "person": {n: town.people[f"{n}_worker"] for n in ("west", "east")},
        "event": events,
        "facility": facilities,
    }
    async with web.client(headers=await bearer(role, area=f"code-{mine}")) as client:
        for kind, found in ids.items():
            own = await client.get(f"/api/card/{kind}/{found[mine]}")
            assert own.status_code == 200, own.text
            assert other not in own.text and f"{other[0].upper()}-1" not in own.text
            assert (await client.get(f"/api/card/{kind}/{found[other]}")).status_code == 404
            if kind != "facility" or role != "kiosk":
                await _check_phones(client, own, role)
            click = {"request_key": f"{kind}-{mine}", f"{kind}_id": found[other]}
            refused = await client.post("/api/calls", json=click)
            assert refused.status_code == (403 if role == "kiosk" else 404)
        for layer in ("areas", "grids", "facilities", "buildings"):
            text = (await client.get(f"/api/layers/{layer}.geojson")).text
            assert other not in text and f"{other[0].upper()}-1" not in text
        figures = (await client.get("/api/summary")).json()
        assert figures["events"]["open"] == 1 and figures["people"]["on_duty"] == 2
        assert [row["grid_id"] for row in figures["ranking"]] == [ids["grid"][mine]]
        assert (await client.get(f"/api/summary?area=code-{other}")).status_code == 404
        lon = 112.905 if other == "west" else 112.915
        assert other not in (await client.get(f"/api/grids/at?lon={lon}&lat=35.605")).text


async def _check_phones(client: httpx.AsyncClient, card: httpx.Response, role: str) -> None:
    """Numbers only for roles that call: masked means that no number is anywhere in the answer."""
    phones = [who["phone"] for who in card.json()["responsible"]]
    if Permission.SEE_CONTACTS in ROLES[role]:
        assert phones and all(phone.startswith("199") for phone in phones)
    else:
        assert phones and set(phones) == {None} and "1990000" not in card.text
