"""The last step: writes what is left of the batches, in one transaction and one statement each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import dict_row

from data.database import Database
from data.queries import load
from data.staff.positions.fix import Reason
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
    cursors = []
    async with database.acting(batches[0].actor.id, at_once=True) as connection:
        for number, batch in enumerate(batches):
            if number:
                await connection.execute(SQL.act_as, {"actor": str(batch.actor.id)})
            counts = _counts(batch, invalid[number] if invalid else 0)
            if not number:
                counts["dropped"] = dropped
            cursor = connection.cursor(row_factory=dict_row)
            cursors.append(await cursor.execute(SQL.write, _parameters(batch, process, counts)))
    for batch, cursor in zip(batches, cursors, strict=True):
        row = await cursor.fetchone()
        assert row is not None
        _conclude(batch, row)


def _parameters(batch: Batch, process: str, counts: dict[str, int]) -> dict[str, Any]:
    return {
        **batch.columns,
        "source_id": batch.source_id,
        "coord_sys": batch.system.name if batch.system else "WGS84",
        "horizon": batch.horizon,
        "silence": SILENCE,
        "process": process,
        "reasons": list(counts),
        "counts": list(counts.values()),
        "sent": len(batch.alive),
    }


def _counts(batch: Batch, invalid: int) -> dict[str, int]:
    counts = Counter(str(reason) for reason in batch.rejected.values())
    counts[str(Reason.INVALID)] += invalid
    counts["received"] = len(batch.fixes) + invalid
    return counts


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
