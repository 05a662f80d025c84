"""What a reporter says of himself: masked, kept for as long as the site says, then forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.embedded import Store
from data import actors, engine
from data.calls.model import Moment
from data.database import Database, fetch_all
from data.events import reporters
from data.events.reporters import masked
from data.places import site
from tests.factories import NOON, Town, make_town, value

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"name": "张三", "phone": "13812341234"}, {"name": "张**", "phone": "138****1234"}),
        ({"phone": "+86 138 1234 1234"}, {"phone": "+86****1234"}),
        ({"phone": "1234567"}, {"phone": "****67"}),
        ({"phone": "1"}, {"phone": "****1"}),
        ({"email": "zhang.san@example.org"}, {"email": "z***@example.org"}),
        ({"email": "zhang"}, {"email": "z***"}),
        ({"email": "@x"}, {"email": "***@x"}),
        ({}, {}),
    ],
)
def test_a_mask_tells_little(said: dict[str, str], shown: dict[str, str]) -> None:
    assert masked(said) == shown


async def leave(town: Town, closed: dict[str, float | None]) -> None:
    """Events with contacts and receipts, closed so many days after noon."""
    async with town.database.acting(town.system_id) as link:
        source = await actors.ensure_source(link, "city")
        kind = await value(
            link,
            "INSERT INTO event_type (code, name_zh, name_en) VALUES ('t', '类', 'T') RETURNING id",
        )
        for key, days in closed.items():
            event = await value(
                link,
                "INSERT INTO event (source_id, source_key, type_id, area_id, opened_at, closed_at)"
                " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
                [
                    *(source, key, kind, town.areas["west"], NOON - DAY),
                    None if days is None else NOON + days * DAY,
                ],
            )
            contact = {"first_name": "三", "last_name": "张", "phone": key, "device_id": "d"}
            area = town.areas["west"]
            await reporters.leave(link, event_id=event, area_id=area, contact=contact, token=key)


async def held(town: Town) -> set[str]:
    async with town.database.acting(town.system_id) as link:
        rows = await fetch_all(link, "SELECT token, contact FROM reporter ORDER BY event_id")
    assert all(row["token"] for row in rows), "receipts stay"
    return {row["token"] for row in rows if row["contact"]}


async def over(town: Town, site_days: float, real_days: float) -> int:
    when = Moment(NOON + site_days * DAY, NOON + real_days * DAY)
    async with town.database.acting(town.system_id) as link:
        return await engine.contacts_over(link, when)


async def test_contacts_are_forgotten_in_time(database: Database, store: Store) -> None:
    """By the earlier of two clocks, never while a report is open, by the site's own setting; the
    audit counts, the receipt stays."""
    town = await make_town(database, store.admin_url)
    await leave(town, {"first": 0, "second": 10, "ahead": 400, "open": None})
    assert await over(town, 179.9, 500) == 0
    assert await over(town, 500, 179.9) == 0, "a clock that was set ahead deletes nothing"
    assert await held(town) == {"first", "second", "ahead", "open"}
    assert await over(town, 180, 180) == 1 and await over(town, 180, 180) == 0
    assert await held(town) == {"second", "ahead", "open"}
    async with town.database.acting(town.system_id) as link:
        await site.set_contacts_days(link, 30)
        assert (await site.read(link)).contacts_days == 30
    assert await over(town, 180, 180) == 1
    assert await held(town) == {"ahead", "open"}
    async with town.database.acting(town.system_id) as link:
        audit = await fetch_all(link, "SELECT action, detail FROM audit ORDER BY id")
        counts = await reporters.kept(link)
    assert [row["action"] for row in audit] == ["forget_reporters"] * 2
    assert [row["detail"] for row in audit] == [{"n": 1, "days": 180}, {"n": 1, "days": 30}]
    assert (counts["kept"], counts["forgotten"]) == (2, 2)
    assert counts["last"] == NOON + 180 * DAY


async def test_only_the_system_forgets(database: Database, store: Store) -> None:
    """Nobody else empties a contact, and nobody changes one."""
    town = await make_town(database, store.admin_url)
    await leave(town, {"first": -1})
    async with town.database.acting(town.system_id) as link:
        admin, _ = await actors.create_token(link, role="administrator")
    async with town.database.acting(admin.id) as link:
        done = await link.execute("UPDATE reporter SET contact = '{}'")
        assert done.rowcount == 0
    assert await held(town) == {"first"}
