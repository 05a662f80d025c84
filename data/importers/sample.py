"""An even choice of the shapes of a whole file, however many blocks it comes in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.importers.batch import Batch

MOST = 20_000


@dataclass(slots=True)
class Sample:
    """Shapes in EPSG:4326, of a file in blocks up to MOST, and all systems that the rows were in.

    Each row draws a number, and the smallest numbers stay, so each has the same chance whatever
    comes later; the draw is the same each time. Rejected rows and those without shape are left out.
    """

    shapes: NDArray[Any] = field(default_factory=lambda: np.empty(0, dtype=object))
    systems: set[str] = field(default_factory=set)
    _drawn: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    _random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def add(self, batch: Batch) -> None:
        """Let the open rows of a batch draw."""
        rows = batch.ledger.open_rows()
        self.systems |= {batch.systems[row] for row in rows if batch.systems[row]}
        shapes = batch.geometry[rows]
        shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        drawn = np.concatenate([self._drawn, self._random.random(len(shapes))])
        shapes = np.concatenate([self.shapes, shapes])
        if batch.block and len(drawn) > MOST:
            stay = np.sort(np.argpartition(drawn, MOST)[:MOST])
            drawn, shapes = drawn[stay], shapes[stay]
        self._drawn, self.shapes = drawn, shapes
