"""What came in at each door, by outcome: persistent, one row a process and reason, summed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)
SCREEN_SEEN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Counts:
    """received = accepted + the sum of rejected; `dropped` never got in (503) and is beside it."""

    received: int
    accepted: int
    rejected: dict[str, int]
    dropped: int


async def add(
    connection: Connection, *, process: str, door: str, counts: Mapping[str, int]
) -> None:
    """Add to the counters of a process, in the transaction of what is counted."""
    reasons = {reason: n for reason, n in counts.items() if n}
    await connection.execute(
        SQL.add,
        {
            "process": process,
            "door": door,
            "reasons": sorted(reasons),
            "counts": [reasons[reason] for reason in sorted(reasons)],
        },
    )


async def read(connection: Connection, *, door: str) -> Counts:
    """The counters of a door over all processes that ever were."""
    found = {
        r["reason"]: int(r["n"]) for r in await fetch_all(connection, SQL.read, {"door": door})
    }
    return _counts(found)


def _counts(found: dict[str, int]) -> Counts:
    return Counts(
        received=found.pop("received", 0),
        accepted=found.pop("accepted", 0),
        dropped=found.pop("dropped", 0),
        rejected=dict(sorted(found.items())),
    )


async def doors(connection: Connection, names: Sequence[str]) -> dict[str, Counts]:
    """The counters of several doors, each as `read` gives it."""
    found: dict[str, dict[str, int]] = {name: {} for name in names}
    for row in await fetch_all(connection, SQL.doors, {"doors": list(names)}):
        found[row["door"]][row["reason"]] = int(row["n"])
    return {name: _counts(one) for name, one in found.items()}


async def screens(connection: Connection, *, real: datetime) -> int:
    """How many screens are open now, in all processes; `real` is real time."""
    row = await fetch_one(connection, SQL.screens, {"since": real - SCREEN_SEEN})
    return 0 if row is None else int(row["n"])
