"""Real tracks as `wangge replay positions` reads them, through the steps of the positions door.

What each file gives is told in docs/real-data.md.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard import replay
from data.access import Actor
from data.importers.errors import MissingColumn, Unreadable
from data.staff.positions import fix as fix_
from data.staff.positions.known import Known, Person
from data.staff.positions.pipeline import Batch, run

TRACKS = Path(__file__).parents[2].parent / "shared" / "realdata" / "tracks"
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
CITY = Actor(1, "token", "gps", "source", area_id=1)
pytestmark = pytest.mark.skipif(not TRACKS.exists(), reason="the real tracks are not here")


def read(path: Path, **given: Any) -> list[replay.Fix]:
    """The fixes of a file, all of which can be read."""
    account = replay.Account()
    known: dict[str, Any] = {"maps": {}, "person": None, "zone": ZoneInfo("UTC"), **given}
    found = replay.read_fixes(replay.read_file(str(path)), account=account, **known)
    assert account.unreadable == 0
    return found


def passed(fixes: list[replay.Fix], **known: Any) -> Counter[str]:
    """What becomes of fixes that come in batches at the time of their newest one."""
    codes = sorted({one.body["person"] for one in fixes})
    people = {code: Person(n, 1, (ALWAYS,)) for n, code in enumerate(codes)}
    ground = Known(**{"people": people, "scopes": {1: frozenset({1})}, **known})
    found: Counter[str] = Counter()
    for some in _batches(fixes):
        rows = [replay._body(one, one.at, None, 1.0) for one in some]
        parsed, invalid = fix_.parse(rows)
        batch = run(Batch(CITY, some[-1].at, parsed, ground))
        ground.seen.update(batch.seen)
        found["accepted"] += len(batch.alive)
        found["invalid"] += len(invalid)
        found.update(str(reason) for reason in batch.rejected.values())
    assert found.total() == len(fixes)
    return +found


def _batches(fixes: list[replay.Fix]) -> Iterator[list[replay.Fix]]:
    """As many as go in one request, none of them from behind a long pause."""
    some: list[replay.Fix] = []
    for one in fixes:
        if some and (len(some) == replay.BATCH or one.at - some[0].at > timedelta(hours=1)):
            yield some
            some = []
        some.append(one)
    yield some


def test_a_life_in_beijing(tmp_path: Path) -> None:
    """One person's first days: jumps of the receiver are told from travel, the rest is stored."""
    path = tmp_path / "geolife.csv"
    with gzip.open(TRACKS / "geolife_sample.txt.gz", "rt") as whole:
        path.write_text("".join(islice(whole, 20_001)))
    fixes = read(path, maps={"person": "uid", "lon": "lng", "at": "datetime"})
    assert passed(fixes) == {"accepted": 19_987, "speed": 13}
    assert passed(fixes, people={}) == {"unknown_person": 20_000}
    campus = (116.31, 39.98, 116.33, 40.01)
    assert passed(fixes, box=campus)["outside"] == 6_347


def test_a_bus_in_liverpool() -> None:
    """Eight buses on one route, each under its own number."""
    maps = {"person": "vehicle_id", "lon": "longitude", "lat": "latitude", "at": "timestamp"}
    fixes = read(TRACKS / "liverpool_bus_route14_outbound.csv", maps=maps)
    assert len({one.body["person"] for one in fixes}) == 8
    assert passed(fixes) == {"accepted": 1_533}


def test_gpx_good_and_broken() -> None:
    given: dict[str, Any] = {"maps": {"at": "time"}, "person": "P001"}
    good = {"gpxv1_0": {"accepted": 12, "duplicate": 2}, "tour-with-loop": {"accepted": 11}}
    for name, found in good.items():
        assert passed(read(TRACKS / f"gpx_{name}.gpx", **given)) == found
    of_1970 = read(TRACKS / "gpx_test1.gpx", **given)
    assert passed(of_1970) == {"invalid": 264}, "a clock that begins at zero is none"
    for name in ("andorra_for_map_matching", "test2_no_millis"):
        with pytest.raises(MissingColumn, match="at=COLUMN"):
            read(TRACKS / f"gpx_{name}.gpx", **given)
    for name in ("no_trk", "no_trkpt", "no_trkseg"):
        with pytest.raises(Unreadable, match="no point in it"):
            read(TRACKS / f"gpx_{name}.gpx", **given)
