"""The door of the importers: files in, one transaction, an account of every row out."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg

from data import guard, sources
from data.database import Connection, Database
from data.importers import batch as batch_
from data.importers import (
    event_rows,
    events,
    ground,
    journal,
    people,
    places,
    reading,
    stream,
    swapped,
)
from data.importers.batch import Batch
from data.importers.errors import NotConfirmed
from data.importers.options import Options
from data.importers.report import Ledger, State
from data.importers.sample import Sample
from data.importers.table import Progress, Table, silent
from data.importers.uncollected import uncollected

Write = Callable[[Connection, Batch, Options, datetime], Awaitable[None]]
Confirm = Callable[[Mapping[str, str]], bool]  # field → column


def ignore(_: object) -> None:
    """Nobody looks."""


def take(_: Mapping[str, str]) -> bool:
    """Nobody is asked."""
    return True


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
            ("code", "name", "kind", "level", "parent", "population", "households"),
            "code",
            places.import_grids,
        ),
        Noun(
            "facilities",
            ("code", "name", "kind", "parent", "address", "service_radius_m"),
            "code",
            places.import_facilities,
        ),
        Noun("ground", ground.FIELDS, "code", ground.import_ground),
        Noun("people", people.FIELDS, "code", people.import_people),
        Noun("events", event_rows.FIELDS, "id", events.import_events),
    )
}


async def import_files(
    database: Database,
    actor_id: int,
    noun: str | Noun,
    paths: Sequence[str],
    options: Options,
    *,
    at: datetime,
    progress: Progress = silent,
    confirm: Confirm = take,
    watch: Callable[[Batch], None] = ignore,
    begun: Callable[[int], object] = ignore,
) -> Ledger:
    """Import files of one noun as an actor that may; `at` is site time. `confirm` is asked, in
    a thread of its own, whether the columns that were recognised by their names are right;
    `watch` sees the rows when each has ended, before anything is final; of a large file those
    of its first block; `begun` hears the number in the log, before anything is written.

    Rejected rows are skipped and the rest goes in together; with `strict` any rejected row
    leaves everything as it was. Raises ImportRefused for a file that cannot be used at all.
    """
    kind = NOUNS[noun] if isinstance(noun, str) else noun
    options = await _with_system(database, actor_id, options)
    batches = _Batches(kind, paths, options, progress)
    with closing(batches.tables), uncollected():
        ledger = await asyncio.to_thread(batches.peek)
        await _ask(ledger, confirm)
        async with database.acting(actor_id) as connection:
            await _turn(connection, progress)
            run = None
            if not options.dry_run:
                run = await journal.begin(connection, actor_id, kind.name, paths, options, at=at)
                begun(run)
            await _write(connection, batches, ledger, at=at, watch=watch)
            _decide(ledger, batches.options)
            ledger.run = run
            await journal.finish(connection, actor_id, ledger, at=at)
    return ledger


async def _ask(ledger: Ledger, confirm: Confirm) -> None:
    """Let the columns be confirmed that were recognised. Raises NotConfirmed."""
    if not ledger.recognised:
        return
    if not await asyncio.to_thread(confirm, ledger.recognised):
        raise NotConfirmed()
    said = ", ".join(f"{name} = {column}" for name, column in ledger.recognised.items())
    ledger.warn("recognised", columns=said)


async def _turn(connection: Connection, progress: Progress) -> None:
    progress("turn", 0, 1)
    await journal.take_turn(connection)
    progress("turn", 1, 1)


async def _write(
    connection: Connection,
    batches: _Batches,
    ledger: Ledger,
    *,
    at: datetime,
    watch: Callable[[Batch], None],
) -> None:
    """All batches in the one transaction, whatever their number; `ledger` is the first one's and
    takes over the account of the others."""
    kind, sample = batches.kind, Sample()
    while (batch := await asyncio.to_thread(batches.next)) is not None:
        options = batches.options
        await swapped.check(connection, batch, options)
        await asyncio.to_thread(sample.add, batch)
        if not batch.block:  # before it is part of what it is held against
            await _guard(connection, kind.name, sample, ledger)
        await kind.write(connection, batch, options, at)
        assert not batch.ledger.count(State.PENDING), "a row was forgotten"
        if batch.ledger is ledger:
            watch(batch)
        else:
            ledger.absorb(batch.ledger)
            gc.collect(1)  # what came since the collector stopped
        batches.options = learnt(batch, options)
    if batches.blocks:
        await _guard(connection, kind.name, sample, ledger)


def _decide(ledger: Ledger, options: Options) -> None:
    """Raises psycopg.Rollback where nothing is to be written, and says why in the report."""
    if options.strict and ledger.errors():
        ledger.abort()
        raise psycopg.Rollback()
    if options.dry_run:
        ledger.warn("dry_run")
        raise psycopg.Rollback()


async def _guard(connection: Connection, noun: str, sample: Sample, ledger: Ledger) -> None:
    """Warn where what comes lies beside what is here by a constant shift; nothing is moved.

    People have no place, and the ground is what the others are held against.
    """
    if noun in ("people", "ground") or len(sample.systems) != 1:
        return
    found = await guard.look(connection, noun, sample.shapes, *sample.systems)
    if found is not None and found.wrong:
        ledger.warn(found.reason, **found.words)


class _Batches:
    """What is to be written, one after another: all files at once, or a large CSV of events in
    blocks, of which one is in memory at a time."""

    def __init__(
        self, kind: Noun, paths: Sequence[str], options: Options, progress: Progress
    ) -> None:
        self.kind, self.paths, self.options, self.progress = kind, paths, options, progress
        self.tables = self._tables(paths, options, progress)
        self.rows = 0
        self.blocks = False
        self._ahead: Batch | None = None

    def peek(self) -> Ledger:
        """The account of the first batch, which the next `next` gives. Raises ImportRefused."""
        self._ahead = self._read()
        assert self._ahead is not None
        return self._ahead.ledger

    def next(self) -> Batch | None:
        """The next batch, None after the last. Raises ImportRefused. File work: in a thread."""
        ahead, self._ahead = self._ahead, None
        return ahead or self._read()

    def _read(self) -> Batch | None:
        tables = next(self.tables, None)
        if tables is None:
            return None
        batch = batch_.build(
            tables,
            noun=self.kind.name,
            fields=self.kind.fields,
            key_field=self.kind.key_field,
            options=self.options,
        )
        batch.progress, batch.block, batch.ledger.first = self.progress, self.blocks, self.rows
        self.rows += batch.ledger.rows if self.blocks else 0
        return batch

    def _tables(
        self, paths: Sequence[str], options: Options, progress: Progress
    ) -> Generator[list[Table]]:
        if self.kind.name == "events" and stream.is_large(paths):
            for table in stream.blocks(paths[0], reading=options.reading, progress=progress):
                self.blocks = True
                yield [table]
            if self.blocks:
                return
        yield reading.read_all(paths, reading=options.reading, progress=progress)


def learnt(batch: Batch, options: Options) -> Options:
    """The options with what a batch has shown, so that later blocks of its file are read alike."""
    if not batch.block:
        return options
    chosen = {name: column for name, column in batch.chosen.items() if name not in options.maps}
    if options.key:
        chosen.pop("id", None)
    maps = {**options.maps, **chosen}
    return replace(options, maps=maps, day_first=batch.day_first)


async def _with_system(database: Database, actor_id: int, options: Options) -> Options:
    """With the system that the source has declared, if it is another one than WGS 84."""
    if options.source is None:
        return options
    async with database.acting(actor_id) as connection:
        system = await sources.system_of(connection, name=options.source)
    return options if system.name == sources.WGS84 else replace(options, source_crs=system.name)
