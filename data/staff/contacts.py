"""By what a person can be reached beside his page, and whether that was ever verified.

A contact that was not verified is used by no channel: `data.calls.targets` offers only verified
ones. A new address is unverified again, whoever writes it (a trigger). The page itself is verified
by being signed in.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from data.access import Actor, Permission
from data.database import Connection, fetch_all
from data.errors import NotFound
from data.events import reporters
from data.queries import load

SQL = load(__file__)


class How(StrEnum):
    """How a contact was verified."""

    CALL = "call"  # he confirmed on a call to it
    MESSAGE = "message"  # he opened the one-time link that was sent there
    DESK = "desk"  # somebody of the centre saw to it


async def verify(
    connection: Connection, actor: Actor, *, person_id: int, channel: str, how: How, at: datetime
) -> None:
    """From now on this contact may be used. Raises NotFound without one, NotAllowed."""
    actor.require(Permission.ADMINISTER)
    given = {"person_id": person_id, "channel": channel, "how": how.value, "at": at}
    if (await connection.execute(SQL.verify, given)).rowcount == 0:
        raise NotFound(what="contact", key=f"{person_id}/{channel}")


async def own(connection: Connection, person_id: int) -> list[dict[str, Any]]:
    """A person's contacts as he knows them again: channel, masked address, `verified_at`, `how`.
    Runs as the system."""
    rows = await fetch_all(connection, SQL.own, {"person_id": person_id})
    return [{**row, **reporters.masked({"phone": row["phone"]})} for row in rows]
