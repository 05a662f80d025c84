"""From pieces to the named division of the town: areas and grids of every kind, in metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.demo import layout
from data.demo.plane import blob, rng_for
from data.demo.tessellate import Piece

_PART = 4
_LETTER = {"administrative": "A", "zone": "Z", "service": "S", "micro": "M", "dedicated": "D"}
_SHORT = {"administrative": "行", "zone": "区", "service": "服", "micro": "微", "dedicated": "专"}
_GAP_VILLAGE, _OVERLAP_VILLAGE = "北岭村", "西滩村"
_GAP_M, _OVERLAP_M = 3.0, 5.0
# name, x, y, rx, ry: parts of the town that run themselves
_DEDICATED: tuple[tuple[str, float, float, float, float], ...] = (
    ("产业园区", 3750, -520, 560, 300), ("中心市场", 180, -260, 130, 90),
    ("学校园区", -1650, 250, 170, 120), ("物流园区", 2900, -3700, 430, 200),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """One grid in metres with the index of its community in `layout.PLACES`."""

    code: str
    name: str
    kind: str
    place: int
    geometry: shapely.Geometry
    parent_code: str | None = None


@dataclass(frozen=True, slots=True)
class Defect:
    """A planted defect in metres."""

    kind: str
    grid_codes: tuple[str, str]
    geometry: shapely.Geometry


def place_code(index: int) -> str:
    """The invented 12-digit code of a community: 001… are residents', 200… villagers' ones."""
    urban = [i for i, p in enumerate(layout.PLACES) if p.is_urban]
    number = urban.index(index) + 1 if index in urban else 200 + index - len(urban)
    return f"{layout.TOWN_CODE[:9]}{number:03d}"


def sector_code(index: int) -> str:
    """The code of a sector: a number that no village carries."""
    return f"{layout.TOWN_CODE[:9]}{901 + index}"


def make_grids(
    *, seed: int, pieces: tuple[Piece, ...]
) -> tuple[tuple[Cut, ...], tuple[Defect, ...]]:
    """All grids in metres, and the two defects planted among the zone grids."""
    cuts: list[Cut] = []
    for index in range(len(layout.PLACES)):
        own = [piece for piece in pieces if piece.place == index]
        cuts += _of_village(index, own)
    cuts += _dedicated(seed, cuts)
    gap = _plant(cuts, _GAP_VILLAGE, "gap")
    overlap = _plant(cuts, _OVERLAP_VILLAGE, "overlap")
    return tuple(cuts), (gap, overlap)


def _of_village(index: int, own: list[Piece]) -> list[Cut]:
    whole = shapely.coverage_union_all([piece.geometry for piece in own])
    out = [_cut(index, "administrative", 1, whole)]
    for kind in ("service", "zone"):
        serials = sorted({piece.serial for piece in own if piece.kind == kind})
        groups = [[p for p in own if p.kind == kind and p.serial == s] for s in serials]
        shapes = [shapely.coverage_union_all([p.geometry for p in group]) for group in groups]
        micro = 0
        for number, place in enumerate(_reading_order(shapes), start=1):
            grid = _cut(index, kind, number, shapes[place])
            out.append(grid)
            for piece in groups[place] if len(groups[place]) > 1 else []:
                micro += 1
                out.append(_cut(index, "micro", micro, piece.geometry, grid.code))
    return out


def _reading_order(shapes: list[shapely.Geometry]) -> list[int]:
    """Number grids as the field does: from north to south, in each band from west to east."""
    centre = np.array([(s.centroid.x, s.centroid.y) for s in shapes])
    band = np.floor((centre[:, 1].max() - centre[:, 1]) / 450.0)
    return [int(k) for k in np.lexsort((centre[:, 0], band))]


def _cut(
    place: int, kind: str, number: int, geometry: shapely.Geometry, parent: str | None = None
) -> Cut:
    code = f"{place_code(place)}-{_LETTER[kind]}-{number:03d}"
    name = f"{layout.PLACES[place].name}{_SHORT[kind]}{number:03d}"
    if kind == "administrative":
        name = layout.PLACES[place].name
    return Cut(code, name, kind, place, geometry, parent)


def _dedicated(seed: int, cuts: list[Cut]) -> list[Cut]:
    rng = rng_for(seed=seed, part=_PART)
    villages = [cut for cut in cuts if cut.kind == "administrative"]
    town = shapely.coverage_union_all([cut.geometry for cut in villages])
    out: list[Cut] = []
    for name, x, y, rx, ry in _DEDICATED:
        shape = shapely.intersection(blob(rng=rng, x=x, y=y, rx=rx, ry=ry), town)
        here = next(cut.place for cut in villages if shapely.contains_xy(cut.geometry, x, y))
        number = 1 + sum(cut.place == here for cut in out)
        base = _cut(here, "dedicated", number, shape)
        out.append(Cut(base.code, name, base.kind, here, shape))
    return out


def _plant(cuts: list[Cut], village: str, kind: str) -> Defect:
    """Move the inner vertices of one border of one grid, and leave its neighbour as it was."""
    own = [i for i, c in enumerate(cuts) if c.kind == "zone" and c.name.startswith(village)]
    best: tuple[int, int, int] = (0, 0, 0)
    for a in own:
        for b in own:
            if a < b:
                best = max(best, (len(_inner(cuts, a, b)), a, b))
    _, a, b = best
    inner = _inner(cuts, a, b)
    target = cuts[a].geometry if kind == "gap" else cuts[b].geometry
    moved = _moved(cuts[a].geometry, inner, target, _GAP_M if kind == "gap" else _OVERLAP_M)
    before, other = cuts[a].geometry, cuts[b].geometry
    cuts[a] = Cut(cuts[a].code, cuts[a].name, cuts[a].kind, cuts[a].place, moved)
    fault = (
        shapely.difference(before, moved) if kind == "gap" else shapely.intersection(moved, other)
    )
    return Defect(kind, (cuts[a].code, cuts[b].code), fault)


def _inner(cuts: list[Cut], a: int, b: int) -> list[tuple[float, float]]:
    """Vertices that only these two grids share, without the ends of their common border."""
    line = shapely.line_merge(
        shapely.intersection(cuts[a].geometry.boundary, cuts[b].geometry.boundary)
    )
    if shapely.get_type_id(line) != 1:
        return []
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line)[1:-1]]


def _moved(
    shape: shapely.Geometry, inner: list[tuple[float, float]], target: shapely.Geometry, by: float
) -> shapely.Geometry:
    xy = shapely.get_coordinates(shape.exterior)[:-1]
    out = xy.copy()
    for i, (x, y) in enumerate(xy):
        if (float(x), float(y)) not in inner:
            continue
        way = xy[(i + 1) % len(xy)] - xy[i - 1]
        normal = np.array([-way[1], way[0]]) / np.hypot(*way) * by
        inside = shapely.contains_xy(target, *(xy[i] + normal))
        out[i] = np.round(xy[i] + (normal if inside else -normal), 3)
    return shapely.Polygon(out)
