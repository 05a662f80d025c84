"""What an area is called by: codes differ within a level only."""

from __future__ import annotations

import pytest

from dashboard.embedded import Store
from data import actors
from data.database import Database
from data.errors import NotFound
from data.places import areas
from data.places.areas import AmbiguousArea, Known
from tests.factories import Town, make_town
from tests.twins import make_twin


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


def test_a_code_means_one_area_or_says_which_there_are() -> None:
    known = [Known(1, "sector", "3"), Known(2, "community", "3"), Known(3, "community", "4")]
    assert areas.pick(known, "4") == areas.pick(known, "community:4") == 3
    assert [areas.pick(known, f"{level}:3") for level in ("sector", "community")] == [1, 2]
    assert areas.pick(known, "5") is None and areas.pick(known, "sector:4") is None
    with pytest.raises(AmbiguousArea, match="sector:3, community:3"):
        areas.pick(known, "3")


def test_what_is_written_in_full_wins() -> None:
    """Also over an area whose code looks like it."""
    known = [Known(1, "community", "3"), Known(2, "sector", "community:3")]
    assert areas.pick(known, "community:3") == 1
    assert areas.pick(known, "sector:community:3") == 2


async def test_only_what_the_actor_sees_is_in_question(town: Town) -> None:
    sector = await make_twin(town)
    west = town.areas["west"]
    async with town.database.acting(town.system_id) as link:
        with pytest.raises(AmbiguousArea):
            await areas.find(link, "code-west")
        assert await areas.below(link, "sector:code-west") == sorted([sector, town.areas["east"]])
        assert await areas.below(link, "community:code-west") == [west]
        actor, _ = await actors.create_token(link, role="kiosk", area="community:code-west")
    async with town.database.acting(actor.id) as link:
        assert await areas.find(link, "code-west") == west
        for outside in ("sector:code-west", "code-east", "000000000000"):
            with pytest.raises(NotFound):
                await areas.find(link, outside)
