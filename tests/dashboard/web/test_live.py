"""/live on a real socket: who may open it, what it tells, and that it comes back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import websockets

from dashboard.live import words
from dashboard.live.protocol import State
from data import actors
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town, value
from tests.serving import Screen, Served
from tests.waiting import LONGEST_S


async def refused(web: Served, query: str = "", **headers: str) -> int:
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with web.screen(query, **headers):
            pass
    return caught.value.response.status_code


def fresh(screen: Screen) -> list[str]:
    """The codes of the people who are drawn as fresh."""
    codes = {p["i"]: p["code"] for p in screen.hello["people"]}
    return [codes[i] for i, row in screen.people.items() if row["state"] == State.FRESH]


async def test_the_handshake_is_refused_without_a_session(web: Served) -> None:
    assert await refused(web) == 401
    assert await refused(web, Authorization="Bearer nonsense") == 401
    assert await refused(web, Cookie=f"{web.app.state.identities.session_cookie}=nonsense") == 401


async def test_a_foreign_origin_is_refused(web: Served, bearer: Bearer) -> None:
    token = await bearer("duty_officer")
    assert await refused(web, Origin="http://evil.example", **token) == 403
    assert await refused(web, Origin="null", **token) == 403
    assert await refused(web, Origin="http://[", **token) == 403
    async with web.screen(Origin=web.url, **token) as screen:
        await screen.until("summary")


async def test_an_area_outside_ones_own_is_refused(web: Served, bearer: Bearer) -> None:
    west = await bearer("community_officer", area="code-west")
    assert await refused(web, "?area=code-east", **west) == 403
    assert await refused(web, "?area=000000000000", **west) == 403
    assert await refused(web, "?area=nowhere", **west) == 403
    async with web.screen("?area=code-west", **west) as screen:
        await screen.until("hello")
        assert {p["code"] for p in screen.hello["people"]} == {"west_chief", "west_worker"}


async def test_who_may_neither_look_nor_be_called_is_refused(web: Served, bearer: Bearer) -> None:
    assert await refused(web, **await bearer("source", name="s")) == 403
    assert await refused(web, **await bearer("grid_worker")) == 403  # a token of no person


async def test_a_fix_and_an_event_appear_everywhere_together(
    web: Served, bearer: Bearer, town: Town
) -> None:
    async with (
        web.screen(**await bearer("duty_officer")) as whole,
        web.screen(**await bearer("kiosk", area="code-west")) as west,
        web.screen(**await bearer("community_officer", area="code-east")) as east,
        web.client(headers=await bearer("source", source="phones")) as source,
    ):
        for screen in (whole, west, east):
            await screen.until("full")
        now = datetime.now(UTC)
        fix = {"person": "west_worker", "lon": 112.905, "lat": 35.605, "at": now.isoformat()}
        answer = await source.post("/api/positions", json={"positions": [fix]})
        assert answer.json() == {"accepted": 1, "rejected": []}
        report = {"source": "phones", "id": "1", "type": "t", "time": now.isoformat()}
        answer = await source.post("/api/events", json={**report, "lon": 112.905, "lat": 35.605})
        assert answer.status_code in (200, 201), answer.text
        for screen in (whole, west):
            await screen.until_true(lambda s: s.summary["people"]["fresh"] == 1)
            await screen.until_true(lambda s: s.summary["events"]["open"] == 1)
            assert len(screen.events) == 1  # list and figure came together
            await screen.until_true(lambda s: fresh(s) == ["west_worker"])
        await east.until("summary")
        await east.until("summary")
        assert east.events == {} and east.summary["events"]["open"] == 0
        assert east.summary["people"]["fresh"] == 0


async def test_a_page_may_ask_again_and_says_nonsense_without_harm(
    web: Served, bearer: Bearer
) -> None:
    async with web.screen(**await bearer("duty_officer")) as screen:
        await screen.until("full")
        for nonsense in ("", "{", "[]", "null", '{"type": 7}', '"' + "x" * 10_000 + '"'):
            await screen.link.send(nonsense)
        await screen.link.send(b"\x00\x01")
        await screen.link.send('{"type":"ping"}')
        await screen.until("pong")
        await screen.link.send('{"type":"resync"}')
        await screen.until("hello")
        await screen.until("full")


async def test_who_talks_without_end_is_shut_out(
    web: Served, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "PER_S", 0)  # a slow machine would let him talk for ever
    async with web.screen(**await bearer("duty_officer")) as screen:
        await screen.until("full")
        with pytest.raises(websockets.ConnectionClosed):
            for _ in range(2 * words.BURST):
                await screen.link.send('{"type":"resync"}')
            async with asyncio.timeout(LONGEST_S):
                while True:
                    await screen.link.recv()
        assert screen.link.close_code == 1008


async def test_screens_are_counted(web: Served, bearer: Bearer, town: Town) -> None:
    async def count(at_least: int) -> bool:
        async with town.database.acting(None) as link:
            return bool(await value(link, "SELECT count(*) FROM presence") == at_least)

    async with web.screen(**await bearer("duty_officer")) as screen:
        await screen.until("full")
        while not await count(1):
            await screen.until("summary")
    async with web.screen(**await bearer("kiosk")) as other:
        while not await count(1):  # the first has gone, this one is there
            await other.until("summary")


async def test_the_places_are_told_when_they_change(
    web: Served, bearer: Bearer, town: Town
) -> None:
    async with web.screen(**await bearer("duty_officer")) as screen:
        await screen.until("full")
        version = screen.hello["version"]
        async with town.database.acting(town.system_id) as link:
            await link.execute("UPDATE grid SET version = version + 1, name = 'new'")
        await screen.until("places")
        async with town.database.acting(town.system_id) as link:
            await link.execute(
                "INSERT INTO person (code, name, area_id) VALUES ('new', 'new', %s)",
                [town.areas["west"]],
            )
        await screen.until("hello")
        assert "new" in {p["code"] for p in screen.hello["people"]}
        assert screen.hello["version"] != version


async def test_a_revoked_account_loses_its_page(web: Served, town: Town, bearer: Bearer) -> None:
    async with town.database.acting(town.system_id) as link:
        actor, token = await actors.create_token(link, role="duty_officer", name="gone")
    async with web.screen(Authorization=f"Bearer {token}") as screen:
        await screen.until("full")
        async with town.database.acting(town.system_id) as link:
            await actors.revoke(link, actor.id, datetime.now(UTC))
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await screen.hear()
