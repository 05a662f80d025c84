"""The rows of a file of events: read, checked, the others rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from data.events import types
from data.importers import dates, outcomes, table
from data.importers.batch import Batch
from data.importers.report import Ledger
from data.importers.times import Times
from data.importers.units import MAX_TEXT, STEP

FIELDS = (
    *("id", "type", "class", "opened", "due", "closed", "address", "text"),
    *("settled_at", "satisfied"),
)
TIMES = ("opened", "due", "closed")
ENDED = {"settled_at", "satisfied"}
Cells = Mapping[str, Sequence[str]]  # field → each row's text


class Row(NamedTuple):
    """One event as its row says it, checked; times in UTC."""

    row: int
    key: str
    type: str
    group: str | None
    opened: datetime
    due: datetime | None
    closed: datetime | None
    settled_at: str | None = None
    satisfied: bool | None = None


def texts(batch: Batch) -> Cells:
    """All fields of all rows as clean texts, "" where a row or the file has none."""
    none = [""] * batch.ledger.rows
    found = batch.fields
    return {name: table.texts(found[name]) if name in found else none for name in FIELDS}


def check(batch: Batch, cells: Cells, times: Times) -> list[Row]:
    """Check each open row; the others end as rejected."""
    seen: dict[str, int] = {}
    rows: list[Row] = []
    waiting = batch.ledger.open_rows()
    keys = batch.content or cells["id"]
    for done, index in enumerate(waiting, 1):
        if not done % STEP or done == len(waiting):
            batch.progress("check", done, len(waiting))
        key = keys[index]
        if not key:
            batch.ledger.reject(index, "no_code", column=batch.chosen.get("id", "id"))
        elif key in seen:
            first = batch.ledger.place(seen[key])[1]
            batch.ledger.reject(index, "duplicate", what=key, first=first)
        else:
            row = _row(batch, cells, index, key, times)
            if row is not None:
                rows.append(row)
                seen[key] = index
    return rows


def noted(batch: Batch, rows: list[Row], times: Times) -> list[Row]:
    """The same rows, with what is to be said of them as a whole."""
    for reason in ("repeated_hour", "skipped_hour"):
        if times.counts[reason]:
            batch.ledger.warn(reason, n=times.counts[reason])
    early = sum(row.due is not None and row.due < row.opened for row in rows)
    if early:
        batch.ledger.warn("due_before_opened", n=early)
    nameless = sum(row.type == types.OTHER for row in rows)
    if nameless:
        batch.ledger.warn("no_type", n=nameless)
    return _while_open(rows, batch.ledger)


def _row(batch: Batch, cells: Cells, index: int, key: str, times: Times) -> Row | None:
    stamps: list[datetime | None] = []
    for field in TIMES:
        value = cells[field][index]
        try:
            after = stamps[0] if field == "closed" else None
            stamps.append(times.read(value, after=after) if value else None)
        except (ValueError, OverflowError):
            dates.reject(batch.ledger, index, field, value)
            return None
    opened, due, closed = stamps
    if opened is None:
        batch.ledger.reject(index, "no_time", field=batch.chosen.get("opened", "opened"))
        return None
    if closed is not None and closed < opened:
        said = {field: cells[field][index] for field in ("opened", "closed")}
        batch.ledger.reject(index, "closed_before_opened", **said)
        return None
    kind, group = cells["type"][index], cells["class"][index]
    if max(len(key), len(kind), len(group)) > MAX_TEXT:
        longest = next(
            f for f, v in (("id", key), ("type", kind), ("class", group)) if len(v) > MAX_TEXT
        )
        batch.ledger.reject(index, "too_long", field=longest, limit=MAX_TEXT)
        return None
    row = Row(index, key, kind or types.OTHER, group or None, opened, due, closed)
    return _ended(batch, cells, row)


def _ended(batch: Batch, cells: Cells, row: Row) -> Row | None:
    """The row with how it ended; the values are looked at even where it is still open."""
    if not ENDED & batch.fields.keys():
        return row
    said: dict[str, Any] = {}
    for field, read in (("settled_at", outcomes.settled_at), ("satisfied", outcomes.satisfied)):
        value = cells[field][row.row]
        try:
            said[field] = read(value)
        except ValueError:
            batch.ledger.reject(row.row, "bad_outcome", field=field, value=value[:40])
            return None
    return row._replace(**said)


def _while_open(rows: list[Row], ledger: Ledger) -> list[Row]:
    """An open event has not been settled yet, whatever the defaults of a form say."""
    early = [r.closed is None and (r.settled_at, r.satisfied) != (None, None) for r in rows]
    if any(early):
        ledger.warn("settled_while_open", n=sum(early))
    return [
        row._replace(settled_at=None, satisfied=None) if ahead else row
        for row, ahead in zip(rows, early, strict=True)
    ]
