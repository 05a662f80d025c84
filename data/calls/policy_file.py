"""Policies as JSON: as the page sends one, and as a file brings and takes all.

A file is `{"policies": [ … ]}`. It goes in as a whole or not at all: every wrong policy is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from typing import Any

from data.access import Actor, Permission
from data.calls import policies
from data.calls.model import Rules, Step, Target
from data.calls.policy_check import TARGETS, Fit, Policy, WrongPolicy, faults
from data.database import Connection
from data.errors import Said, WanggeError

MOST_POLICIES = 500
MOST_NUMBER = 1_000_000
TEXTS = ("code", "name_zh", "name_en", "grid_kind", "event_type", "severity")
NUMBERS = ("need", "ack_timeout_s", "most_per_hour")
EVER = frozenset({*TEXTS, *NUMBERS, "quiet", "active", "steps"})
OF_STEP = frozenset({"target", "channels", "ring_s", "k"})


class WrongFile(WanggeError):
    """{n} faults, and nothing was written: {faults}"""

    def __init__(self, found: Sequence[WanggeError]) -> None:
        super().__init__(n=len(found), faults="; ".join(str(one) for one in found))
        self.found = tuple(found)


def as_json(policy: Policy) -> dict[str, Any]:
    """A policy in the form that `read` takes."""
    rules, fit = policy.rules.as_json(), policy.fit
    del rules["urgent"]
    return {
        **rules,
        "grid_kind": fit.grid_kind,
        "event_type": fit.event_type,
        "severity": fit.severity,
        "active": policy.active,
        "steps": [step.as_json() for step in policy.steps],
    }


def read(said: Any, *, number: int = 1) -> tuple[Policy | None, list[WrongPolicy]]:
    """A policy of its JSON and all that is wrong with it; None where it cannot even be read."""
    if not isinstance(said, Mapping):
        return None, [WrongPolicy("", Said("policy {code}", code=number), "give a JSON object")]
    what = Said("policy {code}", code=said.get("code", number))
    wrong = [WrongPolicy(where, what, why) for where, why in _shape(said)]
    if wrong:
        return None, wrong
    quiet = said.get("quiet")
    given = {name: said[name] for name in NUMBERS if name in said}
    rules = Rules(
        code=said["code"],
        name_zh=said.get("name_zh") or said["code"],
        name_en=said.get("name_en") or said.get("name_zh") or said["code"],
        quiet=None if quiet is None else (_time(quiet[0]), _time(quiet[1])),
        **given,
    )
    fit = Fit(*(said.get(name) or None for name in ("grid_kind", "event_type", "severity")))
    steps = tuple(_step(one) for one in said.get("steps", ()))
    policy = Policy(rules, steps, fit, said.get("active", True))
    return policy, list(faults(policy))


def _shape(said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in said.keys() - EVER:
        yield str(name), Said("{name} is not known here", name=name)
    if not isinstance(said.get("code"), str):
        yield "code", "give its code as a text"
    for name in TEXTS[1:]:
        if said.get(name) is not None and not isinstance(said[name], str):
            yield name, "a text is needed"
        elif "\0" in (said.get(name) or ""):
            yield name, "a character here is not possible"
    for name in NUMBERS:
        empty = said.get(name) is None and (name != "need" or name not in said)
        if not empty and not _whole(said[name]):
            yield name, "a whole number is needed"
    if not isinstance(said.get("active", True), bool):
        yield "active", "true or false is needed"
    quiet = said.get("quiet")
    if quiet is not None and not (
        isinstance(quiet, list) and len(quiet) == 2 and all(_time(one) for one in quiet)
    ):
        yield "quiet", "give two times of day such as 22:00 and 06:00"
    steps = said.get("steps", [])
    if not isinstance(steps, list):
        yield "steps", "a list is needed"
        return
    for n, step in enumerate(steps):
        for control, why in _step_shape(step):
            yield f"steps.{n}.{control}", Said("step {n}: {why}", n=n + 1, why=why)


def _step_shape(step: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(step, Mapping):
        yield "target", "give a JSON object"
        return
    for name in step.keys() - OF_STEP:
        yield str(name), Said("{name} is not known here", name=name)
    if step.get("target") not in [one.value for one in Target]:
        yield "target", Said("use {ways}", ways=", ".join(TARGETS))
    for name in ("ring_s", "k"):
        if name in step and not _whole(step[name]):
            yield name, "a whole number is needed"
    channels = step.get("channels", [])
    if not isinstance(channels, list) or not all(isinstance(one, str) for one in channels):
        yield "channels", "a list is needed"


def _step(said: Mapping[str, Any]) -> Step:
    given = {name: said[name] for name in ("ring_s", "k") if name in said}
    return Step(Target(said["target"]), tuple(said.get("channels", ("page",))), **given)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < MOST_NUMBER


def _time(said: Any) -> Any:
    """A time of day, None where it is none."""
    try:
        found = time.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is None else None


async def take(connection: Connection, actor: Actor, said: Any) -> list[Policy]:
    """Write all policies of a file; others stay. Raises WrongFile with every fault, NotAllowed."""
    actor.require(Permission.ADMINISTER)
    listed = said.get("policies") if isinstance(said, Mapping) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_POLICIES:
        why = Said('give {{"policies": [ … ]}} with 1 to {n} of them', n=MOST_POLICIES)
        raise WrongFile([WrongPolicy("", "file", why)])
    found, wrong = await _all(connection, listed)
    if wrong:
        raise WrongFile(wrong)
    for policy in found:
        await policies.write(connection, actor, policy)
    return found


async def _all(
    connection: Connection, listed: Sequence[Any]
) -> tuple[list[Policy], list[WanggeError]]:
    found: list[Policy] = []
    wrong: list[WanggeError] = []
    for number, said in enumerate(listed, start=1):
        policy, its = read(said, number=number)
        wrong += its
        if policy is not None:
            found.append(policy)
            missing = await policies.unknown(connection, policy.fit)
            if missing is not None:
                what = Said("policy {code}", code=policy.rules.code)
                wrong.append(WrongPolicy("", what, missing.said))
    for code, n in Counter(one.rules.code for one in found).items():
        if n > 1:
            why = Said("it stands {n} times in the file; keep one", n=n)
            wrong.append(WrongPolicy("code", Said("policy {code}", code=code), why))
    return found, wrong
