"""Stories of calls on a real store."""

from __future__ import annotations

import asyncio

import pytest

from data import actors
from data.calls import sessions, view
from data.calls.channel import Ambiguous, Handed, Result, Unreachable
from data.calls.model import Ring, Subject, SubjectKind
from data.errors import Invalid, NotAllowed, NotFound
from tests.calling import Desk
from tests.factories import value
from tests.waiting import LONGEST_S


async def test_click_ring_acknowledge(desk: Desk) -> None:
    await desk.open_page("west_chief", "west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    assert await desk.states(session) == {"west_chief": "queued", "west_worker": "queued"}
    assert len(await desk.dial(session)) == 2
    assert set((await desk.states(session)).values()) == {"ringing"}
    desk.advance(4)
    worker = await desk.attempt(session, "west_worker")
    assert await desk.acknowledge(worker, "west_worker") == "acknowledged"
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("acked", "acknowledged")
    assert await desk.states(session) == {"west_chief": "cancelled", "west_worker": "acknowledged"}
    actions = await desk.ledger(session)
    assert actions[0] == "started" and actions[-1] == "acked"
    assert actions.count("cancelled") == actions.count("acknowledged") == 1
    assert [actions.count(a) for a in ("queued", "dialling", "ringing")] == [2, 2, 2]


async def test_a_double_click_is_one_call(desk: Desk) -> None:
    await desk.open_page("west_chief")
    grid = desk.town.grids["W-1"]
    both = await asyncio.gather(*(desk.click("grid", grid) for _ in range(4)))
    assert len(set(both)) == 1
    assert len((await desk.seen(both[0]))["attempts"]) == 2
    assert (await desk.ledger(both[0])).count("started") == 1
    assert await desk.click("grid", grid, key="another") != both[0]


async def test_a_key_stands_for_one_thing(desk: Desk) -> None:
    await desk.click("grid", desk.town.grids["W-1"])
    with pytest.raises(Invalid, match="request_key"):
        await desk.click("person", desk.town.people["west_chief"])


async def test_nobody_on_duty_is_said_at_once(desk: Desk) -> None:
    desk.advance(7 * 3600)  # all shifts are over
    card = await desk.seen(await desk.click("grid", desk.town.grids["W-1"]))
    assert (card["state"], card["outcome"]) == ("exhausted", "nobody_on_duty")
    assert card["attempts"] == []


async def test_unreachable_is_said_at_once(desk: Desk) -> None:
    await desk.open_page("west_chief")
    desk.advance(16)  # the page has not beaten since
    session = await desk.click("grid", desk.town.grids["W-1"])
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("exhausted", "unreachable")
    assert set((await desk.states(session)).values()) == {"offline"}


async def test_no_answer(desk: Desk) -> None:
    await desk.open_page("west_chief")
    session = await desk.click("person", desk.town.people["west_chief"])
    await desk.dial(session)
    desk.advance(24)
    assert await desk.engine() == 0
    desk.advance(1)
    assert await desk.engine() == 1
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("exhausted", "no_answer")
    late = await desk.attempt(session, "west_chief")
    assert await desk.acknowledge(late, "west_chief") == "ended"
    assert (await desk.ledger(session))[-1] == "late"
    assert (await desk.seen(session))["outcome"] == "no_answer"


async def test_all_decline(desk: Desk) -> None:
    await desk.open_page("west_chief", "west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    for person in ("west_chief", "west_worker"):
        assert (await desk.seen(session))["state"] == "running"
        said = await desk.decline(await desk.attempt(session, person), person, "with a patient")
        assert said == "declined"
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("exhausted", "declined")
    assert {a["reason"] for a in card["attempts"]} == {"with a patient"}


async def test_acknowledged_twice_and_by_somebody_else(desk: Desk) -> None:
    await desk.open_page("west_chief", "west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    chief = await desk.attempt(session, "west_chief")
    worker = await desk.attempt(session, "west_worker")
    assert await desk.acknowledge(chief, "west_chief") == "acknowledged"
    assert await desk.acknowledge(chief, "west_chief") == "acknowledged"
    assert await desk.acknowledge(worker, "west_worker") == "answered_by_other"
    with pytest.raises(NotFound):
        await desk.acknowledge(chief, "west_worker")
    with pytest.raises(NotFound):
        await desk.acknowledge(10**9, "west_worker")
    assert (await desk.ledger(session)).count("acknowledged") == 1


async def test_two_confirm_at_the_same_moment(desk: Desk) -> None:
    await desk.open_page("west_chief", "west_worker")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    people = ["west_chief", "west_worker"]
    ids = [await desk.attempt(session, person) for person in people]
    said = await asyncio.gather(*(desk.acknowledge(i, p) for i, p in zip(ids, people, strict=True)))
    assert sorted(said) == ["acknowledged", "answered_by_other"]


async def test_the_caller_ends_it(desk: Desk) -> None:
    await desk.open_page("west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    for _ in range(2):
        async with desk.town.database.acting(desk.dispatcher.id) as link:
            await sessions.end(link, actor=desk.dispatcher, session_id=session, when=desk.when)
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("cancelled", "ended")
    chief = await desk.attempt(session, "west_chief")
    assert await desk.acknowledge(chief, "west_chief") == "ended"
    assert (await desk.ledger(session)).count("cancelled") == 2  # the leg and the session


async def test_a_crash_after_the_click_is_made_good_by_the_engine(desk: Desk) -> None:
    await desk.open_page("west_chief")
    async with desk.town.database.acting(desk.dispatcher.id) as link:
        session = await sessions.start(
            link,
            actor=desk.dispatcher,
            request_key="k",
            subject=Subject(SubjectKind.GRID, desk.town.grids["W-1"]),
            when=desk.when,
        )
    assert await desk.states(session) == {}
    assert await desk.engine() == 1  # the web process died here; the session is durable
    assert await desk.states(session) == {"west_chief": "queued", "west_worker": "offline"}


async def test_a_crash_while_dialling_is_dialled_again(desk: Desk) -> None:
    await desk.open_page("west_chief")
    session = await desk.click("person", desk.town.people["west_chief"])
    desk.channel.script = {desk.town.people["west_chief"]: Handed()}  # taken, then never heard of
    await desk.dial(session, "dies")
    assert await desk.dial(session, "other") == []  # the lease holds
    for _ in range(2):
        desk.advance(5)
        await desk.engine()
        assert (await desk.states(session)) == {"west_chief": "queued"}
        await desk.dial(session, "other")
    desk.advance(5)
    await desk.engine()
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == ("exhausted", "unreachable")
    assert (await desk.ledger(session)).count("interrupted") == 2


@pytest.mark.parametrize("yes", [True, False])
async def test_a_word_on_an_interrupted_try_counts_for_the_next(desk: Desk, yes: bool) -> None:
    """The store was away when he pressed; when his word comes, he is being dialled again."""
    await desk.open_page("west_chief")
    session = await desk.click("person", desk.town.people["west_chief"])
    desk.channel.script = {desk.town.people["west_chief"]: Handed()}
    await desk.dial(session)
    pressed = await desk.attempt(session, "west_chief")
    desk.advance(5)
    await desk.engine()
    assert await desk.attempt(session, "west_chief") != pressed
    say = desk.acknowledge if yes else desk.decline
    for _ in range(2):  # the answer may be lost too
        assert await say(pressed, "west_chief") == ("acknowledged" if yes else "declined")
    card = await desk.seen(session)
    assert (card["state"], card["outcome"]) == (
        ("acked", "acknowledged") if yes else ("exhausted", "declined")
    )
    assert (await desk.ledger(session)).count("late") == 0


async def test_nobody_takes_it_to_the_phone(desk: Desk) -> None:
    await desk.open_page("west_chief")
    session = await desk.click("person", desk.town.people["west_chief"])
    for seconds, states in ((10, "queued"), (2, "offline")):  # its process may live until then
        desk.advance(seconds)
        assert await desk.engine() == 1
        assert await desk.states(session) == {"west_chief": states}
    assert (await desk.seen(session))["outcome"] == "unreachable"


async def test_a_broken_line_is_never_followed_in_silence(desk: Desk) -> None:
    await desk.open_page("west_chief", "west_worker")
    people = desk.town.people
    desk.channel.script = {people["west_chief"]: Ambiguous(), people["west_worker"]: Unreachable()}
    session = await desk.click("grid", desk.town.grids["W-1"])
    await desk.dial(session)
    assert (await desk.seen(session))["outcome"] == "ambiguous"


async def test_the_confirmation_beats_the_channels_own_result(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shows the call and is tapped before `place` has returned."""
    await desk.open_page("west_chief")
    session = await desk.click("person", desk.town.people["west_chief"])
    attempt = await desk.attempt(session, "west_chief")
    place = desk.channel.place

    async def quick(ring: Ring) -> Result:
        await desk.acknowledge(attempt, "west_chief")
        return await place(ring)

    monkeypatch.setattr(desk.channel, "place", quick)
    await desk.dial(session)
    assert (await desk.seen(session))["state"] == "acked"


async def test_a_caller_reaches_only_his_own_area(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.click("grid", desk.town.grids["E-1"])
    with pytest.raises(NotFound):
        await desk.click("person", desk.town.people["east_chief"])
    async with desk.town.database.acting(desk.town.system_id) as link:
        east, _ = await actors.create_token(link, role="duty_officer", area="code-east")
        viewer, _ = await actors.create_token(link, role="intake", area="code-west")
    with pytest.raises(NotAllowed):
        await desk.click("grid", desk.town.grids["W-1"], actor=viewer)
    session = await desk.click("grid", desk.town.grids["W-1"])
    async with desk.town.database.acting(east.id) as link:
        assert await view.sessions(link, [session], desk.when) == []
        with pytest.raises(NotFound):
            await sessions.end(link, actor=east, session_id=session, when=desk.when)
    # The same key of another actor is another call, not a look at this one.
    assert await desk.click("grid", desk.town.grids["E-1"], actor=east) != session


async def test_no_number_in_what_is_shown(desk: Desk) -> None:
    await desk.open_page("west_chief")
    session = await desk.click("grid", desk.town.grids["W-1"])
    async with desk.town.database.acting(desk.town.system_id) as link:
        card = await view.sessions(link, [session], desk.when)
        rings = await view.rings(link, person_id=desk.town.people["west_chief"], when=desk.when)
        number = await value(link, "SELECT address FROM contact LIMIT 1")
    assert number.startswith("199") and "199000" not in f"{card}{rings}"


async def test_an_event_without_a_place_rings_its_communitys_people(desk: Desk) -> None:
    await desk.open_page("west_chief")
    async with desk.town.database.acting(desk.town.system_id) as link:
        source = await actors.ensure_source(link, "s", area_id=desk.town.areas["west"])
        event = await value(
            link,
            "WITH t AS (INSERT INTO event_type (code, name_zh, name_en)"
            " VALUES ('x', '积水', 'Water') RETURNING id)"
            " INSERT INTO event (source_id, source_key, type_id, area_id, opened_at)"
            " SELECT %s, '1', t.id, %s, %s FROM t RETURNING id",
            [source, desk.town.areas["west"], desk.when.site],
        )
    session = await desk.click("event", event)
    assert await desk.states(session) == {"west_chief": "queued", "west_worker": "offline"}
    async with desk.town.database.acting(desk.town.system_id) as link:
        (ring,) = await view.rings(link, person_id=desk.town.people["west_chief"], when=desk.when)
    assert ring.body["event"]["name_zh"] == "积水" and ring.body["others"] == 0


async def test_who_holds_phones_hears_what_he_has_to_do_something_about(desk: Desk) -> None:
    """Each line of each call would cost him a question; screens hear of all."""
    await desk.open_page("west_chief", "west_worker")
    async with desk.town.database.listening("wangge_ring", "wangge_call") as ears:

        async def told() -> str:
            async with desk.town.database.acting(None) as link:
                await link.execute("NOTIFY wangge_ring, 'so far'")
            found = []
            async for note in ears.notifies(timeout=LONGEST_S):
                if note.payload == "so far":
                    break
                found.append(note.channel.removeprefix("wangge_"))
            return " ".join(sorted(found))

        session = await desk.click("grid", desk.town.grids["W-1"])
        assert await told() == "call call ring", "the click, then whom it rings"
        await desk.dial(session)
        assert await told() == "call call ring", "he is dialled, and then only: it rings"
        await desk.acknowledge(await desk.attempt(session, "west_chief"), "west_chief")
        assert await told() == "call ring"
