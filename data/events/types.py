"""Types of events and their classes: looked up by any of their names, made where they are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from psycopg.types.json import Jsonb

from data.database import Connection, fetch_all, fetch_one
from data.errors import NotFound
from data.events.attributes import Attribute
from data.queries import load

SQL = load(__file__)
OTHER = "other"
ALERT = "alert"


@dataclass(frozen=True, slots=True)
class EventType:
    """A type; `limit` is its time limit, None = none of its own."""

    id: int
    code: str
    limit: timedelta | None


async def find(connection: Connection) -> dict[str, EventType]:
    """All types by code and by each of their names; the code wins where they clash."""
    rows = await fetch_all(connection, SQL.all)
    found: dict[str, EventType] = {}
    for column in ("name_en", "name_zh", "code"):
        for row in rows:
            limit = None if row["limit_s"] is None else timedelta(seconds=row["limit_s"])
            found[row[column]] = EventType(row["id"], row["code"], limit)
    return found


async def ensure(connection: Connection, wanted: Mapping[str, str | None]) -> dict[str, EventType]:
    """All types, after making the missing ones of `wanted` (type → class, None = other).

    A new type or class has its own text as code and name.
    """
    known = await find(connection)
    missing = {name: group or OTHER for name, group in wanted.items() if name not in known}
    if not missing:
        return known
    rows = await fetch_all(connection, SQL.classes)
    classes = {
        row[column]: row["class"] for column in ("name_en", "name_zh", "class") for row in rows
    }
    new = [one for one in dict.fromkeys(missing.values()) if one not in classes]
    if new:
        await connection.execute(SQL.add_classes, {"names": new})
    codes = [classes.get(one, one) for one in missing.values()]
    await connection.execute(SQL.add_types, {"codes": list(missing), "classes": codes})
    return await find(connection)


@dataclass(frozen=True, slots=True)
class Service:
    """A type as residents are offered it: what it is called, and what is asked (attributes)."""

    code: str
    name_zh: str
    name_en: str
    limit_s: int | None
    attributes: list[Attribute]
    class_zh: str
    class_en: str


async def services(connection: Connection, code: str | None = None) -> list[Service]:
    """All types that can be reported, in the order of their classes; or the one of a code.

    Alerts are issued, not reported.
    """
    return [Service(**row) for row in await fetch_all(connection, SQL.services, {"code": code})]


async def set_attributes(
    connection: Connection, code: str, attributes: Sequence[Attribute]
) -> None:
    """Say what is asked of who reports this type. Raises NotFound."""
    given = {"code": code, "attributes": Jsonb(list(attributes))}
    if await fetch_one(connection, SQL.set_attributes, given) is None:
        raise NotFound(what="type", key=code)


async def for_alert(connection: Connection, names: Sequence[str]) -> str:
    """The type of an alert: the site's own of one of these names, else 预警, made where it lacks.

    Never a new one for each name: what others call their alerts is theirs.
    """
    known = await find(connection)
    found = next((known[name].code for name in names if name in known), None)
    if found is None and ALERT not in known:
        await connection.execute(SQL.add_alert)
    return found or ALERT
