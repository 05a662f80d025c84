"""The steps that a batch of fixes goes through. STEPS is the documentation, top to bottom.

Each step but the last looks at the fixes that are still alive and rejects some, with a reason.
The last one is the store: one statement that writes history, the newest position, visits to
grids (enter and exit), counters and the notification. What it returns was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate, chain
from math import cos, nan, radians

import numpy as np

from data.access import Actor
from data.arrays import Array, Float4s, Float8s, Instants, Int4s
from data.staff.positions.fix import Fix, Reason
from data.staff.positions.known import Known, Person, Seen
from geo.crs import System, place
from geo.distances import METRES_PER_DEGREE, distance_m
from geo.grids import list_owners


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a fix stops being believed."""

    future: timedelta = timedelta(seconds=60)  # phones' clocks run ahead
    outdated: timedelta = timedelta(hours=24)  # phones buffer while out of reach
    margin_m: float = 5_000.0  # around the site's box
    accuracy_m: float = 500.0
    speed_mps: float = 60.0


LIMITS = Limits()


@dataclass(slots=True)
class Batch:
    """Fixes of one actor on their way; `people`, `originals` and `grid_ids` are by a fix's index.

    `fixes` are as they came: a batch may run twice.
    """

    actor: Actor
    at: datetime  # site time at which the batch came in
    fixes: list[Fix]
    known: Known
    limits: Limits = LIMITS
    alive: list[Fix] = field(default_factory=list)  # not yet rejected
    rejected: dict[int, Reason] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    originals: dict[int, tuple[float, float]] = field(default_factory=dict)  # where converted
    grid_ids: dict[int, tuple[int, ...]] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)  # newer than known.seen: of this batch
    columns: dict[str, Array] = field(default_factory=dict)  # of `alive`, for the store

    @property
    def horizon(self) -> datetime:
        """What is newer has come from another clock or from a wrong one."""
        return self.at + self.limits.future

    @property
    def source_id(self) -> int:
        """The token's source, or that of all who have none of their own."""
        return self.actor.source_id or self.known.own_source_id

    @property
    def system(self) -> System | None:
        """The coordinate system that the source has declared; None = WGS 84."""
        return self.known.systems.get(self.source_id)

    def last(self, fix: Fix) -> Seen | None:
        """The newest fix of the same person before this one."""
        person_id = self.people[fix.index].id
        return self.seen.get(person_id) or self.known.seen.get(person_id)


Judge = Callable[[Fix], bool]
Step = Callable[[Batch], None]


def convert(batch: Batch) -> None:
    """From the source's coordinate system to degrees in WGS 84, once; the originals are kept."""
    system = batch.system
    if system is None:
        reject(Reason.INVALID, is_nowhere, batch)
        return
    x = np.array([fix.lon for fix in batch.fixes])
    y = np.array([fix.lat for fix in batch.fixes])
    lon, lat = place(x, y, system=system)
    batch.originals = {fix.index: (fix.lon, fix.lat) for fix in batch.fixes}
    placed = zip(batch.fixes, lon.tolist(), lat.tolist(), strict=True)
    batch.alive = [replace(fix, lon=e, lat=n) for fix, e, n in placed]
    reject(Reason.OUTSIDE_CRS, is_nowhere, batch)


def is_nowhere(_: Batch) -> Judge:
    """No degrees of the earth."""
    return lambda fix: not (-180 <= fix.lon <= 180 and -90 <= fix.lat <= 90)


def is_unknown_person(batch: Batch) -> Judge:
    """Nobody of this code whom the actor may report."""

    def judge(fix: Fix) -> bool:
        person = batch.known.find(fix.person, batch.actor)
        if person is not None:
            batch.people[fix.index] = person
        return person is None

    return judge


def is_future(batch: Batch) -> Judge:
    """Ahead of the site's clock by more than clocks differ."""
    latest = batch.horizon
    return lambda fix: fix.at > latest


def is_outdated(batch: Batch) -> Judge:
    """Older than what phones buffer."""
    earliest = batch.at - batch.limits.outdated
    return lambda fix: fix.at < earliest


def is_outside(batch: Batch) -> Judge:
    """Far from the box of all areas and grids; a site without shapes has no outside."""
    if batch.known.box is None:
        return lambda fix: False
    west, south, east, north = batch.known.box
    margin_lat = batch.limits.margin_m / METRES_PER_DEGREE
    margin_lon = margin_lat / max(0.01, cos(radians((south + north) / 2)))
    west, south, east, north = (
        west - margin_lon,
        south - margin_lat,
        east + margin_lon,
        north + margin_lat,
    )
    return lambda fix: not (west <= fix.lon <= east and south <= fix.lat <= north)


def is_inaccurate(batch: Batch) -> Judge:
    """Too vague to say in which grid."""
    worst = batch.limits.accuracy_m
    return lambda fix: fix.accuracy_m is not None and fix.accuracy_m > worst


def is_off_duty(batch: Batch) -> Judge:
    """Outside the person's shifts."""
    people = batch.people
    return lambda fix: not people[fix.index].on_duty(fix.at)


def is_duplicate(batch: Batch) -> Judge:
    """The person's newest time again, or one of this batch; the store finds older repetitions."""
    times: set[tuple[int, datetime]] = set()

    def judge(fix: Fix) -> bool:
        person_id = batch.people[fix.index].id
        last = batch.known.seen.get(person_id)
        if (last is not None and last.at == fix.at) or (person_id, fix.at) in times:
            return True
        times.add((person_id, fix.at))
        return False

    return judge


def is_implausibly_fast(batch: Batch) -> Judge:
    """Faster than anything from the newest fix, the accuracies of both allowed for."""
    speed_mps, horizon = batch.limits.speed_mps, batch.horizon

    def judge(fix: Fix) -> bool:
        last = batch.last(fix)
        if last is not None and last.at <= horizon:
            allowed_m = speed_mps * max(1.0, abs((fix.at - last.at).total_seconds()))
            allowed_m += (fix.accuracy_m or 0.0) + (last.accuracy_m or 0.0)
            if distance_m(last.lon, last.lat, fix.lon, fix.lat) > allowed_m:
                return True
        if last is None or fix.at > last.at or last.at > horizon:
            seen = Seen(fix.at, fix.lon, fix.lat, fix.accuracy_m)
            batch.seen[batch.people[fix.index].id] = seen
        return False

    return judge


def assign_grids(batch: Batch) -> None:
    """The owner of each point, one a kind."""
    alive = batch.alive
    owners = list_owners(
        batch.known.grids, lon=[fix.lon for fix in alive], lat=[fix.lat for fix in alive]
    )
    batch.grid_ids = {fix.index: ids for fix, ids in zip(alive, owners, strict=True)}


def reject(reason: Reason, make_judge: Callable[[Batch], Judge], batch: Batch) -> None:
    """Reject the living fixes of which the judge says yes."""
    judge = make_judge(batch)
    alive = []
    for fix in batch.alive:
        if judge(fix):
            batch.rejected[fix.index] = reason
        else:
            alive.append(fix)
    batch.alive = alive


STEPS: tuple[tuple[str, Step], ...] = (
    ("coordinate system", convert),
    ("unknown person", partial(reject, Reason.UNKNOWN_PERSON, is_unknown_person)),
    ("future", partial(reject, Reason.FUTURE, is_future)),
    ("outdated", partial(reject, Reason.OUTDATED, is_outdated)),
    ("outside", partial(reject, Reason.OUTSIDE, is_outside)),
    ("accuracy", partial(reject, Reason.ACCURACY, is_inaccurate)),
    ("off duty", partial(reject, Reason.OFF_DUTY, is_off_duty)),
    ("duplicate", partial(reject, Reason.DUPLICATE, is_duplicate)),
    ("implausible speed", partial(reject, Reason.SPEED, is_implausibly_fast)),
    ("grid membership", assign_grids),
    # then store.write: enter and exit, history, newest position, counters, notification
)


def run(batch: Batch) -> Batch:
    """All steps in memory; afterwards `alive`, as `columns`, is what the store shall write."""
    batch.alive = list(batch.fixes)
    for _name, step in STEPS:
        step(batch)
    batch.columns = _columns(batch)
    return batch


def _columns(batch: Batch) -> dict[str, Array]:
    """What is alive as one array a column; the grids of a fix lie between two ends."""
    alive, people = batch.alive, batch.people
    grids = [batch.grid_ids[fix.index] for fix in alive]
    ends = [0, *accumulate(map(len, grids))]
    origins = [batch.originals[fix.index] for fix in alive] if batch.originals else []
    return {
        "person_id": Int4s.of([people[fix.index].id for fix in alive]),
        "at": Instants.of([fix.at for fix in alive]),
        "lon": Float8s.of([fix.lon for fix in alive]),
        "lat": Float8s.of([fix.lat for fix in alive]),
        "original_lon": Float8s.of([lon for lon, _ in origins]),  # none: as it is stored
        "original_lat": Float8s.of([lat for _, lat in origins]),
        "accuracy_m": Float4s.of([_number(fix.accuracy_m) for fix in alive]),
        "speed_mps": Float4s.of([_number(fix.speed_mps) for fix in alive]),
        "battery": Float4s.of([_number(fix.battery) for fix in alive]),
        "grid_ids": Int4s.of(list(chain.from_iterable(grids))),
        "grids_from": Int4s.of(ends[:-1]),
        "grids_to": Int4s.of(ends[1:]),
    }


def _number(value: float | None) -> float:
    return nan if value is None else value


def doubtful(batch: Batch) -> set[str]:
    """Codes rejected on what a late copy may have got wrong: ask the store before saying no."""
    late = (Reason.UNKNOWN_PERSON, Reason.OFF_DUTY)
    return {fix.person for fix in batch.fixes if batch.rejected.get(fix.index) in late}
