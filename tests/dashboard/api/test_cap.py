"""CAP: warnings of weather and sensors, in any order and twice, on the ground that they cover."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.database import fetch_all
from geo import circles
from tests.alerts import BOTH, FAR, WEST, message, when
from tests.factories import NOON, Town

URL = "/api/cap"


async def events(town: Town) -> list[dict[str, Any]]:
    async with town.database.acting(town.system_id) as link:
        return await fetch_all(
            link,
            "SELECT *, ST_AsText(geom) AS point, ST_AsBinary(extent) AS ground FROM event"
            " ORDER BY id",
        )


async def counted(town: Town) -> dict[str, int]:
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT reason, n FROM intake_counter WHERE door = 'cap'")
    return {row["reason"]: row["n"] for row in rows}


async def test_an_alert_is_an_event_on_its_ground(town: Town, send: Any) -> None:
    """In Chinese, the English kept; it begins, ends by itself, and lies in the grid it covers."""
    status, outcome, event = await send(message())
    assert (status, outcome) == (201, "created")
    (row,) = await events(town)
    assert event["id"] == row["id"] and event["type"] == "alert"
    assert row["text"] == "暴雨橙色预警\n未来三小时\n减少外出" and row["address"] == "西片"
    assert row["opened_at"] == NOON - timedelta(minutes=10)
    assert row["closed_at"] == NOON + timedelta(minutes=120) and row["due_at"] is None
    assert (row["area_id"], row["grid_ids"]) == (town.areas["west"], [town.grids["W-1"]])
    ground = shapely.from_wkb(bytes(row["ground"]))
    assert ground.covers(shapely.from_wkt(row["point"]))
    assert ground.bounds == pytest.approx((112.901, 35.601, 112.909, 35.609))
    cap = row["detail"]["cap"]
    assert (cap["severity"], cap["urgency"]) == ("Severe", "Immediate")
    assert [one["language"] for one in cap["infos"]] == ["zh-CN", "en-US"]
    assert cap["infos"][1]["headline"] == "Heavy rain"
    async with town.database.acting(town.system_id) as link:
        (kind,) = await fetch_all(link, "SELECT * FROM event_type WHERE code = 'alert'")
    assert (kind["class"], kind["name_zh"]) == ("alert", "预警")


async def test_where_alerts_stand(town: Town, send: Any) -> None:
    """A point within the caller's areas; in a grid only where it is that one alone; what is not
    ours is counted; what names no ground is kept."""
    await send(message("both", area=f"<polygon>{BOTH}</polygon>"))
    await send(message("circle", area="<circle>35.605,112.915 0.2</circle>"))
    await send(message("code", area="<geocode><valueName>C</valueName><value>code-east</value>"
                       "</geocode>"))  # fmt: skip
    await send(message("none", area="<polygon>1,2 3</polygon><circle>x</circle>"))
    await send(message("sensor", area="<circle>35.605,112.915 0</circle>"))
    both, circle, code, none, sensor = await events(town)
    west, east, root = (town.areas[name] for name in ("west", "east", "root"))
    assert (both["area_id"], both["grid_ids"]) == (root, [])
    point = shapely.from_wkt(both["point"])
    assert 112.9 < point.x < 112.92 and 35.6 < point.y < 35.61, "where we are, not its middle"
    for one in (circle, code, sensor):
        assert (one["area_id"], one["grid_ids"]) == (east, [town.grids["E-1"]]), one["source_key"]
    assert sensor["point"] == "POINT(112.915 35.605)"
    assert none["geom"] is None is none["extent"] and none["area_id"] == root
    assert (await send(message("far", area=f"<polygon>{FAR}</polygon>")))[:2] == (200, "elsewhere")
    assert west and len(await events(town)) == 5
    assert await counted(town) == {"received": 6, "accepted": 5, "elsewhere": 1}


async def test_a_token_of_an_area_gets_its_part(
    town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """The same words for the whole town make an event of the west's own."""
    header = await bearer("source", source="west-weather", area="code-west")
    said = message(area=f"<polygon>{BOTH}</polygon>").encode()
    assert (await client.post(URL, content=said, headers=header)).status_code == 201
    (row,) = await events(town)
    assert row["area_id"] == town.areas["west"] and row["grid_ids"] == [town.grids["W-1"]]
    assert 112.9 < shapely.from_wkt(row["point"]).x < 112.91


async def test_a_chain_of_messages_is_one_event(town: Town, send: Any) -> None:
    """Updates move, prolong and reword it, a cancel ends it; twice or late they change nothing."""
    await send(message())
    longer = message("A2", kind="Update", sent=-8, refs="A1", expires=300, headline="红色",
                     area=f"<polygon>{BOTH}</polygon>")  # fmt: skip
    assert (await send(longer))[:2] == (200, "updated")
    (row,) = await events(town)
    assert row["text"].startswith("红色") and row["closed_at"] == NOON + timedelta(minutes=300)
    assert row["area_id"] == town.areas["root"] and row["grid_ids"] == []
    late = message("A1b", kind="Update", sent=-9, refs="A1", headline="old")
    assert (await send(late))[1] == "outdated"
    replies = await asyncio.gather(*(send(one) for one in (message(), longer, late) * 3))
    assert {outcome for _, outcome, _ in replies} == {"repeated"}
    over = message("A3", kind="Cancel", sent=-5, refs="A1 A2", area="")
    status, outcome, event = await send(over)
    assert (status, outcome) == (200, "cancelled")
    assert datetime.fromisoformat(event["closed"]) == NOON - timedelta(minutes=5)
    assert (await send(over))[1] == "repeated"
    (row,) = await events(town)
    assert row["text"].startswith("红色")
    async with town.database.acting(town.system_id) as link:
        log = await fetch_all(link, "SELECT action FROM event_log ORDER BY id")
    assert [one["action"] for one in log] == ["report", "update", "close"]


async def test_messages_in_the_wrong_order(town: Town, send: Any) -> None:
    """An update without its alert is one; the alert that comes after it is not a second event."""
    assert (await send(message("B2", kind="Update", refs="B1", sent=-8)))[1] == "created"
    assert (await send(message("B1", sent=-9)))[1] == "superseded"
    assert (await send(message("C2", kind="Cancel", refs="C1")))[1] == "unknown"
    assert (await send(message("C1", sent=-20)))[1] == "superseded"
    await send(message("D1"))
    await send(message("D2"))
    one = message("D3", kind="Update", refs="D1 D2", sent=-1)
    assert (await send(one))[1] == "updated"
    gone = message("D4", kind="Update", refs="D3", sent=-0.5, area=f"<polygon>{FAR}</polygon>")
    rows = await events(town)
    assert [row["closed_at"] <= NOON for row in rows] == [False, False, True]
    assert (await send(gone))[1] == "moved_away"
    rows = await events(town)
    assert [row["closed_at"] <= NOON for row in rows] == [False, True, True]


async def test_times_of_an_alert(town: Town, send: Any) -> None:
    """It begins when it takes effect, also tomorrow; one that is over is kept as closed."""
    await send(message("E1", effective=600, expires=900))
    await send(message("E2", sent=-500, expires=-300))
    await send(message("E3", expires=None))
    begins, over, endless = await events(town)
    assert begins["opened_at"] == NOON + timedelta(minutes=600)
    assert over["closed_at"] == NOON - timedelta(minutes=300)
    assert endless["closed_at"] is None
    again = message("E4", kind="Update", refs="E2", sent=-1, expires=60)
    assert (await send(again))[1] == "updated", "what had expired goes on"
    assert (await events(town))[1]["closed_at"] == NOON + timedelta(minutes=60)


@pytest.mark.parametrize("parallel", [True, False])
async def test_the_same_alert_for_ever(town: Town, send: Any, parallel: bool) -> None:
    """One event, whether it is repeated at once or after one another."""
    if parallel:
        replies = list(await asyncio.gather(*(send(message()) for _ in range(6))))
    else:
        replies = [await send(message()) for _ in range(6)]
    assert sorted(status for status, _, _ in replies) == [200] * 5 + [201]
    assert len(await events(town)) == 1
    assert await counted(town) == {"received": 6, "accepted": 1, "duplicate": 5}


async def test_tests_and_exercises_never_become_events(town: Town, send: Any) -> None:
    for status in ("Exercise", "System", "Test", "Draft"):
        assert (await send(message(f"T-{status}", status=status)))[:2] == (200, "ignored")
    for kind in ("Ack", "Error"):
        assert (await send(message(f"T-{kind}", kind=kind)))[:2] == (200, "ignored")
    assert await events(town) == []
    assert await counted(town) == {"received": 6, "ignored": 6}
    assert (await send(message("T-Test")))[1] == "created", "a test leaves no trace"


BOMB = (
    '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">]>'
    "<alert><identifier>&y;</identifier></alert>"
)
FILE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>'
BAD = (
    *("", "<alert>", "no xml", "<other/>", BOMB, FILE, "{}"),
    "<alert>" + "<info>" * 200 + "</info>" * 200 + "</alert>",
    message(sender="a b"),
    message("a,b"),
    message(kind="Shout"),
    message(status="Real"),
    message().replace(when(-10), "2026-07-14T12:00:00"),
    message().replace(when(-10), "0001-01-01T00:00:00Z"),
    message().replace(f"<sent>{when(-10)}</sent>", ""),
)


async def test_what_cannot_be_read_is_said(
    town: Town, client: httpx.AsyncClient, send: Any, bearer: Any
) -> None:
    """Bombs and entities among it; each is counted, nothing is written; other sizes and keys."""
    for said in BAD:
        status, text, _ = await send(said)
        assert status == 422 and "root:" not in text, said[:60]
    assert await counted(town) == {"received": len(BAD), "invalid": len(BAD)}
    assert (await send(" " * (2**20 + 1)))[0] == 413
    assert (await send(message(), headers={}))[0] == 401
    assert (await send(message(), headers=await bearer("kiosk")))[0] == 403
    token = (await bearer("source", source="sensors"))["Authorization"].removeprefix("Bearer ")
    assert (await client.post(f"{URL}/{token}x", content=message().encode())).status_code == 401
    assert await events(town) == []
    named = message().replace("UTF-8", "GB18030").encode("gb18030")
    assert (await client.post(f"{URL}/{token}", content=named)).status_code == 201
    assert (await events(town))[0]["text"].startswith("暴雨橙色预警")


def test_a_circle_is_as_wide_as_it_says() -> None:
    """Its corners lie 10 km from the centre, north and east."""
    west, south, east, north = circles.circle(112.9, 35.6, 10_000).bounds
    assert (north - south) * 111_195 / 2 == pytest.approx(10_000, rel=1e-3)
    assert (east - west) * 111_195 * 0.8131 / 2 == pytest.approx(10_000, rel=2e-3)


TAGS = ("identifier", "sent", "polygon", "circle", "references", "expires", "value", "event")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tag=st.sampled_from(TAGS),
    text=st.text(max_size=30) | st.lists(st.floats(), max_size=9).map(
        lambda numbers: " ".join(f"{one},{one}" for one in numbers)
    ),
    raw=st.binary(max_size=60),
)  # fmt: skip
async def test_no_message_makes_a_500(
    town: Town, send: Any, tag: str, text: str, raw: bytes
) -> None:
    """A field of a good message spoiled, and bytes of any kind."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    area = f"<polygon>{WEST}</polygon><circle>1,2 3</circle><geocode><value>1</value></geocode>"
    head, opened, rest = message(area=area).partition(f"<{tag}>")
    spoiled = head + opened + escaped + rest[rest.index(f"</{tag}>") :]
    for said in (spoiled, raw):
        content = said.encode("utf-8", "surrogatepass") if isinstance(said, str) else said
        status, found, _ = await send("", content=content)
        assert status in (200, 201, 422), found
