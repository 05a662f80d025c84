"""Accounts, tokens, kiosk links, one-time codes and sessions. Only hashes of secrets are stored.

All functions run as the system actor or as one that may administer. `at` is real time: a secret
expires in the real world, whatever the site's clock says.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher, profiles
from argon2.exceptions import VerificationError
from psycopg.types.json import Jsonb

from data.access import ROLES, Actor
from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotFound, Said
from data.places import areas
from data.queries import load

SQL = load(__file__)
SESSION_LASTS = timedelta(hours=12)
CODE_LASTS = timedelta(minutes=30)
COST = profiles.RFC_9106_LOW_MEMORY  # of a password's hash: 64 MB and 50 ms


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(COST)


def digest(secret: str) -> bytes:
    """What is stored of a random secret: 32 bytes of SHA-256 (it needs no salt, it is random)."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    return secrets.token_urlsafe(24)


def _actor(row: dict[str, Any] | None) -> Actor | None:
    if row is None:
        return None
    return Actor(**{name: row[name] for name in Actor.__slots__})


async def system_actor(connection: Connection) -> Actor:
    """The actor of the engine, the feed and imports. Raises NotFound without a site."""
    actor = _actor(await fetch_one(connection, SQL.system))
    if actor is None:
        raise NotFound(what="actor", key="system")
    return actor


async def area_id(connection: Connection, code: str | None) -> int | None:
    """The id of an area by code or level:code; None stays None (the whole site).

    Raises NotFound, AmbiguousArea.
    """
    return None if code is None else await areas.find(connection, code)


async def person_id(connection: Connection, code: str | None) -> int | None:
    """The id of a person by code; None stays None. Raises NotFound."""
    if code is None:
        return None
    row = await fetch_one(connection, SQL.person_by_code, {"code": code})
    if row is None:
        raise NotFound(what="person", key=code)
    return int(row["id"])


async def person_code(connection: Connection, person_id: int) -> str | None:
    """The code of a person by id; None where there is none any more."""
    row = await fetch_one(connection, SQL.person_code, {"id": person_id})
    return None if row is None else str(row["code"])


async def ensure_source(
    connection: Connection,
    name: str,
    *,
    kind: str = "api",
    area_id: int | None = None,
    coord_sys: str = "WGS84",
) -> int:
    """The id of a source, made if it is new (no area = the whole site)."""
    parameters = {"name": name, "kind": kind, "area_id": area_id, "coord_sys": coord_sys}
    row = await fetch_one(connection, SQL.source_by_name, {"name": name})
    row = row or await fetch_one(connection, SQL.upsert_source, parameters)
    assert row is not None
    return int(row["id"])


async def _create(connection: Connection, **given: Any) -> Actor:
    if given["role"] not in ROLES or given["role"] == "system":
        known = ", ".join(sorted(set(ROLES) - {"system"}))
        raise Invalid(what=f"role {given['role']}", why=Said("choose one of {known}", known=known))
    empty = dict.fromkeys(
        ("area_id", "person_id", "source_id", "password_hash", "secret_hash", "expires_at")
    )
    actor = _actor(await fetch_one(connection, SQL.create, {**empty, **given}))
    assert actor is not None
    return actor


async def create_token(
    connection: Connection,
    *,
    role: str,
    area: str | None = None,
    source: str | None = None,
    name: str | None = None,
    person_id: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[Actor, str]:
    """A bearer token (or, for the role kiosk, a kiosk link's secret), shown this once only.

    `area` is a code, None = the whole site. A token of role `source` gets a source of its own.
    """
    where = await area_id(connection, area)
    named = name or source or role
    source_id = None
    if source is not None or role == "source":
        source_id = await ensure_source(connection, source or named, area_id=where)
    secret = new_secret()
    actor = await _create(
        connection,
        kind="kiosk" if role == "kiosk" else "token",
        name=named,
        role=role,
        area_id=where,
        person_id=person_id,
        source_id=source_id,
        secret_hash=digest(secret),
        expires_at=expires_at,
    )
    return actor, secret


async def create_account(
    connection: Connection,
    *,
    name: str,
    password: str,
    role: str,
    area: str | None = None,
    person_id: int | None = None,
) -> Actor:
    """An account with a password (argon2id); one that exists gets the new password and role."""
    if len(password) < 8:
        raise Invalid(what="password", why="use at least 8 characters")
    given = {
        "name": name,
        "role": role,
        "area_id": await area_id(connection, area),
        "person_id": person_id,
        "password_hash": _hasher().hash(password),
    }
    actor = _actor(await fetch_one(connection, SQL.update_account, given))
    return actor or await _create(connection, kind="account", **given)


async def account(connection: Connection, name: str, at: datetime) -> tuple[Actor, str] | None:
    """An account and its password hash, for `password_fits` (slow: run it in a thread)."""
    row = await fetch_one(connection, SQL.account, {"name": name, "at": at})
    actor = _actor(row)
    return None if actor is None or row is None else (actor, str(row["password_hash"]))


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether a password fits; takes as long for an unknown account as for a known one."""
    try:
        return _hasher().verify(password_hash or _dummy_hash(), password) and bool(password_hash)
    except VerificationError:
        return False


@cache
def _dummy_hash() -> str:
    return _hasher().hash("no such account")


async def by_secret(connection: Connection, secret: str, at: datetime) -> Actor | None:
    """The actor of a bearer token or kiosk link, None when unknown, expired or revoked."""
    return _actor(
        await fetch_one(connection, SQL.by_secret, {"secret_hash": digest(secret), "at": at})
    )


@dataclass(frozen=True, slots=True)
class Token:
    """A token or a screen's link that is good; `whose` is its source's name or person's code."""

    id: int
    kind: str
    name: str | None
    role: str
    area: str
    whose: str | None


async def tokens(connection: Connection, at: datetime) -> list[Token]:
    """All that are good at a time, by id."""
    return [Token(**row) for row in await fetch_all(connection, SQL.tokens, {"at": at})]


async def revoke(connection: Connection, actor_id: int, at: datetime) -> bool:
    """End a token, kiosk link or account at once."""
    cursor = await connection.execute(SQL.revoke, {"id": actor_id, "at": at})
    return cursor.rowcount == 1


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
    row = await fetch_one(connection, SQL.session, {"secret_hash": digest(secret), "at": at})
    if row is None:
        return None
    if row["code_hash"] is not None:
        used = await fetch_one(connection, SQL.use_code, {"code_hash": row["code_hash"], "at": at})
        if used is None:  # perhaps by this very session's other request, a moment ago
            row = await fetch_one(
                connection, SQL.session, {"secret_hash": digest(secret), "at": at}
            )
            return None if row is None or row["code_hash"] is not None else _actor(row)
        await connection.execute(SQL.confirm_session, {"secret_hash": digest(secret)})
    return _actor(row)


async def revoke_session(connection: Connection, secret: str, at: datetime) -> None:
    """Sign out."""
    await connection.execute(SQL.revoke_session, {"secret_hash": digest(secret), "at": at})


async def record(
    connection: Connection,
    actor_id: int,
    at: datetime,
    action: str,
    object_: str | None = None,
    **detail: Any,
) -> None:
    """One line of the audit."""
    await connection.execute(
        SQL.record,
        {
            "at": at,
            "actor_id": actor_id,
            "action": action,
            "object": object_,
            "detail": Jsonb(detail),
        },
    )
