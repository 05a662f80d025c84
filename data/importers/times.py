"""Times as files write them. Local times get the site's zone; the hour that a clock change
repeats is read as the earlier one, and as the later one only for an end that would otherwise lie
before its start."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_CLOCK = (
    r"(?:[T\s]*(?P<half>上午|早上|凌晨|中午|下午|晚上)?\s*(?P<hour>\d{1,2})(?:[:时点](?P<minute>\d{1,2})分?|[时点])"
    r"(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?\s*(?P<mark>[AaPp]\.?[Mm]\.?)?)?$"
)
_LOOSE = re.compile(
    r"^(?P<year>\d{4})[-/.年]\s*(?P<month>\d{1,2})[-/.月]\s*(?P<day>\d{1,2})日?" + _CLOCK
)
ORDERED = re.compile(r"^(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4})" + _CLOCK)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?$")
_DAYS = datetime(1899, 12, 30)  # of which Excel counts, but for its first two months
_NOON = 12
_DAY, _STAMP = len("2011-07-01"), len("2011-07-01 05:32:33")
_LOCAL_EPOCH = datetime(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # adding to it is ten times as fast as replace()
YEARS = range(1900, 2200)


@dataclass(slots=True)
class Times:
    """Reads times; `counts` says how many fell into a repeated or a skipped hour.

    `format` is one of strptime, or epoch, epoch_ms, excel (days since 1899-12-30); `day_first`
    says how 03/04/2011 is meant, None = not at all.
    """

    zone: ZoneInfo
    format: str | None = None
    day_first: bool | None = None
    counts: Counter[str] = field(default_factory=Counter)
    known: dict[tuple[int, int, int], tuple[timedelta, timedelta]] = field(default_factory=dict)
    days: dict[str, timedelta | None] = field(default_factory=dict)

    def read(self, text: str, *, after: datetime | None = None) -> datetime:
        """An aware time in UTC; `after` is the start of what this ends. Raises ValueError."""
        offset = self.days.get(text[:_DAY])
        if offset is not None and len(text) == _STAMP:
            try:  # the common form on a day without a change: a third of the time
                return datetime.fromisoformat(f"{text}+00:00") - offset
            except ValueError:
                pass
        found = self._parse(text)
        if found.year not in YEARS:
            raise ValueError(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        if self.format is None and len(text) == _STAMP and text[:_DAY] not in self.days:
            self.days[text[:_DAY]] = self._steady(found)
        return self._placed(found, after)

    def _steady(self, local: datetime) -> timedelta | None:
        """The zone's offset on the day of a local time; None where clocks change on it."""
        hours = (local.replace(hour=hour, minute=0, tzinfo=self.zone) for hour in range(24))
        found = {at.replace(fold=fold).utcoffset() for at in hours for fold in (0, 1)}
        eve = local.replace(hour=23, minute=59, second=59, tzinfo=self.zone, fold=1)
        found.add(eve.utcoffset())
        return found.pop() if len(found) == 1 else None

    def _placed(self, local: datetime, after: datetime | None) -> datetime:
        first, second = self._offsets(local)
        found = _EPOCH + (local - _LOCAL_EPOCH - first)
        if first == second:
            return found
        if first < second:  # clocks went forward: no such local time
            self.counts["skipped_hour"] += 1
            return found
        self.counts["repeated_hour"] += 1
        if after is not None and found < after:
            return _EPOCH + (local - _LOCAL_EPOCH - second)
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
        if self.format == "excel":
            return _DAYS + timedelta(seconds=round(float(text) * 86_400))
        if self.format is not None:
            return datetime.strptime(text, self.format)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return self._loose(text)

    def _loose(self, text: str) -> datetime:
        if match := _COMPACT.match(text):
            return datetime(*(int(part) for part in match.groups(default="0")))  # type: ignore[arg-type]
        if match := _LOOSE.match(text):
            return _of(match, int(match["month"]), int(match["day"]))
        match = ORDERED.match(text)
        if match is None or self.day_first is None:
            raise ValueError(text)
        one, two = int(match["one"]), int(match["two"])
        return _of(match, two, one) if self.day_first else _of(match, one, two)


def _of(match: re.Match[str], month: int, day: int) -> datetime:
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    late = match["half"] in ("中午", "下午", "晚上") or (match["mark"] or "").lower().startswith(
        "p"
    )
    halved = match["half"] in ("上午", "凌晨") or match["mark"]
    if late and hour < _NOON and not (match["half"] == "中午" and hour == _NOON - 1):
        hour += _NOON
    elif halved and not late and hour == _NOON:
        hour = 0
    return datetime(int(match["year"]), month, day, hour, minute, second)
