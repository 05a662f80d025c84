"""The account of an import. Each row ends in exactly one state, so the totals always add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

import numpy as np

from data.importers.remarks import MOST_TOLD, Remark, Remarks, plain

ELSEWHERE = frozenset({"other_level"})  # reasons of rows that belong to another command
Translate = Callable[[str, Mapping[str, Any]], str]  # a sentence with braces, its fields


class State(IntEnum):
    """Where a row ended."""

    PENDING = 0
    IMPORTED = 1
    MERGED = 2
    UNCHANGED = 3
    REJECTED = 4


ENDS = {
    "rows_imported": State.IMPORTED,
    "rows_merged": State.MERGED,
    "rows_unchanged": State.UNCHANGED,
    "rows_rejected": State.REJECTED,
}


@dataclass(slots=True)
class Ledger:
    """The rows of one import by their index from 0; `files` gives name and length of each file.

    `recognised` is field → column, for columns that were chosen by their names.
    """

    files: list[tuple[str, int]]
    units: int = 0
    repaired: list[tuple[int, str]] = field(default_factory=list)
    rejected: Remarks = field(default_factory=Remarks)
    warnings: list[Remark] = field(default_factory=list)
    recognised: dict[str, str] = field(default_factory=dict)
    states: Any = None
    first: int = 0  # where the rows begin in their file, of a block of a large one
    run: int | None = None  # the import's number, by which it can be undone; None = nothing written

    def __post_init__(self) -> None:
        self.states = np.zeros(sum(length for _, length in self.files), dtype=np.uint8)

    @property
    def rows(self) -> int:
        return len(self.states)

    def reject(self, row: int, reason: str, **fields: Any) -> None:
        """End a row as rejected; a row is rejected for its first reason only."""
        if self.states[row] != State.REJECTED:
            self.states[row] = State.REJECTED
            self.rejected.add(Remark(reason, fields, row))

    def absorb(self, block: Ledger) -> None:
        """Take over the account of the next block of the same file."""
        start = self.rows
        (name, length), *_ = self.files
        self.files = [(name, length + block.rows)]
        self.states = np.concatenate([self.states, block.states])
        self.units += block.units
        self.repaired += [(start + row, how) for row, how in block.repaired]
        for remark in sorted(block.rejected, key=_row):
            self.rejected.add(replace(remark, row=start + _row(remark)))
        for warning in block.warnings:
            self._add(warning)

    def _add(self, warning: Remark) -> None:
        """A warning once, with the sum of what several blocks count."""
        fields = {name: value for name, value in warning.fields.items() if name != "n"}
        for at, known in enumerate(self.warnings):
            same = {name: value for name, value in known.fields.items() if name != "n"}
            if (known.reason, same) == (warning.reason, fields):
                if "n" in known.fields:
                    fields["n"] = known.fields["n"] + warning.fields["n"]
                self.warnings[at] = Remark(warning.reason, fields)
                return
        self.warnings.append(warning)

    def mark(self, rows: Iterable[int], state: State) -> None:
        """End rows in a state other than rejected."""
        self.states[list(rows)] = state

    def warn(self, reason: str, **fields: Any) -> None:
        self.warnings.append(Remark(reason, fields))

    def repair(self, row: int, how: str) -> None:
        self.repaired.append((row, how))

    def errors(self) -> int:
        """How many rows were rejected for a fault; one that is for another command has none."""
        return sum(n for reason, n in self.rejected.counts.items() if reason not in ELSEWHERE)

    def open_rows(self) -> list[int]:
        """The rows that have not ended yet, in order."""
        return [int(row) for row in np.flatnonzero(self.states == State.PENDING)]

    def is_open(self, row: int) -> bool:
        return bool(self.states[row] == State.PENDING)

    def count(self, state: State) -> int:
        return int((self.states == state).sum())

    def abort(self) -> None:
        """--strict: no row has gone in, and each says so."""
        found = self.errors()
        self.units = 0
        self.repaired.clear()
        others = np.flatnonzero(self.states != State.REJECTED).tolist()
        for row in others[:MOST_TOLD]:
            self.reject(row, "strict")
        self.states[:] = State.REJECTED
        self.rejected.count("strict", max(0, len(others) - MOST_TOLD))
        self.warnings[:] = [Remark("strict", {"n": found})]

    def place(self, row: int) -> tuple[str, int]:
        """The file of a row and its number there; the first row of data is 1."""
        for name, length in self.files:
            if row < length:
                return name, row + 1 + self.first
            row -= length
        raise IndexError(row)

    def as_json(self, say: Translate) -> dict[str, Any]:
        """The report that `--report json` prints; `say` puts sentences into the user's language."""
        from data.importers.reasons import REASONS, WARNINGS

        assert not self.count(State.PENDING), "a row was forgotten"
        return {
            "rows": self.rows,
            **{name: self.count(state) for name, state in ENDS.items()},
            "units": self.units,
            "repaired": [{**self._where(row), "how": how} for row, how in sorted(self.repaired)],
            "rejected": [
                {
                    **self._where(remark.row),
                    "reason": remark.reason,
                    "message": say(REASONS[remark.reason], remark.fields),
                }
                for remark in sorted(self.rejected.told, key=_row)
            ],
            "warnings": [
                {
                    "reason": remark.reason,
                    "message": say(WARNINGS[remark.reason], remark.fields),
                }
                for remark in self._all_warnings(MOST_TOLD)
            ],
            "recognised": dict(self.recognised),
            "run": self.run,
        }

    def stored(self, most: int) -> dict[str, Any]:
        """The report without a language, for the log: counts, and at most `most` rows each of
        what was repaired or rejected."""

        rejected = sorted(self.rejected.told, key=_row)[:most]
        return {
            **{name: self.count(state) for name, state in ENDS.items()},
            "rows": self.rows,
            "units": self.units,
            "reasons": dict(self.rejected.counts),
            "repaired": [{**self._where(row), "how": how} for row, how in sorted(self.repaired)][
                :most
            ],
            "rejected": [self.stored_remark(remark) for remark in rejected],
            "warnings": [self.stored_remark(remark) for remark in self._all_warnings(most)],
            "recognised": dict(self.recognised),
        }

    def stored_remark(self, remark: Remark) -> dict[str, Any]:
        """A rejected row or a warning without a language."""
        where = {} if remark.row is None else self._where(remark.row)
        return {**where, "reason": remark.reason, "fields": plain(remark.fields)}

    def stored_rest(self) -> Iterator[dict[str, Any]]:
        """The rejected rows that the report does not list, one after another."""
        return (self.stored_remark(remark) for remark in self.rejected.rest())

    def _all_warnings(self, most: int) -> list[Remark]:
        """With how many rejected rows a list of the first `most` leaves out."""
        if not (untold := self.rejected.untold(most)):
            return self.warnings
        reasons = ", ".join(f"{reason} {n}" for reason, n in untold.items())
        return [*self.warnings, Remark("untold", {"n": untold.total(), "reasons": reasons})]

    def _where(self, row: int | None) -> dict[str, Any]:
        name, number = self.place(row or 0)
        return {"row": number} if len(self.files) == 1 else {"file": name, "row": number}


def _row(remark: Remark) -> int:
    return remark.row or 0
