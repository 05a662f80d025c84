"""What the words of a column mean where it tells levels, kinds or classes apart: as the importers
take them, with how many rows say each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.database import Connection
from data.importers.ground import CLASS_OF, KIND_OF
from data.importers.groups import PLAIN, facility_kinds, grid_kinds
from data.importers.levels import Names, names_grid, says_grid
from data.importers.table import Table, text
from data.places import areas, facilities, grids

MOST = 40  # different words; a column of more tells nothing apart
LIKE = 3  # names of rows that say a word
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Words:
    """The site's levels and kinds by all their names, those of kinds casefolded."""

    levels: Names
    grids: Mapping[str, str]
    facilities: Mapping[str, str]

    def meant(self, word: str) -> dict[str, str]:
        """What a word means as a `level` (`grid`: it is for grids), a kind of `grids`, of
        `facilities`, of the `ground`, and as a `class` of roads; only where it means something."""
        folded = word.casefold()
        level = self.levels.find(word)
        found = {
            "level": PLAIN[0] if level is None and names_grid(word) else level and level.code,
            "grids": self.grids.get(folded) or (PLAIN[0] if says_grid(word) else None),
            "facilities": self.facilities.get(folded),
            "ground": KIND_OF.get(folded),
            "class": CLASS_OF.get(folded),
        }
        return {field: code for field, code in found.items() if code}


async def read(connection: Connection) -> Words:
    """The words of the actor's site."""
    kinds = await grids.kinds(connection)
    places = await facilities.kinds(connection)
    return Words(Names(await areas.levels(connection)), grid_kinds(kinds), facility_kinds(places))


def of_column(
    table: Table, column: str, words: Words, *, named: str | None
) -> list[dict[str, Any]] | None:
    """The words of a column, the commonest first: `value`, its `rows`, what rows are called that
    say it (`like`, from the column `named`), and what it `means`. None where there are too many."""
    found: dict[str, list[int]] = {}
    for row, value in enumerate(table.columns[column]):
        word = text(value)
        if word not in found and len(found) == MOST:
            return None
        found.setdefault(word, []).append(row)
    names = table.columns[named] if named is not None and named != column else None
    return [
        {
            "value": word[:LONGEST],
            "rows": len(rows),
            "like": [] if names is None else [text(names[row])[:LONGEST] for row in rows[:LIKE]],
            "means": words.meant(word),
        }
        for word, rows in sorted(found.items(), key=lambda one: -len(one[1]))
        if word and len(word) <= LONGEST
    ]
