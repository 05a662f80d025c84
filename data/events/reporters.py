"""Who reported an event, and the receipt of one who has no key.

What a resident says of himself is a contact: whoever reports may leave it, row-level security
shows it to the roles that see contacts (`data.access.SEES_CONTACTS`) alone. Cards show it masked;
each look at all of it is audited, and some days after the report was closed it is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from data import actors
from data.access import Actor, Permission
from data.database import Connection, fetch_one
from data.errors import NotFound, WanggeError
from data.queries import load

SQL = load(__file__)
REACHED_BY = ("phone", "email")  # what of a contact a card shows beside the name
CJK = re.compile(r"[\u3400-\u9fff]")
RESIDENTS = "residents"  # the source of reports without a key


class EnoughForToday(WanggeError):
    """No more reports without a key are taken today. In an emergency call the duty room."""


async def leave(
    connection: Connection,
    *,
    event_id: int,
    area_id: int,
    contact: Mapping[str, str],
    token: str | None = None,
) -> None:
    """Keep who reported an event, and his receipt, in the transaction of the event."""
    said = Jsonb(dict(contact))
    given = {"event_id": event_id, "area_id": area_id, "token": token, "contact": said}
    await connection.execute(SQL.leave, given)


async def receipt(connection: Connection, event_id: int) -> str | None:
    """The receipt that was given for an event, read as the system actor."""
    row = await fetch_one(connection, SQL.receipt, {"event_id": event_id})
    return None if row is None else row["token"]


async def by_token(connection: Connection, token: str) -> int | None:
    """The event of a receipt, asked as the system actor; None where there is none."""
    row = await fetch_one(connection, SQL.by_token, {"token": token})
    return None if row is None else int(row["event_id"])


async def within(connection: Connection, *, since: datetime, most: int) -> None:
    """Let one more anonymous report in. One after the other, so that the bound holds.

    `since` is the start of the site's day. Raises EnoughForToday.
    """
    await connection.execute(SQL.lock)
    row = await fetch_one(connection, SQL.today, {"source": RESIDENTS, "since": since})
    if row is None or row["n"] >= most:
        raise EnoughForToday()


async def contact(connection: Connection, event_id: int) -> dict[str, str]:
    """Name, phone and email of who reported, as far as he said them and the caller may know."""
    row = await fetch_one(connection, SQL.contact, {"event_id": event_id})
    said = {} if row is None else row["contact"]
    first, last = said.get("first_name", ""), said.get("last_name", "")
    name = last + first if CJK.search(first + last) else f"{first} {last}".strip()
    known = {"name": name} | {field: said.get(field, "") for field in REACHED_BY}
    return {field: text for field, text in known.items() if text}


def masked(contact: Mapping[str, str]) -> dict[str, str]:
    """A contact by which somebody knows his own again: 张**, 138****1234, z***@example.org."""
    hide = {"name": _name, "phone": _phone, "email": _email}
    return {field: hide[field](text) for field, text in contact.items()}


async def look(
    connection: Connection, actor: Actor, event_id: int, *, at: datetime
) -> dict[str, str]:
    """The contact in clear, with a line of the audit in the same transaction.

    Raises NotAllowed, and NotFound where there is none (any more) or the event is not the caller's.
    """
    actor.require(Permission.SEE_CONTACTS)
    found = await contact(connection, event_id)
    if not found:
        raise NotFound(what="reporter", key=event_id)
    fields = sorted(found)
    await actors.record(
        connection, actor.id, at, "see_reporter", f"event:{event_id}", fields=fields
    )
    return found


async def forget(connection: Connection, *, at: datetime, real: datetime) -> int:
    """Empty the contacts whose time is over, some at a time, as the system actor; how many.

    By the earlier of the site's clock and the real one, so that one that was set ahead deletes
    nothing. The audit counts them.
    """
    row = await fetch_one(connection, SQL.forget, {"at": at, "real": real})
    return int(row["n"]) if row else 0


async def kept(connection: Connection) -> dict[str, Any]:
    """{"kept", "forgotten", "last"}: contacts held now, deleted ever, and when last."""
    row = await fetch_one(connection, SQL.kept)
    assert row is not None
    return row


def _name(text: str) -> str:
    return text[:1] + "**"


def _phone(text: str) -> str:
    """The first three and the last four; of a short one the last two."""
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 10 else f"****{text[-2:]}"


def _email(text: str) -> str:
    user, at, host = text.rpartition("@")
    return f"{user[:1]}***@{host}" if at else f"{text[:1]}***"
