"""The first way in: the site's own accounts, a kiosk link, and a one-time sign-in on loopback."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.settings import Settings
from data import actors, logins
from data.database import Connection, Database

FILE = "accounts.json"
DUTY_OFFICER = "duty"
WORKER = "grid_worker"
ACCOUNTS = {"admin": "administrator", DUTY_OFFICER: "duty_officer", "commander": "commander"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account to show to the person who started the site."""

    name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where to look: a one-time sign-in, a read-only screen, and the accounts."""

    enter_url: str
    kiosk_url: str
    accounts: tuple[Account, ...]


async def prepare(
    database: Database, settings: Settings, at: datetime, *, workers: Sequence[str] = ()
) -> Links:
    """Make what is missing and return it. The same accounts and kiosk link at every start.

    `workers` are codes of people who get an account of that name for their duty page.
    """
    kept = _load(settings.home / FILE)
    async with database.acting(None) as connection:
        system = await actors.system_actor(connection)
    async with database.acting(system.id) as connection:
        accounts = [await _account(connection, name, role, kept) for name, role in ACCOUNTS.items()]
        accounts += [await _account(connection, code, WORKER, kept, code) for code in workers]
        kiosk = await _kiosk(connection, kept, at)
        found = await actors.account(connection, DUTY_OFFICER, at)
        assert found is not None
        code = await logins.create_code(connection, found[0].id, at)
    _save(settings.home / FILE, kept)
    base = settings.base_url
    return Links(f"{base}/enter/{code}", f"{base}/kiosk/{kiosk}", tuple(accounts))


async def _account(
    connection: Connection, name: str, role: str, kept: dict[str, Any], person: str | None = None
) -> Account:
    passwords = kept.setdefault("passwords", {})
    if name not in passwords:
        passwords[name] = secrets.token_urlsafe(9)
        who = await actors.person_id(connection, person)
        await actors.create_account(
            connection, name=name, password=passwords[name], role=role, person_id=who
        )
    return Account(name, role, passwords[name])


async def _kiosk(connection: Connection, kept: dict[str, Any], at: datetime) -> str:
    secret = str(kept.get("kiosk", ""))
    if not secret or await actors.by_secret(connection, secret, at) is None:
        _, secret = await actors.create_token(connection, role="kiosk", name="wall")
        kept["kiosk"] = secret
    return secret


def _load(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _save(path: Path, kept: dict[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")
