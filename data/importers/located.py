"""Where many points lie: their grids of every kind, as they were cut on the day, and their area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.database import Connection
from data.importers.parents import Places
from data.importers.places import load_places
from data.places import grids
from geo.grids import GridIndex, index_grids, list_owners


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a grid with the time in which it was valid, None = open."""

    id: int
    kind: str
    area_id: int
    geometry: Any
    valid_from: datetime | None
    valid_to: datetime | None

    def valid(self, at: datetime) -> bool:
        """Whether this version was the grid at a time."""
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Ground:
    """All grid versions and the administrative tree, for one import."""

    versions: Sequence[Version]
    places: Places

    def locate(
        self, points: NDArray[Any], opened: Sequence[datetime], default_area: int
    ) -> tuple[list[tuple[int, ...]], list[int]]:
        """For each point (None = unlocated): its grid ids, and its area's id.

        The area is the finest one with an outline that covers the point, else its first grid's,
        else the default.
        """
        owners: list[tuple[int, ...]] = [()] * len(points)
        there = np.flatnonzero(~shapely.is_missing(points))
        for members, index in self._eras([opened[row] for row in there.tolist()]):
            rows = there[members]
            lon, lat = shapely.get_x(points[rows]), shapely.get_y(points[rows])
            for row, ids in zip(rows, list_owners(index, lon=lon, lat=lat), strict=True):
                owners[row] = ids
        return owners, self._areas(points, there, owners, default_area)

    def _eras(self, opened: Sequence[datetime]) -> list[tuple[NDArray[np.int64], GridIndex]]:
        """The times between two re-cuts: which of the events fall in, and the grids of then."""
        cuts = sorted({t for v in self.versions for t in (v.valid_from, v.valid_to) if t})
        stamps = np.array([at.timestamp() for at in opened])
        era = np.searchsorted([cut.timestamp() for cut in cuts], stamps, side="right")
        found = []
        for number in np.unique(era):
            members = np.flatnonzero(era == number)
            valid = [v for v in self.versions if v.valid(opened[members[0]])]
            index = index_grids(
                ids=[v.id for v in valid],
                kinds=[v.kind for v in valid],
                shapes=[v.geometry for v in valid],
            )
            found.append((members, index))
        return found

    def _areas(
        self,
        points: NDArray[Any],
        there: NDArray[np.int64],
        owners: Sequence[tuple[int, ...]],
        default_area: int,
    ) -> list[int]:
        area_of = {version.id: version.area_id for version in self.versions}
        areas = [area_of[ids[0]] if ids else default_area for ids in owners]
        bounded = [p for p in self.places.by_id.values() if p.geometry is not None]
        bounded.sort(key=lambda place: (place.rank, -place.id))  # the last one that covers wins
        if bounded:
            tree = shapely.STRtree(np.array([place.geometry for place in bounded], dtype=object))
            point, place = tree.query(points[there], predicate="intersects")
            for k in np.argsort(place, kind="stable"):
                areas[there[point[k]]] = bounded[place[k]].id
        return areas


async def load_ground(connection: Connection) -> Ground:
    """All grid versions and areas of the store."""
    rows = await grids.versions(connection)
    shapes = shapely.from_wkb([row.pop("wkb") for row in rows])
    versions = [Version(**row, geometry=one) for row, one in zip(rows, shapes, strict=True)]
    return Ground(versions, await load_places(connection))
