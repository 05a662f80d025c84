"""`wangge replay positions` against the real server: on the site's clock, whatever it shows."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data import actors
from data.database import fetch_all
from data.places import site
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town
from tests.serving import Served
from tests.waiting import until

FILE = Path(__file__).parents[2] / "tracks" / "walk.csv"  # two invented people in 2008
FIXES, LENGTH = 80, timedelta(seconds=592)


async def replay(web: Served, town: Town, *more: str) -> dict[str, Any]:
    """Run the command as a user does, with the source's token."""
    async with town.database.acting(town.system_id) as link:
        _, token = await actors.create_token(link, role="source", source="tracks")
    words = ["replay", "positions", str(FILE), "--url", web.url, "--token", token]
    maps = ["--map", "person=user", "--map", "at=time", "--report", "json"]
    said = await asyncio.to_thread(CliRunner().invoke, main, [*words, *maps, *more])
    assert said.exit_code == 0, said.output
    report: dict[str, Any] = json.loads(said.stdout)
    return report


async def stored(town: Town) -> list[datetime]:
    async with town.database.acting(town.system_id) as link:
        return [row["at"] for row in await fetch_all(link, "SELECT at FROM position_history")]


@pytest.mark.parametrize(("ahead", "speed"), [(0, 1.0), (1, 1.0), (-2, 60.0)])
async def test_the_first_fix_is_of_the_sites_now(
    web: Served, town: Town, bearer: Bearer, ahead: int, speed: float
) -> None:
    """Also where the site lives an hour ahead, or two hours ago and sixty times as fast."""
    begun = datetime.now(UTC)
    clock = site.Clock()
    if ahead:
        clock = site.Clock(speed, anchor_real=begun, anchor_site=begun + timedelta(hours=ahead))
        async with town.database.acting(town.system_id) as link:
            await site.set_clock(link, clock)
        async with web.client(headers=await bearer("source", name="s")) as client:

            async def replays() -> bool:
                return bool((await client.get("/api/clock")).json()["mode"] == "replay")

            await until(replays)
    pace = 200 / speed
    report = await replay(web, town, "--shift-to-now", "--speed", str(pace))
    assert report == {"sent": FIXES, "accepted": FIXES, "rejected": {}, "unreadable": 0}
    found = sorted(await stored(town))
    assert clock.at(begun) <= found[0] and found[-1] <= clock.at(datetime.now(UTC))
    assert found[-1] - found[0] == LENGTH / pace


async def test_without_it_they_keep_their_times(web: Served, town: Town) -> None:
    report = await replay(web, town)
    assert (report["accepted"], report["rejected"]) == (0, {"outdated": FIXES})
    assert await stored(town) == []
