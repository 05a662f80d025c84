"""How other people's systems reach us: the mapping of a source, and the signature of its requests.

All of it is read as the system actor: the secret of a signature is nobody's else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from data.access import Actor
from data.database import Connection, fetch_one
from data.errors import NotAllowed, NotFound
from data.events import mapping
from data.events.mapping import Mapping
from data.queries import load

SQL = load(__file__)
WINDOW_S = 300  # how far the time of a signed request may lie from ours
DEFAULT_HEADER = "X-Signature-256"


class WrongSignature(NotAllowed):
    """The signature of this request is missing, wrong or too old. Compare the secret and clocks."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A source's mapping; with a `secret` its requests are signed: HMAC-SHA-256 of the body in
    `signature_header`, where there is a `timestamp_header` of its text, a point and the body."""

    source_id: int
    name: str
    mapping: Mapping
    secret: str | None
    signature_header: str | None
    timestamp_header: str | None


async def find(
    connection: Connection, *, source_id: int | None = None, name: str | None = None
) -> Hook | None:
    """The hook of a source by id or name; None where it has none."""
    row = await fetch_one(connection, SQL.find, {"source_id": source_id, "name": name})
    return None if row is None else Hook(**{**row, "mapping": mapping.parse(row["mapping"])})


async def set_mapping(connection: Connection, source_id: int, given: Any) -> Mapping:
    """Give a source its mapping, from JSON. Raises Invalid."""
    read = mapping.parse(given)
    await connection.execute(SQL.set, {"source_id": source_id, "mapping": Jsonb(given)})
    return read


async def set_signature(
    connection: Connection, name: str, secret: str | None, signature: str, timestamp: str | None
) -> None:
    """Let a source sign, or with None no more. Raises NotFound where it has no mapping."""
    given = {"name": name, "secret": secret, "signature": signature, "timestamp": timestamp}
    if await fetch_one(connection, SQL.sign, given) is None:
        raise NotFound(what="mapping", key=name)


async def holder(connection: Connection, hook: Hook, at: datetime) -> Actor | None:
    """Whom a signed request acts as; `at` is real time. None where the source has no token."""
    row = await fetch_one(connection, SQL.holder, {"source_id": hook.source_id, "at": at})
    return None if row is None else Actor(**row)


def check_headers(hook: Hook, headers: Dictionary[str, str], real: datetime) -> None:
    """What can be judged before the body is here. Raises WrongSignature."""
    if hook.secret is not None:
        _claimed(hook, headers, real)


def verify(hook: Hook, body: bytes, headers: Dictionary[str, str], real: datetime) -> None:
    """Raises WrongSignature; says nothing of a hook without secret. As slow for a wrong one."""
    if hook.secret is None:
        return
    before, given = _claimed(hook, headers, real)
    wanted = hmac.digest(hook.secret.encode(), before + body, hashlib.sha256)
    if not hmac.compare_digest(wanted, given):
        raise WrongSignature()


def _claimed(hook: Hook, headers: Dictionary[str, str], real: datetime) -> tuple[bytes, bytes]:
    """What is signed before the body, and the signature. Raises WrongSignature."""
    before = b""
    if hook.timestamp_header:
        said = headers.get(hook.timestamp_header.lower(), "")
        if not _is_now(said, real):
            raise WrongSignature()
        before = said.encode() + b"."
    given = _signature(headers.get((hook.signature_header or DEFAULT_HEADER).lower(), ""))
    if not given:
        raise WrongSignature()
    return before, given


def _is_now(said: str, real: datetime) -> bool:
    if not (said.isascii() and said.isdecimal() and len(said) < 15):
        return False
    seconds = int(said) / 1000 if int(said) >= mapping.FIRST_MS else int(said)
    return bool(abs(seconds - real.timestamp()) <= WINDOW_S)


def _signature(said: str) -> bytes:
    """Hexadecimal or base64, also behind `sha256=`; nothing for what is neither."""
    text = said.strip().removeprefix("sha256=")
    try:
        return bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
