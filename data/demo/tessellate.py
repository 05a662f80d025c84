"""Cut the town into villages, zone, service and micro grids that share every border exactly.

The town is first broken into some ten thousand small Voronoi cells ("atoms"). Their points
stand in mirrored pairs along rivers, main roads and streets, so that cell borders run along
those lines. Atoms are then given to villages, and inside a village to grids, by the cheapest
way over the ground, where a river or a main road is dear to cross. Whole atoms change hands,
never half ones; one topology-preserving simplification makes the borders look drawn. So the
pieces cannot overlap or leave gaps, and villages, sectors and the town are unions of pieces.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from data.demo import layout
from data.demo.atoms import Atoms, make_atoms
from data.demo.ground import Ground
from data.demo.plane import LAND_GRID_M, Floats, Ints, rng_for
from data.demo.roads import settlement_radius_m, street_lines

_PART = 3
_SIMPLIFY_M = 52.0
_MICRO_PARENTS = 10  # per urban community
_MICRO_EACH = 3
_URBAN_LEAD_M = 420.0  # the centre reaches out to the ring road before the villages start
_FAR = 1e12


@dataclass(frozen=True, slots=True)
class Piece:
    """The smallest unit of the cut: one grid, or one micro grid of a grid."""

    place: int
    kind: str
    serial: int
    micro: int | None
    geometry: shapely.Geometry


def make_pieces(*, seed: int, ground: Ground) -> tuple[Piece, ...]:
    """Cut the town; the pieces tile it and share vertices on every common border (metres)."""
    rng = rng_for(seed=seed, part=_PART)
    atoms = make_atoms(
        rng, ground, [line.geometry for line in street_lines(seed=seed, ground=ground)]
    )
    _, villages = _reach(
        atoms,
        _nearest(atoms, [(p.x_m, p.y_m) for p in layout.PLACES]),
        np.arange(len(atoms.points)),
        [0.0 if p.is_urban else _URBAN_LEAD_M for p in layout.PLACES],
    )
    villages = _adopt(atoms, np.arange(len(villages)), villages)
    keys = np.empty(len(villages), dtype=np.int64)
    for index in range(len(layout.PLACES)):
        members = np.flatnonzero(villages == index)
        keys[members] = index * 10_000 + _cut_village(rng, atoms, members, index)
    return _pieces(atoms, keys)


def _nearest(atoms: Atoms, places: Sequence[tuple[float, float]]) -> Ints:
    gaps = [np.hypot(atoms.points[:, 0] - x, atoms.points[:, 1] - y) for x, y in places]
    nearest: Ints = np.argmin(gaps, axis=1)
    return nearest


def _reach(
    atoms: Atoms, seeds: Ints, members: Ints, start: Sequence[float] | None = None
) -> tuple[Floats, Ints]:
    """Give every member to the seed that reaches it most cheaply (Dijkstra from many seeds).

    The way leads over members only. Returns cost and seed number for each member; members
    that no seed reaches keep -1. A seed may start with a handicap in `start`.
    """
    first, neighbour, step = atoms.first, atoms.neighbour, atoms.cost
    best = dict.fromkeys(members.tolist(), _FAR)
    label: dict[int, int] = {}
    queue: list[tuple[float, int, int]] = []
    for index, atom in enumerate(seeds.tolist()):
        queue.append((0.0 if start is None else start[index], atom, index))
        best[atom] = min(best[atom], queue[-1][0])
    heapq.heapify(queue)
    while queue:
        cost, atom, index = heapq.heappop(queue)
        if atom in label:
            continue
        label[atom] = index
        for k in range(first[atom], first[atom + 1]):
            other, there = neighbour[k], cost + step[k]
            if there < best.get(other, 0.0):
                best[other] = there
                heapq.heappush(queue, (there, other, index))
    wanted = members.tolist()
    return np.array([best[k] for k in wanted]), np.array([label.get(k, -1) for k in wanted])


def _cut_village(rng: np.random.Generator, atoms: Atoms, members: Ints, index: int) -> Ints:
    """Number the atoms of one village: kind (0 service, 1 zone) * 1000 + serial * 10 + micro."""
    place = layout.PLACES[index]
    if place.is_urban:
        return _cut_urban(rng, atoms, members, place)
    size = shapely.area(atoms.cells[members])
    cost, _ = _reach(atoms, _nearest(atoms, [(place.x_m, place.y_m)]), members)
    order = np.argsort(cost, kind="stable")
    share = 0.17 + 0.085 * place.service_grids
    radius = settlement_radius_m(place)
    floor = np.pi * (radius * 1.25) ** 2
    lived = max(share * size.sum() * 0.72, min(floor, 0.75 * size.sum()))
    inner = np.zeros(len(members), dtype=bool)
    inner[order[np.cumsum(size[order]) <= lived]] = True
    out = np.full(len(members), -1, dtype=np.int64)
    for kind, mask, wanted in ((0, inner, place.service_grids), (1, ~inner, place.zone_grids)):
        pull = 1.0 / (1.0 + (cost[mask] / radius) ** 2) if kind == 0 else None
        serial = _balanced(rng, atoms, members[mask], wanted, pull)
        out[mask] = np.where(serial >= 0, kind * 1000 + (serial + 1) * 10, -1)
    return _adopt(atoms, members, out)


def _cut_urban(rng: np.random.Generator, atoms: Atoms, members: Ints, place: layout.Place) -> Ints:
    """Urban communities: service grids nearly everywhere, zone grids the farthest ones."""
    wanted = place.service_grids + place.zone_grids
    label = _adopt(atoms, members, _balanced(rng, atoms, members, wanted))
    away = np.hypot(*(atoms.points[members] - np.array([place.x_m, place.y_m])).T)
    mean = np.array([away[label == k].mean() for k in range(wanted)])
    rank = np.argsort(np.argsort(mean))
    out = np.where(
        rank[label] < place.service_grids,
        (rank[label] + 1) * 10,
        1000 + (rank[label] - place.service_grids + 1) * 10,
    )
    for serial in range(1, _MICRO_PARENTS + 1):
        mask = out == serial * 10
        micro = _adopt(atoms, members[mask], _balanced(rng, atoms, members[mask], _MICRO_EACH))
        out[mask] += micro + 1
    return out


def _balanced(
    rng: np.random.Generator, atoms: Atoms, members: Ints, wanted: int, pull: Floats | None = None
) -> Ints:
    """Split atoms into `wanted` compact parts: k-means centres, then spreading over the ground.

    `pull` weighs the atoms: more and smaller parts where it is high, as where people live.
    """
    at, weight = atoms.points[members], shapely.area(atoms.cells[members])
    if pull is not None:
        weight = weight * pull
    centres = [at[int(rng.integers(len(at)))]]
    for _ in range(wanted - 1):  # farthest point first: no two centres start side by side
        gap = np.min([np.hypot(*(at - c).T) for c in centres], axis=0)
        centres.append(at[int(np.argmax(gap * rng.uniform(0.8, 1.0, len(at))))])
    middle = np.array(centres)
    for _ in range(9):
        own = np.argmin(((at[:, None] - middle[None]) ** 2).sum(axis=2), axis=1)
        total = np.maximum(np.bincount(own, weight, wanted), 1e-9)
        moved = np.column_stack([np.bincount(own, weight * at[:, k], wanted) for k in (0, 1)])
        middle = np.where((total > 1e-6)[:, None], moved / total[:, None], middle)
    gaps = ((at[:, None] - middle[None]) ** 2).sum(axis=2)
    seeds = members[np.argmin(gaps, axis=0)]
    return _reach(atoms, seeds, members)[1]


def _adopt(atoms: Atoms, members: Ints, label: Ints) -> Ints:
    """Give atoms that were cut off from their part to a neighbour, until none is left."""
    place = np.full(len(atoms.points), -1, dtype=np.int64)
    place[members] = label
    while (orphans := members[place[members] < 0]).size:
        for atom in orphans:
            around = place[atoms.neighbour[atoms.first[atom] : atoms.first[atom + 1]]]
            around = around[around >= 0]
            if around.size:
                place[atom] = around[0]
    return place[members]


def _pieces(atoms: Atoms, keys: Ints) -> tuple[Piece, ...]:
    order = np.argsort(keys, kind="stable")
    unique, starts = np.unique(keys[order], return_index=True)
    merged = np.array(
        [shapely.coverage_union_all(group) for group in np.split(atoms.cells[order], starts[1:])]
    )
    drawn = shapely.coverage_simplify(merged, _SIMPLIFY_M)
    drawn = shapely.transform(drawn, lambda xy: np.round(xy / LAND_GRID_M) * LAND_GRID_M)
    return tuple(_piece(int(key), shape) for key, shape in zip(unique, drawn, strict=True))


def _piece(key: int, shape: shapely.Geometry) -> Piece:
    place, rest = divmod(key, 10_000)
    kind, rest = divmod(rest, 1000)
    serial, micro = divmod(rest, 10)
    only = shapely.get_parts(shape)
    return Piece(
        place=place,
        kind="zone" if kind else "service",
        serial=serial,
        micro=micro or None,
        geometry=only[0] if len(only) == 1 else shape,
    )
