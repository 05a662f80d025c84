"""A server that is not ours: named by DATABASE_URL and DATABASE_ADMIN_URL, and checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import make_conninfo

from dashboard.embedded.errors import (
    AdminUrlMissing,
    NoAnswer,
    SameRole,
    TooPowerful,
)
from data import roles
from data.roles import Powers

APP, ADMIN, READONLY = "DATABASE_URL", "DATABASE_ADMIN_URL", "DATABASE_READONLY_URL"
READ_ONLY = "-c default_transaction_read_only=on"


@dataclass(frozen=True, slots=True)
class Store:
    """libpq connection strings, with passwords: never print or log them."""

    admin_url: str = field(repr=False)
    app_url: str = field(repr=False)
    readonly_url: str = field(repr=False)

    def with_database(self, name: str) -> Store:
        """The same server and roles, another database."""
        return Store(
            *(
                make_conninfo(u, dbname=name)
                for u in (self.admin_url, self.app_url, self.readonly_url)
            )
        )


async def named(environment: Mapping[str, str] = os.environ) -> Store | None:
    """The store that the environment names, None when it names none.

    The application's role is admitted to what the migrations grant. Without a DATABASE_READONLY_URL
    screens read as the application's role, in transactions that are read-only from the start.
    Raises AdminUrlMissing, SameRole, TooPowerful or NoAnswer.
    """
    app, admin = environment.get(APP), environment.get(ADMIN)
    if not app and not admin:
        return None
    if not app or not admin:
        given, missing = (APP, ADMIN)[:: 1 if app else -1]
        raise AdminUrlMissing(given=given, missing=missing)
    readonly = environment.get(READONLY) or make_conninfo(app, options=READ_ONLY)
    powers, owner, reader = [
        await _powers(name, url) for name, url in ((APP, app), (ADMIN, admin), (READONLY, readonly))
    ]
    if powers.role == owner.role:
        raise SameRole(role=powers.role)
    for one in (powers, reader):
        if one.unbound:
            raise TooPowerful(role=one.role)
    await roles.admit(admin, {powers.role: "wangge_app", reader.role: "wangge_readonly"})
    return Store(admin, app, readonly)


async def _powers(name: str, url: str) -> Powers:
    try:
        return await roles.powers(url)
    except psycopg.Error as error:
        raise NoAnswer(name=name, why=str(error).strip()) from error
