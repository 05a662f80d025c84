"""The OsmAnd protocol: parameters of OsmAnd and older Traccar Clients, JSON of the current one.

A key that is there twice is refused: which of the two is meant nobody can say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.phones.reading import Read, Unreadable, instant, measured, needed, number

MPS = {"kn": 1852 / 3600, "kmh": 1 / 3.6, "mps": 1.0}
READ = frozenset({"timestamp", "lat", "lon", "accuracy", "speed", "speed_unit", "batt"})
DEVICE = ("id", "deviceid")


def from_parameters(pairs: Sequence[tuple[str, str]]) -> Read:
    """One fix of a query or a form."""
    said: dict[str, str] = {}
    for key, value in pairs:
        name = "id" if key in DEVICE else key
        if name in said and (name == "id" or name in READ):
            return Read({}, wrong=key)
        said[name] = value
    try:
        return Read(_row(said), said.get("id"))
    except Unreadable as error:
        return Read({}, said.get("id"), str(error))


def _row(said: dict[str, str]) -> dict[str, Any]:
    unit = said.get("speed_unit", "kn")
    if unit not in MPS:
        raise Unreadable("speed_unit")
    return {
        "lat": needed(said.get("lat"), "lat"),
        "lon": needed(said.get("lon"), "lon"),
        "at": instant(said.get("timestamp"), "timestamp"),
        "accuracy_m": number(said.get("accuracy"), "accuracy"),
        "speed_mps": measured(said.get("speed"), "speed", MPS[unit]),
        "battery": measured(said.get("batt"), "batt"),
    }


def from_json(body: Any) -> list[Read]:
    """The fixes of a JSON body; `location` may be a list of them."""
    if not isinstance(body, dict):
        return [Read({}, wrong="location")]
    device = body.get("device_id")
    if device is not None and not isinstance(device, str):
        return [Read({}, wrong="device_id")]
    found = body.get("location")
    return [_one(one, device) for one in (found if isinstance(found, list) else [found])]


def _one(location: Any, device: str | None) -> Read:
    try:
        coords = _object(location, "location").get("coords")
        coords = _object(coords, "coords")
        battery = location.get("battery")
        level = None if battery is None else _object(battery, "battery").get("level")
        row = {
            "lat": needed(coords.get("latitude"), "latitude"),
            "lon": needed(coords.get("longitude"), "longitude"),
            "at": instant(location.get("timestamp"), "timestamp"),
            "accuracy_m": number(coords.get("accuracy"), "accuracy"),
            "speed_mps": measured(coords.get("speed"), "speed"),
            "battery": measured(level, "level", 100),
        }
    except Unreadable as error:
        return Read({}, device, str(error))
    return Read(row, device)


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(name)
    return value
