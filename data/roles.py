"""The login roles of a cluster, made once before the first migration, and what a role may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from data import queries

SQL = queries.load(__file__)


@dataclass(frozen=True, slots=True)
class Powers:
    """Who a connection is, and whether row-level security does not bind it."""

    role: str
    unbound: bool


async def prepare(
    admin_url: str, *, passwords: Mapping[str, str], readonly: str, database: str
) -> None:
    """Make the login roles in `passwords` and the database where they are missing.

    `admin_url` names any database of the cluster and a superuser; `readonly` is the role whose
    transactions start read-only. Does nothing the second time.
    """
    async with await AsyncConnection.connect(
        admin_url, autocommit=True, application_name="wangge-migrate"
    ) as link:
        await link.execute(SQL.wait_for_turn)
        wanted = {"names": list(passwords), "passwords": list(passwords.values())}
        made = await _carry_out(link, SQL.missing_roles, wanted)
        if made:
            await _carry_out(link, SQL.make_readonly, {"name": readonly})
        await _carry_out(link, SQL.missing_database, {"name": database})


async def admit(admin_url: str, members: Mapping[str, str]) -> None:
    """Give roles of a server that is not ours what the migrations grant to ours.

    `members` maps a role to our role whose rights it gets. Does nothing the second time.
    """
    async with await AsyncConnection.connect(
        admin_url, autocommit=True, application_name="wangge-migrate"
    ) as link:
        await link.execute(SQL.wait_for_turn)
        wanted = {"groups": list(members.values()), "members": list(members)}
        await _carry_out(link, SQL.missing_groups, wanted)
        await _carry_out(link, SQL.missing_members, wanted)


async def _carry_out(
    link: AsyncConnection[TupleRow], query: LiteralString, parameters: Mapping[str, Any]
) -> int:
    """Execute the statements that `query` writes (these take no parameters of their own)."""
    statements = await (await link.execute(query, parameters)).fetchall()
    for (statement,) in statements:
        await link.execute(statement.encode())
    return len(statements)


async def powers(url: str) -> Powers:
    """The role that `url` signs in as. Raises psycopg.OperationalError when it cannot."""
    async with await AsyncConnection.connect(url, connect_timeout=10) as link:
        row = await (await link.execute(SQL.current_powers)).fetchone()
    assert row is not None
    return Powers(role=row[0], unbound=row[1])
