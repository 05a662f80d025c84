"""How a person stands: the state of his position, and who comes before whom.

Two orders, in one place: who answers for a grid (calls), and who is near (`data/query/nearest.py`).
Pure: values in, values out.
"""

from __future__ import annotations

from data.places.site import Site

# Who answers for a grid first. A role that is not listed comes last, not never.
ROLE_RANK = {
    "grid_chief": 0,
    "grid_worker": 1,
    "stand_in": 2,
    "grid_helper": 3,
    "micro_grid_head": 4,
    "building_head": 5,
    "grid_instructor": 6,
    "contact_cadre": 7,
}
LAST = 9
STATES = ("fresh", "ageing", "stale", "offline", "no_position", "off_duty")


def state(on_duty: bool, age_s: float | None, site: Site) -> str:
    """off_duty, no_position, or how old the position is: fresh, ageing, stale, offline."""
    if not on_duty:
        return "off_duty"
    if age_s is None:
        return "no_position"
    for name, limit_s in (
        ("fresh", site.fresh_s),
        ("ageing", site.ageing_s),
        ("stale", site.offline_s),
    ):
        if age_s <= limit_s:
            return name
    return "offline"


def by_post(
    role: str | None, *, grid_size: float, distance_m: float | None
) -> tuple[int, float, float]:
    """The order of calling: role, then the smaller grid, then the nearer person."""
    far = float("inf") if distance_m is None else distance_m
    return ROLE_RANK.get(role or "", LAST), grid_size, far


def by_nearness(state: str, distance_m: float) -> tuple[bool, bool, float]:
    """The order of who is near: on duty first, of these the fresh ones, then by distance."""
    return state == "off_duty", state != "fresh", distance_m
