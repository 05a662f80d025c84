"""Group calls: everybody of an area, a grid or a drawn ground, by post or team."""

from __future__ import annotations

import pytest

from data import actors
from data.calls.model import Crowd
from data.errors import Invalid, NotFound
from tests.calling import Desk

WEST = ((112.9, 35.6), (112.9099, 35.6), (112.9099, 35.61), (112.9, 35.61))
EVERYBODY = Crowd()


async def _everywhere(desk: Desk) -> None:
    for n, person in enumerate(desk.town.people):
        await desk.stand(person, 112.901 + n * 0.005)  # two in the west, two in the east


async def test_everybody_within_a_drawn_ground(desk: Desk) -> None:
    """By where they are now; each is asked, and the first who confirms ends nothing."""
    await _everywhere(desk)
    await desk.stand("west_worker", 112.95)  # he has gone out of it
    await desk.open_page(*desk.town.people)
    session = await desk.click("ground", None, ring=WEST, crowd=EVERYBODY)
    assert set(await desk.states(session)) == {"west_chief"}
    card = await desk.seen(session)
    assert card["ground"]["type"] == "Polygon" and card["subject"] == {"kind": "ground", "id": None}


async def test_never_beyond_the_callers_area(desk: Desk) -> None:
    """The dispatcher of the west draws over both communities."""
    await _everywhere(desk)
    await desk.open_page(*desk.town.people)
    both = ((112.89, 35.59), (112.93, 35.59), (112.93, 35.62), (112.89, 35.62))
    session = await desk.click("ground", None, ring=both, crowd=EVERYBODY)
    assert set(await desk.states(session)) == {"west_chief", "west_worker"}
    with pytest.raises(NotFound):
        await desk.click("area", desk.town.areas["east"], "other", crowd=EVERYBODY)
    with pytest.raises(NotFound):
        await desk.click("area", desk.town.areas["root"], "above", crowd=EVERYBODY)


async def test_called_reached_confirmed(desk: Desk) -> None:
    """All are waited for; who did not come does not turn those who did into a failure."""
    await desk.open_page("west_worker")
    async with desk.town.database.acting(desk.town.system_id) as link:
        desk.dispatcher, _ = await actors.create_token(link, name="boss", role="commander")
    await desk.open_page("west_chief", "east_chief")
    roots = desk.town.areas["root"]
    session = await desk.click("area", roots, crowd=Crowd(("grid_chief",)))
    await desk.dial(session)
    await desk.acknowledge(await desk.attempt(session, "west_chief"), "west_chief")
    card = await desk.seen(session)
    assert (card["state"], card["need"]) == ("running", 0)
    assert card["counts"] == {"called": 2, "reached": 2, "confirmed": 1}
    assert card["remaining_s"] == 45
    desk.advance(45)
    await desk.engine()
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("acked", "acknowledged")
    assert await desk.states(session) == {"west_chief": "acknowledged", "east_chief": "no_answer"}


async def test_in_a_grid_by_post_and_by_team(desk: Desk) -> None:
    await _everywhere(desk)
    await desk.open_page(*desk.town.people)
    grid = desk.town.grids["W-1"]
    async with desk.town.database.acting(desk.town.system_id) as link:
        await link.execute("UPDATE person SET team = '防汛' WHERE code = 'west_chief'")
    for key, crowd, found in (
        ("all", EVERYBODY, {"west_chief", "west_worker"}),
        ("role", Crowd(("grid_worker",)), {"west_worker"}),
        ("team", Crowd((), "防汛"), {"west_chief"}),
        ("none", Crowd(("grid_worker",), "防汛"), set()),
    ):
        assert set(await desk.states(await desk.click("grid", grid, key, crowd=crowd))) == found
    desk.advance(7 * 3600)
    card = await desk.seen(await desk.click("grid", grid, "late", crowd=EVERYBODY))
    assert card["outcome"] == "nobody_on_duty"


async def test_a_card_has_a_place_for_each_kind_of_answer(desk: Desk) -> None:
    """Of more than it can show: doubt, confirmed and still ringing in turn, the rest behind."""
    await desk.workers(100)
    many = [f"m{n}" for n in range(100)]
    await desk.open_page(*many)
    session = await desk.click("grid", desk.town.grids["W-1"], crowd=EVERYBODY)
    async with desk.town.database.acting(desk.town.system_id) as link:
        await link.execute(
            "UPDATE call_attempt t SET state = n.state, ended_at = %s FROM ("
            " SELECT id, CASE WHEN rank <= 80 THEN 'acknowledged' WHEN rank <= 83 THEN 'ambiguous'"
            " END AS state FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS rank"
            " FROM call_attempt WHERE session_id = %s AND ended_at IS NULL) r) n"
            " WHERE n.id = t.id AND n.state IS NOT NULL",
            [desk.when.site, session],
        )
    states = [a["state"] for a in (await desk.seen(session))["attempts"]]
    shown = {state: states.count(state) for state in set(states)}
    assert shown == {"ambiguous": 3, "acknowledged": 40, "queued": 17}


@pytest.mark.parametrize(
    "ring", [((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)), ((0.0, 0.0), (1.0, 1.0), (0.0, 0.0))]
)
async def test_a_ground_that_is_none(desk: Desk, ring: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(Invalid, match="does not cross itself"):
        await desk.click("ground", None, ring=ring, crowd=EVERYBODY)
