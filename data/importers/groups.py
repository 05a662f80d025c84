"""Of which level or kind each row is, where one file holds several; rows of others are passed by.

A row that is for another command (a grid in a file of areas) ends as `other_level`: it is counted
and told where it belongs, and is no fault, not even for --strict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from data.database import Connection
from data.importers.batch import Batch
from data.importers.errors import MissingOption
from data.importers.levels import Names, names_grid, says_grid
from data.importers.options import Options
from data.importers.report import Ledger
from data.importers.units import Unit
from data.places import areas, facilities, grids

AREAS = "wangge import areas FILE --level-column {column}"
GRIDS = "wangge import grids FILE --kind KIND --level-column {column}"
VALUE = "wangge import {noun} FILE --kind-value {value}=KIND"
PLAIN = "grid", ("网格", "Grid")  # the kind of grids that say no other


async def set_levels(connection: Connection, batch: Batch, options: Options) -> dict[str, int]:
    """Put the code of its level into each row of areas; rank by level code."""
    need(batch, options, "level", "--level")
    names = Names(await areas.levels(connection))
    wanted = None if options.group is None else names.find(options.group)
    if options.group is not None and wanted is None:
        names = await _new_level(connection, batch, options.group, options)
        wanted = names.by_code[options.group]
    passed = Passed(batch)
    found = [""] * batch.ledger.rows
    for row in batch.ledger.open_rows():
        word = _word(batch, "level", row, options)
        level = names.find(word)
        if level is None and names_grid(word):
            passed.by(row, word, GRIDS, "level")
        elif wanted is not None and level not in (None, wanted):
            passed.by(row, word, AREAS, "level")
        elif wanted is not None:
            found[row] = wanted.code
        elif word and (level is None or level.rank == 0):
            listed = ", ".join(one.code for one in names.by_code.values() if one.rank)
            batch.ledger.reject(row, "unknown_level", value=word, known=listed)
        elif level is not None:
            found[row] = level.code
    passed.tell()
    batch.fields["level"] = found
    return {one.code: one.rank for one in names.by_code.values() if one.rank}


async def _new_level(connection: Connection, batch: Batch, code: str, options: Options) -> Names:
    """Make a level; the levels that there are now."""
    zh, en = named(code, options)
    await areas.add_level(connection, code=code, name_zh=zh, name_en=en)
    announce(batch.ledger, "level", code, options)
    return Names(await areas.levels(connection))


async def set_grid_kinds(connection: Connection, batch: Batch, options: Options) -> set[str]:
    """Put the code of its kind into each row of grids; the kinds that there are."""
    if "level" not in options.maps:
        need(batch, options, "kind", "--kind")
    rows = await grids.kinds(connection)
    known = grid_kinds(rows)
    names = Names(await areas.levels(connection))
    passed = Passed(batch)
    _pass_levels(batch, options, names, passed)
    found = [""] * batch.ledger.rows
    for row in batch.ledger.open_rows():
        word = _word(batch, "kind", row, options)
        if "kind" in options.maps and word.casefold() not in known and names.find(word):
            passed.by(row, word, AREAS, "kind")
        elif options.values and word and word.casefold() not in known and not _given(word, options):
            passed.by(row, word, VALUE.format(noun="grids", value=word), "kind")
        else:
            plain = says_grid(word) or (not word and "level" in batch.fields)
            found[row] = options.group or (PLAIN[0] if plain else known.get(word.casefold(), word))
    passed.tell()
    batch.fields["kind"] = [known.get(one.casefold(), one) for one in found]
    return set(known.values())


async def set_facility_kinds(connection: Connection, batch: Batch, options: Options) -> set[str]:
    """Put the code of its kind into each row of facilities; the kinds that there are."""
    need(batch, options, "kind", "--kind")
    rows = await facilities.kinds(connection)
    known = facility_kinds(rows)
    found = [""] * batch.ledger.rows
    for row in batch.ledger.open_rows():
        word = options.group or _word(batch, "kind", row, options)
        found[row] = known.get(word.casefold(), word)
    batch.fields["kind"] = found
    return set(known.values())


def grid_kinds(rows: Sequence[grids.Kind]) -> dict[str, str]:
    """Kinds of grids by their names, casefolded."""
    return {name.casefold(): k.kind for k in rows for name in (k.name_en, k.name_zh, k.kind)}


def facility_kinds(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Kinds of facilities by their names, casefolded."""
    return {row[name].casefold(): row["kind"] for row in rows for name in ("name_zh", "kind")}


async def add_kinds(
    connection: Connection, units: Sequence[Unit], known: set[str], options: Options, ledger: Ledger
) -> None:
    """Make the kinds of grids that units are of and that there are not yet."""
    for kind in dict.fromkeys(unit.group for unit in units):
        if kind not in known:
            zh, en = PLAIN[1] if kind == PLAIN[0] else named(kind, options)
            tiles = options.tiles or not grids.FILLING.isdisjoint((kind, zh))
            await grids.add_kind(connection, kind=kind, name_zh=zh, name_en=en, tiles=tiles)
            announce(ledger, "kind", kind, options)


async def add_facility_kinds(
    connection: Connection, units: Sequence[Unit], known: set[str], options: Options, ledger: Ledger
) -> None:
    """Make the kinds of facilities that units are of and that there are not yet."""
    for kind in dict.fromkeys(unit.group for unit in units):
        if kind not in known:
            zh, en = named(kind, options)
            await facilities.add_kind(connection, kind=kind, name_zh=zh, name_en=en)
            announce(ledger, "kind", kind, options)


class Passed:
    """The rows that are left to another command, counted by which."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.words: dict[str, Counter[str]] = {}

    def by(self, row: int, word: str, how: str, field: str) -> None:
        """Pass a row by."""
        how = how.format(column=self.batch.chosen.get(field, field))
        self.words.setdefault(how, Counter())[word] += 1
        self.batch.ledger.reject(row, "other_level", value=word, how=how)

    def tell(self) -> None:
        """Say of each command how many rows wait for it."""
        for how, words in self.words.items():
            values = ", ".join(f"{word} {n}" for word, n in words.most_common(10))
            self.batch.ledger.warn("other_level", n=words.total(), values=values, how=how)


def _pass_levels(batch: Batch, options: Options, names: Names, passed: Passed) -> None:
    """Pass by the areas in a file of grids. A column of levels that nobody named counts only
    where it says of some rows that they are grids."""
    if "level" not in batch.fields:
        return
    words = {row: _word(batch, "level", row, options) for row in batch.ledger.open_rows()}
    if "level" in options.maps or any(map(names_grid, words.values())):
        for row, word in words.items():
            if names.find(word) is not None:
                passed.by(row, word, AREAS, "level")
    else:
        del batch.fields["level"]


def _word(batch: Batch, field: str, row: int, options: Options) -> str:
    word = batch.text(field, row)
    return options.values.get(word, word)


def _given(word: str, options: Options) -> bool:
    return word in options.values.values()


def need(batch: Batch, options: Options, field: str, option: str) -> None:
    """Raises MissingOption where neither the user nor the file says a row's level or kind."""
    if options.group is None and field not in batch.fields:
        raise MissingOption(
            option=f"{option} (or --map {field}=COLUMN)", why="the file has no column for it"
        )


def announce(ledger: Ledger, what: str, made: str, options: Options) -> None:
    """Say that a level or kind is new, unless the user named it: it may be a slip of the pen."""
    if not any(options.group_name):
        ledger.warn(f"would_create_{what}" if options.dry_run else f"created_{what}", value=made)


def named(code: str, options: Options) -> tuple[str, str]:
    """The Chinese and the English name of a new level or kind."""
    zh, en = options.group_name
    return zh or en or code, en or zh or code
