"""A scenario on a site: its codes are looked up, and "any" is drawn by its seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.calls.drills.scenario import Click, Line, Reply, Scenario
from data.calls.drills.scenario_file import ANY, KINDS, LATEST_S, WrongScenario, faults
from data.calls.model import Crowd, SubjectKind
from data.calls.policy_file import WrongFile
from data.database import Connection, fetch_all, fetch_one
from data.errors import NotFound, WanggeError
from data.places import areas
from data.queries import load

SQL = load(__file__)
ANYS = {
    SubjectKind.GRID: SQL.any_grids,
    SubjectKind.PERSON: SQL.any_people,
    SubjectKind.AREA: SQL.any_areas,
}
# Of an answer that says no time: a bell that nobody hears rings to its end.
AFTER_S = {Reply.ACKNOWLEDGED: 5, Reply.DECLINED: 5, Reply.NO_ANSWER: LATEST_S}
CALLED = {SubjectKind.GRID: "grid", SubjectKind.PERSON: "person", SubjectKind.AREA: "area"}


async def bind(connection: Connection, said: Any, at: datetime) -> Scenario:
    """A scenario of its JSON, with what the caller sees at a site time.

    Raises WrongFile with every fault: of its form, else every code that is not there.
    """
    wrong: list[WanggeError] = list(faults(said))
    if wrong:
        raise WrongFile(wrong)
    seed = said.get("seed", 1)
    clicks = []
    for number, one in enumerate(said["clicks"]):
        try:
            clicks += await _clicks(connection, one, f"{seed} {number}", at)
        except WanggeError as error:
            wrong.append(WrongScenario(f"clicks.{number}", error.said))
    lines = []
    for number, one in enumerate(said["answers"]):
        try:
            lines.append(await _line(connection, one, at))
        except WanggeError as error:
            wrong.append(WrongScenario(f"answers.{number}", error.said))
    if wrong:
        raise WrongFile(wrong)
    clicks.sort(key=lambda click: click.after_s)
    return Scenario(
        code=said["code"],
        name_zh=said["name_zh"],
        name_en=said["name_en"],
        clicks=tuple(clicks),
        lines=tuple(lines),
        seed=seed,
        held_s=said.get("held_s", 30),
    )


async def _clicks(
    connection: Connection, said: Mapping[str, Any], draw: str, at: datetime
) -> list[Click]:
    kind = next(kind for kind in KINDS if kind.value in said)
    type_ = said.get("event_type")
    if type_ is not None and not await fetch_one(connection, SQL.event_type, {"code": type_}):
        raise NotFound(what="event type", key=type_)
    times = said.get("times", 1)
    if said[kind.value] == ANY:
        given = {"draw": draw, "at": at, "n": times}
        ids = [row["id"] for row in await fetch_all(connection, ANYS[kind], given)]
    else:
        ids = [await _one(connection, kind, said[kind.value], at)]
    if not ids:
        raise WrongScenario(kind.value, "there is none in your area now")
    first, every = said.get("after_s", 0), said.get("every_s", 0)
    one = Click(
        first,
        kind,
        ids[0],
        _crowd(kind, said),
        type_,
        said.get("urgent", False),
        said.get("about_zh") or said.get("about_en"),
        said.get("about_en") or said.get("about_zh"),
    )
    return [replace(one, after_s=first + n * every, id=ids[n % len(ids)]) for n in range(times)]


def _crowd(kind: SubjectKind, said: Mapping[str, Any]) -> Crowd | None:
    if kind is SubjectKind.AREA or "roles" in said or "team" in said:
        return Crowd(tuple(said.get("roles", ())), said.get("team"))
    return None


async def _one(connection: Connection, kind: SubjectKind, code: str, at: datetime) -> int:
    if kind is SubjectKind.AREA:
        return await areas.find(connection, code)
    sql = SQL.grid if kind is SubjectKind.GRID else SQL.person
    row = await fetch_one(connection, sql, {"code": code, "at": at})
    if row is None:
        raise NotFound(what=CALLED[kind], key=code)
    return int(row["id"])


async def _line(connection: Connection, said: Mapping[str, Any], at: datetime) -> Line:
    person_id = None
    if "person" in said:
        person_id = await _one(connection, SubjectKind.PERSON, said["person"], at)
    reply = Reply(said["answer"])
    after = said.get("after_s", AFTER_S.get(reply, 0))
    least, most = after if isinstance(after, list) else (after, after)
    same = {name: said[name] for name in ("role", "rank", "step", "share", "comes") if name in said}
    return Line(reply, person_id=person_id, after_s=(least, most), **same)
