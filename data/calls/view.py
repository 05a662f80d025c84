"""Calls as the screens and phones read them: plain dictionaries, ready for JSON.

Times are site time in milliseconds; what a ring still lasts is in real seconds. No contact
address is ever part of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from data.calls import ledger
from data.calls.model import Moment, Ring, Rules, SessionState
from data.database import Connection, fetch_all
from data.queries import load

SQL = load(__file__)
MOST_SHOWN = 60  # attempts of one card; a group call has more, which are counted
WHY = (  # the figures of an attempt that say why it stands where it stands
    *("rank", "target", "on_duty", "state", "distance_m", "age_s", "open_events", "calls_today"),
    *("busy", "reachable", "page_open", "page_left_min", "verified"),
)


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


def _left_s(until: datetime | None, when: Moment) -> float:
    left = 0.0 if until is None else (until - when.real).total_seconds()
    return round(max(0.0, left), 1)


async def sessions(
    connection: Connection, ids: Iterable[int], when: Moment
) -> list[dict[str, Any]]:
    """Sessions with their attempts, best first; those that the actor cannot see are left out.

    `line` is that of the ledger's last line: of two cards of a session the higher is the newer.
    `watched`: confirmed, and it goes on after `remaining_s` unless something moves.
    """
    wanted = {"ids": list(ids), "most": MOST_SHOWN}
    legs: dict[int, list[dict[str, Any]]] = {}
    found = await fetch_all(connection, SQL.sessions, wanted)
    for row in await fetch_all(connection, SQL.attempts, wanted):
        legs.setdefault(row["session_id"], []).append(_attempt(row))
    return [_session(row, legs.get(row["id"], []), when) for row in found]


def _session(row: dict[str, Any], attempts: list[dict[str, Any]], when: Moment) -> dict[str, Any]:
    clicked = ledger.subject(row)
    rules = Rules.from_json(row["policy"])
    same = ("id", "line", "area_id", "state", "outcome", "step", "purpose", "ground")
    watched = row["state"] == SessionState.ACKED and row["next_at"] is not None
    until = row["next_at"] if watched else row["rings_until"] or row["ring_until"]
    return {
        **{name: row[name] for name in same},
        "subject": {"kind": clicked.kind.value, "id": clicked.id},
        "crowd": row["crowd"],
        "by": row["caller"],
        "policy": {"code": rules.code, "zh": rules.name_zh, "en": rules.name_en},
        "need": rules.need,
        "ring_s": row["steps"][row["step"]]["ring_s"],
        "targets": [step["target"] for step in row["steps"]],
        "counts": {name: row[name] for name in ("called", "reached", "confirmed")},
        "held": row["held_at"] is not None and row["state"] == SessionState.RUNNING,
        "watched": watched,
        "drill": row["drill_id"] is not None,
        **_drill(row),
        "started": _ms(row["started_at"]),
        "ended": _ms(row["ended_at"]),
        "remaining_s": _left_s(until, when),
        "attempts": attempts,
    }


def _drill(row: dict[str, Any]) -> dict[str, Any]:
    """Which drill a call is of, whether it still runs, and what is said to have happened."""
    if row["drill_id"] is None:
        return {}
    about = {"zh": row["about_zh"], "en": row["about_en"]} if row["about_zh"] else None
    return {
        "drill_id": row["drill_id"],
        "drill_name": {"zh": row["drill_zh"], "en": row["drill_en"]},
        "drill_runs": row["drill_runs"],
        "about": about,
    }


def _attempt(row: dict[str, Any]) -> dict[str, Any]:
    who = row["who"]
    return {
        "id": row["id"],
        "step": row["step"],
        "person": {"id": row["person_id"], "name": who.get("name"), "post": who.get("post")},
        "grid": who.get("grid"),
        "distance_m": who.get("distance_m"),
        "why": {name: who[name] for name in WHY if name in who},
        "channel": row["channel"],
        "state": row["state"],
        "at": _ms(row["at"]),
        "reason": row["reason"],
    }


async def lines(connection: Connection, session_id: int) -> list[dict[str, Any]]:
    """The ledger of one session in its order."""
    rows = await fetch_all(connection, SQL.lines, {"id": session_id})
    return [{**row, "at": _ms(row["at"])} for row in rows]


async def current(connection: Connection, when: Moment, *, most: int) -> list[dict[str, Any]]:
    """The sessions that run, and the newest `most` whatever became of them."""
    rows = await fetch_all(connection, SQL.current, {"most": most})
    return await sessions(connection, [row["id"] for row in rows], when)


async def rings(
    connection: Connection,
    *,
    when: Moment,
    attempt_ids: Iterable[int] = (),
    person_id: int | None = None,
) -> list[Ring]:
    """Open attempts by id, or all of a person, with what he must read. Runs as the system."""
    given = {"attempt_ids": list(attempt_ids), "person_id": person_id}
    if not given["attempt_ids"] and person_id is None:
        return []
    rows = await fetch_all(connection, SQL.rings, given)
    wanted = {"ids": list({row["session_id"] for row in rows})}
    calls = {row["id"]: row for row in await fetch_all(connection, SQL.calls, wanted)}
    return [
        Ring(
            r["attempt_id"],
            r["session_id"],
            r["person_id"],
            r["channel"],
            _body(r, calls[r["session_id"]], when),
        )
        for r in rows
    ]


def _body(row: dict[str, Any], call: dict[str, Any], when: Moment) -> dict[str, Any]:
    event = None
    if call["event_id"] is not None:
        event = {
            "id": call["event_id"],
            "name_zh": call["type_zh"],
            "name_en": call["type_en"],
            "text": call["text"],
            "address": call["address"],
            "due": _ms(call["due_at"]),
            "yellow": _ms(call["yellow_at"]),
        }
    same = ("test", "community", "grid", "facility", "lon", "lat")
    return {
        "attempt": row["attempt_id"],
        "session": row["session_id"],
        "state": row["state"],
        "ring_s": call["steps"][row["step"]]["ring_s"],
        "remaining_s": _left_s(row["ring_until"], when),
        "now": _ms(when.site),
        "from": {"name": call["caller"], "role": call["caller_role"]},
        "others": call["people"] - 1,
        "event": event,
        **{name: call[name] for name in same},
    }


async def ends(connection: Connection, attempt_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Those of the attempts that have ended, with who came instead. Runs as the system."""
    wanted = {"attempt_ids": list(attempt_ids)}
    if not wanted["attempt_ids"]:
        return []
    rows = await fetch_all(connection, SQL.ends, wanted)
    return [
        {
            "attempt": row["attempt_id"],
            "session": row["session_id"],
            "state": row["state"],
            "outcome": row["outcome"],
            "by": row["acknowledged_by"],
        }
        for row in rows
    ]
