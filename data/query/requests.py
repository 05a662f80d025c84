"""Events as Open311 lists them: service requests with a status, by id or by a range of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.database import Connection, fetch_all
from data.queries import load

SQL = load(__file__)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which requests: `ids` before all else, else opened in [start, end]. None = any.

    `own_source` keeps to one source's events, `ours` to what came in by Open311.
    """

    start: datetime
    end: datetime
    ids: Sequence[int] | None = None
    codes: Sequence[str] | None = None
    open: bool | None = None
    own_source: int | None = None
    ours: bool = False
    most: int = 1_000
    skip: int = 0


async def find(connection: Connection, wanted: Filter, *, at: datetime) -> list[dict[str, Any]]:
    """The requests as of site time `at` in the caller's scope, newest first."""
    given = {
        "at": at,
        "start": wanted.start,
        "end": wanted.end,
        "ids": None if wanted.ids is None else list(wanted.ids),
        "codes": None if wanted.codes is None else list(wanted.codes),
        "open": wanted.open,
        "own": wanted.own_source,
        "ours": wanted.ours,
        "most": wanted.most,
        "skip": wanted.skip,
    }
    return await fetch_all(connection, SQL.requests, given)
