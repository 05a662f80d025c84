"""From the click to the phone and back, through the routes and the page channel."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dashboard.channels import open_pages
from data.calls import dial, presence
from data.errors import StoreUnavailable
from tests.dashboard.calls.conftest import RING_S
from tests.waiting import LONGEST_S


def click(web: Any, key: str = "k1") -> dict[str, Any]:
    return {"request_key": key, "grid_id": web.desk.town.grids["W-1"]}


async def test_a_click_rings_and_the_confirmation_comes_back(web: Any) -> None:
    chief, worker = await web.open_page("west_chief"), await web.open_page("west_worker")
    status, body = await web.ask("dora", "POST", "/api/calls", click(web))
    assert status == 200 and body["session"]["state"] == "running"
    ring = await chief.until("ring")
    assert ring["from"] == {"name": "dora", "role": "duty_officer"} and ring["grid"] == "W-1"
    assert RING_S - LONGEST_S < ring["remaining_s"] <= RING_S and ring["others"] == 1
    await web.channel.receive(chief.key, {"type": "ringing", "attempt": ring["attempt"]})
    other = await worker.until("ring")
    path = "/api/duty/acknowledge"
    status, said = await web.ask("chief", "POST", path, {"attempt_id": ring["attempt"]})
    assert (status, said["said"]) == (200, "acknowledged")
    end = await worker.until("ring_end")
    assert (end["attempt"], end["state"], end["by"]) == (
        other["attempt"],
        "cancelled",
        "west_chief",
    )
    session = body["session"]["id"]
    status, body = await web.ask("dora", "GET", f"/api/calls/{session}")
    assert body["session"]["outcome"] == "acknowledged"
    assert [line["action"] for line in body["ledger"]][-1] == "acked"
    states = {a["person"]["name"]: a["state"] for a in body["session"]["attempts"]}
    assert states == {"west_chief": "acknowledged", "west_worker": "cancelled"}
    status, said = await web.ask("worker", "POST", path, {"attempt_id": other["attempt"]})
    assert (status, said["said"]) == (200, "answered_by_other")


async def test_a_double_click_is_one_session(web: Any) -> None:
    phone = await web.open_page("west_chief")
    both = await asyncio.gather(
        *(web.ask("dora", "POST", "/api/calls", click(web)) for _ in range(3))
    )
    assert len({body["session"]["id"] for _, body in both}) == 1
    await phone.until("ring")
    _, body = await web.ask("dora", "GET", "/api/calls")
    assert len(body["sessions"]) == 1


async def test_nobody_reachable_is_in_the_answer(web: Any) -> None:
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    assert body["session"]["outcome"] == "unreachable"
    web.time.advance(hours=7)
    _, body = await web.ask("dora", "POST", "/api/calls", click(web, "k2"))
    assert body["session"]["outcome"] == "nobody_on_duty"


async def test_a_closed_page_is_offline_at_once(web: Any) -> None:
    phone = await web.open_page("west_chief")
    await web.channel.close(phone.key)
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    assert body["session"]["outcome"] == "unreachable"


async def test_a_page_s_odd_words_break_nothing(web: Any) -> None:
    phone = await web.open_page("west_chief")
    deep: Any = 1
    for _ in range(600):
        deep = [deep]
    for odd in ({"type": "ringing", "attempt": True}, {"type": "ringing", "attempt": "1"}):
        await web.channel.receive(phone.key, odd)
    for t in (deep, "x", None, True):
        await web.channel.receive(phone.key, {"type": "ping", "t": t})
        assert (await phone.until("pong"))["t"] is None


async def test_a_page_that_opens_again_gets_what_rings(web: Any) -> None:
    phone = await web.open_page("west_chief")
    await web.ask("dora", "POST", "/api/calls", click(web))
    ring = await phone.until("ring")
    await web.channel.close(phone.key)
    again = await web.open_page("west_chief")
    assert (await again.until("ring"))["attempt"] == ring["attempt"]
    _, body = await web.ask("chief", "GET", "/api/duty/me")
    assert [r["attempt"] for r in body["rings"]] == [ring["attempt"]]


async def test_the_caller_ends_it_and_the_phone_stops(web: Any) -> None:
    phone = await web.open_page("west_chief")
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    await phone.until("ring")
    session = body["session"]["id"]
    status, body = await web.ask("dora", "POST", f"/api/calls/{session}/end")
    assert (status, body["session"]["state"]) == (200, "cancelled")
    assert (await phone.until("ring_end"))["state"] == "cancelled"


async def test_going_cannot_is_said_with_its_reason(web: Any) -> None:
    phone = await web.open_page("west_chief")
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    ring = await phone.until("ring")
    refusal = {"attempt_id": ring["attempt"], "reason": "正在送医"}
    nul = {**refusal, "reason": "\0"}
    assert (await web.ask("chief", "POST", "/api/duty/decline", nul))[0] == 422
    status, said = await web.ask("chief", "POST", "/api/duty/decline", refusal)
    assert (status, said["said"]) == (200, "declined")
    _, body = await web.ask("dora", "GET", f"/api/calls/{body['session']['id']}")
    assert body["session"]["attempts"][0]["reason"] == "正在送医"


async def test_who_may_do_what(web: Any) -> None:
    phone = await web.open_page("west_chief")
    for who, status in (("wall", 403), ("intake", 403), ("chief", 403), ("east", 404), ("", 401)):
        assert (await web.ask(who, "POST", "/api/calls", click(web)))[0] == status, who
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    session = body["session"]["id"]
    for who, status in (("wall", 200), ("intake", 200), ("chief", 403), ("east", 404)):
        assert (await web.ask(who, "GET", f"/api/calls/{session}"))[0] == status, who
    for who, status in (("wall", 403), ("intake", 403), ("chief", 403), ("east", 404)):
        assert (await web.ask(who, "POST", f"/api/calls/{session}/end"))[0] == status, who
    ring = {"attempt_id": (await phone.until("ring"))["attempt"]}
    for who, status in (("worker", 404), ("lost", 403), ("dora", 403), ("wall", 403)):
        assert (await web.ask(who, "POST", "/api/duty/acknowledge", ring))[0] == status, who
    # Another's page cannot say that the chief's phone rings.
    other = await web.open_page("west_worker")
    await web.channel.receive(other.key, {"type": "ringing", **ring, "attempt": 10**9})


BAD_CLICKS: list[Any] = [
    {},
    {"request_key": "k"},
    {"request_key": "k", "grid_id": 1, "event_id": 1},
    {"request_key": "", "grid_id": 1},
    {"request_key": "k" * 101, "grid_id": 1},
    {"request_key": "k", "grid_id": -1},
    {"request_key": "k", "grid_id": 2**40},
    {"request_key": "k", "grid_id": "x' OR 1=1"},
    {"request_key": "k", "grid_id": 1, "actor_id": 1},
    [],
    {"request_key": "k", "grid_id": 1, "pad": "x" * 5000},
    {"request_key": "k\0", "grid_id": 1},
]


async def test_bad_clicks_are_refused_in_words(web: Any) -> None:
    for body in BAD_CLICKS:
        status, answer = await web.ask("dora", "POST", "/api/calls", body)
        assert status in (413, 422) and answer["error"]["message"], body


async def test_no_number_leaves(web: Any) -> None:
    phone = await web.open_page("west_chief")
    texts = [await web.ask("dora", "POST", "/api/calls", click(web))]
    texts.append(await phone.until("ring"))
    texts.append(await web.ask("chief", "GET", "/api/duty/me"))
    texts.append(await web.ask("wall", "GET", "/api/calls"))
    assert "199000" not in str(texts)


async def test_a_store_that_is_away_opens_no_page(
    web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable()

    with monkeypatch.context() as patch:
        patch.setattr(presence, "opened", away)
        with pytest.raises(StoreUnavailable):
            await web.open_page("west_chief")
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    assert body["session"]["outcome"] == "unreachable"
    phone = await web.open_page("west_chief")
    with monkeypatch.context() as patch:
        patch.setattr(presence, "closed", away)
        await web.channel.close(phone.key)  # its row ends when it no longer beats


async def test_a_call_that_cannot_be_rung_keeps_no_other_from_ringing(
    web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = dial.claim
    broken: list[int] = []

    async def but_one(connection: Any, *, session_id: int, **more: Any) -> Any:
        if session_id in broken:
            raise ValueError("spoilt")
        return await claim(connection, session_id=session_id, **more)

    monkeypatch.setattr(dial, "claim", but_one)
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    broken.append(body["session"]["id"])
    worker = await web.open_page("west_worker")
    whole = {"request_key": "k2", "person_id": web.desk.town.people["west_worker"]}
    _, body = await web.ask("dora", "POST", "/api/calls", whole)
    assert (await worker.until("ring"))["session"] == body["session"]["id"]


async def test_a_page_that_takes_nothing_holds_up_no_other(
    web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone in a tunnel: its socket stands and takes nothing. Calls end and begin meanwhile."""
    monkeypatch.setattr(open_pages, "SEND_WITHIN_S", 10 * LONGEST_S)
    chief, tunnel = await web.open_page("west_chief"), asyncio.Event()
    worker = await web.open_page("west_worker")
    second = await web.open_page("west_worker")
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    for phone in (chief, worker, second):
        await phone.until("ring")

    async def takes_nothing(_: dict[str, Any]) -> None:
        await tunnel.wait()

    for page in web.channel._pages.of(web.desk.town.people["west_worker"])[:1]:
        page.send = takes_nothing
    await web.ask("dora", "POST", f"/api/calls/{body['session']['id']}/end")
    for phone in (second, chief):
        assert (await phone.until("ring_end"))["state"] == "cancelled"
    one = {"request_key": "k2", "person_id": web.desk.town.people["west_chief"]}
    _, body = await web.ask("dora", "POST", "/api/calls", one)
    assert (await chief.until("ring"))["session"] == body["session"]["id"]
    tunnel.set()


async def test_pages_that_come_and_go_all_at_once_hold_up_no_click(
    web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network goes away with all its pages and comes back: they close in a few statements, and
    while they open half of the connections are left to those who ask."""
    closed, opened, back = presence.closed, presence.opened, asyncio.Event()
    counts: list[int] = []

    async def counted(link: Any, *, process: str, keys: Any) -> None:
        counts.append(len(keys))
        await closed(link, process=process, keys=keys)

    async def slowly(link: Any, **given: Any) -> None:
        await back.wait()
        await opened(link, **given)

    monkeypatch.setattr(presence, "closed", counted)
    phones = [await web.open_page("west_chief") for _ in range(20)]
    await asyncio.gather(*(web.channel.close(phone.key) for phone in phones))
    assert sum(counts) == 20 and len(counts) <= 4
    _, body = await web.ask("dora", "POST", "/api/calls", click(web))
    assert body["session"]["outcome"] == "unreachable", "offline at once"
    monkeypatch.setattr(presence, "opened", slowly)
    opens = [asyncio.create_task(web.open_page("west_chief")) for _ in range(20)]
    for number in range(3):
        status, _ = await web.ask("dora", "POST", "/api/calls", click(web, f"k{number}"))
        assert status == 200
    back.set()
    async with asyncio.timeout(LONGEST_S):
        await asyncio.gather(*opens)
    _, body = await web.ask("dora", "POST", "/api/calls", click(web, "again"))
    assert (await opens[0].result().until("ring"))["session"] == body["session"]["id"]
