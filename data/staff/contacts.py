"""By what a person can be reached beside his page, and whether that was ever verified.

A contact that was not verified is used by no channel: `data.calls.targets` offers only verified
ones. A new address is unverified again, whoever writes it (a trigger). The page itself is verified
by being signed in. Who verifies, and who takes it back, stands in the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from data import actors
from data.access import Actor, Permission
from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotFound, Said
from data.events import reporters
from data.queries import load

SQL = load(__file__)
MOST = 200
KEYS = ("verified", "unverified", "none")


class How(StrEnum):
    """How a contact was verified."""

    CALL = "call"  # he confirmed on a call to it
    MESSAGE = "message"  # he opened the one-time link that was sent there
    DESK = "desk"  # somebody of the centre saw to it


@dataclass(frozen=True, slots=True)
class Contact:
    """Which contact of whom."""

    person_id: int
    channel: str

    @property
    def key(self) -> str:
        return f"{self.person_id}/{self.channel}"


async def verify(
    connection: Connection,
    actor: Actor,
    contact: Contact,
    *,
    how: How,
    at: datetime,
    address: str | None = None,
) -> None:
    """From now on (site time) this contact may be used. `address` is the one that was seen; it may
    have changed since. Raises NotFound without one, Invalid for another address, NotAllowed."""
    actor.require(Permission.ADMINISTER)
    given = {"person_id": contact.person_id, "channel": contact.channel, "at": at, "by": actor.id}
    found = await fetch_one(connection, SQL.one, given)
    if found is None:
        raise NotFound(what="contact", key=contact.key)
    more = {"how": how.value, "address": address}
    if (await connection.execute(SQL.verify, {**given, **more})).rowcount == 0:
        why = Said("it has changed meanwhile. Verify the new one")
        raise Invalid(what=Said("This number"), why=why)
    await actors.record(
        connection, actor.id, at, "verify_contact", contact.key, how=how.value, **_masked(found)
    )


async def withdraw(connection: Connection, actor: Actor, contact: Contact, at: datetime) -> None:
    """It is unverified again and no channel uses it. Twice is once. Raises NotFound, NotAllowed."""
    actor.require(Permission.ADMINISTER)
    given = {"person_id": contact.person_id, "channel": contact.channel}
    found = await fetch_one(connection, SQL.one, given)
    if found is None:
        raise NotFound(what="contact", key=contact.key)
    if (await connection.execute(SQL.withdraw, given)).rowcount:
        await actors.record(
            connection, actor.id, at, "withdraw_contact", contact.key, **_masked(found)
        )


async def listing(
    connection: Connection,
    *,
    search: str = "",
    unverified: bool = False,
    most: int = MOST,
) -> dict[str, Any]:
    """`counts` of all that the caller may see (verified, unverified, none = people without one),
    and `contacts` that match by name or code, what is to be done first, each with its `state`:
    verified, never, changed, withdrawn or none. With addresses: for who may administer."""
    given = {"search": search.strip(), "unverified": unverified, "most": most}
    rows = await fetch_all(connection, SQL.listing, given)
    counts = {name: rows[0][name] for name in KEYS}
    found = [{k: v for k, v in row.items() if k not in KEYS} for row in rows if row["person_id"]]
    return {"counts": counts, "contacts": found}


async def own(connection: Connection, person_id: int) -> list[dict[str, Any]]:
    """A person's contacts as he knows them again: channel, masked address, `verified_at`, `how`.
    Runs as the system."""
    rows = await fetch_all(connection, SQL.own, {"person_id": person_id})
    return [{**row, **_masked({"address": row["phone"]})} for row in rows]


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    return reporters.masked({"phone": row["address"]})
