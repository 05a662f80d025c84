"""What a drill plays: what is clicked when, and how people answer. Pure: values in, values out.

An answer is worked out anew from the scenario, the call and the person whenever it is asked for,
so that it is the same in each process and in each run of the same seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from data.calls.channel import Ambiguous, Result, Unanswered, Unreachable
from data.calls.model import Crowd, Subject, SubjectKind


class Reply(StrEnum):
    """What becomes of ringing somebody in a drill."""

    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    OFFLINE = "offline"
    AMBIGUOUS = "ambiguous"
    OFF_DUTY = "off_duty"  # as if he had no shift: no step finds him


RESULTS: Mapping[Reply, Result] = {
    Reply.BUSY: Unanswered(busy=True),
    Reply.OFFLINE: Unreachable(),
    Reply.AMBIGUOUS: Ambiguous(),
}


@dataclass(frozen=True, slots=True)
class Click:
    """One click, `after_s` real seconds after the drill began. An event of this type and urgency is
    only said to have happened, in these words: a drill opens none."""

    after_s: float
    kind: SubjectKind
    id: int
    crowd: Crowd | None = None
    event_type: str | None = None
    urgent: bool = False
    about_zh: str | None = None
    about_en: str | None = None

    @property
    def subject(self) -> Subject:
        return Subject(self.kind, self.id, crowd=self.crowd)

    def as_json(self) -> dict[str, Any]:
        crowd = None if self.crowd is None else self.crowd.as_json()
        return {**asdict(self), "kind": self.kind.value, "crowd": crowd}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Click:
        crowd = None if value["crowd"] is None else Crowd.from_json(value["crowd"])
        return cls(**{**value, "kind": SubjectKind(value["kind"]), "crowd": crowd})


@dataclass(frozen=True, slots=True)
class Line:
    """How some people answer: those whom all that is given fits, a `share` (0 to 1) of them.

    `rank` and `step` count from 1. Seconds are real, from the ring, drawn between the two.
    `comes` says whether one who confirms then moves.
    """

    reply: Reply
    role: str | None = None
    person_id: int | None = None
    rank: int | None = None
    step: int | None = None
    share: float = 1.0
    after_s: tuple[float, float] = (0.0, 0.0)
    comes: bool = True

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "reply": self.reply.value, "after_s": list(self.after_s)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Line:
        least, most = value["after_s"]
        return cls(**{**value, "reply": Reply(value["reply"]), "after_s": (least, most)})


@dataclass(frozen=True, slots=True)
class Called:
    """Who is asked how he answers: the number of the click and of the step from 0, his rank from
    1 (None while it is not known), his post."""

    click: int
    step: int
    person_id: int
    role: str | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How he answers, and how many real seconds after he was called."""

    reply: Reply
    after_s: float = 0.0
    comes: bool = True


SILENT = Answer(Reply.NO_ANSWER, float("inf"))  # whom no line fits


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario whose codes have been found on the site; as stored with the drill.

    A call that waits for the dispatcher goes on by itself after `held_s` seconds, None = never.
    """

    code: str
    name_zh: str
    name_en: str
    clicks: tuple[Click, ...]
    lines: tuple[Line, ...]
    seed: int = 1
    held_s: int | None = 30

    def answer(self, called: Called) -> Answer:
        """What the first line that fits him says."""
        for number, line in enumerate(self.lines):
            if _fits(line, called) and self._draw(called, number, "share") < line.share:
                least, most = line.after_s
                after = least + (most - least) * self._draw(called, number, "after")
                return Answer(line.reply, round(after, 1), line.comes)
        return SILENT

    def off_duty(self, called: Called) -> bool:
        """Whether he is played as having no shift, which is asked before anybody has a rank."""
        return self.answer(called).reply is Reply.OFF_DUTY

    def _draw(self, called: Called, line: int, what: str) -> float:
        """A number in [0, 1) that depends on these values alone."""
        said = f"{self.seed} {line} {what} {called.click} {called.person_id}"
        digest = hashlib.blake2b(said.encode(), digest_size=6).digest()
        return int.from_bytes(digest) / 2**48

    def as_json(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in PLAIN},
            "clicks": [one.as_json() for one in self.clicks],
            "lines": [one.as_json() for one in self.lines],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Scenario:
        clicks = tuple(Click.from_json(one) for one in value["clicks"])
        lines = tuple(Line.from_json(one) for one in value["lines"])
        return cls(**{name: value[name] for name in PLAIN}, clicks=clicks, lines=lines)


PLAIN = ("code", "name_zh", "name_en", "seed", "held_s")


def _fits(line: Line, called: Called) -> bool:
    said = (
        (line.role, called.role),
        (line.person_id, called.person_id),
        (line.rank, called.rank),
        (line.step, called.step + 1),
    )
    return all(wanted is None or wanted == is_ for wanted, is_ in said)


@dataclass(frozen=True, slots=True)
class Part:
    """Which click of which drill a call is."""

    drill_id: int
    number: int
    click: Click
