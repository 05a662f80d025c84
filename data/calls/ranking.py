"""Who is rung, in which order, and who is left out and why. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from data.calls.model import Candidate, Leg, Rules, Step, Target
from data.staff.standing import by_post

MOST_LEGS = 5  # rung at the same time by one step of a place: more is asked before
# What a call today and an open event weigh beside distance, so that the nearest is not always the
# same person: metres each.
CALL_M, EVENT_M = 150.0, 50.0
BY_COST = (Target.NEAREST, Target.CROWD)  # ranked so; the others by their posts


class Skip(StrEnum):
    """Why somebody whom a rule found is not rung."""

    CALLED = "called"  # by an earlier step of this call
    OFF_DUTY = "off_duty"
    QUIET_HOURS = "quiet_hours"
    TOO_OFTEN = "too_often"
    SURPLUS = "surplus"  # others come first, and no more are rung at once


@dataclass(frozen=True, slots=True)
class Chosen:
    """The attempts to make, best first, and who was left out."""

    legs: tuple[Leg, ...]
    skipped: tuple[tuple[Candidate, Skip], ...] = ()


def choose(
    candidates: Collection[Candidate],
    step: Step,
    rules: Rules,
    *,
    local: time,
    called: Collection[int] = (),
) -> Chosen:
    """One step's attempts; one person once per channel. `local` is the site's time of day.

    Of a place, those on duty are rung. A person who was clicked is also rung off duty when his
    page is open: he can see that and decline.
    """
    best: dict[int, Candidate] = {}
    there = [one for one in candidates if _there(one, step)]
    away = [one for one in candidates if not _there(one, step)]
    order = _order(step.target)
    for one in [*sorted(there, key=order), *sorted(away, key=order)]:
        best.setdefault(one.person_id, one)
    skipped: list[tuple[Candidate, Skip]] = []
    wanted: list[Candidate] = []
    for one in best.values():
        why = _why_not(one, step, rules, local=local, called=called)
        wanted.append(one) if why is None else skipped.append((one, why))
    chosen = _most(wanted, step)
    taken = {one.person_id for one in chosen}
    skipped += [(one, Skip.SURPLUS) for one in wanted if one.person_id not in taken]
    legs = (
        Leg(one, channel, channel in one.channels, rank, step.target)
        for rank, one in enumerate(chosen, start=1)
        for channel in step.channels
    )
    return Chosen(tuple(legs), tuple(skipped))


def added(one: Candidate, step: Step) -> list[Leg]:
    """The attempts to reach a person whom the caller adds, whatever his duty."""
    return [
        Leg(one, channel, channel in one.channels, 1, Target.PERSON) for channel in step.channels
    ]


def is_quiet(quiet: tuple[time, time] | None, local: time) -> bool:
    """Whether a time of day lies in the quiet hours, which may pass midnight."""
    if quiet is None:
        return False
    first, last = quiet
    return first <= local < last if first <= last else local >= first or local < last


def _order(target: Target) -> Callable[[Candidate], tuple[float, ...]]:
    """The order of calling by a rule: near people by what it costs to take them, else by post."""

    def near(one: Candidate) -> tuple[float, ...]:
        return (cost_m(one), one.person_id)

    def post(one: Candidate) -> tuple[float, ...]:
        by = by_post(one.role, grid_size=one.grid_size, distance_m=one.distance_m)
        return (*by, cost_m(one), one.person_id)

    return near if target in BY_COST else post


def cost_m(one: Candidate) -> float:
    """His distance, and as many metres more as he was called and is busy today."""
    if one.distance_m is None:
        return float("inf")
    return one.distance_m + burden_m(one.load.calls_today, one.load.open_events)


def burden_m(calls_today: int, open_events: int) -> float:
    """What somebody's calls and open events of today weigh, in metres of distance."""
    return CALL_M * calls_today + EVENT_M * open_events


def _there(one: Candidate, step: Step) -> bool:
    """Whether he can be rung by this step: on duty, or clicked himself with his page open."""
    return one.on_duty or (step.target is Target.PERSON and _reached(one, step))


def _reached(one: Candidate, step: Step) -> bool:
    """Whether a channel of the step can reach him now."""
    return not one.channels.isdisjoint(step.channels)


def _why_not(
    one: Candidate, step: Step, rules: Rules, *, local: time, called: Collection[int]
) -> Skip | None:
    if not _there(one, step):
        return Skip.OFF_DUTY
    if one.person_id in called:
        return Skip.CALLED
    if rules.urgent:
        return None
    if is_quiet(rules.quiet, local):
        return Skip.QUIET_HOURS
    if rules.most_per_hour is not None and one.load.calls_hour >= rules.most_per_hour:
        return Skip.TOO_OFTEN
    return None


def most_of(step: Step) -> int | None:
    """How many people a step rings at most; None = as many as there are."""
    if step.target is Target.CROWD:
        return None
    return step.k if step.target is Target.NEAREST else MOST_LEGS


def _most(wanted: list[Candidate], step: Step) -> list[Candidate]:
    """Within a full list, those who can be reached go before those who cannot."""
    most = most_of(step)
    if most is None or len(wanted) <= most:
        return wanted
    kept = {one.person_id for one in sorted(wanted, key=lambda one: not _reached(one, step))[:most]}
    return [one for one in wanted if one.person_id in kept]
