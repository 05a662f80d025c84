"""The call ledger: each figure is what the lines alone say, and opens the calls it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest

from dashboard.embedded import Store
from data import actors
from data.access import Actor
from data.calls import sessions
from data.calls.channel import Ambiguous
from data.calls.model import Outcome, SessionState, Step, Target
from data.database import Database, fetch_all
from data.errors import Invalid, NotFound
from data.query import call_story, calls
from data.query.calls import Filter
from tests.calling import Desk, make_desk
from tests.factories import NOON

WORKER, CHIEF = "west_worker", "west_chief"
SPOKE = {"ringing", "answered", "acknowledged", "declined"}
LINES = """SELECT e.session_id, e.attempt_id, e.at, e.action, e.detail, t.step
    FROM call_event e LEFT JOIN call_attempt t ON t.id = e.attempt_id ORDER BY e.id"""


async def history(desk: Desk) -> dict[str, int]:
    """Calls of every kind, a minute and more apart, by what became of them."""
    await desk.by_policy(Step(Target.OWNER), Step(Target.GRID_CHIEF, ring_s=30))
    made: dict[str, int] = {}

    async def click(name: str, *pages: str) -> int:
        desk.advance(60)
        await desk.open_page(*pages)
        made[name] = await desk.click("grid", desk.town.grids["W-1"], name)
        await desk.dial(made[name])
        return made[name]

    async def confirm(session: int, person: str, after: float) -> None:
        desk.advance(after)
        await desk.acknowledge(await desk.attempt(session, person), person)

    await click("unreachable")
    for name, after in (("quick", 2.0), ("slow", 11.5), ("slower", 20.0)):
        await confirm(await click(name, WORKER), WORKER, after)
    session = await click("second step", WORKER, CHIEF)
    await desk.decline(await desk.attempt(session, WORKER), WORKER)
    await desk.engine()
    await desk.dial(session)
    await confirm(session, CHIEF, 3)
    session = await click("ended", WORKER)
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        await sessions.end(link, actor=desk.dispatcher, session_id=session, when=desk.when)
    desk.channel.script = {desk.town.people[WORKER]: Ambiguous()}
    await click("held", WORKER)
    desk.advance(8 * 3600)  # the shifts are over
    await click("nobody")
    return made


async def counted(desk: Desk) -> dict[str, Any]:
    """The same figures from the lines alone, session by session."""
    told: dict[int, list[dict[str, Any]]] = {}
    async with desk.town.database.acting(desk.town.system_id) as link:
        for line in await fetch_all(link, LINES):
            told.setdefault(line["session_id"], []).append(line)
    quickest, steps, outcomes = [], Counter[int](), Counter[str]()
    for lines in told.values():
        rang = {line["attempt_id"]: line["at"] for line in lines if line["action"] == "ringing"}
        said = [line for line in lines if line["action"] == "acknowledged"]
        if said:
            quickest.append(min((o["at"] - rang[o["attempt_id"]]).total_seconds() for o in said))
            steps[said[-1]["step"] + 1] += 1
        outcomes.update(line["detail"]["outcome"] for line in lines if "outcome" in line["detail"])
    actions = [{line["action"] for line in lines} for lines in told.values()]
    return {
        "calls": len(told),
        "attempts": len({one["attempt_id"] for lines in told.values() for one in lines} - {None}),
        "reached": sum(bool(one & SPOKE) for one in actions),
        "confirmed": sum("acked" in one for one in actions),
        "timed": len(quickest),
        "median_s": median(quickest),
        "p90_s": _at(sorted(quickest), 0.9),
        "nobody_on_duty": outcomes["nobody_on_duty"],
        "unreachable": outcomes["unreachable"],
        "held": sum("held" in one for one in actions),
        "by_step": dict(steps),
        "by_outcome": dict(outcomes),
    }


def _at(values: list[float], part: float) -> float:
    """The quantile between the two values around it."""
    place = part * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


@pytest.fixture
async def desk(database: Database, store: Store) -> Desk:
    return await make_desk(database, store)


class Reader:
    """The ledger as an actor reads it."""

    def __init__(self, desk: Desk, actor: Actor | None = None) -> None:
        self._desk, self._actor = desk, actor or desk.dispatcher

    async def ids(self, asked: Filter = Filter(), **more: Any) -> list[int]:  # noqa: B008
        async with self._desk.town.database.acting(self._actor.id) as link:
            now = more.pop("now", self._desk.when.site)
            page = await calls.page(link, replace(asked, **more), now=now)
        return [row["id"] for row in page.rows]

    async def figures(self, asked: Filter) -> dict[str, Any]:
        async with self._desk.town.database.acting(self._actor.id) as link:
            return await calls.figures(link, asked, now=self._desk.when.site)

    async def story(self, session: int) -> call_story.Story:
        async with self._desk.town.database.acting(self._actor.id) as link:
            return await call_story.read(link, session, now=self._desk.when.site)


async def _east(desk: Desk) -> Actor:
    async with desk.town.database.acting(desk.town.system_id) as link:
        given = {"name": "eve", "role": "duty_officer", "area": "code-east"}
        return (await actors.create_token(link, **given))[0]


async def test_each_figure_is_an_independent_count_and_opens_its_calls(desk: Desk) -> None:
    made = await history(desk)
    read = Reader(desk)
    found, expected = await read.figures(Filter()), await counted(desk)
    times = ("median_s", "p90_s")
    assert {k: v for k, v in found.items() if k not in times} == {
        k: v for k, v in expected.items() if k not in times
    }
    assert [found[k] for k in times] == pytest.approx([expected[k] for k in times])
    assert found["calls"] == len(made) and found["by_step"] == {1: 3, 2: 1}
    opened = {
        "calls": Filter(),
        "reached": Filter(reached=True),
        "confirmed": Filter(confirmed=True),
        "timed": Filter(ack_from_s=0),
        "nobody_on_duty": Filter(outcome=Outcome.NOBODY_ON_DUTY),
        "unreachable": Filter(outcome=Outcome.UNREACHABLE),
        "held": Filter(held=True),
    }
    for name, asked in opened.items():
        assert len(await read.ids(asked)) == found[name] > 0, name
        assert (await read.figures(asked))["calls"] == found[name], name
    for step, n in found["by_step"].items():
        assert len(await read.ids(settled_step=step)) == n
    for outcome, n in found["by_outcome"].items():
        assert len(await read.ids(outcome=Outcome(outcome))) == n
    assert await read.ids(ack_from_s=found["p90_s"]) == [made["slower"]]


async def test_filters_find_what_they_say(desk: Desk) -> None:
    made = await history(desk)
    newest = list(made.values())[::-1]
    read, west = Reader(desk), "code-west"
    async with desk.town.database.acting(desk.town.system_id) as link:
        await link.execute(
            "UPDATE call_session SET purpose = 'self_test' WHERE id = %s", [newest[1]]
        )
    everything = [
        *({"area": west}, {"policy": "all"}, {"caller": "DOR"}, {"caller": "dora", "drill": False}),
        *({"since": NOON, "until": NOON + timedelta(days=9)},),
    ]
    for given in everything:
        assert await read.ids(**given) == newest, given
    chief = [made["second step"], made["unreachable"]]
    assert await read.ids(person=CHIEF) == await read.ids(person="Chief") == chief
    assert await read.ids(person_id=desk.town.people[CHIEF], person="w") == chief
    assert await read.ids(person="_") == newest[1:]  # a letter of names; the newest rang nobody
    assert await read.ids(state=SessionState.RUNNING) == [made["held"]]
    assert await read.ids(purpose="self_test") == [newest[1]]
    for given in ({"drill": True}, {"policy": "none"}, {"caller": "100%"}, {"person": "%"}):
        assert await read.ids(**given) == [], given
    before = Filter(until=NOON + timedelta(seconds=90))
    assert await read.ids(before) == newest[-1:]
    assert await read.ids(now=NOON + timedelta(seconds=90)) == newest[-1:]  # a replay is not there
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (Invalid, {"since": NOON, "until": NOON - timedelta(hours=1)}),
        (NotFound, {"area": "nowhere"}),
        (NotFound, {"type": "nothing"}),
    ]
    for error, given in wrong:
        with pytest.raises(error):
            await read.ids(**given)


async def test_pages_follow_each_other_without_gap_or_double(desk: Desk) -> None:
    made = await history(desk)
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        now, after, seen = desk.when.site, None, list[int]()
        for _ in range(3):
            page = await calls.page(link, Filter(), now=now, after=after, most=3)
            seen += [row["id"] for row in page.rows]
            after = page.after
        assert (seen, after) == (list(made.values())[::-1], None)
        for broken in ("x", "_1", f"{NOON.isoformat()}_0", "2026-07-14T00:00:00_1"):
            with pytest.raises(Invalid):
                await calls.page(link, Filter(), now=now, after=broken)


async def test_another_area_sees_nothing_of_it(desk: Desk) -> None:
    made = await history(desk)
    read = Reader(desk, await _east(desk))
    assert await read.ids() == []
    assert (await read.figures(Filter()))["calls"] == 0
    with pytest.raises(NotFound):
        await read.story(made["quick"])


WALKED = """INSERT INTO position_history (person_id, area_id, at, lon, lat, source_id, original_lon,
    original_lat) SELECT id, area_id, %s, %s, 35.605, 1, 0, 0 FROM person WHERE code = %s"""


async def test_a_story_tells_every_line_and_where_its_people_were(desk: Desk) -> None:
    """From the history, as the one who asks may see it: what is not kept is not invented."""
    for seconds, lon in ((50, 112.903), (62, 112.904), (70, 112.9045)):
        async with desk.town.database.acting(desk.town.system_id) as link:
            await link.execute(WALKED, [NOON + timedelta(seconds=seconds), lon, WORKER])
    await desk.stand(WORKER, 112.903)
    desk.advance(60)
    await desk.open_page(WORKER, CHIEF)
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    desk.advance(4)
    await desk.acknowledge(await desk.attempt(session, WORKER), WORKER)
    story = await Reader(desk).story(session)
    assert [line["action"] for line in story.lines] == await desk.ledger(session)
    (worker,) = [one for one in story.attempts if one["who"]["name"] == WORKER]
    called = NOON + timedelta(seconds=60)
    assert worker["queued_at"] == called
    track = [(at - called, lon) for at, lon, _ in story.tracks[desk.town.people[WORKER]]]
    assert track == [(timedelta(seconds=-10), 112.903), (timedelta(seconds=2), 112.904)]
    assert desk.town.people[CHIEF] not in story.tracks  # he had no position
    assert story.place["lon"] == pytest.approx(112.905) and story.unshown == 0


def test_lines_never_go_back_in_time() -> None:
    """They stand as they were written, whatever the clocks said."""
    at = [datetime(2026, 7, 14, 4, 0, second, tzinfo=NOON.tzinfo) for second in (3, 5, 4, 1, 6)]
    told = call_story.in_order([{"at": one, "id": n} for n, one in enumerate(at)])
    assert [line["id"] for line in told] == [0, 1, 2, 3, 4]
    assert [line["when"].second for line in told] == [3, 5, 5, 5, 6]
