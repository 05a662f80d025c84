"""OwnTracks in HTTP mode: one message or an array of them; only locations are fixes."""

from __future__ import annotations

from typing import Any

from dashboard.phones.reading import Read, Unreadable, instant, measured, needed, number

KMH = 1 / 3.6


def read(body: Any, user: str | None, device: str | None) -> tuple[list[Read], int]:
    """The fixes of a body and the number of other messages.

    `user` is who the request itself names (user name, X-Limit-U); after it count the user of a
    message's topic `owntracks/USER/DEVICE`, `device` (X-Limit-D) and the message's `tid`.
    """
    messages = body if isinstance(body, list) else [body]
    fixes = [one for one in messages if not _is_other(one)]
    return [_read(one, user, device) for one in fixes], len(messages) - len(fixes)


def _is_other(message: Any) -> bool:
    """Whether it is of another type; what has no type at all is a broken fix."""
    kind = message.get("_type") if isinstance(message, dict) else None
    return isinstance(kind, str) and kind != "location"


def _read(message: Any, user: str | None, device: str | None) -> Read:
    if not isinstance(message, dict) or message.get("_type") != "location":
        return Read({}, wrong="_type")
    named = user or _user(message.get("topic")) or device or message.get("tid")
    if not isinstance(named, str):
        named = None
    try:
        row = {
            "lat": needed(message.get("lat"), "lat"),
            "lon": needed(message.get("lon"), "lon"),
            "at": instant(message.get("tst"), "tst"),
            "accuracy_m": number(message.get("acc"), "acc"),
            "speed_mps": measured(message.get("vel"), "vel", KMH),
            "battery": measured(message.get("batt"), "batt"),
        }
    except Unreadable as error:
        return Read({}, named, str(error))
    return Read(row, named)


def _user(topic: Any) -> str | None:
    parts = topic.split("/") if isinstance(topic, str) else []
    return parts[1] if len(parts) > 2 else None
