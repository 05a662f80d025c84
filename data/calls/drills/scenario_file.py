"""Scenarios as JSON: read with every fault named, and bound to a site, whose codes they use.

{"code", "name_zh", "name_en", "seed", "held_s",
 "clicks":  [{"after_s", "grid" | "person" | "area": CODE or "any", "event_type", "urgent",
              "about_zh", "about_en", "roles", "team", "times", "every_s"}, …],
 "answers": [{"answer", "role", "person", "rank", "step", "share", "after_s", "comes"}, …]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from data.calls.drills.scenario import Reply
from data.calls.model import SubjectKind
from data.calls.policy_check import CODE, MOST_LETTERS
from data.errors import Invalid, Said

ANY = "any"
KINDS = (SubjectKind.GRID, SubjectKind.PERSON, SubjectKind.AREA)
MOST_CLICKS, MOST_LINES, MOST_ROLES = 200, 100, 20
LATEST_S, SEED, HELD_S = 3600, (0, 2**31 - 1), (1, 3600)
WHOLE = ("seed", "held_s")
EVER = frozenset({"code", "name_zh", "name_en", *WHOLE, "clicks", "answers"})
OF_CLICK = frozenset(
    {"about_zh", "about_en", "after_s", "event_type", "urgent", "roles", "team", "times", "every_s"}
    | set(KINDS)
)
OF_ANSWER = frozenset({"answer", "role", "person", "rank", "step", "share", "after_s", "comes"})
Faults = Iterator[tuple[str, Any]]


class WrongScenario(Invalid):
    """{what}: {why}."""

    def __init__(self, where: str, why: Any) -> None:
        """`where` is the field: clicks.0.grid, or empty for the whole."""
        super().__init__(what=where or Said("scenario"), why=why)
        self.where = where


def faults(said: Any) -> list[WrongScenario]:
    """All that is wrong with a scenario wherever it is played."""
    if not isinstance(said, Mapping):
        return [WrongScenario("", "give a JSON object")]
    return [WrongScenario(where, why) for where, why in _faults(said)]


def _faults(said: Mapping[str, Any]) -> Faults:
    yield from _unknown(said, EVER)
    if not isinstance(said.get("code"), str) or not CODE.fullmatch(said["code"]):
        yield "code", "a code has 1 to 50 letters, digits, dots or hyphens"
    for name in ("name_zh", "name_en"):
        if not _text(said.get(name)):
            yield name, Said("give a name of 1 to {n} letters", n=MOST_LETTERS)
    yield from _number(said, "seed", SEED, whole=True)
    if said.get("held_s") is not None:
        yield from _number(said, "held_s", HELD_S, whole=True)
    for name, most in (("clicks", MOST_CLICKS), ("answers", MOST_LINES)):
        found = said.get(name)
        if not isinstance(found, list) or not 0 < len(found) <= most:
            yield name, Said("give a list of 1 to {n}", n=most)
            continue
        check = _click if name == "clicks" else _answer
        for number, one in enumerate(found):
            wrong = check(one) if isinstance(one, Mapping) else [("", "give a JSON object")]
            yield from ((f"{name}.{number}.{where}".rstrip("."), why) for where, why in wrong)
    if not list(_too_many(said)):
        return
    yield "clicks", Said("more than {n} clicks; leave some out", n=MOST_CLICKS)


def _too_many(said: Mapping[str, Any]) -> Iterator[int]:
    clicks = said.get("clicks")
    listed = [one for one in clicks if isinstance(one, Mapping)] if isinstance(clicks, list) else []
    total = sum(t for one in listed if isinstance(t := one.get("times", 1), int))
    if total > MOST_CLICKS:
        yield total


def _click(said: Mapping[str, Any]) -> Faults:
    yield from _unknown(said, OF_CLICK)
    given = [kind.value for kind in KINDS if kind.value in said]
    if len(given) != 1:
        yield "", Said("give one of {ways}", ways=", ".join(KINDS))
        return
    if not _text(said[given[0]]):
        yield given[0], Said("give its code, or {any}", any=ANY)
    yield from _number(said, "after_s", (0, LATEST_S))
    yield from _number(said, "every_s", (0, LATEST_S))
    yield from _number(said, "times", (1, MOST_CLICKS), whole=True)
    if said.get("times", 1) != 1 and said[given[0]] != ANY:
        yield "times", Said("only what is {any} is clicked several times", any=ANY)
    yield from _boolean(said, "urgent")
    yield from _about(said, given[0])


def _about(said: Mapping[str, Any], kind: str) -> Faults:
    """What is said to have happened, and which group is called."""
    for name in ("event_type", "urgent", "about_zh", "about_en"):
        if name in said and kind != "grid":
            yield name, "only a click on a grid says what happened there"
    if "event_type" in said and not _text(said["event_type"]):
        yield "event_type", "give its code"
    for name in ("roles", "team"):
        if name in said and kind == "person":
            yield name, "a group is called of a grid or an area"
    for name in ("team", "about_zh", "about_en"):
        if name in said and not _text(said[name]):
            yield name, Said("give a name of 1 to {n} letters", n=MOST_LETTERS)
    if "roles" in said and not (
        isinstance(said["roles"], list)
        and len(said["roles"]) <= MOST_ROLES
        and all(_text(one) for one in said["roles"])
    ):
        yield "roles", "a list is needed"


def _answer(said: Mapping[str, Any]) -> Faults:
    yield from _unknown(said, OF_ANSWER)
    replies = [one.value for one in Reply]
    if said.get("answer") not in replies:
        yield "answer", Said("use {ways}", ways=", ".join(replies))
    for name in ("role", "person"):
        if name in said and not _text(said[name]):
            yield name, "give its code"
    yield from _number(said, "rank", (1, 1000), whole=True)
    yield from _number(said, "step", (1, 100), whole=True)
    yield from _number(said, "share", (0, 1))
    if said.get("answer") == Reply.OFF_DUTY and "rank" in said:
        yield "rank", "who is off duty has no rank yet; leave it out"
    yield from _boolean(said, "comes")
    after = said.get("after_s", 0)
    pair = after if isinstance(after, list) else [after, after]
    if (
        len(pair) != 2
        or not all(_is_number(one) and 0 <= one <= LATEST_S for one in pair)
        or pair[0] > pair[1]
    ):
        yield "after_s", Said("give seconds up to {most}, or two such as [3, 12]", most=LATEST_S)


def _unknown(said: Mapping[str, Any], known: frozenset[str]) -> Faults:
    for name in sorted(map(str, said.keys() - known)):
        yield name, Said("{name} is not known here", name=name)


def _number(
    said: Mapping[str, Any], name: str, bounds: tuple[int, int], *, whole: bool = False
) -> Faults:
    value, (least, most) = said.get(name, bounds[0]), bounds
    if whole and not (_is_number(value) and isinstance(value, int)):
        yield name, "a whole number is needed"
    elif not _is_number(value) or not least <= value <= most:
        yield name, Said("give a number between {least} and {most}", least=least, most=most)


def _boolean(said: Mapping[str, Any], name: str) -> Faults:
    if not isinstance(said.get(name, True), bool):
        yield name, "true or false is needed"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= MOST_LETTERS and "\0" not in value
