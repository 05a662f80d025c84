"""A kind of grids is cut anew: lineage, posts, events of before and after, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.embedded import Store
from data.actors import system_actor
from data.calls import targets
from data.contract.cutting import CodeTaken, NothingToCut, Recut, RecutTooEarly
from data.contract.recut import recut_files
from data.database import Connection, Database
from data.feed import events as feed
from data.importers import journal
from data.importers.errors import MissingOption
from data.importers.options import Options
from data.importers.report import State
from data.places import grids as grids_
from data.places import site
from data.places.lookup import locate
from data.query import cards, summary
from data.staff.positions import known
from geo.grids import list_owners
from tests.data.importers.conftest import box, write_geojson
from tests.factories import NOON, Town, make_town, value

CUT = datetime(2026, 7, 13, 16, 0, tzinfo=UTC)  # midnight in the town
BEFORE, AFTER = CUT - timedelta(hours=2), CUT + timedelta(hours=2)
WEST_A = box(112.90, 35.60, 112.904, 35.61)
WEST_B = box(112.904, 35.60, 112.91, 35.61)
EVERYTHING = (
    "SELECT md5((SELECT array_agg(g ORDER BY g.id)::text FROM grid g)"
    " || (SELECT array_agg(p ORDER BY p.id)::text FROM post p))"
)
EAST = box(112.91, 35.60, 112.92, 35.61)


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def cut(town: Town, path: Path, *rows: tuple[str, Any], **more: Any) -> Recut:
    """Cut the service grids anew by a file of codes and shapes; communities are found by place."""
    file = write_geojson(path / "cut.geojson", [({"code": c, "name": c}, g) for c, g in rows])
    area = more.pop("area", None)
    when = {"valid_from": more.pop("valid_from", CUT), "now": more.pop("now", NOON)}
    options = Options(**{"group": "service", **more})
    ledger, found = await recut_files(
        town.database, town.system_id, [str(file)], options, area=area, **when
    )
    assert ledger.rows == sum(ledger.count(state) for state in State if state)
    return found


async def event(link: Connection, key: str, lon: float, opened: datetime) -> int:
    """An open event at 35.605, with the grid of its day."""
    here = await locate(link, lon=lon, lat=35.605, at=opened)
    await link.execute(
        "INSERT INTO source (name, kind, area_id) SELECT 'hotline', 'api', id"
        " FROM area WHERE parent_id IS NULL ON CONFLICT DO NOTHING"
    )
    await link.execute(
        "INSERT INTO event_type (code, class, name_zh, name_en)"
        " VALUES ('other', 'other', '其他', 'Other') ON CONFLICT DO NOTHING"
    )
    made = await value(
        link,
        "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, opened_at)"
        " SELECT s.id, %s, t.id, %s, %s, ST_SetSRID(ST_MakePoint(%s, 35.605), 4326), %s"
        " FROM source s, event_type t WHERE s.name = 'hotline' AND t.code = 'other' RETURNING id",
        [key, here.area_id, list(here.grid_ids), lon, opened],
    )
    assert isinstance(made, int)
    return made


async def codes_of(link: Connection, event_id: int) -> list[str]:
    rows = await link.execute(
        "SELECT g.code || ' v' || g.version FROM event e JOIN grid g ON g.id = ANY (e.grid_ids)"
        " WHERE e.id = %s ORDER BY 1",
        [event_id],
    )
    return [row[0] for row in await rows.fetchall()]


async def load(link: Connection, at: datetime) -> dict[str, tuple[int, int]]:
    """Open events and workers by grid, from the ranking of the figures."""
    site_ = await site.read(link)
    rows = await summary.ranking(link, at=at, site=site_, areas=None)
    return {row["name"]: (row["open"], row["workers"]) for row in rows}


async def holders(link: Connection, at: datetime) -> set[tuple[str, str]]:
    """Person and grid of every post on a grid that is valid at a time."""
    rows = await link.execute(
        "SELECT x.code, g.code || ' v' || g.version FROM post p JOIN person x ON x.id = p.person_id"
        " JOIN grid g ON g.id = p.grid_id AND g.valid_from <= %(at)s"
        "      AND (g.valid_to IS NULL OR g.valid_to > %(at)s)"
        " WHERE p.valid_from <= %(at)s AND (p.valid_to IS NULL OR p.valid_to > %(at)s)",
        {"at": at},
    )
    return {(row[0], row[1]) for row in await rows.fetchall()}


async def test_a_split_and_a_moved_border_with_events_on_both_days(
    town: Town, tmp_path: Path
) -> None:
    """West is split in two, east only gets another code. Yesterday stays as it was."""
    async with town.database.acting(town.system_id) as link:
        old = await event(link, "old", 112.902, BEFORE)
        new = await event(link, "new", 112.906, AFTER)  # reported before anybody told of the cut
        assert await codes_of(link, new) == ["W-1 v1"]
        before = await load(link, BEFORE)
    found = await cut(town, tmp_path, ("W-A", WEST_A), ("W-B", WEST_B), ("E-2", EAST))
    assert [c.kind for c in found.changes] == ["kept", "split"]
    assert (found.kept, found.posts_carried, found.events_moved) == (0, 2, 1)
    assert [
        (u.person, u.role, [(h.code, round(s, 2)) for h, s in u.heirs]) for u in found.undecided
    ] == [
        ("west_chief", "grid_chief", [("W-B", 0.6), ("W-A", 0.4)]),
        ("west_worker", "grid_worker", [("W-B", 0.6), ("W-A", 0.4)]),
    ]
    async with town.database.acting(town.system_id) as link:
        assert await codes_of(link, old) == ["W-1 v1"]
        assert await codes_of(link, new) == ["W-B v2"]
        assert await load(link, BEFORE) == before == {"W-1": (1, 1)}
        assert await load(link, AFTER) == {"W-A": (1, 0), "W-B": (1, 0)}
        fed = {e.id: tuple(e.grid_ids) for e in await feed.open_at(link, AFTER)}
        fed_before = {e.id: tuple(e.grid_ids) for e in await feed.open_at(link, BEFORE)}
        assert fed[new] != fed[old] != fed_before[old] == (town.grids["W-1"],)
        assert {"east_chief", "east_worker"} == {
            p for p, g in await holders(link, AFTER) if g == "E-2 v2"
        }
        assert await holders(link, BEFORE) == {
            (f"{side}_{post}", f"{side[0].upper()}-1 v1")
            for side in ("west", "east")
            for post in ("chief", "worker")
        }
        lineage = await (
            await link.execute(
                "SELECT n.code, o.code FROM grid n JOIN grid o ON o.id = ANY (n.predecessor)"
                " ORDER BY 1"
            )
        ).fetchall()
        assert lineage == [("E-2", "E-1"), ("W-A", "W-1"), ("W-B", "W-1")]
        index = await known.read_grids(link)
        assert list_owners(index, lon=[112.902], lat=[35.605]) == [
            (await locate(link, lon=112.902, lat=35.605, at=NOON)).grid_ids
        ]


async def test_who_answers_for_an_event_of_before(town: Town, tmp_path: Path) -> None:
    """The card names the grid of its day, and rings those who answer for its place now."""
    async with town.database.acting(town.system_id) as link:
        id_ = await event(link, "old", 112.915, BEFORE)
        asking = cards.Asking(await system_actor(link), await site.read(link), AFTER, NOON)
        first = await cards.read(link, asking, "event", id_)
    bulge = box(112.909, 35.60, 112.92, 35.61)
    await cut(town, tmp_path, ("W-1", box(112.90, 35.60, 112.909, 35.61)), ("E-1", bulge))
    async with town.database.acting(town.system_id) as link:
        card = await cards.read(link, asking, "event", id_)
        assert [g["id"] for g in card["grids"]] == [g["id"] for g in first["grids"]]
        names = {person["name"] for person in card["responsible"]}
        assert names == {person["name"] for person in first["responsible"]} == {
            "east_chief", "east_worker",
        }  # fmt: skip
        place = await (
            await link.execute(targets.SQL.place_of_event, {"id": id_, "at": AFTER})
        ).fetchone()
        assert place is not None and place[0] == [
            await value(link, "SELECT id FROM grid WHERE code = 'E-1' AND valid_to IS NULL")
        ]


async def test_merged_and_only_one_community(town: Town, tmp_path: Path) -> None:
    await cut(town, tmp_path, ("W-A", WEST_A), ("W-B", WEST_B), area="code-west")
    later = CUT + timedelta(hours=1)
    with pytest.raises(CodeTaken, match="E-1"):
        await cut(town, tmp_path, ("E-1", WEST_A), area="code-west", valid_from=later)
    whole = box(112.90, 35.60, 112.91, 35.61)
    found = await cut(town, tmp_path, ("W-1", whole), area="code-west", valid_from=later)
    assert [(c.kind, len(c.olds)) for c in found.changes] == [("merged", 2)]
    async with town.database.acting(town.system_id) as link:
        rows = await (
            await link.execute(
                "SELECT version, cardinality(predecessor), valid_to IS NULL FROM grid"
                " WHERE code = 'W-1' ORDER BY id"
            )
        ).fetchall()
        assert rows == [(1, 0, False), (3, 2, True)]
        assert ("east_chief", "E-1 v1") in await holders(link, NOON)


async def test_what_stays_keeps_its_version_and_a_trial_writes_nothing(
    town: Town, tmp_path: Path
) -> None:
    async with town.database.acting(town.system_id) as link:
        before = await value(link, EVERYTHING)
    rows = ("W-1", box(112.90, 35.60, 112.91, 35.61)), ("E-1", box(112.91, 35.60, 112.919, 35.61))
    trial = await cut(town, tmp_path, *rows, dry_run=True, valid_from=NOON + timedelta(days=30))
    async with town.database.acting(town.system_id) as link:
        assert await value(link, EVERYTHING) == before
    found = await cut(town, tmp_path, *rows)
    assert (found.kept, found.posts_carried) == (trial.kept, trial.posts_carried) == (1, 2)
    moved = next(c for c in found.changes if c.kind == "moved")
    assert moved.lost_m2 == pytest.approx(100_531, rel=1e-3)
    await journal.undo(town.database, town.system_id, None, at=NOON, real=NOON)
    async with town.database.acting(town.system_id) as link:
        assert await value(link, EVERYTHING) == before
    await cut(town, tmp_path, *rows)
    again = await cut(town, tmp_path, *rows, valid_from=CUT + timedelta(hours=1))
    assert (again.kept, again.posts_carried, again.undecided) == (2, 0, [])


async def test_what_is_refused_leaves_everything(town: Town, tmp_path: Path) -> None:
    rows = ("W-A", WEST_A), ("W-B", WEST_B), ("E-1", EAST)
    with pytest.raises(MissingOption):
        await cut(town, tmp_path, *rows, group=None)
    with pytest.raises(NothingToCut):
        await cut(town, tmp_path, *rows, group="zone")
    far = box(10, 10, 10.1, 10.1)
    rejected = await cut(town, tmp_path, *rows, ("X", far))
    async with town.database.acting(town.system_id) as link:
        assert [one.kind for one in await grids_.kinds(link)] == ["service"]
        assert await value(link, "SELECT count(*) FROM grid") == 2
    assert rejected.kind == "service"
    await cut(town, tmp_path, *rows)
    with pytest.raises(RecutTooEarly, match="2026-07-13"):
        await cut(town, tmp_path, *rows, valid_from=CUT - timedelta(days=3))
