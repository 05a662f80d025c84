"""Who is rung by a step, and who is left out and why, without a store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calls import ranking
from data.calls.model import Candidate, Leg, Load, Rules, Step, Target
from data.calls.ranking import Skip

RESPONSIBLE, NEAREST = Step(Target.RESPONSIBLE), Step(Target.NEAREST, k=2)
NOON = time(12)


def someone(id_: int, role: str = "grid_worker", **given: object) -> Candidate:
    values: dict[str, object] = {
        "name": f"p{id_}",
        "on_duty": True,
        "channels": frozenset({"page"}),
        **given,
    }
    return Candidate(person_id=id_, role=role, **values)  # type: ignore[arg-type]


def legs(people: Sequence[Candidate], step: Step = RESPONSIBLE) -> list[Leg]:
    return list(ranking.choose(people, step, Rules(), local=NOON).legs)


def ids(people: Sequence[Candidate], step: Step) -> list[int]:
    return [leg.candidate.person_id for leg in legs(people, step)]


def left_out(
    people: Sequence[Candidate], rules: Rules, at: time, called: Collection[int] = ()
) -> dict[int, Skip]:
    chosen = ranking.choose(people, RESPONSIBLE, rules, local=at, called=called)
    assert len(chosen.legs) + len(chosen.skipped) == len(people)
    return {one.person_id: why for one, why in chosen.skipped}


def test_chief_then_workers_then_by_distance() -> None:
    people = [
        someone(1, distance_m=50.0),
        someone(2, distance_m=20.0),
        someone(3),
        someone(4, "grid_chief", distance_m=900.0),
        someone(5, "gardener", distance_m=1.0),
        someone(6, grid_size=2.0, distance_m=1.0),
    ]
    assert [leg.candidate.person_id for leg in legs(people)] == [4, 2, 1, 3, 6]  # five at a time
    assert [leg.candidate.person_id for leg in legs(people[3:])] == [4, 6, 5]


def test_one_person_with_two_posts_is_rung_once_by_the_better() -> None:
    (leg,) = legs([someone(1), someone(1, "grid_chief")])
    assert leg.candidate.role == "grid_chief"


def test_off_duty_people_are_left_alone_unless_clicked_themselves() -> None:
    off = someone(1, on_duty=False)
    assert legs([off]) == []
    himself = Step(Target.PERSON)
    assert len(legs([off], himself)) == 1
    assert legs([someone(1, on_duty=False, channels=frozenset())], himself) == []


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), max_size=40))
def test_no_call_becomes_an_alarm(people: list[tuple[int, bool, bool]]) -> None:
    found = [
        someone(i, on_duty=duty, channels=frozenset({"page"} if page else ()))
        for i, duty, page in people
    ]
    made = legs(found)
    assert len(made) <= ranking.MOST_LEGS
    assert len({leg.candidate.person_id for leg in made}) == len(made)
    reachable = {c.person_id for c in found if c.on_duty and c.channels}
    rung = {leg.candidate.person_id for leg in made if leg.reachable}
    # Nobody who can be reached is left out for somebody who cannot.
    assert len(rung) >= min(ranking.MOST_LEGS, len(reachable)) - _same_person_conflicts(found)


def _same_person_conflicts(found: list[Candidate]) -> int:
    """The strategy may describe one person both reachable and not; posts agree in the store."""
    states: dict[int, set[frozenset[str]]] = {}
    for one in found:
        states.setdefault(one.person_id, set()).add(one.channels)
    return sum(len(channels) > 1 for channels in states.values())


def test_the_nearest_is_not_always_the_same_person() -> None:
    """Calls and open events count as metres; without a position nobody is near."""
    near, far = someone(1, distance_m=100.0), someone(2, distance_m=200.0)
    lost = someone(3)
    assert ids([far, lost, near], NEAREST) == [1, 2]
    tired = someone(1, distance_m=100.0, load=Load(calls_today=1))
    assert ids([tired, far], NEAREST) == [2, 1]
    busy = someone(1, distance_m=100.0, load=Load(open_events=3))
    assert ids([busy, far, someone(4, distance_m=240.0)], NEAREST) == [2, 4]


def test_who_was_called_is_not_called_again_by_a_later_step() -> None:
    people = [someone(1), someone(2)]
    assert left_out(people, Rules(), NOON, called={2}) == {2: Skip.CALLED}


def test_quiet_hours_and_too_many_calls_unless_it_is_urgent() -> None:
    night = Rules(quiet=(time(22), time(6)), most_per_hour=2)
    called_often = someone(2, load=Load(calls_hour=2))
    people = [someone(1), called_often]
    assert left_out(people, night, NOON) == {2: Skip.TOO_OFTEN}
    for at in (time(22), time(23, 59), time(0), time(5, 59)):
        assert left_out(people, night, at) == {1: Skip.QUIET_HOURS, 2: Skip.QUIET_HOURS}
    assert left_out(people, night, time(6)) == {2: Skip.TOO_OFTEN}
    urgent = Rules(quiet=(time(22), time(6)), most_per_hour=2, urgent=True)
    assert left_out(people, urgent, time(23)) == {}


@pytest.mark.parametrize(("at", "quiet"), [(11, False), (12, True), (13, True), (14, False)])
def test_quiet_hours_in_the_middle_of_the_day(at: int, quiet: bool) -> None:
    assert ranking.is_quiet((time(12), time(14)), time(at)) is quiet


def test_a_group_has_no_limit_and_who_came_too_late_is_named() -> None:
    people = [someone(n, distance_m=float(n)) for n in range(1, 401)]
    assert len(legs(people, Step(Target.CROWD))) == 400
    chosen = ranking.choose(people, NEAREST, Rules(), local=NOON)
    assert len(chosen.legs) == 2 and {why for _, why in chosen.skipped} == {Skip.SURPLUS}
