"""The Gauss–Krüger zones of CGCS2000, and why numbers cannot lie in one.

EPSG defines each zone twice: "zone 38" writes the zone's number before the easting (38 400 000),
"CM 114E" does not (400 000). 3° zones have the numbers 25–45 (central meridian 3° · number), 6°
zones 13–23 (6° · number - 3°), so a number says which width is meant. Units are metres, x east.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

FALSE_EASTING_M = 500_000
PREFIX_M = 1_000_000
HALF_M = 500_000  # no zone is wider; further off the number belongs to another one
QUADRANT_M = 10_002_000  # from the equator to the pole


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of 3 or 6 degrees; `prefixed` where its number stands before the easting."""

    width: int
    number: int
    prefixed: bool

    @property
    def meridian(self) -> int:
        """The central meridian, degrees east."""
        return 3 * self.number if self.width == 3 else 6 * self.number - 3

    @property
    def epsg(self) -> int:
        """EPSG's code of the projected system."""
        first, least = {
            (3, True): (4513, 25),
            (3, False): (4534, 25),
            (6, True): (4491, 13),
            (6, False): (4502, 13),
        }[self.width, self.prefixed]
        return first + self.number - least

    @property
    def name(self) -> str:
        """The name that users give: cgcs2000-gk3-zone38, cgcs2000-gk3-cm114."""
        which = f"zone{self.number}" if self.prefixed else f"cm{self.meridian}"
        return f"cgcs2000-gk{self.width}-{which}"

    @property
    def esri(self) -> str:
        """The name in files of ArcGIS: CGCS2000_3_Degree_GK_Zone_38."""
        width = "3_Degree_" if self.width == 3 else ""
        which = f"Zone_{self.number}" if self.prefixed else f"CM_{self.meridian}E"
        return f"CGCS2000_{width}GK_{which}"


NUMBERS = {3: range(25, 46), 6: range(13, 24)}
ZONES = tuple(
    Zone(width, number, prefixed)
    for width, numbers in NUMBERS.items()
    for prefixed in (True, False)
    for number in numbers
)
BY_EPSG = {zone.epsg: zone for zone in ZONES}


def fits(easting: float, false_easting: float) -> bool:
    """Whether an easting can lie in a zone with this false easting (metres)."""
    return abs(easting - false_easting) <= HALF_M


def explain(x: float, y: float, false_easting: float, zone: Zone | None) -> tuple[str, Zone | None]:
    """Why (x, y), metres, cannot lie in a zone: a reason code and the zone that would fit.

    `axes_exchanged`, `zone_missing`, `zone_other` or, where nothing better is known,
    `outside_crs`. `zone` is None for systems other than CGCS2000.
    """
    if fits(y, false_easting) and PREFIX_M < x < QUADRANT_M:
        return "axes_exchanged", None
    if zone is not None and zone.prefixed and 0 < x < PREFIX_M:
        return "zone_missing", Zone(zone.width, zone.number, prefixed=False)
    number = int(x // PREFIX_M) if isfinite(x) else 0
    for width, numbers in NUMBERS.items():
        if zone is not None and number in numbers:
            return "zone_other", Zone(width, number, prefixed=True)
    return "outside_crs", None
