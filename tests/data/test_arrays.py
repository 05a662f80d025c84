"""Columns as PostgreSQL's binary arrays: what goes in comes out."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from data.arrays import Array, Float4s, Float8s, Instants, Int4s
from data.database import Database
from tests.factories import value

EAST = timezone(timedelta(hours=8))
CASES: dict[type[Array], list[Any]] = {
    Int4s: [0, -1, 2**31 - 1],
    Float4s: [0.5, -1e7],
    Float8s: [112.9000001, -0.1, 1e-300],
    Instants: [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 7, 14, 9, 42, 0, 123_457, tzinfo=EAST),
        datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
}


@pytest.mark.parametrize("kind", list(CASES))
async def test_values_come_back(database: Database, kind: type[Array]) -> None:
    """Also none at all, which is an array without a dimension."""
    async with database.acting(None) as link:
        for values in (CASES[kind], []):
            assert await value(link, "SELECT %s", [kind.of(values)]) == values


async def test_a_nan_stands_for_no_value(database: Database) -> None:
    async with database.acting(None) as link:
        sql = "SELECT array_agg(nullif(x, 'NaN')) FROM unnest(%s) x"
        assert await value(link, sql, [Float4s.of([8.0, math.nan])]) == [8.0, None]
