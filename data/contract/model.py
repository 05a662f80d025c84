"""What is examined, and what is found: units that tile their hosts, and findings about them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from data.errors import Named, Said


class Defect(StrEnum):
    """What can be wrong with grids and areas, in the order of reports."""

    BROKEN = "broken"  # an outline that crosses itself
    OVERLAP = "overlap"
    GAP = "gap"  # between units
    SLIVER = "sliver"  # a scrap of a unit, apart from its body
    UNFILLED = "unfilled"  # along the border of the area
    OUTSIDE = "outside"  # a part of a unit lies outside of its area
    ORPHAN = "orphan"  # no area, or another one than it lies in
    DUPLICATE_CODE = "duplicate_code"
    NO_GRIDS = "no_grids"  # an area without any, though the kind tiles


@dataclass(frozen=True, slots=True)
class Unit:
    """A grid or an area: `kind` is the grid's kind or the area's level, `host_id` the id of the
    area above it, `shape` in EPSG:4326 (None: an area without an outline of its own)."""

    type: str
    id: int
    kind: str
    code: str
    name: str
    host_id: int | None
    shape: Any = None

    @property
    def key(self) -> str:
        """By what a finding names it, also when it is the next version."""
        return f"{self.type}:{self.kind}:{self.code}"


@dataclass(frozen=True, slots=True)
class Tiling:
    """Kinds whose grids fill their areas together; `tiles` False: one kind that need not."""

    kinds: tuple[str, ...]
    names: tuple[Named, ...]
    tiles: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Metres: what is narrower on average is no finding; what is wider is no sliver."""

    tolerance_m: float = 0.1
    sliver_m: float = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect. `parties` are the units that have part in it, `shares` says how much (see
    `geo.topology.Fault`); `geometry` is in EPSG:4326, None where there is no place to show."""

    defect: Defect
    kinds: tuple[str, ...]
    parties: tuple[Unit, ...]
    area: Unit | None
    message: Said
    repair: Said
    geometry: Any = None
    m2: float = 0.0
    width_m: float = 0.0
    narrow: bool = False
    shares: tuple[float, ...] = ()
    mark: str = ""  # what else tells it from findings about the same units

    @property
    def id(self) -> str:
        """The same as long as the same units have the same defect."""
        area = self.area.key if self.area else ""
        said = [self.defect, *self.kinds, area, self.mark, *sorted(u.key for u in self.parties)]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


@dataclass(slots=True)
class Report:
    """All findings, what was looked at, and what the tolerance let pass."""

    limits: Limits
    findings: list[Finding] = field(default_factory=list)
    grids: int = 0
    areas: int = 0
    ignored: int = 0
    ignored_m2: float = 0.0
    not_tiling: tuple[Named, ...] = ()  # kinds whose gaps nobody looks for
