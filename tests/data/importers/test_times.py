"""Times by the short way and by the long one are the same, also on days when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from data.importers.times import Times


@pytest.mark.parametrize(
    ("zone", "first", "days"),
    [
        ("Asia/Shanghai", "1991-04-01", 190),
        ("America/New_York", "2011-01-01", 365),
        ("Australia/Lord_Howe", "2026-03-01", 240),  # by half an hour
        ("Europe/Dublin", "1971-10-01", 200),
        ("Africa/Casablanca", "2026-02-01", 60),
        ("Pacific/Apia", "2011-12-20", 20),  # 30 December was not
        ("America/Scoresbysund", "2024-03-25", 12),  # at midnight
    ],
)
def test_each_local_time_is_the_moment_that_the_zone_says(zone: str, first: str, days: int) -> None:
    """Read twice, so that the second time the day is known; with and without what it ends."""
    times, here = Times(ZoneInfo(zone)), ZoneInfo(zone)
    start = datetime.fromisoformat(first)
    for quarter in range(days * 96):
        local = start + timedelta(minutes=15 * quarter, seconds=quarter % 60)
        wanted = local.replace(tzinfo=here).astimezone(UTC)
        for text in (f"{local:%Y-%m-%d %H:%M:%S}", f"{local:%Y-%m-%dT%H:%M:%S}"):
            assert times.read(text) == wanted, (zone, text)


def test_what_only_looks_like_the_common_form_is_read_for_what_it_is() -> None:
    times = Times(ZoneInfo("America/New_York"))
    assert times.read("2011-07-01 01:32:33") == datetime(2011, 7, 1, 5, 32, 33, tzinfo=UTC)
    assert times.read("2011-07-01T00+01:00") == datetime(2011, 6, 30, 23, tzinfo=UTC)
    assert times.read("2011-07-01下午1:32:33") == datetime(2011, 7, 1, 17, 32, 33, tzinfo=UTC)
    assert times.read("2011-07-01 1:32 p.m") == datetime(2011, 7, 1, 17, 32, tzinfo=UTC)
    for text in ("2011-07-01 25:00:00", "2011-07-01 nonsense", "2011-07-01 01:32:3x"):
        with pytest.raises(ValueError):
            times.read(text)


def test_an_hour_that_comes_twice_is_still_counted() -> None:
    times = Times(ZoneInfo("America/New_York"))
    for _ in range(2):
        begun = times.read("2011-11-06 01:45:00")
        assert begun == datetime(2011, 11, 6, 5, 45, tzinfo=UTC)
        ended = times.read("2011-11-06 01:15:00", after=begun)
        assert ended == datetime(2011, 11, 6, 6, 15, tzinfo=UTC)
    times.read("2011-03-13 02:30:00")
    assert times.counts == {"repeated_hour": 4, "skipped_hour": 1}
