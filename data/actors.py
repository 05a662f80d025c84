"""Accounts, tokens and kiosk links. Only hashes of secrets are stored.

All functions run as the system actor or as one that may administer. `at` is real time: a secret
expires in the real world, whatever the site's clock says.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
COST = profiles.RFC_9106_LOW_MEMORY  # of a password's hash: 64 MB and 50 ms


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(COST)


def digest(secret: str) -> bytes:
    """What is stored of a random secret: 32 bytes of SHA-256 (it needs no salt, it is random)."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    while (secret := secrets.token_urlsafe(24)).startswith("-"):
        pass  # a command line would take it for an option
    return secret


def _actor(row: dict[str, Any] | None) -> Actor | None:
    return None if row is None else from_row(row)


def from_row(row: dict[str, Any]) -> Actor:
    """The actor of a row that has its columns."""
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
    found = await of_secrets(connection, [digest(secret)], at)
    return found[0][1] if found else None


async def of_secrets(
    connection: Connection, digests: Sequence[bytes], at: datetime
) -> list[tuple[bytes, Actor]]:
    """The actors of bearer tokens and kiosk links by their digests; of those that are good."""
    if not digests:
        return []
    given = {"secret_hashes": list(digests), "at": at}
    rows = await fetch_all(connection, SQL.by_secrets, given)
    return [(bytes(row["secret_hash"]), from_row(row)) for row in rows]


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
