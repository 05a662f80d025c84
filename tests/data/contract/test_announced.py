"""A new cut that is announced for tomorrow: until then the old one rules, then it takes effect by
itself, once; it can be taken back before, and undone after."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.embedded import Store
from dashboard.i18n.sentences import tell
from data import engine
from data.calls.model import Moment
from data.contract import announced, diff
from data.contract.announced import AnnouncedAlready
from data.contract.check import check
from data.database import Database
from data.feed import places as feed
from data.importers import journal
from data.importers.errors import ChangedSince
from data.importers.options import Options
from data.importers.run import import_files
from data.staff.positions import known
from geo.grids import list_owners
from tests.data.contract.test_recut import (
    EAST,
    EVERYTHING,
    WEST_A,
    WEST_B,
    codes_of,
    cut,
    event,
    holders,
)
from tests.data.importers.conftest import write_geojson
from tests.factories import NOON, Town, make_town, value

DAY = NOON + timedelta(days=1)
ROWS = ("W-A", WEST_A), ("W-B", WEST_B), ("E-2", EAST)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def passes(town: Town, seconds: float) -> int:
    """What an engine does so long after the day began."""
    at = DAY + seconds * SECOND
    async with town.database.acting(town.system_id) as link:
        return await engine.announced_cuts(link, Moment(at, at))


async def test_on_its_day_it_takes_effect_once(town: Town, tmp_path: Path) -> None:
    async with town.database.acting(town.system_id) as link:
        before = await value(link, EVERYTHING)
        drawn = (await feed.read(link, NOON)).version
    found = await cut(town, tmp_path, *ROWS, valid_from=DAY)
    assert [c.kind for c in found.changes] == ["kept", "split"] and found.posts_carried == 2
    assert await passes(town, -1) == 0
    async with town.database.acting(town.system_id) as link:
        assert await value(link, EVERYTHING) == before
        assert (await feed.read(link, DAY)).version == drawn
        (coming,) = await announced.listed(link)
        assert (coming.kind, coming.at, coming.state, coming.why) == (
            *("service", DAY, "waiting", None),
        )
        ahead = await diff.diff(link, kind="service", since=NOON, until=DAY)
        assert sorted(diff.word(c, ahead.olds, ahead.news) for c in ahead.changes) == [
            *("renamed", "split"),
        ]
        today = await diff.diff(link, kind="service", since=NOON, until=DAY - SECOND)
        assert {c.kind for c in today.changes} == {"kept"}
        late = await event(link, "late", 112.906, DAY + 1 * SECOND)  # no engine was there yet
        assert await codes_of(link, late) == ["W-1 v1"]
    assert await passes(town, 5) == 1 and await passes(town, 6) == 0
    async with town.database.acting(town.system_id) as link:
        assert await codes_of(link, late) == ["W-B v2"]
        assert {g for _, g in await holders(link, DAY)} == {"E-2 v2"}
        assert {g for _, g in await holders(link, DAY - SECOND)} == {"W-1 v1", "E-1 v1"}
        (owners,) = list_owners(await known.read_grids(link), lon=[112.906], lat=[35.605])
        assert len(owners) == 1
        assert (await feed.read(link, DAY)).version != drawn
        assert (await check(link, at=DAY)).grids == 3
        assert (await check(link, at=DAY - SECOND)).grids == 2
        assert await announced.listed(link) == []
        (run, first) = await journal.runs(link)
        told = {one["reason"] for one in run.report["warnings"]}
        assert told == {"carried_out", "posts_to_decide"} and run.noun == "grids"
        assert "announced" in {one["reason"] for one in first.report["warnings"]}
    await journal.undo(town.database, town.system_id, None, at=DAY, real=NOON)
    assert await passes(town, 60) == 0  # what was undone is not done again
    async with town.database.acting(town.system_id) as link:
        assert await value(link, EVERYTHING) == before
        assert await codes_of(link, late) == ["W-1 v1"]
    with pytest.raises(ChangedSince):  # the announcement has had its day
        await journal.undo(town.database, town.system_id, first.id, at=DAY, real=NOON)


async def test_it_is_taken_back_before_its_day(town: Town, tmp_path: Path) -> None:
    async with town.database.acting(town.system_id) as link:
        before = await value(link, EVERYTHING)
    await cut(town, tmp_path, *ROWS, valid_from=DAY, dry_run=True)
    async with town.database.acting(town.system_id) as link:
        assert await announced.listed(link) == []
    await cut(town, tmp_path, *ROWS, valid_from=DAY)
    with pytest.raises(AnnouncedAlready, match="2026-07-15 already"):
        await cut(town, tmp_path, *ROWS, valid_from=DAY + timedelta(days=30))
    run, _ = await journal.undo(town.database, town.system_id, None, at=NOON, real=NOON)
    async with town.database.acting(town.system_id) as link:
        assert await announced.listed(link) == []
        assert (await journal.runs(link, run=run))[0].undone_at is not None
    assert await passes(town, 5) == 0
    async with town.database.acting(town.system_id) as link:
        assert await value(link, EVERYTHING) == before


async def test_one_community_waits_for_imports_and_says_why_it_fails(
    town: Town, tmp_path: Path
) -> None:
    """Only the west is cut; meanwhile the east takes one of the codes."""
    found = await cut(town, tmp_path, *ROWS[:2], valid_from=DAY, area="code-west")
    assert (found.kept, len(found.news)) == (0, 2)
    async with town.database.acting(town.system_id) as link:
        ahead = await diff.diff(link, kind="service", since=NOON, until=DAY)
        assert sorted(unit.code for unit in ahead.news) == ["E-1", "W-A", "W-B"]
    async with town.database.acting(town.system_id) as importing:
        await importing.execute(journal.SQL.wait_for_turn)
        assert await passes(town, 5) == 0
    file = write_geojson(tmp_path / "east.geojson", [({"code": "W-B", "name": "x"}, EAST)])
    options = Options(group="service", parent="code-east")
    await import_files(town.database, town.system_id, "grids", [str(file)], options, at=NOON)
    async with town.database.acting(town.system_id) as link:
        before = await value(link, EVERYTHING)
    assert await passes(town, 5) == 1 and await passes(town, 6) == 0
    async with town.database.acting(town.system_id) as link:
        assert await value(link, EVERYTHING) == before
        (failed,) = await announced.listed(link)
        assert failed.state == "failed" and failed.why is not None
        assert "W-B" in tell(failed.why, "zh") and "不在重划范围内" in tell(failed.why, "zh")
    # It stands in nobody's way: the next one is announced.
    await cut(town, tmp_path, *ROWS, valid_from=DAY + timedelta(days=2))


async def test_two_engines_carry_it_out_once(town: Town, tmp_path: Path) -> None:
    await cut(town, tmp_path, *ROWS, valid_from=DAY)
    assert sorted(await asyncio.gather(*(passes(town, 1) for _ in range(3)))) == [0, 0, 1]
    async with town.database.acting(town.system_id) as link:
        assert await value(link, "SELECT count(*) FROM grid WHERE valid_from = %s", [DAY]) == 3
