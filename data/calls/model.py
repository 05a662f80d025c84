"""What a call is made of. Plain values: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from data.calls.lifecycle import AttemptState


@dataclass(frozen=True, slots=True)
class Moment:
    """Two clocks. The ledger is written in site time; a phone rings in real time, because a
    replay at ×600 must not ring somebody for 40 ms. Both are aware."""

    site: datetime
    real: datetime


class SessionState(StrEnum):
    """Where a call session stands. An acked one may run again when nothing moves."""

    RUNNING = "running"
    ACKED = "acked"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How a session ended, in one word for the card."""

    ACKNOWLEDGED = "acknowledged"
    NOBODY_ON_DUTY = "nobody_on_duty"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    BUSY = "busy"  # in another call all the time
    DECLINED = "declined"
    NOT_ALLOWED = "not_allowed"  # quiet hours, or called too often
    AMBIGUOUS = "ambiguous"
    TOO_FEW = "too_few"  # some confirmed, but not as many as were needed
    STALLED = "stalled"  # confirmed, and then nothing moved
    ENDED = "ended"  # by the caller


class SubjectKind(StrEnum):
    """What was clicked."""

    EVENT = "event"
    GRID = "grid"
    PERSON = "person"
    FACILITY = "facility"
    AREA = "area"  # everybody of an area
    GROUND = "ground"  # everybody within a drawn area


@dataclass(frozen=True, slots=True)
class Crowd:
    """Of a group call: those on duty who hold one of these posts (none = any), or of a team."""

    roles: tuple[str, ...] = ()
    team: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"roles": list(self.roles), "team": self.team}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Crowd:
        return cls(tuple(value["roles"]), value["team"])


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing that was clicked: its kind and id. A ground has no id but its ring of (lon, lat),
    EPSG:4326, closed or not. With a crowd all of it are called, else who answers for it."""

    kind: SubjectKind
    id: int | None = None
    ring: tuple[tuple[float, float], ...] = ()
    crowd: Crowd | None = None


class Target(StrEnum):
    """Whom a step rings: a rule that is resolved on live data when the step fires."""

    OWNER = "owner"  # who works the grid: its workers and stand-ins
    RESPONSIBLE = "responsible"  # everybody with a post on the grid
    NEAREST = "nearest"  # the k nearest, on duty and fresh, in this and touching grids
    GRID_CHIEF = "grid_chief"
    COMMUNITY_DUTY = "community_duty"
    SUBDISTRICT_DUTY = "subdistrict_duty"
    PERSON = "person"  # who was clicked
    CROWD = "crowd"  # everybody of a group call


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a policy. `k` people of NEAREST; `ring_s` seconds until the next step."""

    target: Target
    channels: tuple[str, ...] = ("page",)
    ring_s: int = 25
    k: int = 3

    def as_json(self) -> dict[str, Any]:
        return {
            "target": self.target.value,
            "channels": list(self.channels),
            "ring_s": self.ring_s,
            "k": self.k,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Step:
        target = Target(value["target"])
        return cls(target, tuple(value["channels"]), int(value["ring_s"]), int(value.get("k", 3)))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a policy says beside its steps; a session keeps those of its click.

    `need` people must confirm (0 = whoever comes); after `ack_timeout_s` seconds without movement
    it escalates again. A call that is not urgent rings nobody in the quiet hours (local times of
    the site, may pass midnight), nor anybody more often than `most_per_hour`.
    """

    code: str = "default"
    name_zh: str = "默认"
    name_en: str = "Default"
    need: int = 1
    ack_timeout_s: int | None = None
    quiet: tuple[time, time] | None = None
    most_per_hour: int | None = None
    urgent: bool = False

    def as_json(self) -> dict[str, Any]:
        quiet = None if self.quiet is None else [one.isoformat("minutes") for one in self.quiet]
        return {**asdict(self), "quiet": quiet}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Rules:
        """Of an older session what it does not say is as by default."""
        given = dict(value)
        if given.get("quiet") is not None:
            first, last = given["quiet"]
            given["quiet"] = (time.fromisoformat(first), time.fromisoformat(last))
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Load:
    """What a person has on his hands: open events in his grids, calls that rang him today and in
    the last hour."""

    open_events: int = 0
    calls_today: int = 0
    calls_hour: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """What can reach somebody now, whatever a step wants. `left_s`: for how long his page is
    closed (real); None when it is open, or never was. `verified`: whether a contact of his is."""

    page_open: bool
    left_s: float | None
    verified: bool

    def reason(self) -> dict[str, Any]:
        left = None if self.left_s is None else int(self.left_s // 60)
        return {"page_open": self.page_open, "page_left_min": left, "verified": self.verified}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who could be rung, through one of his posts.

    `distance_m` is to the place of the call by a position of this shift, `age_s` how old that is;
    both None without one. `channels` are those that can reach him now; `busy` is the call that
    rings him now; `reach` is None in a drill, which asks nobody's page.
    """

    person_id: int
    name: str
    role: str | None
    on_duty: bool
    channels: frozenset[str]
    grid: str | None = None
    grid_size: float = 0.0
    distance_m: float | None = None
    age_s: float | None = None
    state: str = "no_position"
    load: Load = Load()
    busy: int | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One attempt to make: whom, how, and why he stands where he stands."""

    candidate: Candidate
    channel: str
    reachable: bool
    rank: int
    target: Target

    def reason(self) -> dict[str, Any]:
        """The snapshot that the ledger keeps: who he was when he was called."""
        who = self.candidate
        return {
            "rank": self.rank,
            "target": self.target.value,
            "name": who.name,
            "post": who.role,
            "grid": who.grid,
            "on_duty": who.on_duty,
            "state": who.state,
            "distance_m": None if who.distance_m is None else round(who.distance_m),
            "age_s": None if who.age_s is None else round(who.age_s),
            "open_events": who.load.open_events,
            "calls_today": who.load.calls_today,
            "busy": who.busy,
            "reachable": self.reachable,
            **({} if who.reach is None else who.reach.reason()),
        }


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as stored. `lease_until` and `ring_until` are real time. `held`: his page stands
    open on a process that lives, which takes him when it can."""

    id: int
    session_id: int
    step: int
    person_id: int
    channel: str
    try_: int
    state: AttemptState
    lease_until: datetime | None = None
    ring_until: datetime | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One call session as stored. `fired_at` (when the present step was resolved), `held_at`
    (since when it waits for the dispatcher), `next_at` are real time; `acked_at` is site time."""

    id: int
    area_id: int
    subject: Subject
    steps: tuple[Step, ...]
    rules: Rules
    state: SessionState
    step: int = 0
    next_at: datetime | None = None
    fired_at: datetime | None = None
    held_at: datetime | None = None
    acked_at: datetime | None = None
    counts_from: int = 0  # who confirmed at an earlier step has not moved
    drill_id: int | None = None

    @property
    def present(self) -> Step:
        """The step it is at."""
        return self.steps[self.step]

    @property
    def watched(self) -> bool:
        """Whether it is confirmed and goes on by itself when nothing moves."""
        return self.state is SessionState.ACKED and self.next_at is not None

    @property
    def last(self) -> bool:
        """Whether no step follows."""
        return self.step + 1 >= len(self.steps)


@dataclass(frozen=True, slots=True)
class Ring:
    """An attempt on its way to a device, with what the person must read."""

    attempt_id: int
    session_id: int
    person_id: int
    channel: str
    body: Mapping[str, Any] = field(default_factory=dict)
