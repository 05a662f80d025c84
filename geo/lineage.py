"""What became of polygons when they were cut anew: by the ground that they share, not by names.

An old one and a new one belong together where one of them has most of its ground in the other
(or, where none has most, a good part of it). What hangs together by such links is one change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, MultiPolygon

from geo import polygons
from geo.coverage import INTERIORS_MEET, width_m
from geo.plane import area_m2, areas_m2, plane_around
from geo.topology import TOLERANCE_M

MOST = 0.5
PART = 0.1
Floats = NDArray[np.float64]
Geometries = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Link:
    """Ground that an old and a new one share, and which share of each it is, 0–1."""

    old: int
    new: int
    area_m2: float
    share_of_old: float
    share_of_new: float


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is kept, moved (one to one, with another border), split, merged, redrawn (several to
    several), added or ended; `olds` and `news` are positions. `gained` and `lost` is the ground
    that they have in all after or before alone (degrees; None: none), and its m²."""

    kind: str
    olds: tuple[int, ...]
    news: tuple[int, ...]
    links: tuple[Link, ...] = ()
    gained: MultiPolygon | None = None
    lost: MultiPolygon | None = None
    gained_m2: float = 0.0
    lost_m2: float = 0.0


def trace(
    olds: Sequence[Geometry], news: Sequence[Geometry], *, tolerance_m: float = TOLERANCE_M
) -> list[Change]:
    """All changes between two cuts in degrees (EPSG:4326), by the first old, then the first new.

    Each position is in exactly one change. A border that moved by less than the tolerance (metres
    of average width) has not moved.
    """
    links = _links(_array(olds), _array(news))
    groups = _groups(len(olds), len(news), _binding(links))
    changes = [_change(o, n, links, olds, news, tolerance_m) for o, n in groups]
    return sorted(changes, key=lambda c: (not c.olds, c.olds, c.news))


def _array(shapes: Sequence[Geometry]) -> Geometries:
    held = np.empty(len(shapes), dtype=object)
    held[:] = list(shapes)
    return held


def _links(olds: Geometries, news: Geometries) -> list[Link]:
    """All pairs that share ground; equal outlines are found without an overlay."""
    known = {wkb: k for k, wkb in enumerate(shapely.to_wkb(shapely.normalize(news)))}
    twins = [known.get(wkb, -1) for wkb in shapely.to_wkb(shapely.normalize(olds))]
    sizes, new_sizes = areas_m2(olds), areas_m2(news)
    links = [Link(o, n, float(sizes[o]), 1.0, 1.0) for o, n in enumerate(twins) if n >= 0]
    rest = np.array([o for o, n in enumerate(twins) if n < 0], dtype=np.int64)
    index, new = shapely.STRtree(news).query(olds[rest])
    old = rest[index]
    meet = shapely.relate_pattern(olds[old], news[new], INTERIORS_MEET)
    old, new = old[meet], new[meet]
    common = areas_m2(shapely.intersection(olds[old], news[new]))
    links += [
        Link(o, n, a, min(1.0, a / float(sizes[o])), min(1.0, a / float(new_sizes[n])))
        for o, n, a in zip(old.tolist(), new.tolist(), common.tolist(), strict=True)
    ]
    return sorted(links, key=lambda link: (link.old, link.new))


def _binding(links: Sequence[Link]) -> list[Link]:
    """The links that make one change of two."""
    most_old: dict[int, float] = {}
    most_new: dict[int, float] = {}
    for one in links:
        most_old[one.old] = max(most_old.get(one.old, 0.0), one.share_of_old)
        most_new[one.new] = max(most_new.get(one.new, 0.0), one.share_of_new)
    return [
        one
        for one in links
        if max(one.share_of_old, one.share_of_new) >= MOST
        or (most_old[one.old] < MOST and one.share_of_old >= PART)
        or (most_new[one.new] < MOST and one.share_of_new >= PART)
    ]


def _groups(
    olds: int, news: int, links: Iterable[Link]
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """What hangs together, as (olds, news); who has no link is alone."""
    lead = list(range(olds + news))

    def find(one: int) -> int:
        while lead[one] != one:
            one = lead[one]
        return one

    for link in links:
        a, b = sorted((find(link.old), find(olds + link.new)))
        lead[b] = a
    members: dict[int, list[int]] = {}
    for one in range(olds + news):
        members.setdefault(find(one), []).append(one)
    return [
        (tuple(k for k in group if k < olds), tuple(k - olds for k in group if k >= olds))
        for group in members.values()
    ]


def _change(
    olds: tuple[int, ...],
    news: tuple[int, ...],
    links: Sequence[Link],
    old_shapes: Sequence[Geometry],
    new_shapes: Sequence[Geometry],
    tolerance_m: float,
) -> Change:
    own = tuple(link for link in links if link.old in olds and link.new in news)
    before = polygons.union([old_shapes[k] for k in olds])
    after = polygons.union([new_shapes[k] for k in news])
    gained, lost = _wide(after, before, tolerance_m), _wide(before, after, tolerance_m)
    kind = _kind(len(olds), len(news), bool(gained or lost))
    return Change(
        kind,
        olds,
        news,
        own,
        gained,
        lost,
        area_m2(gained) if gained else 0.0,
        area_m2(lost) if lost else 0.0,
    )


def _kind(olds: int, news: int, differs: bool) -> str:
    if not olds or not news:
        return "added" if news else "ended"
    if olds == news == 1:
        return "moved" if differs else "kept"
    if min(olds, news) > 1:
        return "redrawn"
    return "split" if olds == 1 else "merged"


def _wide(shape: MultiPolygon, taken: MultiPolygon, tolerance_m: float) -> MultiPolygon | None:
    """The ground of one that the other lacks, without strips narrower than the tolerance."""
    if shape == taken:
        return None
    parts = polygons.polygons_of(shapely.difference(shape, taken))
    plane = plane_around(_array(parts))
    flat = plane.to_metres(_array(parts))
    kept = [p for p, f in zip(parts, flat, strict=True) if width_m(f) >= tolerance_m]
    return MultiPolygon(kept) if kept else None
