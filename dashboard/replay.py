"""Past positions sent again through the product's door, at the pace at which they came."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from data.errors import WanggeError
from data.importers.errors import MissingColumn
from data.importers.reading import read
from data.importers.table import Reading, Table, text
from data.importers.times import Times

BATCH = 500
PAUSE_S = 0.5
PATIENCE = 20  # attempts while the server does not answer
NUMBERS = ("accuracy_m", "battery", "speed_mps")
FIELDS = ("person", "lon", "lat", "at", *NUMBERS)


class Refused(WanggeError):
    """{url} answered {status}: {why}."""


class Silent(WanggeError):
    """{url} does not answer ({why}). Is the site up? Say where it is with --url."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One past position; `body` is what the door takes, but for its time."""

    at: datetime
    body: Mapping[str, Any]


@dataclass(slots=True)
class Account:
    """What became of the fixes: sent = accepted + the sum of rejected."""

    sent: int = 0
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0


def read_file(path: str) -> Table:
    """A file of positions as a table; of a GPX its track points. Raises ImportRefused."""
    return read(path, reading=Reading(layer="tracks" if path.lower().endswith(".gpx") else None))


def read_fixes(
    table: Table, *, maps: Mapping[str, str], person: str | None, zone: ZoneInfo, account: Account
) -> list[Fix]:
    """The fixes of a table in the order of time; rows without place or time are counted.

    Raises MissingColumn.
    """
    columns = {name: _column(table, maps.get(name, name)) for name in FIELDS}
    for name in ("lon", "lat", "at", *(() if person else ("person",))):
        if columns[name] is None:
            raise MissingColumn(path=table.file, field=name, columns=", ".join(table.columns))
    times = Times(zone)
    fixes = []
    for row in range(table.length):
        said = {name: text(column[row]) for name, column in columns.items() if column is not None}
        try:
            numbers = {name: float(said[name]) for name in NUMBERS if said.get(name)}
            place = {"lon": float(said["lon"]), "lat": float(said["lat"])}
            body = {"person": person or said["person"], **place, **numbers}
            fixes.append(Fix(times.read(said["at"]), body))
        except ValueError:
            account.unreadable += 1
    return sorted(fixes, key=lambda fix: fix.at)


def _column(table: Table, name: str) -> Sequence[Any] | None:
    by_fold = {known.lower(): column for known, column in table.columns.items()}
    return by_fold.get(name.lower())


async def send(
    fixes: Sequence[Fix],
    *,
    url: str,
    token: str,
    speed: float,
    shift_to_now: bool,
    account: Account,
    show: Callable[[int], None],
) -> None:
    """Post fixes in batches. With `shift_to_now` the first is of the site's now, by the site's
    clock, and the others follow at `speed`; without it all keep their times and go at once.
    Raises Refused, Silent."""
    headers = {"Authorization": f"Bearer {token}"}
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as client:
        clock = await _ask(client, "GET", f"{url}/api/clock") if shift_to_now else None
        shift_to = datetime.fromisoformat(clock["now"]) if clock else None
        pace = speed * clock["speed"] if clock else speed
        begun, at = loop.time(), 0
        while at < len(fixes):
            elapsed = (loop.time() - begun) * pace
            due = at
            while due < len(fixes) and due - at < BATCH:
                if shift_to is not None and _since(fixes, due) > elapsed:
                    break
                due += 1
            if due == at:
                await asyncio.sleep(PAUSE_S)
                continue
            bodies = [_body(fix, fixes[0].at, shift_to, speed) for fix in fixes[at:due]]
            said = await _ask(client, "POST", f"{url}/api/positions", {"positions": bodies})
            account.sent += len(bodies)
            account.accepted += said["accepted"]
            account.rejected.update(one["reason"] for one in said["rejected"])
            at = due
            show(at)


def _since(fixes: Sequence[Fix], index: int) -> float:
    return (fixes[index].at - fixes[0].at).total_seconds()


def _body(fix: Fix, first: datetime, shift_to: datetime | None, speed: float) -> dict[str, Any]:
    at = fix.at if shift_to is None else shift_to + (fix.at - first) / speed
    return {**fix.body, "at": at.astimezone(UTC).isoformat()}


async def _ask(client: httpx.AsyncClient, method: str, url: str, body: Any = None) -> Any:
    """One request's JSON; waits while the server does not answer. Raises Refused, Silent."""
    why = ""
    for attempt in range(PATIENCE):
        try:
            answer = await client.request(method, url, json=body)
        except httpx.TransportError as error:
            why = str(error) or type(error).__name__
            await asyncio.sleep(min(0.2 * 2**attempt, 3))
            continue
        if answer.status_code == 503:
            why = "503"
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
            continue
        if answer.status_code != 200:
            raise Refused(url=url, status=answer.status_code, why=answer.text[:200])
        return answer.json()
    raise Silent(url=url, why=why)
