"""Times as files write them. Local times get the site's zone; the hour that a clock change
repeats is read as the earlier one, and as the later one only for an end that would otherwise lie
before its start."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_LOOSE = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:时点](\d{1,2})分?(?::?(\d{1,2})(?:\.\d+)?秒?)?)?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?$")
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)


@dataclass(slots=True)
class Times:
    """Reads times; `counts` says how many fell into a repeated or a skipped hour."""

    zone: ZoneInfo
    format: str | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def read(self, text: str, *, after: datetime | None = None) -> datetime:
        """An aware time in UTC; `after` is the start of what this ends. Raises ValueError."""
        found = self._parse(text)
        if not EARLIEST <= found.replace(tzinfo=None) <= LATEST:
            raise ValueError(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        return self._placed(found, after)

    def _placed(self, local: datetime, after: datetime | None) -> datetime:
        early = local.replace(tzinfo=self.zone)
        late = early.replace(fold=1)
        before, behind = early.utcoffset(), late.utcoffset()
        found = early.astimezone(UTC)
        if before == behind or before is None or behind is None:
            return found
        if before < behind:  # clocks went forward: no such local time
            self.counts["skipped_hour"] += 1
            return found
        self.counts["repeated_hour"] += 1
        if after is not None and found < after:
            return late.astimezone(UTC)
        return found

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
