"""Columns of many rows as the text that COPY takes, made column by column: psycopg's own way, value
by value, costs six times as much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson

NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def lines(columns: Sequence[Iterable[str]]) -> bytes:
    """Columns of one length, of ready texts, as lines."""
    rows = list(map("\t".join, zip(*columns, strict=True)))
    return "".join(f"{row}\n" for row in rows).encode()


def texts(values: Sequence[str | None]) -> Sequence[str]:
    """Any texts; None is NULL."""
    everything = "".join(value for value in values if value)
    if any(mark in everything for mark in "\\\t\n\r"):
        values = [value and value.translate(_ESCAPED) for value in values]
    return words(values)


def words(values: Sequence[object]) -> Sequence[str]:
    """Numbers, truth and texts that have nothing to escape; None is NULL."""
    return [NULL if value is None else str(value) for value in values]


def times(values: Sequence[datetime | None]) -> Sequence[str]:
    """Aware times, to the microsecond; None is NULL."""
    if not values:
        return []
    told = orjson.dumps(values)[1:-1].decode()
    return told.replace('"', "").replace("null", NULL).split(",")
