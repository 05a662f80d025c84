"""What a policy is as it is edited, and what the engine cannot carry out of one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from data.calls.model import Rules, Step, Target
from data.errors import Invalid, Said

PERSON = Rules(code="person", name_zh="呼叫一人", name_en="One person")
GROUP = Rules(code="group", name_zh="群呼", name_en="Group call", need=0)
RESERVED = frozenset({PERSON.code, GROUP.code})
MOST_STEPS = 10
MOST_LETTERS = 100
CHANNELS = ("page",)
CODE = re.compile(r"[\w.-]{1,50}")
SEVERITIES = ("ordinary", "urgent")
TARGETS = tuple(one for one in Target if one not in (Target.PERSON, Target.CROWD))
NEED, TIMEOUT_S, HOURLY, RING_S, K = (0, 100), (10, 86400), (1, 1000), (5, 600), (1, 20)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a policy is for: None fits everything. `severity` is ordinary or urgent."""

    grid_kind: str | None = None
    event_type: str | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it is edited."""

    rules: Rules
    steps: tuple[Step, ...]
    fit: Fit = Fit()
    active: bool = True


class WrongPolicy(Invalid):
    """{what}: {why}."""

    def __init__(self, where: str, what: Any, why: Any) -> None:
        """`where` is the control: need, steps.0.ring_s, or empty for the whole policy."""
        super().__init__(what=what, why=why)
        self.where = where


def check(policy: Policy) -> None:
    """Raise WrongPolicy with what to do unless the engine can carry a policy out."""
    for fault in faults(policy):
        raise fault


def faults(policy: Policy) -> Iterator[WrongPolicy]:
    """All that is wrong with a policy, each with its control."""
    code, rules = policy.rules.code, policy.rules
    what = Said("policy {code}", code=code)
    if code in RESERVED:
        yield WrongPolicy("code", what, "this code is the product's own; choose another")
    if not CODE.fullmatch(code):
        yield WrongPolicy("code", what, "a code has 1 to 50 letters, digits, dots or hyphens")
    for where, name in (("name_zh", rules.name_zh), ("name_en", rules.name_en)):
        if not 0 < len(name.strip()) <= MOST_LETTERS or "\0" in name:
            yield WrongPolicy(where, what, Said("give a name of 1 to {n} letters", n=MOST_LETTERS))
    for where, number, (least, most) in (
        ("need", rules.need, NEED),
        ("ack_timeout_s", rules.ack_timeout_s, TIMEOUT_S),
        ("most_per_hour", rules.most_per_hour, HOURLY),
    ):
        if number is not None and not least <= number <= most:
            why = Said("give a number between {least} and {most}", least=least, most=most)
            yield WrongPolicy(where, what, why)
    if policy.fit.severity not in (None, *SEVERITIES):
        yield WrongPolicy("severity", what, Said("use {ways}", ways=", ".join(SEVERITIES)))
    yield from _steps(policy, what)


def _steps(policy: Policy, what: Said) -> Iterator[WrongPolicy]:
    code, steps = policy.rules.code, policy.steps
    if not steps:
        yield WrongPolicy("steps", what, "it has no step; add one")
    if len(steps) > MOST_STEPS:
        why = Said("at most {n} steps; leave some out", n=MOST_STEPS)
        yield WrongPolicy("steps", what, why)
    seen: set[Any] = set()
    for number, step in enumerate(steps):
        one = Said("policy {code}, step {n}", code=code, n=number + 1)
        for control, why in _step(step):
            yield WrongPolicy(f"steps.{number}.{control}", one, why)
        k = step.k if step.target is Target.NEAREST else 0
        if (step.target, step.channels, k) in seen:
            same = "an earlier step rings the same people; it would go round"
            yield WrongPolicy(f"steps.{number}.target", one, same)
        seen.add((step.target, step.channels, k))


def _step(step: Step) -> Iterator[tuple[str, Any]]:
    if step.target not in TARGETS:
        yield "target", "this rule is for a click on a person or a group"
    if not RING_S[0] <= step.ring_s <= RING_S[1]:
        yield "ring_s", "ring between 5 and 600 seconds"
    if not K[0] <= step.k <= K[1]:
        yield "k", Said("give a number between {least} and {most}", least=K[0], most=K[1])
    if not step.channels or not set(step.channels) <= set(CHANNELS):
        yield "channels", Said("use {ways}", ways=", ".join(CHANNELS))
