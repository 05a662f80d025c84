"""What a sender is told of the ground of his alert, and what its card says to each reader."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import shapely

from data.access import Actor
from data.actors import by_secret
from data.database import fetch_one
from data.places import site
from data.query import cards
from tests.alerts import BOTH, WEST, message
from tests.factories import NOON, Town

BOW = "35.601,112.901 35.609,112.909 35.601,112.909 35.609,112.901 35.601,112.901"


async def test_flaws_of_the_ground_are_told(
    town: Town, client: httpx.AsyncClient, bearer: Any
) -> None:
    """In the sender's language; what remains counts, and a warning without ground is kept."""
    header = await bearer("source", source="weather")
    area = f"<polygon>{BOW}</polygon><polygon>95,1 95,2 96,2</polygon>"
    for lang, words in (("zh-CN", "边界自相交，已修正"), ("en", "its outline crosses itself")):
        said = message(f"A-{lang}", area=area).encode()
        reply = await client.post(
            "/api/cap", content=said, headers={**header, "Accept-Language": lang}
        )
        assert reply.status_code == 201
        mended, left_out = reply.json()["flaws"]
        assert (mended["part"], mended["fault"]) == ("polygon 1", "self_crossing")
        assert words in mended["message"]
        assert (left_out["part"], left_out["fault"]) == ("polygon 2", "unreadable")
        id_ = reply.json()["event"]["id"]
        async with town.database.acting(town.system_id) as link:
            row = await fetch_one(
                link, "SELECT ST_AsBinary(extent) AS ground, detail FROM event WHERE id = %s", [id_]
            )
        assert row is not None
        ground = shapely.from_wkb(bytes(row["ground"]))
        assert ground.is_valid and ground.area == pytest.approx(0.008 * 0.008 / 2)
        assert [flaw["fault"] for flaw in row["detail"]["cap"]["flaws"]] == [
            "self_crossing",
            "unreadable",
        ]
    reply = await client.post(
        "/api/cap", content=message("B", area="<circle>89,0 500</circle>").encode(), headers=header
    )
    assert reply.json()["outcome"] == "created" and reply.json()["event"]["lon"] is None
    assert [flaw["fault"] for flaw in reply.json()["flaws"]] == ["pole"]


async def test_the_card_of_an_alert(town: Town, send: Any, bearer: Any) -> None:
    """Its words in both languages, its severity and what was mended; other events have none."""
    english = message().replace("<severity>Severe</severity>", "<severity>Extreme</severity>")
    _, _, event = await send(english.replace(WEST, BOTH.rsplit(" ", 1)[0]))
    token = (await bearer("kiosk"))["Authorization"].removeprefix("Bearer ")
    async with town.database.acting(None) as link:
        actor: Actor | None = await by_secret(link, token, NOON)
        own = await site.read(link)
    assert actor is not None
    asking = cards.Asking(actor, own, NOON, NOON)
    async with town.database.acting(actor.id, readonly=True) as link:
        card = await cards.read(link, asking, "event", event["id"])
    assert card["alert"]["severity"] == "extreme"
    assert card["alert"]["zh"] == {
        "headline": "暴雨橙色预警",
        "area": "西片",
        "text": "未来三小时\n减少外出",
    }
    assert card["alert"]["en"] == {"headline": "Heavy rain", "area": "", "text": "50 mm"}
    assert card["alert"]["flaws"] == [{"part": "polygon 1", "fault": "unclosed"}]
    assert "cap" not in card
