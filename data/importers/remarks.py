"""Rejected rows with their reasons: each is counted, the first are held, the others lie on disk."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any

import orjson

MOST_TOLD = 10_000  # held in memory, and listed in the report
MOST_KEPT = 1_000_000  # on disk, for the list beside the report: some 100 MB


@dataclass(frozen=True, slots=True)
class Remark:
    """A rejected row, or a warning (row None): its reason code and the fields of its sentence."""

    reason: str
    fields: Mapping[str, Any]
    row: int | None = None


@dataclass(slots=True)
class Remarks:
    """Iterating gives the first MOST_TOLD, then those on disk; `counts` is reason → rows, of all.

    The file on disk has no name and goes with this object.
    """

    told: list[Remark] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _file: IO[bytes] | None = None
    _kept: int = 0

    def __len__(self) -> int:
        return self.counts.total()

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()

    def __iter__(self) -> Iterator[Remark]:
        return chain(self.told, self.rest())

    def add(self, remark: Remark) -> None:
        """Count a rejected row, and keep it where there is room."""
        self.counts[remark.reason] += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(remark)
        elif self._kept < MOST_KEPT:
            self._kept += 1
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="wangge-rejected-")  # noqa: SIM115
            self._file.write(orjson.dumps([remark.reason, plain(remark.fields), remark.row]))
            self._file.write(b"\n")

    def count(self, reason: str, rows: int) -> None:
        """Count rows of which there is nothing more to say."""
        self.counts[reason] += rows

    def rest(self) -> Iterator[Remark]:
        """Those on disk, one after another, in the order in which they were added."""
        if self._file is not None:
            self._file.seek(0)
            yield from (Remark(*orjson.loads(line)) for line in self._file)

    def untold(self, most: int) -> Counter[str]:
        """Reason → rows, of those that a list of the first `most` leaves out."""
        return self.counts - Counter(remark.reason for remark in self.told[:most])


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a sentence as JSON keeps them."""
    kinds = (str, int, float, bool, type(None))
    return {key: one if isinstance(one, kinds) else str(one) for key, one in fields.items()}
