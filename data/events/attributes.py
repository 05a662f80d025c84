"""What is asked of who reports an event of a type, as Open311 writes it, and the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from data.errors import Invalid, Said

DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
LISTS = DATATYPES[-2:]
MOST = 50
MOST_VALUES = 500

Attribute = dict[str, Any]  # variable, code, datatype, required, datatype_description, order,
# description, values: [{key, name}] for lists


def read(given: Any) -> list[Attribute]:
    """A service definition's attributes from JSON, in order and complete. Raises Invalid."""
    if not isinstance(given, list) or len(given) > MOST:
        raise Invalid(what="attributes", why=Said("a list of at most {n} is needed", n=MOST))
    found = [_attribute(one, place) for place, one in enumerate(given, 1)]
    codes = [one["code"] for one in found]
    if len(set(codes)) < len(codes):
        raise Invalid(what="attributes", why="two have the same code")
    found.sort(key=lambda one: float(one["order"]))
    return [{**one, "order": place} for place, one in enumerate(found, 1)]


def _attribute(given: Any, place: int) -> Attribute:
    code = given.get("code") if isinstance(given, dict) else None
    if not isinstance(code, str) or not code or len(code) > 100 or set(code) & {"[", "]", "\0"}:
        raise Invalid(what=f"attribute {place}", why="it needs a code")
    datatype = given.get("datatype", "string")
    if datatype not in DATATYPES:
        raise Invalid(
            what=code, why=Said("choose one of {expected}", expected=", ".join(DATATYPES))
        )
    order = given.get("order", place)
    if type(order) is not int:
        raise Invalid(what=code, why="a whole number is needed")
    values = _values(code, given.get("values")) if datatype in LISTS else []
    return {
        "variable": given.get("variable", True) is not False,
        "code": code,
        "datatype": datatype,
        "required": given.get("required", False) is True,
        "datatype_description": _text(given.get("datatype_description")),
        "order": order,
        "description": _text(given.get("description")) or code,
        "values": values,
    }


def _values(code: str, given: Any) -> list[dict[str, str]]:
    """The options of a list. Raises Invalid."""
    if not isinstance(given, list) or not 0 < len(given) <= MOST_VALUES:
        raise Invalid(what=code, why=Said("a list of at most {n} is needed", n=MOST_VALUES))
    found = []
    for one in given:
        key = one.get("key") if isinstance(one, dict) else one
        if not isinstance(key, str | int):
            raise Invalid(what=code, why="each value needs a key")
        name = one.get("name") if isinstance(one, dict) else None
        found.append({"key": str(key), "name": _text(name) or str(key)})
    return found


def _text(value: Any) -> str | None:
    return value[:1_000].replace("\0", "") if isinstance(value, str) and value else None


def check(
    attributes: Sequence[Attribute], answers: Mapping[str, Sequence[str]]
) -> dict[str, str | list[str]]:
    """The answers to keep, also to questions that nobody asked. Raises Invalid for the first that
    is missing or does not fit."""
    asked = {one["code"]: one for one in attributes if one["variable"]}
    kept: dict[str, str | list[str]] = {}
    for code, values in answers.items():
        given = [value for value in values if value]
        if given and code in asked:
            _fits(asked[code], given)
        if given:
            kept[code] = given if len(given) > 1 else given[0]
    for code, one in asked.items():
        if one["required"] and code not in kept:
            raise Invalid(what=f"attribute[{code}]", why="this is missing")
    return kept


def _fits(attribute: Attribute, given: Sequence[str]) -> None:
    what, datatype = f"attribute[{attribute['code']}]", attribute["datatype"]
    if len(given) > 1 and datatype != "multivaluelist":
        raise Invalid(what=what, why="one answer is possible")
    keys = [one["key"] for one in attribute["values"]]
    for value in given:
        if datatype in LISTS and value not in keys:
            raise Invalid(what=what, why=Said("choose one of {expected}", expected=", ".join(keys)))
        if datatype == "number" and not _is_number(value):
            raise Invalid(what=what, why="a number is needed")
        if datatype == "datetime" and not _is_time(value):
            raise Invalid(what=what, why="write it as 2026-07-14T09:42:00+08:00")


def _is_number(value: str) -> bool:
    try:
        return isfinite(float(value))
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
