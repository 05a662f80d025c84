"""The call ledger as a table: a row for each attempt, or one for a call that rang nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from dashboard.i18n import ledger, translator
from dashboard.i18n.reasons import both
from dashboard.sheets.writing import Cell
from data.calls import reasons

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """What a row of the table is about, and how it is said. `attempt` is empty without one."""

    session: Row
    attempt: Row
    lang: str
    zone: tzinfo

    def said(self, key: str | None) -> str:
        return ledger.said(key)[self.lang] if key else ""

    def at(self, instant: datetime | None) -> str:
        """Site time to the second, as spreadsheets read it."""
        return "" if instant is None else f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"

    def who(self, name: str) -> Any:
        return self.attempt.get("who", {}).get(name)


def _target(one: Line) -> str:
    if not one.attempt:
        return ""
    steps, step = one.session["steps"], one.attempt["step"]
    name = one.who("target") or steps[min(step, len(steps) - 1)]["target"]
    return one.said(ledger.TARGETS.get(name, name))


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


COLUMNS: dict[str, Callable[[Line], Cell]] = {
    "Call no.": lambda one: one.session["id"],
    "Started": lambda one: one.at(one.session["started_at"]),
    "Ended": lambda one: one.at(one.session["ended_at"]),
    "Drill": lambda one: one.said("Drill") if one.session["drill_id"] else "",
    "Purpose": lambda one: one.said(ledger.PURPOSES[one.session["purpose"]]),
    "Caller": lambda one: one.session["caller"],
    "Area": lambda one: one.session["area"]["name"],
    "What was clicked": lambda one: ledger.title(one.session)[one.lang],
    "Place": lambda one: one.session["text"],
    "Policy": lambda one: one.session["policy"][one.lang],
    "Outcome": lambda one: ledger.outcome(one.session)[one.lang],
    "To confirm": lambda one: one.session["need"],
    "People called": lambda one: one.session["counts"]["called"],
    "People reached": lambda one: one.session["counts"]["reached"],
    "People who confirmed": lambda one: one.session["counts"]["confirmed"],
    "Ring to confirmation (s)": lambda one: _seconds(one.session["ack_s"]),
    "Settled at step": lambda one: one.session["settled_step"],
    "Step": lambda one: one.attempt["step"] + 1 if one.attempt else None,
    "Rule": _target,
    "Person": lambda one: one.who("name"),
    "Post": lambda one: one.said(one.who("post")),
    "Grid": lambda one: one.who("grid"),
    "Phone": lambda one: one.attempt.get("phone"),
    "Rank": lambda one: one.who("rank"),
    "Why": lambda one: both(reasons.reasons(one.attempt.get("who", {})))[one.lang],
    "Distance (m)": lambda one: one.who("distance_m"),
    "Channel": lambda one: one.said(_channel(one)),
    "Try": lambda one: one.attempt.get("try_"),
    "State": lambda one: one.said(one.attempt.get("state")),
    "Called at": lambda one: one.at(one.attempt.get("queued_at")),
    "Rang at": lambda one: one.at(one.attempt.get("ringing_at")),
    "Over at": lambda one: one.at(one.attempt.get("ended_at")),
}


def _channel(one: Line) -> str | None:
    name = one.attempt.get("channel")
    return None if name is None else ledger.CHANNELS.get(name, name)


def columns(*, phones: bool) -> list[str]:
    """The columns' English names, which are the keys of their words."""
    return [name for name in COLUMNS if phones or name != "Phone"]


def header(names: Sequence[str], lang: str) -> list[str]:
    """The first row."""
    t = translator(lang, "desk", "calls")
    return [t(name) for name in names]


def rows(
    sessions: Iterable[Row],
    attempts: Mapping[int, Sequence[Row]],
    names: Sequence[str],
    lang: str,
    zone: tzinfo,
) -> Iterator[list[Cell]]:
    """The rows of these sessions."""
    for session in sessions:
        for attempt in attempts[session["id"]] or ({},):
            line = Line(session, attempt, lang, zone)
            yield [COLUMNS[name](line) for name in names]
