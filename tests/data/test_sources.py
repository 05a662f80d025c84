"""A source says once in which coordinate system it sends; the intake's steps convert by it."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.embedded import Store
from data import actors, sources
from data.access import Actor
from data.database import Database, fetch_all
from data.errors import Invalid, NotFound
from data.staff.positions import known as known_
from data.staff.positions import store as store_
from data.staff.positions.fix import Reason, parse
from data.staff.positions.known import Known
from data.staff.positions.pipeline import Batch as FixBatch
from data.staff.positions.pipeline import run
from geo import shifted
from tests.factories import NOON, Town, make_town

NEAR = 112.9099, 35.605  # in the west, 9 m from the border: in no system but its own it stays there
POSITIONS = "SELECT lon, lat, original_lon, original_lat, coord_sys, grid_ids FROM {}"


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def declared(town: Town, crs: str, role: str = "source") -> tuple[Actor, Known]:
    async with town.database.acting(town.system_id) as link:
        actor, _ = await actors.create_token(link, role=role, source=f"feed {crs}")
        await sources.set_system(link, f"feed {crs}", sources.parse(crs))
        return actor, await known_.load_all(link, NOON)


def row(x: float, y: float, at: int = 0) -> dict[str, object]:
    return {"person": "west_worker", "lon": x, "lat": y, "at": NOON.timestamp() - 60 + at}


def moved(crs: str) -> tuple[float, float]:
    """NEAR as a source of this system sends it."""
    point = np.array([NEAR[0]]), np.array([NEAR[1]])
    if crs in ("gcj02", "bd09"):
        x, y = getattr(shifted, f"wgs84_to_{crs}")(*point)
        return float(x[0]), float(y[0])
    from pyproj import Transformer

    x, y = Transformer.from_crs(4490, int(crs.split(":")[1]), always_xy=True).transform(*NEAR)
    return float(x), float(y)


@pytest.mark.parametrize(
    ("crs", "name"), [("gcj02", "GCJ02"), ("bd09", "BD09"), ("EPSG:4526", "EPSG:4526")]
)
async def test_a_fix_is_converted_once_and_keeps_what_was_sent(
    town: Town, crs: str, name: str
) -> None:
    actor, known = await declared(town, crs)
    x, y = moved(crs)
    fixes, invalid = parse([row(x, y), row(181, 35.6, 1), row(112.905, 91, 2)])
    assert invalid == []  # numbers they are; where they cannot lie is for the source to say
    batch = FixBatch(actor, NOON, fixes, known)
    run(batch)  # a late copy makes a batch run again: what is converted is not converted twice
    run(batch)
    assert batch.rejected == {1: Reason.OUTSIDE_CRS, 2: Reason.OUTSIDE_CRS}
    await store_.write(town.database, [batch], process="test")
    async with town.database.acting(town.system_id) as link:
        for table in ("position_history", "latest_position"):
            (found,) = await fetch_all(link, POSITIONS.format(table))
            assert (found["lon"], found["lat"]) == pytest.approx(NEAR, abs=1e-8)  # 1 mm
            assert (found["original_lon"], found["original_lat"]) == (x, y)
            assert (found["coord_sys"], found["grid_ids"]) == (name, [town.grids["W-1"]])


async def test_degrees_are_taken_as_they_are_where_nothing_is_declared(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        actor, _ = await actors.create_token(link, role="source", source="plain")
        known = await known_.load_all(link, NOON)
    assert known.systems == {}
    fixes, _ = parse([row(*NEAR), row(180.5, 35.6, 1)])
    batch = run(FixBatch(actor, NOON, fixes, known))
    assert batch.rejected == {1: Reason.INVALID}
    await store_.write(town.database, [batch], process="test")
    async with town.database.acting(town.system_id) as link:
        (found,) = await fetch_all(link, POSITIONS.format("position_history"))
    assert tuple(found.values())[:5] == (*NEAR, *NEAR, "WGS84")


async def test_workers_without_a_source_send_in_the_system_of_duty(town: Town) -> None:
    """Phones that give GCJ-02 in the browser: one line for all of them."""
    async with town.database.acting(town.system_id) as link:
        me = {"person_id": town.people["west_worker"]}
        actor, _ = await actors.create_token(link, role="grid_worker", area="code-west", **me)
        known = await known_.load_all(link, NOON)
        assert await sources.set_system(link, "duty", sources.parse("GCJ-02")) == "WGS84"
        await known_.renew(link, known, NOON, {"source"})
    batch = run(FixBatch(actor, NOON, parse([row(*moved("gcj02"))])[0], known))
    assert (batch.alive[0].lon, batch.alive[0].lat) == pytest.approx(NEAR, abs=1e-8)


async def test_sources_are_listed_with_what_they_brought(town: Town) -> None:
    await declared(town, "gcj02")
    async with town.database.acting(town.system_id) as link:
        (one,) = [one for one in await sources.every(link) if one.name == "feed gcj02"]
        assert (one.coord_sys, one.tokens, one.events) == ("GCJ02", 1, 0)
        with pytest.raises(NotFound, match="nobody"):
            await sources.set_system(link, "nobody", sources.parse("gcj02"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gcj03", "cgcs2000-gk3-cm114"),
        ("EPSG:2384", "Xian 1980 has no constant shift"),
        ("4214", "Beijing 1954 has no constant shift"),
        ('LOCAL_CS["site",UNIT["metre",1]]', "no coordinate system"),
    ],
)
def test_what_cannot_be_declared_says_what_can(text: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        sources.parse(text)
