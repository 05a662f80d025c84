"""One-time codes and sessions: how somebody signs in, and stays signed in. Only hashes are stored.

All functions run as the system actor or as one that may administer. `at` is real time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from data.access import Actor
from data.actors import digest, from_row, new_secret
from data.database import Connection, fetch_all, fetch_one
from data.queries import load

SQL = load(__file__)
SESSION_LASTS = timedelta(hours=12)
CODE_LASTS = timedelta(minutes=30)


async def create_code(connection: Connection, actor_id: int, at: datetime) -> str:
    """A one-time sign-in code for an actor, good for CODE_LASTS."""
    code = new_secret()
    await connection.execute(
        SQL.create_code,
        {"code_hash": digest(code), "actor_id": actor_id, "expires_at": at + CODE_LASTS},
    )
    return code


async def open_session(
    connection: Connection, actor_id: int, at: datetime, *, code: str | None = None
) -> str:
    """A session's secret for the cookie. With `code` it is pending until its first request."""
    secret = new_secret()
    await connection.execute(
        SQL.create_session,
        {
            "secret_hash": digest(secret),
            "actor_id": actor_id,
            "code_hash": digest(code) if code else None,
            "at": at,
            "expires_at": at + SESSION_LASTS,
        },
    )
    return secret


async def open_code(connection: Connection, code: str, at: datetime) -> int | None:
    """The actor id of a code that can still be used, without using it."""
    row = await fetch_one(connection, SQL.open_code, {"code_hash": digest(code), "at": at})
    return int(row["actor_id"]) if row else None


async def session(connection: Connection, secret: str, at: datetime) -> Actor | None:
    """The actor of a session cookie. A pending session's first request uses up its code."""
    found = await sessions(connection, [digest(secret)], at)
    return found[0][1] if found else None


async def sessions(
    connection: Connection, digests: Sequence[bytes], at: datetime
) -> list[tuple[bytes, Actor]]:
    """The same of several, by the digests of their secrets; of those that are good."""
    if not digests:
        return []
    rows = await fetch_all(connection, SQL.sessions, {"secret_hashes": list(digests), "at": at})
    found = []
    for row in rows:
        secret_hash = bytes(row["secret_hash"])
        if row["code_hash"] is None or await _confirmed(connection, secret_hash, row, at):
            found.append((secret_hash, from_row(row)))
    return found


async def _confirmed(
    connection: Connection, secret_hash: bytes, row: dict[str, Any], at: datetime
) -> bool:
    """Use up the code of a pending session; whether it was this session that did."""
    used = await fetch_one(connection, SQL.use_code, {"code_hash": row["code_hash"], "at": at})
    if used is None:  # perhaps by this very session's other request, a moment ago
        given = {"secret_hashes": [secret_hash], "at": at}
        again = await fetch_one(connection, SQL.sessions, given)
        return again is not None and again["code_hash"] is None
    await connection.execute(SQL.confirm_session, {"secret_hash": secret_hash})
    return True


async def revoke_session(connection: Connection, secret: str, at: datetime) -> None:
    """Sign out."""
    await connection.execute(SQL.revoke_session, {"secret_hash": digest(secret), "at": at})
