"""Each fault in a sentence, and what would mend it. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence

from data.contract.model import Tiling, Unit
from data.errors import Named, Said
from geo.topology import Fault

WHOLE = 0.99  # so much of a unit is all of it
Sentences = tuple[Said, Said]  # what is wrong, what would mend it


def said_of(fault: Fault, units: Sequence[Unit], area: Unit | None) -> Sentences:
    """What a fault is, and the suggested repair; `units` are its members in their order."""
    return _SAID[fault.kind](fault, units, area)


def _gap(fault: Fault, units: Sequence[Unit], area: Unit | None) -> Sentences:
    m2, w, who = metres(fault.area_m2), metres(fault.width_m), listed(units)
    if fault.narrow:
        message = Said(
            "A strip of {m2} m², {w} m wide, between {who} is nobody's.", m2=m2, w=w, who=who
        )
    else:
        message = Said("{m2} m² between {who} are nobody's.", m2=m2, who=who)
    return message, _give(units, fault.shares)


def _give(units: Sequence[Unit], shares: Sequence[float]) -> Said:
    if not units:
        return Said("Draw a unit for it, or correct the borders around it.")
    unit, part = units[0].name, percent(shares[0])
    return Said("Give it to {unit}, which has {percent} % of its edge.", unit=unit, percent=part)


def _overlap(fault: Fault, units: Sequence[Unit], area: Unit | None) -> Sentences:
    one, other = units
    m2, names = metres(fault.area_m2), {"one": one.name, "other": other.name}
    if fault.narrow:
        w = metres(fault.width_m)
        message = Said(
            "A strip of {m2} m², {w} m wide, is {one}'s and {other}'s.", m2=m2, w=w, **names
        )
    else:
        message = Said("{m2} m² are {one}'s and {other}'s.", m2=m2, **names)
    return message, _take(fault, one, other)


def trespass(unit: Unit, area: Unit) -> Said:
    """The repair of an overlap that lies outside of the area of one of its units alone."""
    names = {"unit": unit.name, "area": area.name}
    return Said("Take it from {unit}: it lies outside of {area}, to which that belongs.", **names)


def _take(fault: Fault, one: Unit, other: Unit) -> Said:
    """The smaller loss is suggested: the larger unit gives."""
    if min(fault.shares) >= WHOLE:
        return Said("Both are the same ground: end one of them.")
    pairs = sorted(zip(fault.shares, (one, other), strict=True), key=lambda pair: -pair[0])
    (most, small), (least, large) = pairs
    names = {"small": small.name, "large": large.name}
    if most >= WHOLE:
        return Said("{small} lies wholly in {large}: cut it out of that, or end one.", **names)
    loss = {"least": percent(least), "most": percent(most)}
    return Said("Take it from {large}: {least} % of it, and {most} % of {small}.", **names, **loss)


def _unfilled(fault: Fault, units: Sequence[Unit], area: Unit | None) -> Sentences:
    assert area is not None
    m2 = metres(fault.area_m2)
    message = Said("{m2} m² along the border of {area} are nobody's.", m2=m2, area=area.name)
    if not units:
        return message, _give(units, fault.shares)
    names = {"unit": units[0].name, "area": area.name}
    return message, Said("Extend {unit} to the border of {area}, or correct that border.", **names)


def _outside(fault: Fault, units: Sequence[Unit], area: Unit | None) -> Sentences:
    assert area is not None
    m2, names = metres(fault.area_m2), {"unit": units[0].name, "area": area.name}
    return (
        Said("{m2} m² of {unit} lie outside of {area}, to which it belongs.", m2=m2, **names),
        Said("Cut {unit} off at the border of {area}, or correct that border.", **names),
    )


def _sliver(fault: Fault, units: Sequence[Unit], area: Unit | None) -> Sentences:
    unit, m2, w = units[0].name, metres(fault.area_m2), metres(fault.width_m)
    message = Said(
        "{unit} has a scrap of {m2} m², {w} m wide, apart from its body.", unit=unit, m2=m2, w=w
    )
    if len(units) == 1:
        return message, Said("Delete the scrap from {unit}.", unit=unit)
    return message, _give(units[1:], fault.shares[1:])


_SAID = {
    "gap": _gap,
    "overlap": _overlap,
    "unfilled": _unfilled,
    "outside": _outside,
    "sliver": _sliver,
}


def orphan(unit: Unit, area: Unit | None, share: float, other: Unit | None) -> Sentences:
    """A unit whose area has ended, or in which hardly any of it lies; `other`: where it lies."""
    if area is None:
        message = Said("{unit} belongs to an area that has ended.", unit=unit.name)
    else:
        part, names = percent(share), {"unit": unit.name, "area": area.name}
        message = Said("Only {percent} % of {unit} lie in {area}, its area.", percent=part, **names)
    if other is None:
        return message, Said("Say to which area it belongs, or correct its outline.")
    return message, Said("Put it under {area}, in which it lies.", area=other.name)


def same_code(units: Sequence[Unit]) -> Sentences:
    """Units of one tiling whose codes are the same, or differ by case, width and spaces alone."""
    codes = sorted({unit.code for unit in units})
    who = listed(units)
    if len(codes) == 1:
        message = Said("{who} have one code: {code}.", who=who, code=codes[0])
    else:
        together = " | ".join(codes)
        message = Said("{who} have codes that look the same: {codes}.", who=who, codes=together)
    return message, Said("Give each a code of its own.")


def no_grids(area: Unit, tiling: Tiling) -> Sentences:
    """An area without any grid of kinds that tile."""
    kinds: Said | Named = tiling.names[0]
    for name in tiling.names[1:]:
        kinds = Said("{one} or {other}", one=kinds, other=name)
    kind = tiling.kinds[0]
    return (
        Said("{area} has no {kinds}.", area=area.name, kinds=kinds),
        Said("Draw its grids: wangge import grids FILE --kind {kind}.", kind=kind),
    )


def broken(unit: Unit) -> Sentences:
    """An outline that crosses itself."""
    return (
        Said("The outline of {unit} crosses itself.", unit=unit.name),
        Said("Import {unit} again: the import repairs it.", unit=unit.name),
    )


def listed(units: Sequence[Unit]) -> Said | str:
    """Names in a sentence: two are said, of more the number."""
    names = [unit.name for unit in units]
    if len(names) < 2:
        return names[0] if names else Said("nothing")
    one, other, more = names[0], names[1], len(names) - 2
    if not more:
        return Said("{one} and {other}", one=one, other=other)
    return Said("{one}, {other} and {n} more", one=one, other=other, n=more)


def metres(value: float) -> str:
    """A number for people: no decimals from 10 up, thousands by a thin space."""
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}".replace(",", "\u2009")


def percent(share: float) -> str:
    """A share for people."""
    return f"{share * 100:.0f}" if share >= 0.095 or share < 0.0005 else f"{share * 100:.1f}"
