"""Stations with their service radius, shelters and key places of the demo town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from data.demo import layout
from data.demo.division import place_code
from data.demo.model import Facility
from data.demo.plane import geometry_to_degrees, rng_for

_PART = 7


@dataclass(frozen=True, slots=True)
class FacilityKind:
    """A kind of facility as the map's legend names it."""

    kind: str
    name_zh: str
    name_en: str


FACILITY_KINDS: tuple[FacilityKind, ...] = (
    FacilityKind("service_station", "党群服务站", "Service station"),
    FacilityKind("fire_station", "消防站", "Fire station"),
    FacilityKind("police_post", "警务室", "Police post"),
    FacilityKind("clinic", "卫生室", "Clinic"),
    FacilityKind("shelter", "安置点", "Shelter"),
    FacilityKind("key_place", "重点场所", "Key place"),
)
# kind, count, service radius in metres, name after the community's
_NETWORKS: tuple[tuple[str, int, float, str], ...] = (
    ("fire_station", 3, 1500.0, "消防站"), ("police_post", 6, 1200.0, "警务室"),
    ("clinic", 14, 800.0, "卫生室"),
)  # fmt: skip
_KEY_PLACES: tuple[tuple[str, int], ...] = (
    ("小学", 16), ("幼儿园", 14), ("养老院", 6), ("集贸市场", 8), ("加油站", 9), ("燃气站", 4),
    ("化工仓库", 5), ("宾馆", 9), ("网吧", 6), ("在建工地", 12), ("老旧小区", 20),
    ("集中出租房", 18), ("积水点", 12), ("变电站", 5), ("大型商超", 6),
)  # fmt: skip
_SHELTERS = 14


@dataclass(frozen=True, slots=True)
class _Spot:
    """A house that a facility may stand in."""

    x_m: float
    y_m: float
    place: int
    address: str


def make_facilities(
    *,
    seed: int,
    houses: Sequence[shapely.Geometry],
    house_place: Sequence[int],
    addresses: Sequence[str],
) -> tuple[Facility, ...]:
    """Put each facility into a house; key places come to 150."""
    rng = rng_for(seed=seed, part=_PART)
    xy = shapely.get_coordinates(shapely.centroid(np.array(houses, dtype=object)))
    spots = [
        _Spot(float(x), float(y), int(place), address)
        for (x, y), place, address in zip(xy, house_place, addresses, strict=True)
    ]
    out = _stations(rng, spots)
    for kind, count, radius, suffix in _NETWORKS:
        for spot in _spread(rng, spots, count):
            name = _short(spot) + suffix
            out.append(_facility(len(out), kind, name, spot, radius))
    for spot in _spread(rng, spots, _SHELTERS):
        name = layout.PLACES[spot.place].name + "安置点"
        out.append(_facility(len(out), "shelter", name, spot, None, int(rng.integers(4, 31)) * 20))
    for suffix, count in _KEY_PLACES:
        for number, spot in enumerate(_spread(rng, spots, count)):
            name = _short(spot) + suffix
            if any(f.name == name for f in out):
                name = f"{_short(spot)}第{'一二三四五六七八九十'[number % 10]}{suffix}"
            out.append(_facility(len(out), "key_place", name, spot, None))
    return tuple(out)


def _short(spot: _Spot) -> str:
    return layout.PLACES[spot.place].name.removesuffix("社区").removesuffix("村")


def _stations(rng: np.random.Generator, spots: Sequence[_Spot]) -> list[Facility]:
    """One station for each community, the town's own, and small ones in the two communities."""
    out: list[Facility] = []
    town = min(spots, key=lambda s: (s.x_m + 500.0) ** 2 + (s.y_m + 120.0) ** 2)
    out.append(_facility(0, "service_station", "示范镇党群服务中心", town, 1500.0))
    for index, place in enumerate(layout.PLACES):
        own = [s for s in spots if s.place == index]
        spot = min(own, key=lambda s: (s.x_m - place.x_m) ** 2 + (s.y_m - place.y_m) ** 2)
        radius = 500.0 if place.is_urban else float(round(rng.uniform(450.0, 750.0), -1))
        out.append(_facility(len(out), "service_station", place.name + "党群服务站", spot, radius))
    urban = [s for s in spots if layout.PLACES[s.place].is_urban]
    for number, spot in enumerate(_spread(rng, urban, 10)):
        name = f"{layout.PLACES[spot.place].name}驿站{number + 1}"
        out.append(_facility(len(out), "service_station", name, spot, 300.0))
    return out


def _spread(rng: np.random.Generator, spots: Sequence[_Spot], count: int) -> list[_Spot]:
    """Houses well apart from each other: the farthest of a few random ones, again and again."""
    at = np.array([(s.x_m, s.y_m) for s in spots])
    chosen = [int(rng.integers(len(spots)))]
    while len(chosen) < count:
        tries = rng.integers(len(spots), size=12)
        gap = np.hypot(*(at[tries][:, None] - at[chosen][None]).transpose(2, 0, 1)).min(axis=1)
        chosen.append(int(tries[gap.argmax()]))
    return [spots[k] for k in chosen]


def _facility(
    number: int,
    kind: str,
    name: str,
    spot: _Spot,
    radius: float | None,
    capacity: int | None = None,
) -> Facility:
    return Facility(
        code=f"F{number + 1:04d}",
        kind=kind,
        name=name,
        area_code=place_code(spot.place),
        geometry=geometry_to_degrees(shapely.Point(spot.x_m, spot.y_m)),
        service_radius_m=radius,
        address=spot.address,
        capacity=capacity,
    )
