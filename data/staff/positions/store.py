"""The last step: writes what is left of the batches, in one transaction and one statement each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from data.database import Connection, Database, fetch_one
from data.queries import load
from data.staff.positions.fix import Fix, Reason
from data.staff.positions.pipeline import Batch

SQL = load(__file__)
SILENCE = timedelta(minutes=30)  # a visit does not last through a longer one


async def write(
    database: Database,
    batches: Sequence[Batch],
    *,
    process: str,
    invalid: Sequence[int] = (),
    dropped: int = 0,
) -> None:
    """Store the living fixes of each batch as its actor; the rest of the losers get their reason.

    `invalid` gives for each batch the number of rows that were no fixes; they are counted too, as
    are `dropped` fixes that the process had to refuse before.
    One transaction: when this returns, all of it is committed, and `batch.rejected` is complete.
    Raises StoreUnavailable; then nothing was accepted.
    """
    found: list[dict[str, Any]] = []
    async with database.acting(batches[0].actor.id) as connection:
        for number, batch in enumerate(batches):
            if number:
                await connection.execute(SQL.act_as, {"actor": str(batch.actor.id)})
            counts = _counts(batch, invalid[number] if invalid else 0)
            if not number:
                counts["dropped"] = dropped
            found.append(await _write_one(connection, batch, process, counts))
    for batch, row in zip(batches, found, strict=True):
        _conclude(batch, row)


async def _write_one(
    connection: Connection, batch: Batch, process: str, counts: dict[str, int]
) -> dict[str, Any]:
    alive = batch.alive
    row = await fetch_one(
        connection,
        SQL.write,
        {
            **_columns(batch, alive),
            "source_id": batch.actor.source_id or batch.known.own_source_id,
            "horizon": batch.horizon,
            "silence": SILENCE,
            "process": process,
            "reasons": list(counts),
            "counts": list(counts.values()),
            "sent": len(alive),
        },
    )
    assert row is not None
    return row


def _counts(batch: Batch, invalid: int) -> dict[str, int]:
    counts = Counter(str(reason) for reason in batch.rejected.values())
    counts[str(Reason.INVALID)] += invalid
    counts["received"] = len(batch.fixes) + invalid
    return counts


def _columns(batch: Batch, alive: list[Fix]) -> dict[str, str]:
    """One array a column, as PostgreSQL writes them: ten times faster than element by element."""
    people, grids = batch.people, batch.grid_ids
    return {
        "person_id": _array(str(people[fix.index].id) for fix in alive),
        "at": _array(fix.at.isoformat() for fix in alive),
        "lon": _array(repr(fix.lon) for fix in alive),
        "lat": _array(repr(fix.lat) for fix in alive),
        "accuracy_m": _array(_number(fix.accuracy_m) for fix in alive),
        "speed_mps": _array(_number(fix.speed_mps) for fix in alive),
        "battery": _array(_number(fix.battery) for fix in alive),
        "grid_ids": _array('"{' + ",".join(map(str, grids[fix.index])) + '}"' for fix in alive),
    }


def _array(elements: Iterable[str]) -> str:
    return "{" + ",".join(elements) + "}"


def _number(value: float | None) -> str:
    return "NULL" if value is None else repr(value)


def _conclude(batch: Batch, row: dict[str, Any]) -> None:
    """Tell apart what was written, what was there already, who was off duty or not visible."""
    if row["stored"] == len(batch.alive):
        return
    visible: set[int] = set(row["visible"] or ())
    stored, off_duty = _pairs(row, "stored"), _pairs(row, "off_duty")
    for fix in batch.alive:
        key = (batch.people[fix.index].id, fix.at)
        if key[0] not in visible or key in off_duty:
            gone = key[0] not in visible
            batch.rejected[fix.index] = Reason.UNKNOWN_PERSON if gone else Reason.OFF_DUTY
            batch.known.seen.pop(key[0], None)  # it was not stored: not to be compared with
        elif key not in stored:
            batch.rejected[fix.index] = Reason.DUPLICATE
        else:
            stored.discard(key)  # the same fix twice in one batch is stored once


def _pairs(row: dict[str, Any], name: str) -> set[tuple[int, datetime]]:
    return set(zip(row[f"{name}_ids"] or (), row[f"{name}_ats"] or (), strict=True))
