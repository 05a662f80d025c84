"""The one question above five people: what is counted, and what a refused click leaves."""

from __future__ import annotations

from typing import Any

import pytest

from data.calls import foresight, sessions
from data.calls.foresight import NeedsConfirmation
from data.calls.model import Crowd, Step, Subject, SubjectKind, Target
from tests.calling import Desk
from tests.factories import value


async def _click(desk: Desk, kind: str, id_: int, key: str, *, sure: bool, **more: Any) -> int:
    """As the API does: unless it is confirmed, it asks."""
    who = desk.dispatcher
    async with desk.town.database.acting(who.id) as link:
        return await sessions.start(
            link,
            actor=who,
            request_key=key,
            subject=Subject(SubjectKind(kind), id_, **more),
            when=desk.when,
            ask_as=None if sure else desk.town.system_id,
        )


async def test_a_later_step_that_rings_many_asks_before_anybody_rings(desk: Desk) -> None:
    """Nothing is left of a click that was not confirmed; its key makes the call after that."""
    await desk.workers(7)
    await desk.by_policy(Step(Target.GRID_CHIEF), Step(Target.NEAREST, k=20))
    grid = desk.town.grids["W-1"]
    for _ in range(2):
        with pytest.raises(NeedsConfirmation) as asked:
            await _click(desk, "grid", grid, "k", sure=False)
        assert asked.value.fields == {"people": 7, "first": 1}
    async with desk.town.database.acting(desk.town.system_id) as link:
        for table in ("call_session", "call_attempt", "call_event"):
            assert await value(link, f"SELECT count(*) FROM {table}") == 0
    session = await _click(desk, "grid", grid, "k", sure=True)
    assert await _click(desk, "grid", grid, "k", sure=False) == session  # known: asked once
    assert await _click(desk, "grid", grid, "k", sure=True) == session


async def test_five_are_not_asked_about(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where a step could ring twenty and finds five, nor where none can."""
    await desk.workers(5)
    grid = desk.town.grids["W-1"]
    await desk.by_policy(Step(Target.NEAREST, k=20))
    await _click(desk, "grid", grid, "five", sure=False)
    await desk.by_policy(
        Step(Target.OWNER), Step(Target.NEAREST, k=5), Step(Target.SUBDISTRICT_DUTY)
    )
    monkeypatch.delattr(foresight, "steps_now")  # the usual click pays nothing for the question
    session = await _click(desk, "grid", grid, "few", sure=False)
    await desk.go_on(session)
    assert len(await desk.states(session)) == foresight.MOST_UNASKED  # of six who work it
    await _click(desk, "person", desk.town.people["m1"], "one", sure=False)


async def test_a_group_is_asked_about_too_whoever_clicks(desk: Desk) -> None:
    await desk.workers(4)
    west = desk.town.areas["west"]
    with pytest.raises(NeedsConfirmation) as asked:
        await _click(desk, "area", west, "k", sure=False, crowd=Crowd())
    assert asked.value.fields == {"people": 6, "first": 6}
    await _click(desk, "area", west, "k", sure=False, crowd=Crowd(("grid_chief",)))
