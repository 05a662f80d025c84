"""Contacts of staff: who verified one and when, why another is not used, and who may say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.embedded import Store
from data import actors
from data.access import Actor
from data.database import Database
from data.errors import Invalid, NotAllowed, NotFound
from data.staff import contacts
from data.staff.contacts import Contact, How
from tests.factories import NOON, Town, make_town, value


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def states(town: Town, **asked: Any) -> dict[str, str]:
    """State by code; those without a contact too."""
    async with town.database.acting(town.system_id) as link:
        found = await contacts.listing(link, **asked)
    return {one["code"]: one["state"] for one in found["contacts"]}


async def administrator(town: Town, area: str | None = None) -> Actor:
    async with town.database.acting(town.system_id) as link:
        actor, _ = await actors.create_token(link, role="administrator", area=area, name="小陈")
    return actor


async def test_a_contact_is_verified_changed_and_taken_back(town: Town) -> None:
    """Each with its reason; the audit knows who, and no number."""
    actor, chief = await administrator(town), Contact(town.people["west_chief"], "phone")
    new = "INSERT INTO person (code, name, area_id) VALUES ('new', '新', %s) RETURNING id"
    async with town.database.acting(town.system_id) as link:
        nobody = Contact(await value(link, new, [town.areas["west"]]), "phone")
    expected = {"new": "none", **dict.fromkeys(town.people, "never")}
    assert await states(town) == expected

    async with town.database.acting(actor.id) as link:
        seen = (await contacts.listing(link, search="WEST_ch"))["contacts"][0]["address"]
        with pytest.raises(Invalid, match="has changed meanwhile"):
            await contacts.verify(link, actor, chief, how=How.DESK, at=NOON, address=seen + "0")
        with pytest.raises(NotFound):
            await contacts.verify(link, actor, nobody, how=How.DESK, at=NOON)
        await contacts.verify(link, actor, chief, how=How.DESK, at=NOON, address=seen)
        (one,) = (await contacts.listing(link, search="west_chief"))["contacts"]
        counts = (await contacts.listing(link))["counts"]
    assert (one["state"], one["verified_at"], one["by"]) == ("verified", NOON, "小陈")
    assert counts == {"verified": 1, "unverified": 3, "none": 1}
    assert "west_chief" not in await states(town, unverified=True)

    async with town.database.acting(actor.id) as link:
        later = NOON + timedelta(hours=1)
        await contacts.withdraw(link, actor, chief, later)
        await contacts.withdraw(link, actor, chief, later)  # a double click
        assert (await states(town))["west_chief"] == "verified", "not before it is committed"
    assert (await states(town))["west_chief"] == "withdrawn"
    change = "UPDATE contact SET address = address || '1' WHERE person_id = %s"
    async with town.database.acting(actor.id) as link:
        await contacts.verify(link, actor, chief, how=How.DESK, at=NOON)
        await link.execute(change, [chief.person_id])
    assert (await states(town))["west_chief"] == "changed"
    async with town.database.acting(town.system_id) as link:
        lines = "SELECT array_agg(action ORDER BY id) FROM audit WHERE object = %s"
        told = ["verify_contact", "withdraw_contact", "verify_contact"]
        assert await value(link, lines, [chief.key]) == told
        clear = "SELECT count(*) FROM audit WHERE detail::text LIKE '%%' || %s || '%%'"
        assert await value(link, clear, [seen]) == 0


async def test_who_may_not_verify(town: Town) -> None:
    """A duty officer sees numbers and verifies none; an administrator verifies in his area."""
    async with town.database.acting(town.system_id) as link:
        officer, _ = await actors.create_token(link, role="duty_officer", name="值班")
    east = await administrator(town, "code-east")
    chief = Contact(town.people["west_chief"], "phone")
    async with town.database.acting(officer.id) as link:
        with pytest.raises(NotAllowed):
            await contacts.verify(link, officer, chief, how=How.DESK, at=NOON)
        with pytest.raises(NotAllowed):
            await contacts.withdraw(link, officer, chief, NOON)
    async with town.database.acting(east.id) as link:
        with pytest.raises(NotFound):
            await contacts.verify(link, east, chief, how=How.DESK, at=NOON)
        codes = {one["code"] for one in (await contacts.listing(link))["contacts"]}
    assert codes == {"east_chief", "east_worker"}
    assert (await states(town))["west_chief"] == "never"
