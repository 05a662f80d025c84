"""The call ledger as it is read: sessions by a filter, newest first, their figures, their attempts.

Everything runs under the policies of who asks. Of a session only what its rows say is told: nothing
is stored beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.calls import ledger
from data.calls.model import Outcome, Rules, SessionState
from data.database import Connection, fetch_all, fetch_one
from data.errors import Invalid, NotFound
from data.places import areas
from data.queries import load

SQL = load(__file__)
PAGE = 50  # sessions of one page
MOST_MEANT = 500  # people or callers whom a word of the filter may mean
PURPOSES = ("call", "self_test")
FIRST = datetime(1900, 1, 1, tzinfo=UTC)
END = 2**63 - 1
PLAIN = (  # what goes into the query as it is asked
    *("purpose", "drill", "policy", "type", "reached", "confirmed", "held"),
    *("settled_step", "ack_from_s"),
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of the ledger; None asks nothing. Times are site time, aware, both included.

    `area` is a code (or level:code), `type` an event type's and `policy` a policy's; `person` and
    `caller` are part of a name (or a person's code), `person_id` one person. `reached`: somebody
    was; `confirmed`: as many as were needed; `held`: it waited for the dispatcher once;
    `settled_step` from 1; `ack_from_s` seconds at least from ring to confirmation.
    """

    since: datetime | None = None
    until: datetime | None = None
    state: SessionState | None = None
    outcome: Outcome | None = None
    purpose: str | None = None
    drill: bool | None = None
    policy: str | None = None
    type: str | None = None
    area: str | None = None
    person: str | None = None
    person_id: int | None = None
    caller: str | None = None
    reached: bool | None = None
    confirmed: bool | None = None
    held: bool | None = None
    settled_step: int | None = None
    ack_from_s: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Sessions, and behind which one the next page begins (None = that was all)."""

    rows: list[Row]
    after: str | None


async def page(
    connection: Connection,
    asked: Filter,
    *,
    now: datetime,
    after: str | None = None,
    most: int = PAGE,
) -> Page:
    """The sessions that fit, newest first. `now` bounds it: what a replay has yet to reach is not
    told. Raises Invalid for a filter or a place that cannot be, NotFound for an unknown area."""
    given = await _given(connection, asked, now)
    at, id_ = _place(after)
    given |= {"before_at": at or given["until"], "before_id": id_, "most": most + 1}
    found = [row["id"] for row in await fetch_all(connection, SQL.page, given)]
    rows = [_row(row) for row in await fetch_all(connection, SQL.rows, {"ids": found[:most]})]
    last = rows[-1] if len(found) > most else None
    return Page(rows, None if last is None else f"{last['started_at'].isoformat()}_{last['id']}")


async def figures(connection: Connection, asked: Filter, *, now: datetime) -> dict[str, Any]:
    """How many sessions and attempts fit, how many reached, confirmed, nobody on duty, unreachable,
    held; median and 90th percentile from ring to confirmation in seconds, of `timed` sessions;
    sessions by the step that settled (from 1) and by outcome. Raises as `page`."""
    row = await fetch_one(connection, SQL.figures, await _given(connection, asked, now))
    assert row is not None
    by_step = {int(step): n for step, n in row["by_step"].items()}
    return {**row, "by_step": dict(sorted(by_step.items()))}


async def attempts(
    connection: Connection, ids: Sequence[int], *, phones: bool
) -> dict[int, list[Row]]:
    """All attempts by session in the order of calling, with `who` as the ledger kept it; the phone
    where `phones`, as far as row-level security shows it."""
    found: dict[int, list[Row]] = {id_: [] for id_ in ids}
    for row in await fetch_all(connection, SQL.attempts, {"ids": list(ids), "phones": phones}):
        found[row["session_id"]].append(row)
    return found


async def sessions(connection: Connection, ids: Sequence[int]) -> list[Row]:
    """Sessions as the ledger lists them; those that the actor cannot see are left out."""
    return [_row(row) for row in await fetch_all(connection, SQL.rows, {"ids": list(ids)})]


async def choices(connection: Connection) -> dict[str, list[Row]]:
    """Policies, event types and areas that a filter may name."""
    row = await fetch_one(connection, SQL.choices)
    return {name: known or [] for name, known in (row or {}).items()}


def _place(after: str | None) -> tuple[datetime | None, int]:
    if after is None:
        return None, END
    try:
        at, _, id_ = after.rpartition("_")
        found = datetime.fromisoformat(at)
        if found.tzinfo is None or not 0 < int(id_) <= END:
            raise ValueError
        return found, int(id_)
    except ValueError:
        raise Invalid(what="after", why="use the one of the answer before") from None


async def _given(connection: Connection, asked: Filter, now: datetime) -> dict[str, Any]:
    """The filter as parameters: words have become ids."""
    since, until = asked.since or FIRST, min(asked.until or now, now)
    if asked.until is not None and since > asked.until:
        raise Invalid(what="from", why="it is later than the end of the time span")
    if asked.type is not None and not await _is_type(connection, asked.type):
        raise NotFound(what="event type", key=asked.type)
    callers = None if asked.caller is None else await _meant(connection, SQL.callers, asked.caller)
    return {
        **{name: getattr(asked, name) for name in PLAIN},
        "since": since,
        "until": until,
        "state": None if asked.state is None else asked.state.value,
        "outcome": None if asked.outcome is None else asked.outcome.value,
        "areas": None if asked.area is None else await areas.below(connection, asked.area),
        "people": await _people(connection, asked),
        "callers": callers,
    }


async def _people(connection: Connection, asked: Filter) -> list[int] | None:
    """The ids of the people called; None where nobody is asked for."""
    people = None if asked.person is None else await _meant(connection, SQL.people, asked.person)
    if asked.person_id is None:
        return people
    return [asked.person_id] if people is None or asked.person_id in people else []


async def _is_type(connection: Connection, code: str) -> bool:
    return await fetch_one(connection, SQL.is_type, {"code": code}) is not None


async def _meant(connection: Connection, query: Any, said: str) -> list[int]:
    """The ids that part of a name may mean. Raises Invalid where it says too little."""
    bare = said.strip()
    like = "%" + bare.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    given = {"said": bare, "like": like, "most": MOST_MEANT + 1}
    found = [row["id"] for row in await fetch_all(connection, query, given)]
    if len(found) > MOST_MEANT:
        raise Invalid(what="name", why="too many have it; write more of it")
    return found


def _row(row: Row) -> Row:
    """A session as rows say it; `title` names what was clicked, by language."""
    clicked = ledger.subject(row)
    rules = Rules.from_json(row["policy"])
    same = (
        "id",
        "started_at",
        "ended_at",
        "state",
        "outcome",
        "purpose",
        "drill_id",
        "drill",
        "caller",
    )
    held_now = row["held_at"] is not None and row["state"] == SessionState.RUNNING
    return {
        **{name: row[name] for name in (*same, "held", "ack_s", "settled_step")},
        "area": {"id": row["area_id"], "name": row["area"]},
        "subject": {"kind": clicked.kind.value, "id": clicked.id},
        "title": {"zh": row["type_zh"] or row["name"], "en": row["type_en"] or row["name"]},
        "text": row["address"] or row["text"],
        "group": row["crowd"] is not None,
        "waits": held_now,
        "policy": {"code": rules.code, "zh": rules.name_zh, "en": rules.name_en},
        "need": rules.need,
        "steps": [{"target": step["target"], "ring_s": step["ring_s"]} for step in row["steps"]],
        "counts": {name: row[name] for name in ("called", "reached", "confirmed")},
    }
