"""Areas, grids and facilities from files: units are gathered, given their area, and written."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import shapely

from data.database import Connection
from data.importers import groups
from data.importers import units as units_
from data.importers.batch import Batch
from data.importers.options import Options
from data.importers.parents import FINEST, Place, Places, assign
from data.importers.report import Ledger, State
from data.importers.units import Shape, Unit
from data.places import areas, facilities, grids, site

AREA = Shape("polygon", required=False, texts=("parent",), numbers=("population",))
GRID = Shape("polygon", required=True, texts=("parent",), numbers=("population", "households"))
FACILITY = Shape(
    "point",
    required=True,
    texts=("parent", "address"),
    numbers=("service_radius_m",),
    zero=0.0,
)


async def import_areas(connection: Connection, batch: Batch, options: Options, _: datetime) -> None:
    """Write the areas of a batch, level by level, so that parents may stand in the same file."""
    ranks = await groups.set_levels(connection, batch, options)
    units = await _gather(batch, AREA, "level")
    places = await load_places(connection)
    for rank in sorted(set(ranks.values())):
        level = [unit for unit in units if ranks.get(unit.group) == rank]
        kept = await asyncio.to_thread(
            assign, level, places=places, rank=rank, options=options, ledger=batch.ledger
        )
        outcomes = await areas.write(
            connection,
            [
                areas.NewArea(
                    *(u.group, u.code, u.name, u.area_id, u.geometry),
                    population=_whole(u.values["population"]),
                )
                for u in kept
            ],
        )
        for unit, outcome in zip(kept, outcomes, strict=True):
            what = outcome.id, unit.group, unit.code, unit.name, rank
            places.add(Place(*what, unit.area_id, unit.geometry))
        settle(batch.ledger, kept, outcomes)


async def import_grids(
    connection: Connection, batch: Batch, options: Options, at: datetime
) -> None:
    """Write the grids of a batch; new kinds are made."""
    kept, made = await read_grids(connection, batch, options)
    batch.progress("write", 0, len(kept))
    written = await grids.write(connection, made, at=at)
    if written.posts_moved:
        batch.ledger.warn("open_posts", n=written.posts_moved)
    batch.progress("write", len(kept), len(kept))
    if kept:
        await _colour(connection, kept[0].group)
    settle(batch.ledger, kept, written.outcomes)


async def read_grids(
    connection: Connection, batch: Batch, options: Options
) -> tuple[list[Unit], list[grids.NewGrid]]:
    """The grids of a batch with their areas, as units and as they would be written; the rows of
    all others are rejected. New kinds are made."""
    known = await groups.set_grid_kinds(connection, batch, options)
    units = await _gather(batch, GRID, "kind")
    await groups.add_kinds(connection, units, known, options, batch.ledger)
    kept = await assigned(connection, units, options, batch.ledger)
    hashes = await asyncio.to_thread(content_hashes, kept)
    return kept, [
        grids.NewGrid(
            *(u.group, u.code, u.name, u.area_id, u.geometry, content_hash),
            households=_whole(u.values["households"]),
            population=_whole(u.values["population"]),
        )
        for u, content_hash in zip(kept, hashes, strict=True)
    ]


async def _colour(connection: Connection, kind: str) -> None:
    """Let the wall colour grids that exist, where it was set to a kind that has none."""
    chosen = (await site.read(connection)).load_kind
    if chosen not in {one.kind for one in await grids.kinds(connection)}:
        await site.set_load_kind(connection, kind)


async def import_facilities(
    connection: Connection, batch: Batch, options: Options, _: datetime
) -> None:
    """Write the facilities of a batch; new kinds are made."""
    known = await groups.set_facility_kinds(connection, batch, options)
    units = await _gather(batch, FACILITY, "kind")
    await groups.add_facility_kinds(connection, units, known, options, batch.ledger)
    kept = await assigned(connection, units, options, batch.ledger)
    hashes = await asyncio.to_thread(content_hashes, kept)
    outcomes = await facilities.write(
        connection,
        [
            facilities.NewFacility(
                *(u.code, u.group, u.name, u.area_id, u.geometry, content_hash),
                service_radius_m=u.values["service_radius_m"],
                address=u.values["address"],
            )
            for u, content_hash in zip(kept, hashes, strict=True)
        ],
    )
    settle(batch.ledger, kept, outcomes)


def settle(ledger: Ledger, units: Sequence[Unit], outcomes: Sequence[areas.Outcome]) -> None:
    """End the rows of written units: the first is imported, further parts are merged."""
    for unit, outcome in zip(units, outcomes, strict=True):
        if outcome.state == "unchanged":
            ledger.mark(unit.rows, State.UNCHANGED)
        else:
            ledger.mark(unit.rows[:1], State.IMPORTED)
            ledger.mark(unit.rows[1:], State.MERGED)
    ledger.units += len(units)


def content_hashes(units: Sequence[Unit]) -> list[str]:
    """A digest of each unit's name, values and outline; equal means that nothing changed."""
    digests = []
    for unit in units:
        digest = hashlib.sha256(orjson.dumps([unit.name, sorted(unit.values.items())]))
        digest.update(shapely.to_wkb(unit.geometry, byte_order=1))
        digests.append(digest.hexdigest()[:32])
    return digests


async def load_places(connection: Connection) -> Places:
    """The areas of the store, for finding parents."""
    rows = await areas.every(connection)
    shapes = shapely.from_wkb([row["wkb"] for row in rows])
    return Places(
        Place(
            *(row["id"], row["level"], row["code"], row["name"]),
            rank=row["rank"],
            parent_id=row["parent_id"],
            geometry=shape,
        )
        for row, shape in zip(rows, shapes, strict=True)
    )


async def _gather(batch: Batch, shape: Shape, field: str) -> list[Unit]:
    return await asyncio.to_thread(units_.gather, batch, shape, group_field=field)


async def assigned(
    connection: Connection, units: list[Unit], options: Options, ledger: Ledger
) -> list[Unit]:
    """The units that have an area, each with it; the rows of the others are rejected."""
    places = await load_places(connection)
    return await asyncio.to_thread(
        assign, units, places=places, rank=FINEST, options=options, ledger=ledger
    )


def _whole(value: Any) -> int | None:
    return None if value is None else round(value)
