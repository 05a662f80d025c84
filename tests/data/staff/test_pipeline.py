"""The steps in memory: each says no for its own reason, in its place, and totals add up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.access import Actor
from data.staff.positions.fix import Fix, Reason, parse, parse_time
from data.staff.positions.known import Known, Person, Seen
from data.staff.positions.pipeline import STEPS, Batch, run
from geo.grids import index_grids
from tests.factories import NOON

SOURCE = Actor(1, "token", "phones", "source", area_id=1)
SHIFT = (NOON - timedelta(hours=4), NOON + timedelta(hours=4))
SECOND = timedelta(seconds=1)


def known(**seen: Seen) -> Known:
    """One area with two grids, `a` on duty, `b` off duty, `c` in another area."""
    people = {"a": Person(1, 2, (SHIFT,)), "b": Person(2, 2, ()), "c": Person(3, 9, (SHIFT,))}
    return Known(
        people=people,
        seen={people[code].id: one for code, one in seen.items()},
        scopes={1: frozenset({1, 2})},
        grids=index_grids(
            ids=[5, 6],
            kinds=["service", "service"],
            shapes=[
                shapely.box(112.90, 35.60, 112.91, 35.61),
                shapely.box(112.91, 35.60, 112.92, 35.61),
            ],
        ),
        box=(112.90, 35.60, 112.92, 35.61),
    )


def fix(index: int = 0, seconds: float = -60, person: str = "a", **more: Any) -> Fix:
    place = {"lon": 112.905, "lat": 35.605, **more}
    return Fix(index, person, NOON + seconds * SECOND, **place)


def judged(*fixes: Fix, actor: Actor = SOURCE, seen: Seen | None = None) -> Batch:
    return run(Batch(actor, NOON, list(fixes), known(**({"a": seen} if seen else {}))))


def test_the_list_of_steps_is_the_documentation() -> None:
    """Degrees, privacy, then time and place, then what needs the person's past, then grids."""
    assert [name for name, _ in STEPS] == [
        *("coordinate system", "unknown person", "future", "outdated", "outside", "accuracy"),
        *("off duty", "duplicate", "implausible speed", "grid membership"),
    ]


def test_edges_are_inside() -> None:
    """Exactly at a limit a fix is still good; one step further it is not."""
    rows = {
        60: None,
        60.001: Reason.FUTURE,
        -86_400: Reason.OFF_DUTY,
        -86_400.001: Reason.OUTDATED,
        -4 * 3600: None,
        -4 * 3600 - 1: Reason.OFF_DUTY,
    }
    for seconds, reason in rows.items():
        batch = judged(fix(seconds=seconds))
        assert batch.rejected.get(0) == reason, seconds
    assert judged(fix(accuracy_m=500.0)).rejected == {}
    assert judged(fix(accuracy_m=500.1)).rejected == {0: Reason.ACCURACY}
    assert judged(fix(lon=112.97)).rejected == {}
    assert judged(fix(lon=113.0)).rejected == {0: Reason.OUTSIDE}


def test_grids_by_point() -> None:
    """The border belongs to the smaller id; outside of all grids is no fault."""
    batch = judged(fix(0, -90), fix(1, -60, lon=112.91), fix(2, -30, lon=112.921))
    assert batch.grid_ids == {0: (5,), 1: (5,), 2: ()}


def test_speed_is_judged_by_the_newest_believed_fix() -> None:
    """A jump is rejected and not compared with; time heals; bad accuracy excuses."""
    far = 112.9150
    batch = judged(fix(0, -60), fix(1, -59, lon=far), fix(2, -58), fix(3, -40, lon=far))
    assert batch.rejected == {1: Reason.SPEED}
    assert judged(
        fix(0, -60), fix(1, -59, lon=far, accuracy_m=480), fix(2, -58, accuracy_m=480)
    ).rejected == {1: Reason.SPEED}
    seen = Seen(NOON - 61 * SECOND, far, 35.605, 450.0)
    assert judged(fix(accuracy_m=450.0), seen=seen).rejected == {}


def test_a_newest_fix_of_another_clock_is_not_compared_with() -> None:
    """After a replay the store still holds places of its time."""
    seen = Seen(NOON + timedelta(days=400), 100.0, 10.0, None)
    assert judged(fix(), seen=seen).rejected == {}


def test_duplicates() -> None:
    """Of the newest stored fix, and within the batch, also when another lies between."""
    seen = Seen(NOON - 60 * SECOND, 112.905, 35.605, None)
    batch = judged(fix(0, -60), fix(1, -50), fix(2, -40), fix(3, -50), seen=seen)
    assert batch.rejected == {0: Reason.DUPLICATE, 3: Reason.DUPLICATE}


def test_who_may_report_whom() -> None:
    """Another area's people are unknown, and so are colleagues to a worker."""
    worker = Actor(2, "account", "a", "grid_worker", area_id=1, person_id=1)
    assert judged(fix(person="c"), fix(1, person="x")).rejected == dict.fromkeys(
        (0, 1), Reason.UNKNOWN_PERSON
    )
    assert judged(fix(), actor=worker).rejected == {}
    assert judged(fix(person="b"), actor=worker).rejected == {0: Reason.UNKNOWN_PERSON}
    assert judged(fix(person="b")).rejected == {0: Reason.OFF_DUTY}


@given(
    st.lists(
        st.builds(
            fix,
            seconds=st.integers(-90_000, 120),
            person=st.sampled_from("abcx"),
            lon=st.floats(112.8, 113.0),
            accuracy_m=st.none() | st.floats(0, 1_000),
        ),
        max_size=30,
    )
)
def test_every_fix_is_alive_or_rejected_once(fixes: list[Fix]) -> None:
    """Nothing is lost between the steps; what lives has a person and its grids."""
    numbered = [Fix(n, f.person, f.at, f.lon, f.lat, f.accuracy_m) for n, f in enumerate(fixes)]
    batch = judged(*numbered)
    alive = {one.index for one in batch.alive}
    assert alive | set(batch.rejected) == set(range(len(fixes)))
    assert not alive & set(batch.rejected)
    assert set(batch.grid_ids) == alive <= set(batch.people)


def test_times_as_phones_send_them() -> None:
    """ISO 8601 with an offset, or seconds since 1970; nothing else."""
    assert parse_time("2026-07-14T12:00:00+08:00") == NOON == parse_time(NOON.timestamp())
    assert parse_time("2026-07-14T04:00:00Z") == NOON
    wrong: list[Any] = ["2026-07-14T12:00:00", "noon", "", "9999-12-31T23:59:59-12:00"]
    for never in [*wrong, None, True, 1e20, -1e20, float("nan"), []]:
        assert parse_time(never) is None, never


def test_rows_that_are_no_fixes() -> None:
    """Their numbers come back, the others are parsed; unknown fields are ignored."""
    good = {"person": "a", "lon": 1, "lat": 2.5, "at": NOON.isoformat(), "heading": 90}
    bad: list[Any] = [
        *(None, 3, [], {}, {**good, "lon": True}, {**good, "lat": 1e10}, {**good, "person": ""}),
        *({**good, "person": "a\0"}, {**good, "battery": 101}, {**good, "speed_mps": -1}),
        *({**good, "accuracy_m": "8"}, {**good, "person": 5}, {**good, "at": None}),
    ]
    fixes, invalid = parse([*bad, good], first=100)
    assert invalid == list(range(100, 100 + len(bad)))
    assert fixes == [Fix(100 + len(bad), "a", NOON, 1.0, 2.5)]
