"""The door of the importers: files in, one transaction, an account of every row out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from data.database import Connection, Database
from data.importers import batch as batch_
from data.importers import events, people, places, reading
from data.importers.batch import Batch
from data.importers.options import Options
from data.importers.report import Ledger, State
from data.importers.table import Progress, silent
from data.queries import load

Write = Callable[[Connection, Batch, Options, datetime], Awaitable[None]]
SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class Noun:
    """What can be imported: its fields, the one that `--key` fills, and how it is written."""

    name: str
    fields: tuple[str, ...]
    key_field: str
    write: Write


NOUNS = {
    noun.name: noun
    for noun in (
        Noun(
            "areas",
            ("code", "name", "level", "parent", "population"),
            "code",
            places.import_areas,
        ),
        Noun(
            "grids",
            ("code", "name", "kind", "parent", "population", "households"),
            "code",
            places.import_grids,
        ),
        Noun(
            "facilities",
            ("code", "name", "kind", "parent", "address", "service_radius_m"),
            "code",
            places.import_facilities,
        ),
        Noun("people", people.FIELDS, "code", people.import_people),
        Noun("events", events.FIELDS, "id", events.import_events),
    )
}


async def import_files(
    database: Database,
    actor_id: int,
    noun: str,
    paths: Sequence[str],
    options: Options,
    *,
    at: datetime,
    progress: Progress = silent,
) -> Ledger:
    """Import files of one noun as an actor that may; `at` is site time.

    Rejected rows are skipped and the rest goes in together; with `strict` any rejected row
    leaves everything as it was. Raises ImportRefused for a file that cannot be used at all.
    """
    kind = NOUNS[noun]
    tables = await asyncio.to_thread(
        reading.read_all, paths, reading=options.reading, progress=progress
    )
    batch = await asyncio.to_thread(
        batch_.build, tables, fields=kind.fields, key_field=kind.key_field, options=options
    )
    ledger, batch.progress = batch.ledger, progress
    async with database.acting(actor_id) as connection:
        await connection.execute(SQL.wait_for_turn)
        await kind.write(connection, batch, options, at)
        assert not ledger.count(State.PENDING), "a row was forgotten"
        if options.strict and ledger.rejected:
            ledger.abort()
            raise psycopg.Rollback()
        if options.dry_run:
            ledger.warn("dry_run")
            raise psycopg.Rollback()
    return ledger
