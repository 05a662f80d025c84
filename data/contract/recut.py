"""A new cut of a kind of grids from files: done at once, or announced for a day to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from data.contract import announced, cutting
from data.contract.cutting import Recut
from data.database import Connection, Database
from data.importers import places
from data.importers.batch import Batch
from data.importers.errors import MissingOption
from data.importers.options import Options
from data.importers.report import Ledger, State
from data.importers.run import NOUNS, Noun, import_files
from data.importers.table import Progress, silent
from data.places import grids, site


async def recut_files(
    database: Database,
    actor_id: int,
    paths: Sequence[str],
    options: Options,
    *,
    valid_from: datetime,
    now: datetime,
    area: str | None = None,
    progress: Progress = silent,
) -> tuple[Ledger, Recut]:
    """Cut a kind anew by files that hold all its grids (with `area`, all that belong to this area
    and those below it), as of `valid_from`; where this is after `now` (site time), it is announced
    and carried out by itself on the day. All rows go in or none.

    Raises ImportRefused, RecutTooEarly, CodeTaken, NothingToCut, AnnouncedAlready.
    """
    if options.group is None:
        raise MissingOption(option="--kind", why="one kind is cut anew")
    found, later = Recut("", valid_from), valid_from > now
    write = partial(_write, found=found, area=area, later=later)
    noun = NOUNS["grids"]
    ledger = await import_files(
        database,
        actor_id,
        Noun(noun.name, noun.fields, noun.key_field, write),
        paths,
        replace(options, strict=True),
        at=now if later else valid_from,
        progress=progress,
    )
    return ledger, found


async def _write(
    link: Connection,
    batch: Batch,
    options: Options,
    _: datetime,
    *,
    found: Recut,
    area: str | None,
    later: bool,
) -> None:
    made = await _read(link, batch, options, found)
    batch.progress("write", 0, len(made))
    await (announced.announce if later else cutting.cut)(link, found, made, area)
    batch.progress("write", len(made), len(made))
    if later and not options.dry_run:
        zone = (await site.read(link)).zone
        batch.ledger.warn("announced", day=f"{found.at.astimezone(zone):%Y-%m-%d %H:%M}")


async def _read(
    link: Connection, batch: Batch, options: Options, found: Recut
) -> list[grids.NewGrid]:
    kept, made = await places.read_grids(link, batch, options)
    for unit in kept:
        batch.ledger.mark(unit.rows[:1], State.IMPORTED)
        batch.ledger.mark(unit.rows[1:], State.MERGED)
    batch.ledger.units += len(kept)
    assert options.group is not None
    named = {n: k.kind for k in await grids.kinds(link) for n in (k.name_zh, k.name_en, k.kind)}
    found.kind = named.get(options.group, options.group)
    return made
