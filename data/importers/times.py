"""Times as files write them. Local times get the site's zone; the hour that a clock change
repeats is read as the earlier one, and as the later one only for an end that would otherwise lie
before its start."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_LOOSE = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:时点](\d{1,2})分?(?::?(\d{1,2})(?:\.\d+)?秒?)?)?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?$")
YEARS = range(1900, 2200)


@dataclass(slots=True)
class Times:
    """Reads times; `counts` says how many fell into a repeated or a skipped hour."""

    zone: ZoneInfo
    format: str | None = None
    counts: Counter[str] = field(default_factory=Counter)
    known: dict[tuple[int, int, int], tuple[timedelta, timedelta]] = field(default_factory=dict)

    def read(self, text: str, *, after: datetime | None = None) -> datetime:
        """An aware time in UTC; `after` is the start of what this ends. Raises ValueError."""
        found = self._parse(text)
        if found.year not in YEARS:
            raise ValueError(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        return self._placed(found, after)

    def _placed(self, local: datetime, after: datetime | None) -> datetime:
        first, second = self._offsets(local)
        found = (local - first).replace(tzinfo=UTC)
        if first == second:
            return found
        if first < second:  # clocks went forward: no such local time
            self.counts["skipped_hour"] += 1
            return found
        self.counts["repeated_hour"] += 1
        if after is not None and found < after:
            return (local - second).replace(tzinfo=UTC)
        return found

    def _offsets(self, local: datetime) -> tuple[timedelta, timedelta]:
        """The zone's offset before and after a change at this local time; equal without one.

        Zones change on the quarter of an hour, so one answer serves all times in it.
        """
        quarter = (local.toordinal(), local.hour, local.minute // 15)
        known = self.known.get(quarter)
        if known is None:
            early = local.replace(tzinfo=self.zone, fold=0)
            offsets = early.utcoffset(), early.replace(fold=1).utcoffset()
            assert offsets[0] is not None and offsets[1] is not None
            known = self.known[quarter] = offsets[0], offsets[1]
        return known

    def _parse(self, text: str) -> datetime:
        if self.format in ("epoch", "epoch_ms"):
            seconds = float(text) / (1000 if self.format == "epoch_ms" else 1)
            try:
                return datetime.fromtimestamp(seconds, UTC)
            except (OverflowError, OSError) as error:
                raise ValueError(text) from error
        if self.format is not None:
            return datetime.strptime(text, self.format)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            match = _LOOSE.match(text) or _COMPACT.match(text)
            if match is None:
                raise
            return datetime(*(int(part) for part in match.groups(default="0")))  # type: ignore[arg-type]
