"""Which units have to fit each other, and what they have to fill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely

from data.contract.model import Tiling, Unit
from data.errors import Named
from data.places.grids import Kind
from geo.topology import Host

COVERED = 0.5  # an area without grids of its own counts as gridded when so much is covered


@dataclass(frozen=True, slots=True)
class Layer:
    """Units with valid outlines, in a fixed order, and their hosts; `areas` names each host.

    `gridless` are the areas that should be hosts and have no unit of their own.
    """

    tiling: Tiling
    units: tuple[Unit, ...]
    hosts: tuple[Host, ...]
    areas: tuple[Unit, ...]
    gridless: tuple[Unit, ...] = ()


def tilings(kinds: Sequence[Kind]) -> list[Tiling]:
    """The kinds as they tile: together, alone, or not at all; in the order of the kinds."""
    groups: dict[str, list[Kind]] = {}
    for kind in kinds:
        groups.setdefault(kind.tiles_with or kind.kind, []).append(kind)
    return [
        Tiling(
            tuple(kind.kind for kind in group),
            tuple(Named(kind.name_zh, kind.name_en) for kind in group),
            all(kind.tiles for kind in group),
        )
        for group in groups.values()
    ]


def of_grids(grids: Iterable[Unit], areas: Sequence[Unit], tiling: Tiling) -> Layer:
    """The grids of a tiling in the areas to which they belong.

    Where areas below an area have grids of their own, those are the ones to be filled: a grid of
    the upper one is a guest in them.
    """
    units = tuple(grids)
    by_id = {area.id: area for area in areas}
    own: dict[int, list[int]] = {}
    for position, unit in enumerate(units):
        if unit.host_id in by_id:
            own.setdefault(unit.host_id, []).append(position)
    above = {up for area_id in own for up in _ancestors(by_id, area_id)}
    levels = {by_id[area_id].kind for area_id in own if area_id not in above}
    hosts = {
        area_id: Host(by_id[area_id].shape, tuple(members), tiling.tiles and area_id not in above)
        for area_id, members in own.items()
    }
    gridless: list[Unit] = []
    if tiling.tiles:
        tree = shapely.STRtree([unit.shape for unit in units])
        for area in areas:
            if area.id in own or area.id in above or area.kind not in levels or area.shape is None:
                continue
            near = [units[k] for k in sorted(tree.query(area.shape, "intersects").tolist())]
            if _covered(area, near) >= COVERED:
                hosts[area.id] = Host(area.shape, ())
            else:
                gridless.append(area)
    order = sorted(hosts, key=lambda area_id: by_id[area_id].key)
    named = tuple(by_id[area_id] for area_id in order)
    return Layer(tiling, units, tuple(hosts[one] for one in order), named, tuple(gridless))


def of_areas(areas: Sequence[Unit], children: Sequence[Unit]) -> Layer:
    """Areas in those above them; all are drawn ones, and all must fill what is above them."""
    below: dict[int, list[int]] = {}
    for position, child in enumerate(children):
        if child.host_id is not None:
            below.setdefault(child.host_id, []).append(position)
    hosts = [area for area in areas if area.id in below]
    kinds = tuple(dict.fromkeys(child.kind for child in children))
    return Layer(
        Tiling(kinds, (), True),
        tuple(children),
        tuple(Host(area.shape, tuple(below[area.id])) for area in hosts),
        tuple(hosts),
    )


def generations(areas: Sequence[Unit]) -> list[list[Unit]]:
    """Drawn areas by how deep they stand in the tree: those that may not overlap."""
    by_id = {area.id: area for area in areas}
    found: dict[int, list[Unit]] = {}
    for area in areas:
        if area.shape is not None:
            found.setdefault(len(list(_ancestors(by_id, area.id))), []).append(area)
    return [found[depth] for depth in sorted(found)]


def _ancestors(by_id: dict[int, Unit], area_id: int) -> Iterable[int]:
    at = by_id[area_id].host_id
    while at is not None and at in by_id:
        yield at
        at = by_id[at].host_id


def _covered(area: Unit, units: Sequence[Unit]) -> float:
    whole = shapely.union_all([unit.shape for unit in units])
    return float(shapely.intersection(whole, area.shape).area / area.shape.area)
