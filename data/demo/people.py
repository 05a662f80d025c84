"""The forces of the town: workers, helpers, cadres, their posts, teams and daily roster.

People, names and numbers are invented: numbers start at 199 0000 0001 and are never dialled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from hashlib import blake2b

import numpy as np

from data.demo import duty_rooms, layout
from data.demo.division import Cut, place_code, sector_code
from data.demo.model import Person, Post, Shift, Team
from data.demo.names import make_names
from data.demo.plane import rng_for

_PART = 5
WORKERS = 316
HELPERS = 1263
CADRES = 20
_CHIEFS = len(layout.PLACES)
_VACANT_GRIDS = 4
_FULL_TIME_SHARE = 0.72
_FIRST_PHONE = 19_900_000_001
_ON_DAY, _ON_NIGHT = 196, 25  # rostered of 316: 62 % and 8 %
_SITE_TZ = timezone(timedelta(hours=8))
DAY_FROM, DAY_TO = time(7, 30), time(18, 30)
_DAY = tuple(timedelta(hours=at.hour, minutes=at.minute) for at in (DAY_FROM, DAY_TO))
_TEAMS: tuple[tuple[str, str], ...] = (
    ("城中巡逻队", "patrol"), ("城东巡逻队", "patrol"), ("北岗巡逻队", "patrol"),
    ("河南巡逻队", "patrol"), ("园区巡逻队", "patrol"), ("和事佬调解队", "mediation"),
    ("乡贤调解队", "mediation"), ("防汛一队", "flood"), ("防汛二队", "flood"),
    ("红马甲志愿队", "volunteer"), ("青年志愿队", "volunteer"), ("银龄志愿队", "volunteer"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forces:
    """People with their posts and teams."""

    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    teams: tuple[Team, ...]


def make_forces(*, seed: int, cuts: Sequence[Cut], weight: dict[str, float]) -> Forces:
    """Staff the grids. `weight` (by grid code) says how many residents or how much work."""
    rng = rng_for(seed=seed, part=_PART)
    names = make_names(rng=rng, count=WORKERS + HELPERS + CADRES)
    tiles = [cut for cut in cuts if cut.kind in ("service", "zone")]
    people: list[Person] = []
    posts: list[Post] = []
    _workers(rng, tiles, weight, names, people, posts)
    _helpers(rng, cuts, tiles, weight, names, people, posts)
    _cadres(names, people, posts)
    staff, duty = duty_rooms.make_staff(seed=seed, taken=names)
    people += staff
    posts += duty
    return _with_teams(rng, people, posts)


def shifts_of(*, people: Sequence[Person], day: date) -> tuple[Shift, ...]:
    """The roster of one day: 62 % of the workers by day, 8 % through the night after it.

    Whoever comes, when, and who stays away depends on the person and the day alone.
    """
    workers = [person for person in people if person.force_type == "grid_worker"]
    midnight = datetime(day.year, day.month, day.day, tzinfo=_SITE_TZ)
    out: list[Shift] = []
    for number, person in enumerate(workers):
        slot = (number * 197 + day.toordinal() * 61) % len(workers)
        if slot >= _ON_DAY + _ON_NIGHT:
            continue
        kind = "day" if slot < _ON_DAY else "night"
        start = midnight + (_DAY[0] if kind == "day" else _DAY[1])
        end = midnight + (_DAY[1] if kind == "day" else _DAY[0] + timedelta(days=1))
        came = start + timedelta(minutes=round(_dice(person.code, day) * 24.0 - 14.0, 1))
        out.append(Shift(person.code, kind, start, end, None if _stays_away(slot, day) else came))
    return tuple(out)


def _stays_away(slot: int, day: date) -> bool:
    """Of the day's slots another six or seven each day, of the night's none or one."""
    number = day.toordinal()
    if slot < _ON_DAY:
        return (slot * 67 + number * 189) % _ON_DAY < 6 + number % 2
    return (slot - _ON_DAY + number * 7) % (2 * _ON_NIGHT) == 0


def _dice(word: str, day: date) -> float:
    digest = blake2b(f"{word}/{day.toordinal()}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def _person(
    names: list[str], number: int, letter: str, place: int, force: str, employment: str | None
) -> Person:
    return Person(
        code=f"{letter}{number + 1:04d}",
        name=names[number],
        phone=str(_FIRST_PHONE + number),
        area_code=place_code(place),
        force_type=force,
        employment=employment,
        team=None,
    )


def _workers(
    rng: np.random.Generator,
    tiles: Sequence[Cut],
    weight: dict[str, float],
    names: list[str],
    people: list[Person],
    posts: list[Post],
) -> None:
    load = np.zeros(_CHIEFS)
    for cut in tiles:
        load[cut.place] += 0.45 + 0.55 * weight[cut.code]
    hands = _share_out(load, WORKERS - _CHIEFS)
    vacant = {cut.code for cut in _far_zones(rng, tiles)}
    for place in range(_CHIEFS):
        chief = _person(names, len(people), "W", place, "grid_worker", "full_time")
        people.append(chief)
        code = place_code(place)
        posts.append(Post(chief.code, "grid_chief", code, f"{code}-A-001"))
        own = [cut for cut in tiles if cut.place == place and cut.code not in vacant]
        own.sort(key=lambda cut: -weight[cut.code])
        first = len(people)
        for _ in range(int(hands[place])):
            kind = "full_time" if rng.random() < _FULL_TIME_SHARE else "part_time"
            people.append(_person(names, len(people), "W", place, "grid_worker", kind))
        _share_grids(people[first:], own, code, posts)


def _share_grids(
    hands: Sequence[Person], grids: Sequence[Cut], code: str, posts: list[Post]
) -> None:
    """Each grid has its worker, and each service grid one beside him in the roster as stand-in
    (AB 岗), in turn the one after and the one before: these never rest on the same day."""
    service = {cut.code for cut in grids if cut.kind == "service"}
    last = len(hands) - 1
    own: set[tuple[int, str]] = set()
    beside: set[tuple[int, str]] = set()
    for k in range(max(len(grids), len(hands))):
        n, grid = k % len(hands), grids[k % len(grids)].code
        own.add((n, grid))
        if grid in service:
            after = n == 0 or (n < last and k % 2 == 0)
            beside.add((n + 1 if after else n - 1, grid))
    held = [(n, grid, "grid_worker") for n, grid in own]
    held += [(n, grid, "stand_in") for n, grid in beside - own]
    posts.extend(Post(hands[n].code, role, code, grid) for n, grid, role in sorted(held))


def _far_zones(rng: np.random.Generator, tiles: Sequence[Cut]) -> list[Cut]:
    zones = [cut for cut in tiles if cut.kind == "zone" and not layout.PLACES[cut.place].is_urban]
    return [zones[int(k)] for k in rng.choice(len(zones), _VACANT_GRIDS, replace=False)]


def _share_out(weight: np.ndarray[tuple[int], np.dtype[np.float64]], total: int) -> list[int]:
    """Split `total` into whole parts by weight (largest remainder), at least two each."""
    exact = weight / weight.sum() * (total - 2 * len(weight)) + 2
    parts = np.floor(exact).astype(int)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return [int(k) for k in parts]


def _helpers(
    rng: np.random.Generator,
    cuts: Sequence[Cut],
    tiles: Sequence[Cut],
    weight: dict[str, float],
    names: list[str],
    people: list[Person],
    posts: list[Post],
) -> None:
    hands = _share_out(np.array([0.4 + weight[cut.code] for cut in tiles]), HELPERS)
    micro = [cut for cut in cuts if cut.kind == "micro"]
    for cut, count in zip(tiles, hands, strict=True):
        heads = [m.code for m in micro if m.parent_code == cut.code]
        for k in range(count):
            kind = "volunteer" if rng.random() < 0.4 else "part_time"
            helper = _person(names, len(people), "H", cut.place, "grid_helper", kind)
            people.append(helper)
            posts.append(Post(helper.code, "grid_helper", helper.area_code, cut.code))
            if k < len(heads):
                posts.append(Post(helper.code, "micro_grid_head", helper.area_code, heads[k]))


def _cadres(names: list[str], people: list[Person], posts: list[Post]) -> None:
    """Town cadres: instructors (包村干部) of about two villages each, eight lead a sector."""
    first = len(people)
    for k in range(CADRES):
        cadre = _person(names, len(people), "K", k % _CHIEFS, "cadre", "full_time")
        people.append(
            Person(
                cadre.code, cadre.name, cadre.phone, layout.TOWN_CODE, "cadre", "full_time", None
            )
        )
    for place in range(_CHIEFS):
        code = place_code(place)
        posts.append(
            Post(people[first + place % CADRES].code, "grid_instructor", code, f"{code}-A-001")
        )
    for sector in range(len(layout.SECTORS)):
        posts.append(Post(people[first + sector].code, "sector_leader", sector_code(sector), None))


def _with_teams(rng: np.random.Generator, people: list[Person], posts: list[Post]) -> Forces:
    order = rng.permutation(np.arange(WORKERS, WORKERS + HELPERS))
    teams: list[Team] = []
    team_of: dict[str, str] = {}
    for number, (name, kind) in enumerate(_TEAMS):
        picked = order[number * 24 : number * 24 + int(rng.integers(12, 25))]
        members = tuple(people[int(k)].code for k in sorted(picked))
        team_of.update(dict.fromkeys(members, name))
        teams.append(Team(f"T{number + 1:02d}", name, kind, members))
    joined = tuple(
        Person(
            p.code, p.name, p.phone, p.area_code, p.force_type, p.employment, team_of.get(p.code)
        )
        for p in people
    )
    return Forces(joined, tuple(posts), tuple(teams))
