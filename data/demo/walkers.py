"""The workers on their rounds: where each one is at any moment, and what his phone says.

Every worker has a round over the roads of his own grids, out and back, with stops at doors.
The true place is a pure function of person and time; a fix adds what phones add: an accuracy,
a slow drift, silence now and then, a flat battery, and one phone that stays at home. Nothing
is remembered between calls, so any moment can be asked for in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b

import numpy as np
import shapely
from numpy.typing import NDArray

from data.demo import duty_rooms
from data.demo.clockwork import day_of
from data.demo.model import Person, Shift, Town
from data.demo.plane import Floats, Ints, rng_for, to_degrees, to_metres

_PART = 10
_ROUND_EDGES = 60
_ROUND_M = 3_200.0  # one way
_WALK_MPS, _RIDE_MPS = 1.25, 4.2
_STOP_EVERY_M = 190.0
_NEVER_SEEN = 0.011
_FLAT = 0.042  # phones that die in the first two hours of a shift and stay dark
_LONG_GAP, _SHORT_GAP = 0.16, 0.24  # chance in each window
_LONG_WINDOW_S, _SHORT_WINDOW_S = 2400.0, 600.0


@dataclass(frozen=True, slots=True)
class Round:
    """A closed way over the roads: the place along it (metres) at a time within the cycle."""

    xy_m: Floats
    along_m: Floats
    knot_s: Floats
    knot_m: Floats

    @property
    def cycle_s(self) -> float:
        """How long the whole round takes."""
        return float(self.knot_s[-1])


@dataclass(frozen=True, slots=True)
class Fixes:
    """What phones sent, as columns of equal length, in order of time. Degrees, EPSG:4326."""

    person: NDArray[np.object_]
    at_s: Floats
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    speed_mps: Floats
    battery: Floats

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True)
class Walkers:
    """The rounds of all workers by person code, the one whose phone lies at home, and those who
    mind a duty room (metres)."""

    seed: int
    rounds: dict[str, Round]
    home_m: dict[str, tuple[float, float]]
    rooms_m: dict[str, tuple[float, float]] = field(default_factory=dict)

    def places_m(self, *, person: str, at_s: Floats) -> Floats:
        """True places, (n, 2) metres of the workshop plane, at (n,) epoch seconds."""
        way = self.rounds[person]
        shift = _dice(self.seed, person, "phase") * way.cycle_s
        along = np.interp((at_s + shift) % way.cycle_s, way.knot_s, way.knot_m)
        return np.column_stack(
            [np.interp(along, way.along_m, way.xy_m[:, axis]) for axis in (0, 1)]
        )

    def place(self, *, person: str, at: datetime) -> tuple[float, float]:
        """The true longitude and latitude of one worker at one moment."""
        where = to_degrees(xy_m=self.places_m(person=person, at_s=np.array([at.timestamp()])))
        return float(where[0, 0]), float(where[0, 1])

    def fixes(self, *, shifts: Iterable[Shift], start: datetime, end: datetime) -> Fixes:
        """What the phones of those on shift send in (start, end], in order of time."""
        parts = [
            part
            for shift in shifts
            if (part := self._of_shift(shift, start.timestamp(), end.timestamp())) is not None
        ]
        if not parts:
            empty = np.empty(0)
            return Fixes(np.empty(0, dtype=object), empty, empty, empty, empty, empty, empty)
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.argsort(columns[1], kind="stable")
        return Fixes(*(column[order] for column in columns))

    def _of_shift(self, shift: Shift, start_s: float, end_s: float) -> _Columns | None:
        if shift.started_at is None or shift.person_code not in {**self.rounds, **self.rooms_m}:
            return None
        first = max(start_s, shift.started_at.timestamp())
        last = min(end_s, shift.planned_end.timestamp())
        if last <= first:
            return None
        at = self._moments(shift, first, last)
        return self._columns(shift, at) if len(at) else None

    def _moments(self, shift: Shift, first: float, last: float) -> Floats:
        """When the phone sends: about every 30 s, but for silences and flat batteries."""
        person, day = shift.person_code, day_of(shift.planned_start)
        period = 24.0 + 12.0 * _dice(self.seed, person, "period")
        offset = period * _dice(self.seed, person, "offset")
        number = np.arange(np.floor((first - offset) / period) + 1, (last - offset) // period + 1)
        at = number * period + offset
        at = at[(at > first) & (at <= last)]
        luck = _dice(self.seed, person, "phone", day)
        if luck < _NEVER_SEEN:
            return at[:0]
        if luck < _NEVER_SEEN + _FLAT:
            dies = (
                shift.planned_start.timestamp()
                + 300.0
                + 6000.0 * _dice(self.seed, person, "flat", day)
            )
            at = at[at < dies]
        quiet = _silent(self.seed, person, at, "long", _LONG_WINDOW_S, _LONG_GAP, 330.0, 1700.0)
        quiet |= _silent(self.seed, person, at, "short", _SHORT_WINDOW_S, _SHORT_GAP, 90.0, 290.0)
        return at[~quiet]

    def _columns(self, shift: Shift, at: Floats) -> _Columns:
        person = shift.person_code
        phase = 2 * np.pi * np.array([_dice(self.seed, person, f"wave{k}") for k in range(6)])
        rough = np.sin(at / 97.0 + phase[4]) * np.sin(at / 611.0 + phase[5])
        accuracy = np.round(
            6.0 + 9.0 * np.abs(rough) + 90.0 * np.clip(rough - 0.86, 0, None) * 8, 1
        )
        drift = np.column_stack(
            [
                np.sin(at / 53.0 + phase[0]) + 0.7 * np.sin(at / 239.0 + phase[1]),
                np.sin(at / 61.0 + phase[2]) + 0.7 * np.sin(at / 283.0 + phase[3]),
            ]
        )
        still = self.home_m.get(person) or self.rooms_m.get(person)
        if still is not None:
            true = np.tile(np.array(still), (len(at), 1))
            speed: Floats = np.zeros(len(at))
        else:
            true = self.places_m(person=person, at_s=at)
            before = self.places_m(person=person, at_s=at - 5.0)
            speed = (np.hypot(*(true - before).T) / 5.0).round(2)
        lonlat = to_degrees(xy_m=true + drift * (accuracy * 0.38)[:, None])
        used = (at - shift.planned_start.timestamp()) / 3600.0
        full = 0.82 + 0.17 * _dice(self.seed, person, "battery", day_of(shift.planned_start))
        battery: Floats = np.clip(full - 0.055 * used, 0.04, 1.0).round(2)
        names: NDArray[np.object_] = np.full(len(at), person, dtype=object)
        return names, at, lonlat[:, 0], lonlat[:, 1], accuracy, speed, battery


_Columns = tuple[NDArray[np.object_], Floats, Floats, Floats, Floats, Floats, Floats]


def make_walkers(*, town: Town) -> Walkers:
    """Lay out a round for every worker on the roads of his grids (a chief: of his village)."""
    rng = rng_for(seed=town.seed, part=_PART)
    shapes = {
        grid.code: shapely.transform(grid.geometry, lambda xy: to_metres(lonlat=xy))
        for grid in town.grids
        if grid.kind in ("administrative", "service", "zone")
    }
    middle = shapely.line_interpolate_point(
        np.array(town.graph.edges, dtype=object), 0.5, normalized=True
    )
    inside = _edges_inside(town, shapes, middle)
    beats: dict[str, list[str]] = {}
    for post in town.posts:
        if post.role in ("grid_chief", "grid_worker") and post.grid_code:
            beats.setdefault(post.person_code, []).append(post.grid_code)
    workers = [person for person in town.people if person.force_type == "grid_worker"]
    rounds = {
        person.code: _round(rng, town, [inside[code] for code in beats[person.code]], middle)
        for person in workers
    }
    home, rooms = _left_at_home(workers, rounds), duty_rooms.places_m(town=town, shapes=shapes)
    return Walkers(town.seed, rounds, home, rooms)


def _edges_inside(
    town: Town, shapes: dict[str, shapely.Geometry], middle: NDArray[np.object_]
) -> dict[str, Ints]:
    """The walkable edges of each grid; a grid without roads borrows the nearest ones."""
    walkable = np.flatnonzero(town.graph.walkable)
    tree = shapely.STRtree(middle[walkable])
    grid, edge = tree.query(list(shapes.values()), predicate="contains")
    out: dict[str, Ints] = {}
    for number, (code, shape) in enumerate(shapes.items()):
        own = walkable[edge[grid == number]]
        if len(own) == 0:
            own = walkable[np.atleast_1d(tree.nearest(shape))]
        out[code] = own
    return out


def _round(
    rng: np.random.Generator, town: Town, beats: Sequence[Ints], middle: NDArray[np.object_]
) -> Round:
    """Wander over the edges of the beat, preferring new ones, then come back the same way."""
    graph = town.graph
    edges = beats[int(rng.integers(len(beats)))]
    allowed: dict[int, list[tuple[int, int]]] = {}
    for edge in edges.tolist():
        a, b = int(graph.start[edge]), int(graph.end[edge])
        allowed.setdefault(a, []).append((edge, b))
        allowed.setdefault(b, []).append((edge, a))
    here = int(graph.start[edges[int(rng.integers(len(edges)))]])
    seen: dict[int, int] = {}
    way: list[Floats] = []
    walked = 0.0
    for _ in range(_ROUND_EDGES):
        choices = allowed[here]
        edge, there = min(choices, key=lambda c: (seen.get(c[0], 0), rng.random()))
        seen[edge] = seen.get(edge, 0) + 1
        xy = shapely.get_coordinates(graph.edges[edge])
        way.append(xy if int(graph.start[edge]) == here else xy[::-1])
        here, walked = there, walked + float(graph.length_m[edge])
        if walked > _ROUND_M:
            break
    out = np.vstack(way)
    return _timed(rng, np.vstack([out, out[::-1][1:]]))


def _timed(rng: np.random.Generator, xy: Floats) -> Round:
    """Give a way its pace: about a quarter ride, the others walk, all stop at doors."""
    gaps = np.hypot(*np.diff(xy, axis=0).T)
    keep = np.concatenate([[True], gaps > 1e-6])
    xy = xy[keep]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    length = float(along[-1])
    pace = (_RIDE_MPS if rng.random() < 0.25 else _WALK_MPS) * rng.uniform(0.85, 1.15)
    count = max(2, int(length / _STOP_EVERY_M))
    stops = np.sort(rng.uniform(0.0, length, count))
    pauses = rng.gamma(2.2, 95.0, count)
    metres = np.concatenate([[0.0], np.repeat(stops, 2), [length]])
    waited = np.concatenate([[0.0], np.cumsum(pauses)])
    knot_wait = np.concatenate(
        [[0.0], np.column_stack([waited[:-1], waited[1:]]).ravel(), waited[-1:]]
    )
    return Round(xy, along, metres / pace + knot_wait, metres)


def _left_at_home(
    workers: Sequence[Person], rounds: dict[str, Round]
) -> dict[str, tuple[float, float]]:
    """One worker's phone never leaves a house beside his round."""
    person = workers[137 % len(workers)].code
    x, y = rounds[person].xy_m[0]
    return {person: (float(x) + 14.0, float(y) + 9.0)}


def _silent(
    seed: int,
    person: str,
    at: Floats,
    word: str,
    window_s: float,
    chance: float,
    shortest_s: float,
    longest_s: float,
) -> NDArray[np.bool_]:
    """Whether the phone is silent: in some windows of time there is one gap."""
    quiet = np.zeros(len(at), dtype=bool)
    shift = window_s * _dice(seed, person, word)
    window = np.floor((at + shift) / window_s).astype(np.int64)
    for number in np.unique(window).tolist():
        if _dice(seed, person, word, number) >= chance:
            continue
        length = (
            shortest_s + (longest_s - shortest_s) * _dice(seed, person, word + "!", number) ** 2
        )
        begin = number * window_s - shift
        begin += (window_s - length) * _dice(seed, person, word + "?", number)
        quiet |= (at >= begin) & (at < begin + length)
    return quiet


def _dice(seed: int, person: str, word: str, number: int | date = 0) -> float:
    """A number in [0, 1) that depends on its arguments alone, on every machine."""
    digest = blake2b(f"{seed}/{person}/{word}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
