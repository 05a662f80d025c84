"""Phones for those who administer: why one does not show, and a token with what to type where."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from data.places import site as site_
from tests.dashboard.api.phone_requests import (
    OSMAND,
    OWNTRACKS,
    at,
    epoch,
    location,
    message,
    query,
)
from tests.factories import Town

URL = "/api/phones"


async def _phones(
    app: FastAPI, client: httpx.AsyncClient, header: dict[str, str], q: str = ""
) -> dict[str, Any]:
    """What is listed, by code, once the account of the last seconds is written."""
    await app.state.phone_door.write()
    reply = await client.get(URL, params={"q": q}, headers=header)
    assert reply.status_code == 200, reply.text
    return {one["code"]: one for one in reply.json()["phones"]}


async def test_why_a_phone_does_not_show(
    app: FastAPI, client: httpx.AsyncClient, bearer: Any, token: str
) -> None:
    """One is fine, one is eight hours ahead, one code nobody has, one only says other things."""
    door = f"{OSMAND}/{token}"
    for seconds in (-60, -50):
        await client.get(door, params=query(seconds))
    await client.get(door, params=query(8 * 3600, id="east_worker"))
    await client.get(door, params=query(id="P0O17"))
    await client.get(door, params=query(id="east_worker", lat="north"))
    await client.post(OWNTRACKS, auth=("west_chief", token), json=message(_type="waypoint"))
    found = await _phones(app, client, await bearer("administrator"))
    fine, ahead = found["west_worker"], found["east_worker"]
    assert (fine["accepted"], fine["rejected"], fine["signs"]) == (2, {}, [])
    assert fine["offset_s"] == -50
    assert ahead["rejected"] == {"future": 1, "invalid": 1}
    assert (ahead["offset_s"], ahead["signs"]) == (8 * 3600, ["wrong_clock"])
    assert found["P0O17"]["person_id"] is None
    assert found["P0O17"]["signs"] == ["unknown_person"]
    assert (found["west_chief"]["ignored"], found["west_chief"]["accepted"]) == (1, 0)
    assert found["east_chief"]["heard_at"] is None  # has never sent anything
    assert list(await _phones(app, client, await bearer("administrator"), "EAST_w")) == [
        "east_worker"
    ]


DOORS = ("query", "form", "json", "owntracks")


async def _send(
    client: httpx.AsyncClient,
    door: str,
    token: str,
    code: str,
    seconds: float,
    lon: float = 112.905,
) -> None:
    """One fix of a person's phone, as each app sends it."""
    url = f"{OSMAND}/{token}"
    if door == "query":
        reply = await client.get(url, params=query(seconds, id=code, lon=lon))
    elif door == "form":
        reply = await client.post(url, data=query(seconds, id=code, lon=lon))
    elif door == "json":
        body = {"device_id": code, "location": location(seconds, longitude=lon)}
        reply = await client.post(url, json=body)
    else:
        reply = await client.post(OWNTRACKS, auth=(code, token), json=message(seconds, lon=lon))
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("hours", "counts"), [(8, {"future": 1}), (-9, {"off_duty": 1}), (-1, {})])
async def test_a_clock_that_is_wrong_by_hours_is_told(
    app: FastAPI,
    client: httpx.AsyncClient,
    bearer: Any,
    token: str,
    door: str,
    hours: int,
    counts: Any,
) -> None:
    """By each door; an hour behind is taken, since it may have been out of reach, and told too."""
    await _send(client, door, token, "west_worker", hours * 3600.0)
    one = (await _phones(app, client, await bearer("administrator")))["west_worker"]
    assert (one["signs"], one["offset_s"]) == (["wrong_clock"], hours * 3600)
    assert (one["rejected"], one["accepted"]) == (counts, int(not counts))


@pytest.mark.parametrize("door", DOORS)
async def test_a_device_id_of_two_phones(
    app: FastAPI, client: httpx.AsyncClient, bearer: Any, token: str, door: str
) -> None:
    """Half a kilometre there and back every ten seconds, whether it is believed or not."""
    for n in range(8):
        await _send(client, door, token, "west_worker", -90 + 10 * n, 112.905 + 0.006 * (n % 2))
    for n in range(8):  # who walks there and back for once is one person
        lon = 112.912 + 0.0025 * min(n, 7 - n)
        await _send(client, door, token, "east_worker", -590 + 80 * n, lon)
    found = await _phones(app, client, await bearer("administrator"))
    assert found["west_worker"]["signs"] == ["two_phones"]
    assert found["east_worker"]["signs"] == []
    health = (await client.get("/healthz")).json()
    assert health["phones"]["two_phones"] == 4


async def test_who_sends_by_another_door_has_been_seen(
    app: FastAPI, client: httpx.AsyncClient, bearer: Any, token: str
) -> None:
    """When and by which source; before those of whom nothing was ever heard."""
    fix = {"person": "east_chief", "lon": 112.915, "lat": 35.605, "at": at(-20).isoformat()}
    header = {"Authorization": f"Bearer {token}"}
    await client.post("/api/positions", json={"positions": [fix]}, headers=header)
    await _send(client, "query", token, "west_worker", -30)
    found = await _phones(app, client, await bearer("administrator"))
    assert list(found)[:2] == ["west_worker", "east_chief"]
    assert found["east_chief"]["position_at"] == "2026-07-14T03:59:40+00:00"
    assert (found["east_chief"]["source"], found["east_chief"]["heard_at"]) == ("phones", None)
    assert (found["west_chief"]["position_at"], found["west_chief"]["source"]) == (None, None)


async def test_an_area_sees_its_own_phones(
    app: FastAPI, client: httpx.AsyncClient, bearer: Any, token: str
) -> None:
    """Its people and what they send; codes of nobody belong to the token's area."""
    for code in ("west_worker", "east_worker", "nobody"):
        await client.get(f"{OSMAND}/{token}", params=query(id=code))
    found = await _phones(app, client, await bearer("administrator", area="code-west"))
    assert set(found) == {"west_worker", "west_chief"}
    assert found["west_worker"]["accepted"] == 1


async def test_what_is_made_for_a_person_works_as_it_is_scanned(
    app: FastAPI, town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """Both codes are read as the apps read them; the token before it ends."""
    async with town.database.acting(town.system_id) as link:
        await site_.set_public_url(link, "https://grid.example.org/")
        app.state.clock.site = await site_.read(link)
    header = await bearer("administrator")
    path = f"{URL}/{town.people['west_worker']}/token"
    first = (await client.post(path, headers=header)).json()
    made = (await client.post(path, headers=header)).json()
    assert (made["ended"], made["doubts"]) == (1, [])
    links = {one["name"]: one["link"] for one in made["apps"]}
    traccar = urlsplit(links["Traccar Client"])
    assert (traccar.scheme, traccar.netloc) == ("https", "grid.example.org")
    (code,) = parse_qs(traccar.query)["id"]
    reply = await client.get(traccar.path, params=query(id=code))
    assert reply.json() == {"accepted": 1, "rejected": []}
    packed = links["OwnTracks"].removeprefix("owntracks:///config?inline=")
    assert "+" not in packed
    said = json.loads(base64.b64decode(unquote(packed)))
    assert (said["_type"], said["mode"], said["auth"]) == ("configuration", 3, True)
    who = (said["username"], said["password"])
    reply = await client.post(urlsplit(said["url"]).path, auth=who, json=message(tst=epoch(-30)))
    assert (reply.status_code, reply.json()) == (200, [])
    osmand = links["OsmAnd"].replace("{0}", "35.605").replace("{1}", "112.905")
    for n, text in enumerate((str(epoch(-20)), "8", "741", "1.2", "87"), start=2):
        osmand = osmand.replace(f"{{{n}}}", text)
    assert (await client.get(osmand.removeprefix("https://grid.example.org"))).json() == {
        "accepted": 1,
        "rejected": [],
    }
    found = await _phones(app, client, header)
    assert found["west_worker"]["accepted"] == 3
    gone = urlsplit(first["apps"][0]["link"]).path
    app.state.identities.forget()  # as the notification of another process does
    assert (await client.get(gone, params=query(id=code))).status_code == 401
    assert made["apps"][0]["qr"].startswith("data:image/svg+xml")


async def test_an_address_that_phones_cannot_use_is_said(
    client: httpx.AsyncClient, bearer: Any
) -> None:
    """Not set, without https; the site's own name for itself."""
    header = await bearer("administrator")
    body = (await client.get(URL, headers=header)).json()
    assert (body["base_url"], body["doubts"]) == ("http://test", ["http", "guessed"])
    body = (await client.get(URL, headers={**header, "Host": "127.0.0.1:8050"})).json()
    assert body["doubts"] == ["loopback", "http", "guessed"]


@pytest.mark.parametrize("role", ["duty_officer", "kiosk", "source", "grid_worker"])
async def test_who_may_not(town: Town, client: httpx.AsyncClient, bearer: Any, role: str) -> None:
    header = await bearer(role)
    assert (await client.get(URL, headers=header)).status_code == 403
    path = f"{URL}/{town.people['west_worker']}/token"
    assert (await client.post(path, headers=header)).status_code == 403


async def test_a_person_of_another_area_gets_no_token(
    town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    header = await bearer("administrator", area="code-west")
    for person in (town.people["east_worker"], 999_999):
        reply = await client.post(f"{URL}/{person}/token", headers=header)
        assert reply.status_code == 404
