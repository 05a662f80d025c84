"""The binary frame of positions, and the JSON around everything else.

Little-endian. Header 16 bytes: u8 kind (1 full, 2 delta), u8 0, u16 frame number (+1 each per
scope, wraps), u32 count, f64 site time in ms. Then `count` rows of 16 bytes, see ROW.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

FULL, DELTA = 1, 2
HEADER = struct.Struct("<BBHId")
ROW = np.dtype(
    [
        ("index", "<u4"),  # into hello.people
        ("x", "<u2"),  # 0…65535 from hello.box west to east
        ("y", "<u2"),  # south to north
        ("at", "<u4"),  # unix seconds of the fix, 0 = never
        ("state", "u1"),  # State
        ("accuracy", "u1"),  # ceil(log2(metres)), 0 = unknown
        ("flags", "<u2"),  # bit 0: outside the box, drawn at its edge
    ]
)
OUTSIDE = 1
Rows = npt.NDArray[Any]
Box = tuple[float, float, float, float]


class State(IntEnum):
    """What the age of a person's last fix says. OFF_DUTY rows are removed from the map."""

    FRESH = 0
    AGEING = 1
    STALE = 2
    OFFLINE = 3
    NO_POSITION = 4
    OFF_DUTY = 5


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded frame."""

    kind: int
    number: int
    site_ms: float
    rows: Rows


def encode(*, kind: int, number: int, site_ms: float, rows: Rows) -> bytes:
    """A frame of rows of dtype ROW."""
    return HEADER.pack(kind, 0, number & 0xFFFF, len(rows), site_ms) + rows.tobytes()


def decode(frame: bytes) -> Frame:
    """The frame in these bytes. Raises ValueError when length and count disagree."""
    if len(frame) < HEADER.size:
        raise ValueError("frame shorter than its header")
    kind, _, number, count, site_ms = HEADER.unpack_from(frame)
    if len(frame) != HEADER.size + count * ROW.itemsize or kind not in (FULL, DELTA):
        raise ValueError("frame length does not fit its count")
    return Frame(kind, number, site_ms, np.frombuffer(frame, ROW, count, HEADER.size))


def quantize(
    values: npt.NDArray[np.float64], *, low: float, high: float
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
    """Degrees to 0…65535 between `low` and `high`, and which lie outside (clamped)."""
    scaled = np.nan_to_num((values - low) * (65535.0 / (high - low)), nan=0.0)
    outside = (scaled < -0.5) | (scaled > 65535.5)
    return np.clip(np.rint(scaled), 0, 65535).astype(np.uint16), outside


def accuracy_class(metres: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """ceil(log2(metres)) from 1 up; 0 where unknown (NaN)."""
    known = np.isfinite(metres)
    log = np.ceil(np.log2(np.where(known & (metres > 1), metres, 2.0)))
    return np.where(known, np.clip(log, 1, 30), 0).astype(np.uint8)


def dumps(message: dict[str, Any]) -> bytes:
    """A JSON message."""
    return orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS)
