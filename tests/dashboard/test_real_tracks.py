"""Real tracks as `wangge replay positions` sends them, through POST /api/positions of a served app.

What each file gives is told in docs/real-data.md.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard import replay
from dashboard.embedded import Store
from data import actors
from data.database import Database
from data.importers.errors import MissingColumn, Unreadable
from data.places import site
from data.places.site import Clock
from tests.factories import value
from tests.serving import Served, serving
from tests.waiting import until

TRACKS = Path(__file__).parents[2].parent / "shared" / "realdata" / "tracks"
DAY = timedelta(hours=20)
STEP = timedelta(minutes=5)
GEOLIFE_ROWS = 6_000
GEOLIFE = {"person": "uid", "lon": "lng", "at": "datetime"}
BUS = {"person": "vehicle_id", "lon": "longitude", "lat": "latitude", "at": "timestamp"}
GPX: tuple[tuple[str, int, dict[str, int]], ...] = (
    ("gpxv1_0", 12, {"duplicate": 2}),
    ("tour-with-loop", 11, {}),
    ("test1", 0, {"invalid": 264}),  # a clock that begins at zero is none
)
pytestmark = pytest.mark.skipif(not TRACKS.exists(), reason="the real tracks are not here")
Sent = tuple[int, dict[str, int]]


def read(path: Path, **given: Any) -> list[replay.Fix]:
    """The fixes of a file, all of which can be read."""
    account = replay.Account()
    known: dict[str, Any] = {"maps": {}, "person": None, "zone": ZoneInfo("UTC"), **given}
    found = replay.read_fixes(replay.read_file(str(path)), account=account, **known)
    assert account.unreadable == 0
    return found


@dataclass
class Door:
    """The served door of a site without borders, and its source's token."""

    served: Served
    database: Database
    system_id: int
    token: str

    async def passed(self, fixes: list[replay.Fix]) -> Sent:
        """How many were accepted, and why the others were not: day by day, each at its end."""
        account = replay.Account()
        before = await self._kept()
        for day in _days(fixes):
            await self._at(day[-1].at)
            given = {"url": self.served.url, "token": self.token, "speed": 1.0}
            more = {"shift_to_now": False, "account": account, "show": lambda done: None}
            await replay.send(day, **given, **more)
        assert account.sent == len(fixes) == account.accepted + account.rejected.total()
        assert await self._kept() - before == account.accepted, "what was accepted is stored"
        return account.accepted, dict(account.rejected)

    async def hire(self, fixes: list[replay.Fix]) -> None:
        """The people of a file, on duty as long as it lasts."""
        codes = sorted({str(one.body["person"]) for one in fixes})
        about = {"codes": codes, "start": fixes[0].at, "end": fixes[-1].at}
        async with self.database.acting(self.system_id) as link:
            await link.execute(HIRE, about)

    async def _at(self, at: datetime) -> None:
        """Let the site's clock stand at a time, and wait until the server has heard of it."""
        async with self.database.acting(self.system_id) as link:
            await site.set_clock(link, Clock(1.0, datetime.now(UTC), at))
        await until(lambda: abs(self.served.app.state.clock.now() - at) < STEP)

    async def _kept(self) -> int:
        async with self.database.acting(self.system_id) as link:
            return int(await value(link, "SELECT count(*) FROM position_history"))


HIRE = """
WITH new AS (
    INSERT INTO person (code, name, area_id)
    SELECT code, code, (SELECT id FROM area LIMIT 1) FROM unnest(%(codes)s::text[]) code
    ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id, area_id)
INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
SELECT new.id, area_id, day, day + interval '5 days', day
FROM new, generate_series(%(start)s::timestamptz - interval '1 hour', %(end)s, '5 days') day
"""


def _days(fixes: list[replay.Fix]) -> Iterator[list[replay.Fix]]:
    """What a phone would still hold at the end of a day: later it would be outdated."""
    some: list[replay.Fix] = []
    for one in fixes:
        if some and one.at - some[0].at > DAY:
            yield some
            some = []
        some.append(one)
    yield some


def jumps(fixes: list[replay.Fix]) -> int:
    """By plain counting: how many lie beyond 60 m/s from the last one that does not."""
    last, found = fixes[0], 0
    for one in fixes[1:]:
        here, there = ((f.body["lon"], f.body["lat"]) for f in (last, one))
        east = math.radians(there[0] - here[0]) * math.cos(math.radians(here[1]))
        metres = math.hypot(east, math.radians(there[1] - here[1])) * 6_371_000
        if metres > 60 * (one.at - last.at).total_seconds():
            found += 1
        else:
            last = one
    return found


@asynccontextmanager
async def door(store: Store, home: Path) -> AsyncIterator[Door]:
    await site.create(store.admin_url, name_zh="远", name_en="Far", timezone="UTC")
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        async with database.acting(system.id) as link:
            _, token = await actors.create_token(link, role="source", source="gps")
        async with serving(store, home) as served:
            yield Door(served, database, system.id, token)


async def test_real_tracks_through_the_served_door(store: Store, tmp_path: Path) -> None:
    """One site for all files, since they are years apart; and why each fix was not taken."""
    path = tmp_path / "geolife.csv"
    with gzip.open(TRACKS / "geolife_sample.txt.gz", "rt") as whole:
        path.write_text("".join(islice(whole, GEOLIFE_ROWS + 1)))
    life = read(path, maps=GEOLIFE)
    bus = read(TRACKS / "liverpool_bus_route14_outbound.csv", maps=BUS)
    assert len({one.body["person"] for one in bus}) == 8
    async with door(store, tmp_path) as made:
        few = life[:50]
        strange = [replace(one, body={**one.body, "person": "nobody"}) for one in few]
        assert await made.passed(strange) == (0, {"unknown_person": len(few)})
        await made.hire(life)
        assert await made.passed(life) == (GEOLIFE_ROWS - 6, {"speed": 6})
        assert jumps(life) == 6
        assert await made.passed(few) == (0, {"duplicate": len(few)})
        await made.hire(bus)
        assert await made.passed(bus) == (1_533, {})
        for name, accepted, rejected in GPX:
            track = read(TRACKS / f"gpx_{name}.gpx", maps={"at": "time"}, person="P001")
            await made.hire(track)
            assert await made.passed(track) == (accepted, rejected), name


def test_gpx_without_times_or_points_is_refused() -> None:
    given: dict[str, Any] = {"maps": {"at": "time"}, "person": "P001"}
    for name in ("andorra_for_map_matching", "test2_no_millis"):
        with pytest.raises(MissingColumn, match="at=COLUMN"):
            read(TRACKS / f"gpx_{name}.gpx", **given)
    for name in ("no_trk", "no_trkpt", "no_trkseg"):
        with pytest.raises(Unreadable, match="no point in it"):
            read(TRACKS / f"gpx_{name}.gpx", **given)
