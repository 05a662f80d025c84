"""The findings about grids and areas as they are: a pure function of what the store holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import shapely

from data.contract import layers, words
from data.contract.layers import Layer
from data.contract.model import Defect, Finding, Limits, Report, Tiling, Unit
from data.places.grids import Kind
from geo import polygons, topology
from geo.plane import area_m2
from geo.topology import Fault

INSIDE = 0.5  # a grid of a tiling lies in its area by more than half; any other grid touches it
_ORDER = {defect: number for number, defect in enumerate(Defect)}


def examine(
    grids: Sequence[Unit],
    areas: Sequence[Unit],
    kinds: Sequence[Kind],
    *,
    wanted: Sequence[str] = (),
    limits: Limits,
) -> Report:
    """All findings, the gravest first. `wanted` keeps what is about grids of these kinds; the
    areas themselves are looked at where all kinds are. Shapes are in EPSG:4326."""
    report = Report(limits)
    chosen = [t for t in layers.tilings(kinds) if not wanted or set(t.kinds) & set(wanted)]
    for tiling in chosen:
        own = [unit for unit in grids if unit.kind in tiling.kinds]
        report.grids += len(own)
        if own:
            _grids(report, own, areas, tiling)
    report.not_tiling = tuple(
        name for t in chosen if not t.tiles and any(g.kind in t.kinds for g in grids)
        for name in t.names
    )  # fmt: skip
    if not wanted:
        _areas(report, areas)
    found = [f for f in report.findings if not wanted or _about(f, wanted)]
    report.findings = sorted(found, key=lambda f: (_ORDER[f.defect], -f.m2, f.id))
    return report


def _about(finding: Finding, wanted: Sequence[str]) -> bool:
    parties = {unit.kind for unit in finding.parties if unit.type == "grid"}
    return bool((parties or set(finding.kinds)) & set(wanted))


def _grids(report: Report, grids: list[Unit], areas: Sequence[Unit], tiling: Tiling) -> None:
    sound = _sound(report, grids)
    layer = layers.of_grids(sound, areas, tiling)
    faults = _faults(report, layer)
    lost = {id(f): f for f in faults if f.kind == "outside" and f.shares[0] > 1 - INSIDE}
    for fault in faults:
        if id(fault) in lost or (fault.kind == "outside" and not tiling.tiles):
            continue
        report.findings.append(_finding(fault, layer, areas))
    for fault in lost.values():
        share = 1 - fault.shares[0]
        if tiling.tiles or share < 0.01:
            _orphan(report, layer.units[fault.members[0]], areas, share)
    known = {area.id for area in areas}
    for unit in sound:
        if unit.host_id not in known:
            _orphan(report, unit, areas, None)
    for area in layer.gridless:
        message, repair = words.no_grids(area, tiling)
        report.findings.append(
            Finding(Defect.NO_GRIDS, tiling.kinds, (), area, message, repair, area.shape,
                    area_m2(area.shape))
        )  # fmt: skip
    _same_codes(report, grids, tiling)


def _areas(report: Report, areas: Sequence[Unit]) -> None:
    report.areas = len(areas)
    drawn = {unit.id for unit in _sound(report, [a for a in areas if a.shape is not None])}
    kept = [area if area.id in drawn else _shapeless(area) for area in areas]
    for generation in layers.generations(kept):
        layer = layers.of_areas(kept, generation)
        for fault in _faults(report, layer):
            report.findings.append(_finding(fault, layer, kept))
    for level in dict.fromkeys(area.kind for area in areas):
        own = [area for area in areas if area.kind == level]
        _same_codes(report, own, Tiling((level,), (), True))


def _shapeless(area: Unit) -> Unit:
    return Unit(area.type, area.id, area.kind, area.code, area.name, area.host_id)


def _sound(report: Report, units: Sequence[Unit]) -> list[Unit]:
    """Units whose outlines can be compared; the others are findings."""
    good = shapely.is_valid([unit.shape for unit in units]) if units else []
    for unit, fine in zip(units, good, strict=True):
        if not fine:
            message, repair = words.broken(unit)
            shape, _ = polygons.repair(unit.shape)
            area = area_m2(shape)
            report.findings.append(
                Finding(Defect.BROKEN, (unit.kind,), (unit,), None, message, repair, shape, area)
            )
    return [unit for unit, fine in zip(units, good, strict=True) if fine]


def _faults(report: Report, layer: Layer) -> list[Fault]:
    limits = report.limits
    faults = topology.examine(
        [unit.shape for unit in layer.units],
        hosts=layer.hosts,
        tolerance_m=limits.tolerance_m,
        sliver_m=limits.sliver_m,
    )
    report.ignored += faults.ignored
    report.ignored_m2 += faults.ignored_m2
    return faults.found


def _finding(fault: Fault, layer: Layer, areas: Sequence[Unit]) -> Finding:
    units = tuple(layer.units[member] for member in fault.members)
    area = None if fault.host is None else layer.areas[fault.host]
    message, repair = words.said_of(fault, units, area)
    strange = _trespassing(fault, units, areas) if fault.kind == "overlap" else []
    if len(strange) == 1:
        repair = words.trespass(*strange[0])
    return Finding(
        Defect(fault.kind),
        layer.tiling.kinds,
        units,
        area,
        message,
        repair,
        fault.shape,
        fault.area_m2,
        fault.width_m,
        fault.narrow,
        fault.shares,
    )


def _trespassing(
    fault: Fault, units: Sequence[Unit], areas: Sequence[Unit]
) -> list[tuple[Unit, Unit]]:
    """Those of an overlap's units in whose area it does not lie."""
    by_id = {area.id: area for area in areas if area.shape is not None}
    pairs = [(unit, by_id[unit.host_id]) for unit in units if unit.host_id in by_id]
    return [
        (unit, area)
        for unit, area in pairs
        if polygons.share_inside(geometry=fault.shape, container=area.shape) < INSIDE
    ]


def _orphan(report: Report, unit: Unit, areas: Sequence[Unit], share: float | None) -> None:
    """`share` of the unit lies in its area; None: the area has ended."""
    area = None if share is None else next(a for a in areas if a.id == unit.host_id)
    drawn = [a for a in areas if a.shape is not None and a is not area]
    here = [
        a for a in drawn
        if polygons.share_inside(geometry=unit.shape, container=a.shape) > INSIDE
    ]  # fmt: skip
    message, repair = words.orphan(unit, area, share or 0.0, here[-1] if here else None)
    m2 = area_m2(unit.shape)
    report.findings.append(
        Finding(Defect.ORPHAN, (unit.kind,), (unit,), area, message, repair, unit.shape, m2)
    )


def _same_codes(report: Report, units: Sequence[Unit], tiling: Tiling) -> None:
    by_code: dict[str, list[Unit]] = {}
    for unit in units:
        by_code.setdefault(_folded(unit.code), []).append(unit)
    for folded, same in sorted(by_code.items()):
        if len(same) > 1:
            message, repair = words.same_code(same)
            shape = polygons.union([u.shape for u in same if u.shape is not None])
            m2 = area_m2(shape)
            report.findings.append(
                Finding(Defect.DUPLICATE_CODE, tiling.kinds, tuple(same), None, message, repair,
                        shape, m2, mark=folded)
            )  # fmt: skip


def _folded(code: str) -> str:
    """As people read a code: full width is half width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())
