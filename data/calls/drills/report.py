"""What a drill showed: of each call and each of its steps, how long it took, who would have come.

Times are real seconds since the click: the ledger's site times, divided by the clock's speed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from data.calls.drills.scenario import Called, Scenario
from data.calls.lifecycle import AttemptState
from data.database import Connection, fetch_all, fetch_one
from data.errors import NotFound
from data.places import site as sites
from data.queries import load

SQL = load(__file__)
Row = dict[str, Any]
REACHED = frozenset({AttemptState.ANSWERED, AttemptState.ACKNOWLEDGED, AttemptState.DECLINED})
COLUMNS = (
    *("call", "click", "subject", "about", "policy", "outcome", "step", "target", "fired_s"),
    *("called", "reached", "confirmed", "first_ring_s", "first_ack_s"),
    *("left_out", "who", "distance_m", "total_s"),
)


async def report(connection: Connection, drill_id: int) -> Row:
    """A drill with all its calls, ready for JSON. Raises NotFound."""
    drill = await fetch_one(connection, SQL.drill, {"id": drill_id})
    if drill is None:
        raise NotFound(what="drill", key=drill_id)
    speed = (await sites.read(connection)).clock.speed or 1.0
    scenario = Scenario.from_json(drill.pop("scenario"))
    given = {"id": drill_id}
    calls = await fetch_all(connection, SQL.calls, given)
    attempts = _by_session(await fetch_all(connection, SQL.attempts, given))
    lines = _by_session(await fetch_all(connection, SQL.lines, given))
    told = [
        _call(row, attempts.get(row["id"], []), lines.get(row["id"], []), scenario, speed)
        for row in calls
    ]
    same = ("id", "by", "stopped_by", "runs", "missed")
    return {
        **{name: drill[name] for name in same},
        "drill": True,
        "name": {"zh": scenario.name_zh, "en": scenario.name_en},
        "code": scenario.code,
        "clicks": len(scenario.clicks),
        "clicked": drill["clicked"],
        "started": _ms(drill["started_at"]),
        "ended": _ms(drill["ended_at"]),
        "seconds": _seconds(drill["started_at"], drill["ended_at"], speed),
        "total": _total(told),
        "calls": told,
    }


def rows(report: Row) -> list[Row]:
    """A report as a table: a row a step, and one of a call that had none; the names are COLUMNS."""
    found = []
    for call in report["calls"]:
        head = {
            "call": call["id"],
            "click": call["click"],
            "subject": call["subject"]["name"],
            "about": (call["about"] or {}).get("zh", ""),
            "policy": call["policy"]["code"],
            "outcome": call["outcome"] or call["state"],
            "total_s": call["total_s"],
        }
        for step in call["steps"] or [{}]:
            came = [one for one in call["came"] if one["step"] == step.get("step")]
            found.append(
                dict.fromkeys(COLUMNS, "")
                | head
                | {name: step[name] for name in COLUMNS if name in step and name != "left_out"}
                | {"left_out": _said(step.get("left_out", {}))}
                | {"who": "; ".join(one["name"] for one in came)}
                | {"distance_m": "; ".join(str(one["distance_m"]) for one in came)}
            )
    return found


def _said(left_out: dict[str, int]) -> str:
    return "; ".join(f"{why} {n}" for why, n in left_out.items())


def _call(
    row: Row, attempts: Sequence[Row], lines: Sequence[Row], scenario: Scenario, speed: float
) -> Row:
    began = row["started_at"]
    steps = _steps(attempts, lines, began, speed)
    return {
        "id": row["id"],
        "drill": True,
        "click": row["drill_click"] + 1,
        "subject": {"kind": row["kind"], "id": row["subject_id"], "name": row["name"]},
        "about": {"zh": row["about_zh"], "en": row["about_en"]} if row["about_zh"] else None,
        "policy": {name: row["policy"][f"name_{name}"] for name in ("zh", "en")}
        | {"code": row["policy"]["code"]},
        "state": row["state"],
        "outcome": row["outcome"],
        "first_ring_s": _first(attempts, "ringing_at", began, speed),
        "first_ack_s": _first(_acks(attempts), "ended_at", began, speed),
        "total_s": _seconds(began, row["ended_at"], speed),
        "steps": steps,
        "nobody": [step["step"] for step in steps if step["called"] == 0],
        "came": [_came(one, scenario, row["drill_click"], began, speed) for one in _acks(attempts)],
    }


def _steps(
    attempts: Sequence[Row], lines: Sequence[Row], began: datetime, speed: float
) -> list[Row]:
    """Each step in its order; a line about somebody left out belongs to the step before it."""
    told: list[Row] = []
    for line in lines:
        if line["action"] == "skipped" and told:
            told[-1]["left_out"][line["detail"]["why"]] += 1
        elif line["action"] == "step":
            number = line["detail"]["step"]
            mine = [one for one in attempts if one["step"] == number]
            told.append(
                {
                    "step": number + 1,
                    "target": line["detail"]["target"],
                    "fired_s": _seconds(began, line["at"], speed),
                    "called": _people(mine),
                    "reached": _people([one for one in mine if _reached(one)]),
                    "confirmed": _people(_acks(mine)),
                    "first_ring_s": _first(mine, "ringing_at", began, speed),
                    "first_ack_s": _first(_acks(mine), "ended_at", began, speed),
                    "left_out": Counter(),
                }
            )
    return told


def _came(one: Row, scenario: Scenario, click: int, began: datetime, speed: float) -> Row:
    who = one["who"]
    asked = Called(click, one["step"], one["person_id"], who.get("post"), who.get("rank"))
    return {
        "person_id": one["person_id"],
        "name": who.get("name"),
        "post": who.get("post"),
        "step": one["step"] + 1,
        "distance_m": who.get("distance_m"),
        "after_s": _seconds(began, one["ended_at"], speed),
        "comes": scenario.answer(asked).comes,
    }


def _total(calls: Sequence[Row]) -> Row:
    """Of the whole drill: calls, those confirmed, how many people, the slowest of the firsts."""
    steps = [step for call in calls for step in call["steps"]]
    return {
        "calls": len(calls),
        "acknowledged": sum(call["outcome"] == "acknowledged" for call in calls),
        **{name: sum(step[name] for step in steps) for name in ("called", "reached", "confirmed")},
        "nobody": sum(len(call["nobody"]) for call in calls),
        "slowest_ring_s": _most(call["first_ring_s"] for call in calls),
        "slowest_ack_s": _most(call["first_ack_s"] for call in calls),
    }


def _most(values: Any) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _acks(attempts: Sequence[Row]) -> list[Row]:
    return [one for one in attempts if one["state"] == AttemptState.ACKNOWLEDGED]


def _reached(one: Row) -> bool:
    return one["ringing_at"] is not None or one["state"] in REACHED


def _people(attempts: Sequence[Row]) -> int:
    return len({one["person_id"] for one in attempts})


def _first(attempts: Sequence[Row], name: str, began: datetime, speed: float) -> float | None:
    times = [one[name] for one in attempts if one[name] is not None]
    return _seconds(began, min(times), speed) if times else None


def _by_session(found: Sequence[Row]) -> dict[int, list[Row]]:
    by: dict[int, list[Row]] = {}
    for row in found:
        by.setdefault(row["session_id"], []).append(row)
    return by


def _seconds(since: datetime, until: datetime | None, speed: float) -> float | None:
    return None if until is None else round((until - since).total_seconds() / speed, 1)


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
