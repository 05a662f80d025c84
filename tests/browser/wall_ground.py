"""The land of the wall's town: a lattice bent a little, a river, roads and a railway."""

from __future__ import annotations

import math
from typing import Any

import psycopg

WEST, SOUTH, WIDE, HIGH = 112.86, 35.59, 0.02, 0.018
COLUMNS, ROWS = 4, 3


def corner(column: float, row: float) -> tuple[float, float]:
    """The town's lattice bent a little, so that borders look like borders."""
    x, y = column + 0.10 * math.sin(3 * row + column), row + 0.09 * math.sin(2.3 * column + row)
    return WEST + WIDE * x, SOUTH + HIGH * y


def cell(column: float, row: float, wide: float) -> str:
    """The polygon of a community, or of a part of it, as text."""
    steps = [i / 8 for i in range(9)]
    ring = [corner(column + wide * s, row) for s in steps]
    ring += [corner(column + wide, row + s) for s in steps[1:]]
    ring += [corner(column + wide * (1 - s), row + 1) for s in steps[1:]]
    ring += [corner(column, row + 1 - s) for s in steps[1:]]
    return "MULTIPOLYGON(((" + ",".join(f"{x:.7f} {y:.7f}" for x, y in ring) + ")))"


def place(index: int, x: float, y: float) -> tuple[float, float]:
    """A point in a community, x and y from 0 to 1."""
    return corner(index % COLUMNS + x, index // COLUMNS + y)


def lay_ground(link: psycopg.Connection[Any]) -> None:
    """Write the river and the roads."""
    line = ",".join(f"{x:.6f} {y:.6f}" for x, y in (corner(i / 10, 1.3) for i in range(-8, 49)))
    link.execute(
        "INSERT INTO ground (kind, name, geom) VALUES ('water', '河',"
        " ST_Buffer(ST_GeomFromText(%s, 4326)::geography, 60)::geometry)",
        [f"LINESTRING({line})"],
    )
    for class_, y in (("main", 0.6), ("minor", 1.7), ("main", 2.4), ("rail", 2.8)):
        road = ",".join(f"{x:.6f} {z:.6f}" for x, z in (corner(i / 10, y) for i in range(41)))
        link.execute(
            "INSERT INTO road (class, geom) VALUES (%s, ST_GeomFromText(%s, 4326))",
            [class_, f"LINESTRING({road})"],
        )
